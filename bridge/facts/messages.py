"""Messages as facts: new ones, further revisions, and the same one seen again.

Whatever came first: the winning revision is the greatest of (edit time, content hash); what a message links to is the
union of what any sighting said; and where sightings disagree on what never changes, as author or time, one value is
chosen by itself.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from bridge import features
from bridge.nouns import Direction, Mode
from bridge.store import bulk, schema

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from sqlalchemy.engine import Connection, Row

    from bridge.nouns import Message
    from bridge.reading import Reading

_NEVER = datetime(1, 1, 1, tzinfo=UTC)

_AGREED: Mapping[str, Callable[[list[Any]], Any]] = {
    "author_key": min,
    "sent_at": min,
    "kind": min,
    "direction": max,  # "out": who knows that it is ours knows more
    "public": min,  # what one source calls private is not answered in public
    "reach": max,
}
"""What sightings of one message may disagree on → which of the values that are known holds."""

_KNOWN = select(
    schema.message.c.id,
    schema.message.c.key,
    schema.message.c.hash,
    schema.message.c.edited_at,
    schema.message.c.connection,
    schema.message.c.seen_by,
    schema.message.c.answers,
    schema.message.c.answered_by,
    schema.message.c.thread,
    schema.message.c.facts,
    schema.profile.c.key.label("author_key"),
    *(schema.message.c[name] for name in _AGREED if name != "author_key"),
).select_from(schema.message.outerjoin(schema.profile, schema.profile.c.id == schema.message.c.author_id))

_LINKS = ("answers", "answered_by")


class Batch:
    """The messages of one page, by key."""

    def __init__(self) -> None:
        """Start empty."""
        self._sightings: dict[str, list[_Sighting]] = {}
        self._count = 0

    def add(self, reading: Reading, message: Message, now: datetime) -> None:
        """Take a sighting of a message."""
        sighting = _Sighting(reading, message, now)
        self._count += 1
        self._sightings.setdefault(sighting.row["key"], []).append(sighting)

    def store(self, connection: Connection, profile_ids: Mapping[str, int], now: datetime) -> tuple[int, int]:
        """Store and mark dirty what is new or changed; return (new, repeated) counts of sightings."""
        if not self._count:
            return 0, 0
        keys = sorted(self._sightings)
        known = {row.key: row for row in bulk.rows_where(connection, _KNOWN, schema.message.c.key, keys)}
        fresh = [key for key in keys if key not in known]
        created = _insert(connection, {key: self._sightings[key][0] for key in fresh}, profile_ids)
        stored_by_others = [key for key in fresh if key not in created]
        known.update(
            (row.key, row) for row in bulk.rows_where(connection, _KNOWN, schema.message.c.key, stored_by_others)
        )
        known.update(
            (row.key, row)
            for row in bulk.rows_where(
                connection, _KNOWN, schema.message.c.key, [key for key in created if len(self._sightings[key]) > 1]
            )
        )
        dirty = list(created.values())
        for key, sightings in sorted(self._sightings.items()):
            again = sightings[1:] if key in created else sightings
            if again and _see_again(connection, known[key], again, profile_ids, now):
                dirty.append(known[key].id)
        bulk.insert_new(
            connection, schema.dirty, [{"kind": "message", "key": str(id_)} for id_ in dict.fromkeys(dirty)]
        )
        return len(created), self._count - len(created)


class _Sighting:
    """One sighting of a message, as the rows that it would be."""

    __slots__ = ("attachments", "author", "raw", "row", "subject", "text")

    def __init__(self, reading: Reading, message: Message, now: datetime) -> None:
        self.text, self.subject = message.text, message.subject
        self.raw = features.raw_text(message) if reading.keep_raw else None
        self.author = message.author.key if message.author is not None else None
        self.attachments = message.attachments
        space = f"{message.network}/{message.scope}"
        self.row: dict[str, Any] = {
            "key": message.key,
            "network": message.network,
            "connection": reading.connection,
            "account": message.account,
            "unit": message.unit,
            "author_id": None,
            "direction": str(message.direction),
            "kind": str(message.kind),
            "public": message.public,
            "lang": message.lang,
            "sent_at": message.sent_at,
            "edited_at": message.edited_at,
            "received_at": now,
            "permalink": message.permalink or None,
            "thread": f"{space}#{message.thread}" if message.thread else None,
            "answers": _links(space, message.answers, message.key),
            "answered_by": _links(space, message.answered_by, message.key),
            "rating": message.rating,
            "reach": message.author.reach if message.author is not None else None,
            "missed": message.missed,
            "automatic": message.automatic,
            "mode": _mode(reading, message),
            "policy_id": reading.policies.get(message.unit) or reading.policies[""],
            "hash": features.content_hash(message),
            "deleted_at": None,
            "facts": features.named_facts(message, reading.patterns, reading.secret)
            if message.direction is Direction.IN
            else None,
            "seen_by": None,
            "extra": dict(message.extra) or None,
            "action_id": None,
        }

    @property
    def rank(self) -> tuple[datetime, str]:
        """Return what decides between revisions: edit time, then content."""
        return (self.row["edited_at"] or _NEVER, self.row["hash"])


def _mode(reading: Reading, message: Message) -> str:
    old = reading.live_since is not None and message.sent_at is not None and message.sent_at < reading.live_since
    return str(reading.old if old else Mode.LIVE)


def _links(space: str, native_ids: Sequence[str], own_key: str) -> list[str] | None:
    keys = {f"{space}/{native_id}" for native_id in native_ids if native_id}
    keys.discard(own_key)
    return sorted(keys) or None


def _insert(connection: Connection, fresh: Mapping[str, _Sighting], profile_ids: Mapping[str, int]) -> dict[str, int]:
    """Insert messages that were not there a moment ago; return the ids of those that this call inserted."""
    if not fresh:
        return {}
    ids = dict(zip(fresh, bulk.take_ids(connection, schema.message, len(fresh)), strict=True))
    deleted = _deleted_early(connection, fresh)
    rows = []
    for key, sighting in fresh.items():
        author = profile_ids[sighting.author] if sighting.author is not None else None
        rows.append({**sighting.row, "id": ids[key], "author_id": author, "deleted_at": deleted.get(key)})
    bulk.insert_new(connection, schema.message, rows)
    created = ids if connection.dialect.name == "sqlite" else _mine(connection, ids)
    written = [(created[key], sighting) for key, sighting in fresh.items() if key in created]
    bulk.insert_new(
        connection,
        schema.message_text,
        [{"message_id": id_, "subject": sighting.subject, "text": sighting.text} for id_, sighting in written],
    )
    bulk.insert_new(
        connection,
        schema.message_raw,
        [{"message_id": id_, "body": sighting.raw} for id_, sighting in written if sighting.raw is not None],
    )
    _insert_attachments(connection, written)
    return created


def _deleted_early(connection: Connection, keys: Iterable[str]) -> dict[str, datetime]:
    """Return when messages were deleted whose deletion came before themselves."""
    table = schema.tombstone
    if connection.execute(select(table.c.key).limit(1)).first() is None:
        return {}
    return {row.key: row.at for row in bulk.rows_where(connection, select(table), table.c.key, list(keys))}


def _mine(connection: Connection, ids: Mapping[str, int]) -> dict[str, int]:
    """Return those that got the id reserved for them; another collector stored the rest at the same time."""
    table = schema.message
    rows = bulk.rows_where(connection, select(table.c.key, table.c.id), table.c.key, list(ids))
    return {row.key: row.id for row in rows if ids[row.key] == row.id}


def _insert_attachments(connection: Connection, written: Sequence[tuple[int, _Sighting]]) -> None:
    rows = [
        {
            "message_id": id_,
            "position": position,
            "url": item.url,
            "path": item.path,
            "name": item.name,
            "mime": item.mime,
            "size": item.size,
            "state": "wanted",
            "reason": "",
            "sha256": "",
        }
        for id_, sighting in written
        for position, item in enumerate(sighting.attachments)
    ]
    bulk.insert_new(connection, schema.attachment, rows)


def _see_again(
    connection: Connection,
    known: Row[Any],
    sightings: Sequence[_Sighting],
    profile_ids: Mapping[str, int],
    now: datetime,
) -> bool:
    """Note further sightings of a stored message; tell whether anything that others depend on changed."""
    changes = _revise(connection, known, sightings, now) | _agree(known, sightings, profile_ids)
    for name in (*_LINKS, "facts"):
        before = set(getattr(known, name) or ())
        union = before.union(*(sighting.row[name] or () for sighting in sightings))
        if union != before:
            changes[name] = sorted(union)
    threads = [sighting.row["thread"] for sighting in sightings if sighting.row["thread"]]
    if known.thread is None and threads:
        changes["thread"] = min(threads)
    changed = bool(changes)
    before = set(known.seen_by or [known.connection])
    seen_by = before | {sighting.row["connection"] for sighting in sightings}
    if seen_by != before:
        changes["seen_by"] = sorted(seen_by)
    if changes:
        connection.execute(schema.message.update().where(schema.message.c.id == known.id).values(changes))
    return changed


def _agree(known: Row[Any], sightings: Sequence[_Sighting], profile_ids: Mapping[str, int]) -> dict[str, Any]:
    """Return what changes because a further sighting says otherwise, or says what was not known."""
    changes: dict[str, Any] = {}
    for name, choose in _AGREED.items():
        before = getattr(known, name)
        said = [before, *(each.author if name == "author_key" else each.row[name] for each in sightings)]
        holds = choose([value for value in said if value is not None] or [None])
        if holds != before:
            changes |= {"author_id": profile_ids[holds]} if name == "author_key" else {name: holds}
    return changes


def _revise(connection: Connection, known: Row[Any], sightings: Sequence[_Sighting], now: datetime) -> dict[str, Any]:
    """Keep every revision that is new, and return what changes if one of them wins."""
    stored = rank = (known.edited_at or _NEVER, known.hash)
    winner: _Sighting | None = None
    for sighting in sightings:
        if sighting.rank != stored:
            _keep_revision(connection, known.id, sighting, now)
        if sighting.rank > rank:
            rank, winner = sighting.rank, sighting
    if winner is None:
        return {}
    _replace_text(connection, known.id, winner)
    return {name: winner.row[name] for name in ("edited_at", "hash", "rating", "lang")}


def _keep_revision(connection: Connection, message_id: int, sighting: _Sighting, now: datetime) -> None:
    row = {
        "message_id": message_id,
        "edited_at": sighting.row["edited_at"],
        "hash": sighting.row["hash"],
        "subject": sighting.subject,
        "text": sighting.text,
        "seen_at": now,
    }
    bulk.insert_new(connection, schema.revision, [row])


def _replace_text(connection: Connection, message_id: int, winner: _Sighting) -> None:
    row = {"message_id": message_id, "subject": winner.subject, "text": winner.text}
    bulk.upsert(connection, schema.message_text, [row], key=("message_id",))
    if winner.raw is not None:
        bulk.upsert(
            connection, schema.message_raw, [{"message_id": message_id, "body": winner.raw}], key=("message_id",)
        )
