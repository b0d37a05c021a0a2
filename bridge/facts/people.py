"""Profiles, CRM rows and the evidence that they show, as facts.

A profile is as its newest sighting showed it. Evidence is written when it is new, or when it was seen earlier or
later than known before; identity is dirty only then.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from bridge.nouns import PersonDeleted
from bridge.store import bulk, schema
from identity.model import IdentifierKind, Relation
from identity.normalise import handle as normal_handle

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sqlalchemy.engine import Connection, Row

    from bridge.nouns import Person, PersonMerged, Profile, Shown
    from identity.model import Identifier

_NEVER = datetime(1, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class _Span:
    """When an identifier was seen first and last; None where the source gives no time."""

    first: datetime | None = None
    last: datetime | None = None

    def widen(self, first: datetime | None, last: datetime | None) -> bool:
        """Take in another span; tell whether this one grew."""
        grew = False
        if first is not None and (self.first is None or first < self.first):
            self.first, grew = first, True
        if last is not None and (self.last is None or last > self.last):
            self.last, grew = last, True
        return grew


class Batch:
    """The people of one page."""

    def __init__(self) -> None:
        """Start empty."""
        self._profiles: dict[str, tuple[Profile, datetime | None, bool]] = {}
        self._first: dict[str, datetime | None] = {}
        self._evidence: dict[tuple[str, str, str], _Span] = {}
        self._persons: dict[str, Person] = {}
        self._ended: list[PersonMerged | PersonDeleted] = []

    def profile(self, profile: Profile, at: datetime | None, own: frozenset[str]) -> None:
        """Take a sighting of a profile."""
        key = profile.key
        known = self._profiles.get(key)
        if known is None or (at or _NEVER, _looks(profile)) > (known[1] or _NEVER, _looks(known[0])):
            is_own = profile.id.lower() in own or (bool(profile.handle) and profile.handle.lower() in own)
            self._profiles[key] = (profile, at, is_own)
        first = self._first.get(key)
        self._first[key] = at if first is None else min(first, at) if at else first
        vertex = f"p:{key}"
        if profile.handle:
            identifier = normal_handle(profile.network, profile.handle)
            if identifier is not None:
                self._see(vertex, identifier, Relation.PROFILE, at)
        self._shown(vertex, profile.shown, at)

    def claims(self, profile_key: str, identifiers: Iterable[Identifier], at: datetime | None) -> None:
        """Take contact points that a profile stated in a text."""
        for identifier in identifiers:
            self._see(f"p:{profile_key}", identifier, Relation.CLAIMED, at)

    def person(self, person: Person) -> None:
        """Take a CRM's row."""
        key = f"{person.instance}:{person.native_id}"
        self._persons[key] = person
        self._shown(f"r:{key}", person.shown, person.updated_at)

    def ended(self, event: PersonMerged | PersonDeleted) -> None:
        """Take the end of a CRM's row."""
        self._ended.append(event)

    def store(self, connection: Connection) -> dict[str, int]:
        """Store what is new, mark dirty whom it concerns, and return profile ids by profile key."""
        ids = self._store_profiles(connection)
        dirty = self._store_persons(connection) | self._store_evidence(connection)
        bulk.insert_new(connection, schema.dirty, [{"kind": "vertex", "key": vertex} for vertex in sorted(dirty)])
        return ids

    def _shown(self, vertex: str, shown: Iterable[Shown], at: datetime | None) -> None:
        for item in shown:
            self._see(vertex, item.identifier, item.relation, at)

    def _see(self, vertex: str, identifier: Identifier, relation: Relation, at: datetime | None) -> None:
        self._evidence.setdefault((vertex, str(identifier), str(relation)), _Span()).widen(at, at)

    def _store_profiles(self, connection: Connection) -> dict[str, int]:
        if not self._profiles:
            return {}
        table = schema.profile
        keys = sorted(self._profiles)
        known = {row.key: row for row in bulk.rows_where(connection, select(table), table.c.key, keys)}
        fresh = [key for key in keys if key not in known]
        if fresh:
            bulk.insert_new(connection, table, [self._profile_row(key) for key in fresh])
            known.update((row.key, row) for row in bulk.rows_where(connection, select(table), table.c.key, fresh))
        newer = [row for key in keys if (row := self._newer(known[key])) is not None]
        bulk.update(connection, table, newer)
        return {key: row.id for key, row in known.items()}

    def _profile_row(self, key: str) -> dict[str, Any]:
        profile, at, own = self._profiles[key]
        return {
            "key": key,
            "network": profile.network,
            "scope": profile.scope,
            "uid": profile.id,
            "first_seen": self._first[key],
            "own": own,
            **_shown_fields(profile),
            "seen_at": at,
        }

    def _newer(self, known: Row[Any]) -> dict[str, Any] | None:
        profile, at, own = self._profiles[known.key]
        first = self._first[known.key]
        earlier = first if known.first_seen is None else min(known.first_seen, first) if first else known.first_seen
        looks = (known.handle, known.name, str(known.reach), str(known.verified), known.url)
        wins = (at or _NEVER, _looks(profile)) > (known.seen_at or _NEVER, looks) and any(_looks(profile))
        if not wins and earlier == known.first_seen and own == known.own:
            return None
        kept = {name: getattr(known, name) for name in ("handle", "name", "reach", "verified", "url", "seen_at")}
        shown = {**_shown_fields(profile), "seen_at": at} if wins else kept
        return {"id": known.id, "first_seen": earlier, "own": own or known.own, **shown}

    def _store_persons(self, connection: Connection) -> set[str]:
        table = schema.person
        rows = [
            {
                "key": key,
                "instance": person.instance,
                "native_id": person.native_id,
                "name": person.name,
                "our_key": person.our_key,
                "updated_at": person.updated_at,
                "deleted_at": None,
                "merged_into": "",
                "extra": dict(person.extra) or None,
            }
            for key, person in sorted(self._persons.items())
        ]
        known = {
            row.key: row
            for row in bulk.rows_where(connection, select(table), table.c.key, [row["key"] for row in rows])
        }
        changed = [row for row in rows if not _same_person(known.get(row["key"]), row)]
        bulk.upsert(connection, table, changed, key=("key",))
        dirty = {f"r:{row['key']}" for row in changed}
        for event in self._ended:
            native_id = event.native_id if isinstance(event, PersonDeleted) else event.loser
            values = {"deleted_at": event.at} if isinstance(event, PersonDeleted) else {"merged_into": event.winner}
            key = f"{event.instance}:{native_id}"
            if connection.execute(table.update().where(table.c.key == key).values(values)).rowcount:
                dirty.add(f"r:{key}")
        return dirty

    def _store_evidence(self, connection: Connection) -> set[str]:
        if not self._evidence:
            return set()
        table = schema.evidence
        vertices = sorted({vertex for vertex, _, _ in self._evidence})
        known = {
            (row.vertex, row.identifier, row.relation): row
            for row in bulk.rows_where(connection, select(table), table.c.vertex, vertices)
        }
        fresh, wider, dirty = [], [], set()
        for key, span in sorted(self._evidence.items()):
            row = known.get(key)
            if row is None:
                fresh.append(_evidence_row(key, span))
                dirty.add(key[0])
                continue
            merged = _Span(row.first_seen, row.last_seen)
            if merged.widen(span.first, span.last) or row.retracted_at is not None:
                wider.append({"id": row.id, "first_seen": merged.first, "last_seen": merged.last, "retracted_at": None})
                if row.retracted_at is not None or _interval_matters(key):
                    dirty.add(key[0])
        bulk.insert_new(connection, table, fresh)
        bulk.update(connection, table, wider)
        return dirty


def _interval_matters(key: tuple[str, str, str]) -> bool:
    """Tell whether a longer interval can change who is who: phone numbers and handles pass to other people."""
    return key[1].startswith((f"{IdentifierKind.PHONE}:", f"{IdentifierKind.HANDLE}:"))


def _looks(profile: Profile) -> tuple[str, str, str, str, str]:
    return (profile.handle, profile.name, str(profile.reach), str(profile.verified), profile.url)


def _shown_fields(profile: Profile) -> dict[str, Any]:
    return {
        "handle": profile.handle,
        "name": profile.name,
        "reach": profile.reach,
        "verified": profile.verified,
        "url": profile.url,
    }


def _same_person(known: Row[Any] | None, row: Mapping[str, Any]) -> bool:
    return known is not None and all(getattr(known, name) == value for name, value in row.items())


def _evidence_row(key: tuple[str, str, str], span: _Span) -> dict[str, Any]:
    return {
        "vertex": key[0],
        "identifier": key[1],
        "relation": key[2],
        "sightings": 1,
        "first_seen": span.first,
        "last_seen": span.last,
        "retracted_at": None,
    }
