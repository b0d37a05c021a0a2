"""The other facts of a page: what could not be read, deletions, delivery statuses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from bridge.features import safe_text
from bridge.store import bulk, schema

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.engine import Connection

    from bridge.nouns import Deleted, StatusSeen

_STATUS_TO_STATE = {"sent": "sent", "delivered": "delivered", "read": "delivered", "failed": "refused"}


def store_broken(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Set rows aside; one that was set aside before only counts up."""
    table = schema.quarantine
    by_fingerprint = {row["fingerprint"]: row for row in rows}
    known = {
        row.fingerprint: row
        for row in bulk.rows_where(
            connection, select(table.c.id, table.c.fingerprint, table.c.seen), table.c.fingerprint, list(by_fingerprint)
        )
    }
    bulk.insert_new(connection, table, [row for key, row in sorted(by_fingerprint.items()) if key not in known])
    bulk.update(connection, table, [{"id": row.id, "seen": row.seen + 1} for row in known.values()])


def store_deleted(connection: Connection, events: Sequence[Deleted]) -> int:
    """Mark messages as deleted on their network, also those that come only later; the earliest time wins."""
    table = schema.message
    earliest: dict[str, datetime] = {}
    for event in events:
        key = f"{event.network}/{event.scope}/{event.native_id}"
        earliest[key] = min(event.at, earliest.get(key, event.at))
    query = select(table.c.id, table.c.key, table.c.deleted_at)
    known = {row.key: row for row in bulk.rows_where(connection, query, table.c.key, sorted(earliest))}
    marked = [
        {"id": row.id, "deleted_at": earliest[key]}
        for key, row in known.items()
        if row.deleted_at is None or row.deleted_at > earliest[key]
    ]
    bulk.update(connection, table, marked)
    bulk.insert_new(connection, schema.dirty, [{"kind": "message", "key": str(row["id"])} for row in marked])
    early = [{"key": key, "at": at} for key, at in sorted(earliest.items()) if key not in known]
    bulk.insert_new(connection, schema.tombstone, early)
    return len(events)


def store_status(connection: Connection, events: Sequence[StatusSeen]) -> int:
    """Carry delivery statuses of our own posts to the actions that made them."""
    table = schema.action
    for event in events:
        state = _STATUS_TO_STATE.get(event.status)
        if state is None:
            continue
        where = (table.c.network == event.network) & (table.c.ref == event.native_id) & (table.c.state != "refused")
        connection.execute(table.update().where(where).values(state=state, reason=safe_text(event.reason)))
    return len(events)
