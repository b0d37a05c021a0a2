"""Profiles, CRM rows and the evidence that they show, as facts.

A profile is as its newest sighting showed it, a CRM row as its newest state (without times the one read last): what it
no longer shows is retracted. Evidence is written when it is new, or when it was seen earlier or later than known before;
identity is dirty only then.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from bridge.facts.evidence import KNOWN, Span, evidence_of, row_of
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
_LOOKS = ("handle", "name", "reach", "verified", "url")


_KNOWN_PROFILE = select(*(schema.profile.c[name] for name in ("id", "key", "first_seen", "own", *_LOOKS, "seen_at")))


@dataclass(slots=True)
class _Sighted:
    """A profile as the page showed it last, and when the page showed it first."""

    profile: Profile
    at: datetime | None
    first: datetime | None
    own: bool


class Batch:
    """The people of one page."""

    def __init__(self) -> None:
        """Start empty."""
        self._sightings: dict[Profile, Span] = {}
        self._own: set[str] = set()
        self._turned: set[str] = set()
        """Vertices that turned out to be ours."""
        self._profiles: dict[str, _Sighted] = {}
        self._evidence: dict[tuple[str, str, str], Span] = {}
        self._persons: dict[str, Person] = {}
        self._ended: list[PersonMerged | PersonDeleted] = []

    def profile(self, profile: Profile, at: datetime | None, *, own: bool) -> None:
        """Take a sighting of a profile, ``own`` if it is one of ours; the same one again costs next to nothing."""
        if own:
            self._own.add(profile.key)
        span = self._sightings.get(profile)
        if span is None:
            span = self._sightings[profile] = Span()
        span.widen(at, at)

    def claims(self, profile_key: str, identifiers: Iterable[Identifier], at: datetime | None) -> None:
        """Take contact points that a profile stated in a text."""
        for identifier in identifiers:
            self._see(f"p:{profile_key}", identifier, Relation.CLAIMED, Span(at, at))

    def person(self, person: Person) -> None:
        """Take a CRM's row."""
        key = f"{person.instance}:{person.native_id}"
        known = self._persons.get(key)
        if known is None or _as_new(person.updated_at, known.updated_at):
            self._persons[key] = person

    def ended(self, event: PersonMerged | PersonDeleted) -> None:
        """Take the end of a CRM's row."""
        self._ended.append(event)

    def store(self, connection: Connection, now: datetime) -> dict[str, int]:
        """Store what is new, mark dirty whom it concerns, and return profile ids by profile key."""
        for profile, span in self._sightings.items():
            self._take(profile, span)
        ids = self._store_profiles(connection)
        dirty = self._turned | self._store_persons(connection) | self._store_evidence(connection, now)
        bulk.insert_new(connection, schema.dirty, [{"kind": "vertex", "key": vertex} for vertex in sorted(dirty)])
        return ids

    def _take(self, profile: Profile, span: Span) -> None:
        """Take all sightings of a profile that looked the same; of several looks the newest counts."""
        key = profile.key
        known = self._profiles.get(key)
        if known is None:
            self._profiles[key] = _Sighted(profile, span.last, span.first, key in self._own)
        else:
            if (span.last or _NEVER, _looks(profile)) > (known.at or _NEVER, _looks(known.profile)):
                known.profile, known.at = profile, span.last
            if span.first is not None:
                known.first = span.first if known.first is None else min(known.first, span.first)
        vertex = f"p:{key}"
        if profile.handle:
            identifier = normal_handle(profile.network, profile.handle)
            if identifier is not None:
                self._see(vertex, identifier, Relation.PROFILE, span)
        self._shown(vertex, profile.shown, span)

    def _shown(self, vertex: str, shown: Iterable[Shown], span: Span) -> None:
        for item in shown:
            self._see(vertex, item.identifier, item.relation, span)

    def _see(self, vertex: str, identifier: Identifier, relation: Relation, span: Span) -> None:
        key = (vertex, str(identifier), relation.value)
        known = self._evidence.get(key)
        if known is None:
            self._evidence[key] = Span(span.first, span.last)
        else:
            known.widen(span.first, span.last)

    def _store_profiles(self, connection: Connection) -> dict[str, int]:
        if not self._profiles:
            return {}
        table = schema.profile
        keys = sorted(self._profiles)
        known = {row.key: row for row in bulk.rows_where(connection, _KNOWN_PROFILE, table.c.key, keys)}
        fresh = [key for key in keys if key not in known]
        if fresh:
            bulk.insert_new(connection, table, [self._profile_row(key) for key in fresh])
            known.update((row.key, row) for row in bulk.rows_where(connection, _KNOWN_PROFILE, table.c.key, fresh))
        newer = self._newer_rows(known.values())
        if newer and _shared(connection):
            query = _KNOWN_PROFILE.order_by(table.c.id).with_for_update()
            newer = self._newer_rows(bulk.rows_where(connection, query, table.c.id, [row["id"] for row in newer]))
        stood = {row.id: row for row in known.values()}
        self._turned = {f"p:{stood[row['id']].key}" for row in newer if row["own"] and not stood[row["id"]].own}
        bulk.update(connection, table, [row for row in newer if "handle" in row])
        bulk.update(connection, table, [row for row in newer if "handle" not in row])
        return {key: row.id for key, row in known.items()}

    def _profile_row(self, key: str) -> dict[str, Any]:
        sighted = self._profiles[key]
        profile = sighted.profile
        return {
            "key": key,
            "network": profile.network,
            "scope": profile.scope,
            "uid": profile.id,
            "first_seen": sighted.first,
            "own": sighted.own,
            **_shown_fields(profile),
            "seen_at": sighted.at,
        }

    def _newer_rows(self, known: Iterable[Row[Any]]) -> list[dict[str, Any]]:
        return [row for each in known if (row := self._newer(each)) is not None]

    def _newer(self, known: Row[Any]) -> dict[str, Any] | None:
        """Return what changes of a stored profile; what it looks like only if that does."""
        sighted = self._profiles[known.key]
        first, before = sighted.first, known.first_seen
        earlier = first if before is None else min(before, first) if first else before
        shows, looks = _looks(sighted.profile), _looks(known)
        wins = (sighted.at or _NEVER, shows) > (known.seen_at or _NEVER, looks) and any(shows)
        if not wins and earlier == before and sighted.own == known.own:
            return None
        row = {
            "id": known.id,
            "first_seen": earlier,
            "seen_at": sighted.at if wins else known.seen_at,
            "own": sighted.own or known.own,
        }
        return {**row, **_shown_fields(sighted.profile)} if wins and shows != looks else row

    def _store_persons(self, connection: Connection) -> set[str]:
        table = schema.person
        query = select(table)
        known = {row.key: row for row in bulk.rows_where(connection, query, table.c.key, sorted(self._persons))}
        for key, person in list(self._persons.items()):
            if key in known and not _as_new(person.updated_at, known[key].updated_at):
                del self._persons[key]
                continue
            self._shown(f"r:{key}", person.shown, Span(person.updated_at, person.updated_at))
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

    def _store_evidence(self, connection: Connection, now: datetime) -> set[str]:
        stated = {f"r:{key}" for key in self._persons}
        vertices = {vertex for vertex, _, _ in self._evidence} | stated
        if not vertices:
            return set()
        table = schema.evidence
        known = evidence_of(connection, vertices)
        gone = [
            row
            for key, row in known.items()
            if row.vertex in stated and key not in self._evidence and row.retracted_at is None
        ]
        bulk.update(connection, table, [{"id": row.id, "retracted_at": now} for row in gone])
        fresh = sorted(self._evidence.keys() - known.keys())
        bulk.insert_new(connection, table, [row_of(key, self._evidence[key]) for key in fresh])
        if fresh and _shared(connection):  # who stored them a moment before may have seen them at another time
            known |= evidence_of(connection, {vertex for vertex, _, _ in fresh})
        wider = self._wider(known.values())
        if wider and _shared(connection):
            query = KNOWN.order_by(table.c.id).with_for_update()
            wider = self._wider(bulk.rows_where(connection, query, table.c.id, [row.id for row, _ in wider]))
        changes = [
            {"id": row.id, "first_seen": span.first, "last_seen": span.last, "retracted_at": None}
            for row, span in wider
        ]
        bulk.update(connection, table, changes)
        matters = {row.vertex for row, _ in wider if row.retracted_at is not None or _interval_matters(row.identifier)}
        return {vertex for vertex, _, _ in fresh} | matters | {row.vertex for row in gone}

    def _wider(self, known: Iterable[Row[Any]]) -> list[tuple[Row[Any], Span]]:
        """Return stored evidence that was seen earlier or later than known, or was retracted, with its span."""
        found = []
        for row in known:
            span = self._evidence.get((row.vertex, row.identifier, row.relation))
            if span is not None:
                merged = Span(row.first_seen, row.last_seen)
                if merged.widen(span.first, span.last) or row.retracted_at is not None:
                    found.append((row, merged))
        return found


def _as_new(at: datetime | None, known: datetime | None) -> bool:
    """Tell whether a state of a row is no older than the known one; without a time the one read last counts."""
    return at is None or known is None or at >= known


def _shared(connection: Connection) -> bool:
    """Tell whether other collectors may be writing: what is to change is then locked, in order, and looked at again."""
    return connection.dialect.name != "sqlite"


def _interval_matters(identifier: str) -> bool:
    """Tell whether a longer interval can change who is who: phone numbers and handles pass to other people."""
    return identifier.startswith((f"{IdentifierKind.PHONE}:", f"{IdentifierKind.HANDLE}:"))


def _looks(profile: Profile | Row[Any]) -> tuple[str, str, str, str, str]:
    return (profile.handle, profile.name, str(profile.reach), str(profile.verified), profile.url)


def _shown_fields(profile: Profile) -> dict[str, Any]:
    return {name: getattr(profile, name) for name in _LOOKS}


def _same_person(known: Row[Any] | None, row: Mapping[str, Any]) -> bool:
    return known is not None and all(getattr(known, name) == value for name, value in row.items())
