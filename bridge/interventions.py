"""What people do by hand to single deliveries and actions: try again, give up, let go, stop."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from bridge.approvals import Who, other_eyes
from bridge.holding import override
from bridge.store import bulk, schema

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime

    from sqlalchemy import Table
    from sqlalchemy.engine import Connection, Row

    from bridge.store.store import Store

_AGAIN = {"reason": "", "field": "", "waiting_for": "", "attempts": 0, "next_at": None}

RETRY: Mapping[str, Mapping[str, object]] = {
    "refused": _AGAIN | {"state": "pending"},
    "waiting": _AGAIN | {"state": "pending"},
    "dropped": _AGAIN | {"state": "pending"},
    "pending": _AGAIN,
    # What may have been written is looked up first, and sent only if it is not there.
    "unknown": {"next_at": None},
}
"""State of a delivery → what trying again changes. What is in flight, delivered or gone cannot be tried again."""

NOT_THERE = "not there"
"""Stands for the state of what is not in the store."""

OWN = "of the same author, as far as can be told"
"""Stands for the state of an answer that needs other eyes."""

DROPPABLE = ("pending", "refused", "waiting", "unknown")
"""States of deliveries that can be given up; what is in flight is settled first."""

APPROVABLE, CANCELLABLE, REPEATABLE, BY_HAND = (
    ("held", "review"),
    ("held", "queued", "review", "unknown", "by_hand"),
    ("refused", "unknown"),
    ("by_hand", "refused"),
)
"""States of actions that can be let go, stopped, tried again, said to have been done on the network."""


def retry_deliveries(store: Store, ids: Collection[int]) -> Counter[str]:
    """Let deliveries be tried again at once; returns how many by what became of them (``retried`` or their state)."""
    done: Counter[str] = Counter()
    with store.write("retry") as connection:
        for id_, state in _states(connection, schema.delivery, ids):
            if changes := RETRY.get(state):
                _set(connection, schema.delivery, id_, **changes)
            done["retried" if changes else state] += 1
    return done


def drop_deliveries(store: Store, ids: Collection[int], *, by: str) -> Counter[str]:
    """Give deliveries up; returns how many by what became of them (``dropped``, or the state that forbids it)."""
    done: Counter[str] = Counter()
    with store.write("drop") as connection:
        for id_, state in _states(connection, schema.delivery, ids):
            if state in DROPPABLE:
                _set(connection, schema.delivery, id_, state="dropped", reason=f"dropped by {by}", next_at=None)
                connection.execute(schema.frozen.delete().where(schema.frozen.c.delivery_id == id_))
            done["dropped" if state in DROPPABLE else state] += 1
    return done


def approve_actions(
    store: Store, ids: Collection[int], now: datetime, *, by: str, four_eyes: Collection[str] = ()
) -> Counter[str]:
    """Let held answers go at once; returns how many by what became of them (``queued``, or the state that forbids it).

    Who lets go what holds personal data is recorded, with what was found. ``four_eyes``: the targets whose answers only somebody else than the author may let go; others are ``OWN``.
    """
    let_go = {"state": "queued", "hold_until": now, "reason": "", "awaits": "", "approved_by": by, "approved_at": now}
    table = schema.action.c
    query = select(table.id, table.actor, table.actor_id).where(table.target.in_(sorted(four_eyes)))
    with store.read() as connection:
        rows = bulk.rows_where(connection, query, table.id, ids)
        own = {row.id for row in rows if not other_eyes(Who(row.actor, row.actor_id), Who(by))}
    done: Counter[str] = Counter({OWN: len(own)} if own else {})
    with store.write("actions") as connection:
        for row in _actions(connection, set(ids) - own):
            if row.state in APPROVABLE:
                overridden = {"found": None, "overrides": override(row, by, now)} if row.found else {}
                _set(connection, schema.action, row.id, **let_go, **overridden)
            done["queued" if row.state in APPROVABLE else row.state] += 1
    return done + Counter({NOT_THERE: len(set(ids)) - done.total()})


def cancel_actions(store: Store, ids: Collection[int], *, by: str) -> Counter[str]:
    """Stop answers that were not sent; returns how many by what became of them."""
    return _move(store, ids, CANCELLABLE, {"state": "cancelled", "reason": f"cancelled by {by}"})


def done_actions(store: Store, ids: Collection[int], *, by: str) -> Counter[str]:
    """Note that somebody answered on the network what could not be sent; returns how many by what became of them."""
    return _move(store, ids, BY_HAND, {"state": "answered_by_hand", "reason": f"by {by}"})


def retry_actions(store: Store, ids: Collection[int], now: datetime) -> Counter[str]:
    """Send answers again that were refused, or of which a person found that they are not there."""
    return _move(store, ids, REPEATABLE, {"state": "queued", "hold_until": now, "reason": "", "attempts": 0})


def _move(store: Store, ids: Collection[int], allowed: tuple[str, ...], changes: Mapping[str, object]) -> Counter[str]:
    done: Counter[str] = Counter()
    with store.write("actions") as connection:
        for id_, state in _states(connection, schema.action, ids):
            if state in allowed:
                _set(connection, schema.action, id_, **changes)
            done[str(changes["state"]) if state in allowed else state] += 1
    return done


def _states(connection: Connection, table: Table, ids: Collection[int]) -> list[tuple[int, str]]:
    """Return number and state of each; ``not there`` for what is not."""
    query = select(table.c.id, table.c.state).order_by(table.c.id).with_for_update()
    found = {row.id: row.state for row in bulk.rows_where(connection, query, table.c.id, ids)}
    return [(id_, found.get(id_, NOT_THERE)) for id_ in sorted(set(ids))]


def _actions(connection: Connection, ids: Collection[int]) -> list[Row[Any]]:
    query = select(schema.action).order_by(schema.action.c.id).with_for_update()
    return list(bulk.rows_where(connection, query, schema.action.c.id, ids))


def _set(connection: Connection, table: Table, id_: int, **values: object) -> None:
    connection.execute(table.update().where(table.c.id == id_).values(**values))
