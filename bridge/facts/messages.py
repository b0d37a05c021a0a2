"""Messages as facts: new ones, further revisions, and the same one seen again (``again.py``)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from bridge.facts.again import KNOWN, see_again
from bridge.facts.heard import note_heard
from bridge.facts.sighting import Sighting
from bridge.store import bulk, schema

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy.engine import Connection

    from bridge.nouns import Message
    from bridge.reading import Reading


class Batch:
    """The messages of one page, by key."""

    def __init__(self) -> None:
        """Start empty."""
        self._sightings: dict[str, list[Sighting]] = {}
        self._count = 0

    def add(self, reading: Reading, message: Message, now: datetime) -> None:
        """Take a sighting of a message."""
        sighting = Sighting(reading, message, now)
        self._count += 1
        self._sightings.setdefault(sighting.row["key"], []).append(sighting)

    def store(self, connection: Connection, profile_ids: Mapping[str, int], now: datetime) -> tuple[int, int]:
        """Store and mark dirty what is new or changed; return (new, repeated) counts of sightings."""
        if not self._count:
            return 0, 0
        keys = sorted(self._sightings)
        known = {row.key: row for row in bulk.rows_where(connection, KNOWN, schema.message.c.key, keys)}
        fresh = [key for key in keys if key not in known]
        created = _insert(connection, {key: self._sightings[key][0] for key in fresh}, profile_ids)
        stored_by_others = [key for key in fresh if key not in created]
        known.update(
            (row.key, row) for row in bulk.rows_where(connection, KNOWN, schema.message.c.key, stored_by_others)
        )
        known.update(
            (row.key, row)
            for row in bulk.rows_where(
                connection, KNOWN, schema.message.c.key, [key for key in created if len(self._sightings[key]) > 1]
            )
        )
        note_heard(connection, (self._sightings[key][0].row for key in created))
        dirty = list(created.values())
        for row in sorted(known.values(), key=lambda row: row.id):
            again = self._sightings[row.key][1 if row.key in created else 0 :]
            if see_again(connection, row, again, profile_ids, now):
                dirty.append(row.id)
        bulk.insert_new(
            connection, schema.dirty, [{"kind": "message", "key": str(id_)} for id_ in dict.fromkeys(dirty)]
        )
        return len(created), self._count - len(created)


def _insert(connection: Connection, fresh: Mapping[str, Sighting], profile_ids: Mapping[str, int]) -> dict[str, int]:
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


def _insert_attachments(connection: Connection, written: Sequence[tuple[int, Sighting]]) -> None:
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
