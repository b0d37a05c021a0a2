"""Look records up by our key: those that stand, those in the recycle bin, those that were merged into others.

Look-ups by a unique property read the database, never the search index. They show only what stands: for the rest the
recycle bin is listed, where merged records lie, too.
"""

from __future__ import annotations

import re
from collections import OrderedDict, defaultdict
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from adapters.hubspot import objects, paths
from adapters.hubspot.errors import Declined
from adapters.hubspot.limits import Purpose
from adapters.hubspot.names import CONTACTS, MERGED, READ, TEXT, TICKETS
from adapters.hubspot.values import as_text
from bridge.nouns import Found, Presence

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from datetime import datetime

    from adapters.hubspot.associations import Associations
    from adapters.hubspot.client import Client
    from adapters.hubspot.objects import Row

MERGING = (CONTACTS, TICKETS)
_REMEMBERED = 20_000
_FRESH = timedelta(seconds=30)
MARK = re.compile(r"\[(cb1-[a-z2-7]+)\]")
"""Our key in a text, for objects without a property for it."""
AMENDMENT = re.compile(r"\{(cb1-[a-z2-7]+)\}")
"""In a note that an amendment wrote."""


@dataclass(slots=True)
class Remembered:
    """The ids of the keys that this process met lately: the only ones that it could deliver twice without asking."""

    refs: OrderedDict[tuple[str, str], str] = field(default_factory=OrderedDict)
    contacts: OrderedDict[str, str] = field(default_factory=OrderedDict)
    """Ticket → its contact, empty for a ticket without one."""
    bins: dict[str, tuple[datetime, dict[str, str]]] = field(default_factory=dict)
    """Object → when its recycle bin was listed last, and our keys in it with their ids."""

    def add(self, name: str, key: str, ref: str) -> None:
        """Remember a record."""
        self.refs[name, key] = ref
        if len(self.refs) > _REMEMBERED:
            self.refs.popitem(last=False)

    def add_contact(self, ticket: str, contact: str) -> None:
        """Remember whose ticket it is."""
        self.contacts[ticket] = contact
        if len(self.contacts) > _REMEMBERED:
            self.contacts.popitem(last=False)


@dataclass(frozen=True, slots=True)
class Finder:
    """Looks in one account."""

    client: Client
    associations: Associations
    remembered: Remembered
    sure: bool = False
    """The account is known to be the right one: what stands nowhere in it was deleted for good, or 90 days ago."""

    def by_key(self, name: str, key_field: str, keys: Collection[str]) -> dict[str, Found]:
        """Return what is known of our keys; those that are nowhere are left out."""
        found = self._rows(name, key_field, keys)
        left = set(keys) - found.keys()
        if left:
            found |= self._remembered(name, left)
            found |= {key: each for key, each in self._gone(name, key_field).items() if key in left}
        for key, each in found.items():
            self.remembered.add(name, key, each.ref)
        return self._with_parents(name, found)

    def standing(self, name: str, key_field: str, keys: Collection[str]) -> dict[str, Found]:
        """Return those of our keys that records carry now."""
        return self._rows(name, key_field, keys)

    def met(self, name: str, key_field: str, keys: Iterable[str]) -> dict[str, Found]:
        """Look up those of our keys that this process has met before."""
        again = [key for key in keys if (name, key) in self.remembered.refs]
        return self.by_key(name, key_field, again) if again else {}

    def marked(self, name: str, cases: Mapping[str, str]) -> dict[str, Found]:
        """Look for our marks in the texts of cases, where an object has no key; ``cases``: key → case."""
        links = self.associations.of(TICKETS, name, filter(None, cases.values()), Purpose.DELIVER)
        case_of = {ref: case for case, refs in links.items() for ref in refs}
        refs: dict[str, list[Row]] = defaultdict(list)
        for row in objects.read(self.client, name, case_of, READ[name]):
            mark = MARK.search(row["properties"].get(TEXT[name]) or "")
            if mark and mark[1] in cases:
                refs[mark[1]].append(row)
        return {
            key: Found(
                Presence.FOUND,
                ref=rows[0]["id"],
                refs=tuple(row["id"] for row in rows),
                fields=readable(name, rows[0]),
                parent=case_of[rows[0]["id"]],
            )
            for key, rows in refs.items()
        }

    def contacts_of(self, tickets: Collection[str]) -> dict[str, str]:
        """Return the contact of each ticket, asking only for those that this process has not met."""
        known = self.remembered.contacts
        strange = [each for each in dict.fromkeys(tickets) if each not in known]
        links = self.associations.of(TICKETS, CONTACTS, strange, Purpose.DELIVER) if strange else {}
        for each in strange:
            self.remembered.add_contact(each, next(iter(links.get(each, ())), ""))
        return {each: known[each] for each in tickets if each in known}

    def survivors(
        self,
        name: str,
        refs: Collection[str],
        properties: Collection[str] = (),
        *,
        purpose: Purpose = Purpose.DELIVER,
    ) -> dict[str, Row]:
        """Return the records that stand for ``refs`` now: themselves, or those that they were merged into."""
        merged = [MERGED] if name in MERGING else []
        wanted = [*dict.fromkeys([*READ.get(name, ()), *properties, *merged])]
        rows = objects.read(self.client, name, refs, wanted, purpose=purpose)
        standing = {row["id"]: row for row in rows}
        by_loser = {loser: row for row in rows for loser in objects.merged_ids(row, MERGED)}
        return {ref: row for ref in refs if (row := standing.get(ref) or by_loser.get(ref))}

    def deleted(self, name: str, ref: str) -> bool:
        """Tell whether a record that does not stand is in the recycle bin, or was deleted for good."""
        try:
            return bool(self.client.get(paths.objects(name, ref), archived="true").body)
        except Declined as declined:
            return self.sure and declined.problem.missing

    def keys(self, name: str, key_field: str) -> Iterator[str]:
        """Yield every key that stands, and those that live on in the survivors of merges, which may have the winner's."""
        standing = set()
        for rows, _ in objects.listed(self.client, name, [key_field] if key_field else [TEXT[name]]):
            for row in rows:
                key = row["properties"].get(key_field) if key_field else _mark(row["properties"].get(TEXT[name]))
                if key:
                    standing.add(str(key))
                    yield str(key)
        if key_field and name in MERGING:
            gone = self._gone(name, key_field).items()
            yield from (key for key, each in gone if each.merged_into and key not in standing)

    def _rows(self, name: str, key_field: str, keys: Collection[str]) -> dict[str, Found]:
        rows = objects.read(self.client, name, keys, [*READ.get(name, ()), key_field], by=key_field)
        return {
            str(row["properties"].get(key_field)): Found(
                Presence.FOUND, row["id"], (row["id"],), fields=readable(name, row)
            )
            for row in rows
        }

    def _remembered(self, name: str, keys: Collection[str]) -> dict[str, Found]:
        """Return what this process has met and was merged since: a merge leaves the key in no record that stands."""
        known = {key: ref for key in keys if (ref := self.remembered.refs.get((name, key), ""))}
        standing = self.survivors(name, list(known.values())) if known else {}
        return {key: _ended(name, ref, standing[ref]) for key, ref in known.items() if ref in standing}

    def _gone(self, name: str, key_field: str) -> dict[str, Found]:
        """Return what of ours is in the recycle bin, which no look-up by key shows."""
        ours = self._bin(name, key_field)
        standing = self.survivors(name, list(ours.values())) if ours and name in MERGING else {}
        return {key: _ended(name, ref, standing.get(ref)) for key, ref in ours.items()}

    def _bin(self, name: str, key_field: str) -> dict[str, str]:
        """List our keys in the recycle bin: once for all look-ups that follow each other closely."""
        listed_at, ours = self.remembered.bins.get(name, (None, {}))
        if listed_at is None or self.client.now() - listed_at > _FRESH:
            listed_at = self.client.now()
            pages = objects.listed(self.client, name, [key_field], archived=True, purpose=Purpose.DELIVER)
            ours = {
                str(key): row["id"] for rows, _ in pages for row in rows if (key := row["properties"].get(key_field))
            }
            self.remembered.bins[name] = (listed_at, ours)
        return ours

    def _with_parents(self, name: str, found: dict[str, Found]) -> dict[str, Found]:
        if name in MERGING or name not in READ or not found:
            return found
        refs = [each.ref for each in found.values() if not each.deleted]
        parents = self.associations.of(name, TICKETS, refs, Purpose.DELIVER) if refs else {}
        return {key: _placed(each, parents.get(each.ref, [])) for key, each in found.items()}


def marked_text(text: str, key: str) -> str:
    """Return a text with our key as a mark, for objects without a property for it."""
    return f"{text}\n\n[{key}]"


def readable(name: str, row: Row) -> dict[str, Any]:
    """Return a record's properties as our mappings write them."""
    properties = dict(row["properties"])
    body = TEXT.get(name, "")
    if properties.get(body):
        properties[body] = as_text(properties[body])
    return properties


def _mark(text: str | None) -> str:
    found = MARK.search(text or "")
    return found[1] if found else ""


def _ended(name: str, ref: str, survivor: Row | None) -> Found:
    """Return a record that was deleted, or merged into another."""
    if survivor is None:
        return Found(Presence.FOUND, ref, (ref,), deleted=True)
    return Found(Presence.FOUND, ref, (ref,), merged_into=survivor["id"], fields=readable(name, survivor))


def _placed(found: Found, cases: list[str]) -> Found:
    return replace(found, parent=cases[0] if cases else "")
