"""Look records up: by our key, by number, among what was deleted or merged.

Searches for tickets leave deleted ones out whatever is asked, and merged ones unless ``EffectiveId`` is asked for.
Searches for transactions return those of queues, groups and users too, unless the type of their object is asked for.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any

from adapters.request_tracker.client import quoted
from adapters.request_tracker.names import (
    DELETED,
    EXPANDED,
    NAME,
    READ_TICKET,
    READ_USER,
    TICKET,
    TRANSACTION,
    USER,
    custom_name,
)
from adapters.request_tracker.values import own_values, present
from bridge.nouns import Found, Presence

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from adapters.request_tracker.client import Client
    from adapters.request_tracker.settings import RequestTrackerSettings
    from bridge.nouns import KeyField

Row = dict[str, Any]
MARK = re.compile(r"^\[(cb1-[a-z2-7]+|[0-9a-f]{16})\]$")
"""Our key, of a message or a change, as a comment's subject: it is written with it, the custom field an instant later."""
OF_TICKETS = "ObjectType = 'RT::Ticket'"
_CHUNK = 40
"""Keys in one search: longer addresses are cut by web servers."""
_READ_TRANSACTION = "Type,ObjectId,Creator,Created,Data,CustomFields"


@dataclass(slots=True)
class Finder:
    """Looks in one Request Tracker."""

    client: Client
    settings: RequestTrackerSettings
    key_fields: Mapping[str, KeyField]
    _deleted: dict[str, str] = field(default_factory=dict)
    _deletions_seen: int = 0

    def key_field(self, name: str) -> str:
        """Return the field that carries our key in an object."""
        return self.key_fields[name].field

    def by_key(self, name: str, keys: Mapping[str, str]) -> dict[str, Found]:
        """Return what is known of our keys, each with its case; those that are nowhere are left out."""
        looked = {USER: self.users_by_key, TICKET: self.tickets_by_key, TRANSACTION: self.messages_by_key}
        return looked[name](keys)

    # --- users -----------------------------------------------------------------------------------------

    def users_by_key(self, keys: Collection[str]) -> dict[str, Found]:
        """Look users up by name."""
        rows = self.users(NAME, keys)
        return {row[NAME]: _found(row, str(row["id"]), deleted=row["Disabled"]) for row in rows.values()}

    def users(self, by: str, values: Collection[str]) -> dict[str, Row]:
        """Return users by a field, disabled ones too: id → user."""
        rows: dict[str, Row] = {}
        for some in _some(values):
            asked = [{"field": by, "operator": "IN", "value": list(some)}]
            # The search does not say who is disabled, so it is made with them and without.
            everybody = self.client.all("users", asked, fields=READ_USER, find_disabled_rows=1)
            active = {row[NAME] for row in self.client.all("users", asked, fields=NAME)}
            rows |= {str(row["id"]): {**row, "Disabled": row[NAME] not in active} for row in everybody}
        return rows

    # --- tickets ---------------------------------------------------------------------------------------

    def tickets_by_key(self, keys: Collection[str]) -> dict[str, Found]:
        """Look tickets up by custom field, and those that were deleted or merged."""
        key_field = self.key_field(TICKET)
        found: dict[str, Found] = {}
        for some in _some(keys):
            asked = " OR ".join(f"'{key_field}' = {quoted(key)}" for key in some)
            rows = self._tickets(f"({asked}) AND EffectiveId > 0")
            for key in some:
                mine = [row for row in rows if key in _key(row, key_field)]
                if mine:
                    found[key] = _together(mine)
        left = set(keys) - found.keys()
        if left:
            gone = self._deleted_tickets()
            found |= {key: Found(Presence.FOUND, ref, (ref,), deleted=True) for key, ref in gone.items() if key in left}
        return found

    def tickets(self, refs: Collection[str]) -> dict[str, Row]:
        """Return tickets by number, deleted and merged ones too; those that are not there are left out."""
        asked = [ref for ref in dict.fromkeys(refs) if ref.isdecimal()]
        rows: dict[str, Row] = {}
        for some in _some(asked):
            ids = " OR ".join(f"id = {ref}" for ref in some)
            rows |= {str(row["id"]): row for row in self._tickets(f"({ids}) AND EffectiveId > 0")}
        for ref in asked:
            if ref not in rows and (row := self.ticket(ref)) is not None:
                rows[ref] = row
        return rows

    def ticket(self, ref: str) -> Row | None:
        """Read one ticket by number, whatever became of it; a merged one is shown as its survivor."""
        row: Row | None = self.client.found(f"ticket/{ref}", **EXPANDED)
        return row if row is None else {**row, "EffectiveId": str(row["id"])}

    def open_tickets(self, after: str) -> Iterator[list[Row]]:
        """Yield pages of the open tickets with numbers above ``after``, by number."""
        query = f"Status = '__Active__' AND id > {after or 0}"
        yield from self.client.pages("tickets", query=query, fields=READ_TICKET, orderby="id", **EXPANDED)

    def active(self, refs: Collection[str]) -> set[str]:
        """Return those of some tickets that are open, by the lifecycle of each."""
        found: set[str] = set()
        for some in _some(refs):
            ids = " OR ".join(f"id = {ref}" for ref in some)
            found |= {str(row["id"]) for row in self.client.all("tickets", query=f"({ids}) AND Status = '__Active__'")}
        return found

    def _tickets(self, query: str) -> list[Row]:
        return self.client.all("tickets", query=query, fields=READ_TICKET, orderby="id", **EXPANDED)

    def _deleted_tickets(self) -> dict[str, str]:
        """Return the keys of our deleted tickets: no search shows them, but their last change of status is found."""
        query = (
            f"{OF_TICKETS} AND id > {self._deletions_seen} AND Type = 'Status' AND NewValue = '{DELETED}' "
            f"AND TicketCreator = {quoted(self.settings.user)}"
        )
        for entry in self.client.all("transactions", query=query, fields="ObjectId", orderby="id"):
            row = self.ticket(str(entry["ObjectId"]))
            if row is not None and row["Status"] == DELETED:
                for key in _key(row, self.key_field(TICKET)):
                    self._deleted[key] = str(row["id"])
            self._deletions_seen = max(self._deletions_seen, int(entry["id"]))
        return self._deleted

    # --- messages --------------------------------------------------------------------------------------

    def messages_by_key(self, keys: Mapping[str, str]) -> dict[str, Found]:
        """Look messages up by key, each with its case."""
        rows = self._marked(keys, self.key_field(TRANSACTION))
        return {key: _message(mine) for key, mine in rows.items()}

    def messages(self, refs: Collection[str]) -> dict[str, Row]:
        """Return messages by number; those that are not there are left out."""
        rows = self.transactions(f"id = {ref}" for ref in refs if ref.isdecimal())
        return {str(row["id"]): row for row in rows}

    def transactions(self, conditions: Iterable[str], also: str = "") -> Iterator[Row]:
        """Yield the transactions of tickets that fulfil one of the conditions."""
        for some in _some(conditions):
            query = " AND ".join(filter(None, (OF_TICKETS, also, f"({' OR '.join(some)})")))
            yield from self.client.all("transactions", query=query, fields=_READ_TRANSACTION, orderby="id")

    def changes(self, keys: Mapping[str, str]) -> dict[str, str]:
        """Return those of our edits and notes that are written, each asked for with its case: key → transaction."""
        rows = self._marked(keys, f"CF.{{{self.settings.change_field}}}")
        return {key: str(mine[0]["id"]) for key, mine in rows.items()}

    def _marked(self, keys: Mapping[str, str], field: str) -> dict[str, list[Row]]:
        """Look by custom field; what lacks it, because the server died over it, by the subject in its case."""
        rows: dict[str, list[Row]] = {}
        for row in self.transactions(f"'{field}' = {quoted(key)}" for key in keys):
            for key in _key(row, field):
                rows.setdefault(key, []).append(row)
        left = {key: case for key, case in keys.items() if key not in rows and case.isdecimal()}
        cases = " OR ".join(f"ObjectId = {case}" for case in dict.fromkeys(left.values()))
        for row in self.transactions((f"Data LIKE {quoted(key)}" for key in left), f"({cases})") if left else ():
            if marked(row) in left:
                rows.setdefault(marked(row), []).append(row)
        return {key: mine for key, mine in rows.items() if key in keys}

    def keys(self, name: str) -> Iterator[str]:
        """Yield every key that stands."""
        key_field = self.key_field(name)
        if name == USER:
            asked = [{"field": NAME, "operator": "STARTSWITH", "value": "cb1-"}]
            yield from (row[NAME] for row in self.client.all("users", asked, fields=NAME))
        elif name == TICKET:
            query = f"'{key_field}' IS NOT NULL AND EffectiveId > 0"
            for page in self.client.pages("tickets", query=query, fields="CustomFields", orderby="id"):
                yield from (key for row in page for key in _key(row, key_field))
        else:
            query = f"{OF_TICKETS} AND '{key_field}' IS NOT NULL"
            for page in self.client.pages("transactions", query=query, fields="CustomFields", orderby="id"):
                yield from (key for row in page for key in _key(row, key_field))


def mark(key: str) -> str:
    """Return the subject that carries our key."""
    return f"[{key}]"


def marked(row: Row) -> str:
    """Return the key that a comment's subject carries, empty for somebody else's message."""
    found = MARK.match(str(row.get("Data") or "").strip())
    return found[1] if found else ""


def of_custom(row: Row, name: str) -> list[str]:
    """Return the values of a custom field."""
    return next((each["values"] for each in row.get("CustomFields") or () if each["name"] == name), [])


def _key(row: Row, key_field: str) -> list[str]:
    return of_custom(row, custom_name(key_field))


def _some(values: Iterable[str]) -> Iterator[list[str]]:
    """Yield as many different values at once as one search takes."""
    rest = iter(dict.fromkeys(values))
    while some := list(islice(rest, _CHUNK)):
        yield some


def _together(rows: list[Row]) -> Found:
    """Return what stands under one key: a merged record only where no other does."""
    standing = [row for row in rows if str(row["EffectiveId"]) == str(row["id"])] or rows
    row = standing[0]
    refs = tuple(str(each["id"]) for each in standing)
    merged = str(row["EffectiveId"]) if str(row["EffectiveId"]) != refs[0] else ""
    return Found(Presence.FOUND, refs[0], refs, merged_into=merged, fields=_fields(row))


def _found(row: Row, ref: str, *, deleted: bool) -> Found:
    return Found(Presence.FOUND, ref, (ref,), deleted=deleted, fields=own_values(present(row)))


def _fields(row: Row) -> dict[str, Any]:
    return {
        name: value[0] if isinstance(value, list) and len(value) == 1 else value for name, value in present(row).items()
    }


def _message(rows: list[Row]) -> Found:
    refs = tuple(str(row["id"]) for row in rows)
    return Found(Presence.FOUND, refs[0], refs, parent=str(rows[0]["ObjectId"]))
