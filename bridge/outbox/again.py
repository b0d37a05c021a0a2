"""Deliver once more what stands in a target, when something came late that belongs to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from bridge.outbox.order import IN_FLIGHT
from bridge.store import bulk, schema

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy.engine import Connection

D = schema.delivery.c


def deliver_again(connection: Connection, messages: Collection[int]) -> None:
    """Want a further version of these messages wherever they were sent; what is on its way is settled first."""
    query = select(D.id, D.state, D.wanted_version).where(
        D.thing == "message", D.sent_version > 0, D.state.in_(("delivered", "pending", *IN_FLIGHT))
    )
    rows = bulk.rows_where(connection, query.with_for_update(), D.subject_id, sorted(messages))
    changes = [
        {
            "id": row.id,
            "wanted_version": row.wanted_version + 1,
            "state": row.state if row.state in IN_FLIGHT else "pending",
        }
        for row in rows
    ]
    bulk.update(connection, schema.delivery, changes)
