"""Pauses: set by a person or a brake, looked at before every step that they concern."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import or_, select

from bridge.store import bulk, schema

if TYPE_CHECKING:
    from datetime import datetime

    from bridge.store.store import Store

STEPS = ("collect", "deliver", "publish")


def paused(store: Store, step: str, connection_name: str) -> str:
    """Return why a step is paused for a connection, empty if it is not. Acts within a page or a batch everywhere."""
    table = schema.pause
    mine = or_(table.c.connection == "", table.c.connection == connection_name)
    with store.read() as connection:
        row = connection.execute(select(table).where(table.c.step == step, mine)).first()
    return "" if row is None else f"{row.by or 'somebody'}: {row.reason or 'no reason given'}"


def pause(store: Store, step: str, connection_name: str, *, by: str, reason: str, now: datetime) -> None:
    """Pause a step for one connection, or for all (empty name)."""
    row = {"step": step, "connection": connection_name, "by": by, "reason": reason, "at": now}
    with store.write("pause") as connection:
        bulk.upsert(connection, schema.pause, [row], key=("step", "connection"))


def resume(store: Store, step: str, connection_name: str) -> int:
    """End pauses of a step: of one connection, or (empty name) all of them; returns how many ended."""
    table = schema.pause
    where = table.c.step == step
    if connection_name:
        where &= table.c.connection == connection_name
    with store.write("resume") as connection:
        return connection.execute(table.delete().where(where)).rowcount
