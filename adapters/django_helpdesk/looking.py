"""Look tickets and follow-ups up by our keys.

No search knows custom fields, and an unknown filter is ignored: every ticket comes back. So the list is read from its
end back to what is known already, and remembered. Deleted tickets leave no trace but in this memory.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from adapters.django_helpdesk.names import FOLLOWUP, PATHS, TICKET
from adapters.django_helpdesk.texts import mark_of, plain
from bridge.nouns import Found, Presence
from bridge.rows import having

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from adapters.django_helpdesk.client import Client, Row


_FEW = 2
"""So many tickets are read one by one."""


@dataclass(slots=True)
class Finder:
    """Looks in one django-helpdesk."""

    client: Client
    key_field: str
    refs: dict[str, list[str]] = field(default_factory=dict)
    """Our key → the tickets that carry it."""
    _newest: int = 0

    def tickets(self, keys: Collection[str]) -> dict[str, Found]:
        """Return what is known of keys of tickets; those that are nowhere are left out."""
        self._refresh()
        known = {key: self.refs[key] for key in keys if key in self.refs}
        rows = self.several({ref for refs in known.values() for ref in refs})
        return {key: _ticket(refs, rows) for key, refs in known.items()}

    def followups(self, keys: Mapping[str, str]) -> dict[str, Found]:
        """Look for our marks in the tickets that messages stand in; where no ticket is known, in all follow-ups."""
        found: dict[str, list[Row]] = {}
        tickets = self.several(set(keys.values()))
        for case in dict.fromkeys(keys.values()):
            row = tickets.get(case)
            rows = row["followup_set"] if row else [] if case else self._all_followups()
            for each in rows:
                key = mark_of(each["comment"])
                if keys.get(key) == case and key in keys:
                    found.setdefault(key, []).append(each)
        return {key: _followup(rows) for key, rows in found.items()}

    def ticket(self, ref: str) -> Row | None:
        """Read one ticket."""
        return self.client.found(f"{PATHS[TICKET]}{ref}/") if ref.isdecimal() else None

    def several(self, refs: Collection[str]) -> dict[str, Row]:
        """Read tickets, those that stand: from the end of the list while that takes fewer calls than one for each.

        The site reads the custom fields of all its tickets for any of these calls.
        """
        missing = {ref for ref in refs if ref.isdecimal()}
        found: dict[str, Row] = {}
        pages = 0
        listed = self.client.backwards(PATHS[TICKET])
        while len(missing) > max(_FEW, pages) and (rows := next(listed, None)) is not None:
            found |= {str(row["id"]): row for row in rows if str(row["id"]) in missing}
            missing -= found.keys()
            pages += 1
        return found | {ref: row for ref in sorted(missing) if (row := self.ticket(ref)) is not None}

    def newer(self, name: str, known: int) -> list[Row]:
        """Return tickets or follow-ups above a number, oldest first, read from the end of the list; those without one first."""
        found: dict[int, Row] = {}
        strange: list[Any] = []
        for rows in self.client.backwards(PATHS[name]):
            numbered = [row for row in having(rows, "id") if isinstance(row["id"], int)]
            strange += [row for row in rows if row not in numbered]
            found |= {row["id"]: row for row in numbered if row["id"] > known}
            if any(row["id"] <= known for row in numbered):
                break
        return [*strange, *(found[number] for number in sorted(found))]

    def followup(self, ref: str) -> Row | None:
        """Read one follow-up."""
        return self.client.found(f"{PATHS[FOLLOWUP]}{ref}/") if ref.isdecimal() else None

    def add(self, key: str, ref: str) -> None:
        """Remember a ticket that was just written."""
        if ref not in self.refs.setdefault(key, []):
            self.refs[key].append(ref)

    def keys(self, name: str) -> Iterator[str]:
        """Yield every key that stands."""
        for rows in self.client.forwards(PATHS[name]):
            for row in rows:
                key = str(row.get(self.key_field) or "") if name == TICKET else mark_of(row["comment"])
                if key:
                    yield key

    def gone(self) -> list[str]:
        """List all tickets; return those of ours that this process has met and that are no more."""
        there = {str(row["id"]) for rows in self.client.forwards(PATHS[TICKET]) for row in rows}
        return [ref for refs in self.refs.values() for ref in refs if ref not in there]

    def _refresh(self) -> None:
        """Read what is new, from the end of the list back to the newest ticket that is known."""
        for row in self.newer(TICKET, self._newest):
            if row.get(self.key_field):
                self.add(str(row[self.key_field]), str(row["id"]))
            self._newest = row["id"]

    def _all_followups(self) -> list[Row]:
        return [row for rows in self.client.forwards(PATHS[FOLLOWUP]) for row in rows]


def fields_of(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of a ticket as mappings write them."""
    return {name: value for name, value in row.items() if name not in {"id", "followup_set"}}


def _ticket(refs: list[str], rows: Mapping[str, Row]) -> Found:
    standing = [ref for ref in refs if ref in rows]
    alone = [ref for ref in standing if not rows[ref].get("merged_to")] or standing
    if not alone:
        return Found(Presence.FOUND, refs[0], tuple(refs), deleted=True)
    row = rows[alone[0]]
    merged = str(row.get("merged_to") or "")
    return Found(Presence.FOUND, alone[0], tuple(alone), merged_into=merged, fields=fields_of(row))


def _followup(rows: list[Row]) -> Found:
    first = rows[0]
    fields = {"comment": plain(first["comment"]), "public": first["public"]}
    refs = tuple(str(row["id"]) for row in rows)
    return Found(Presence.FOUND, refs[0], refs, fields=fields, parent=str(first["ticket"]))
