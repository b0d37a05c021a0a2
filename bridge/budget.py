"""What a system still lets us do: one row for each, shared by all processes.

A token bucket keeps the calls per second exact over processes; ``pause_until`` carries a rate limit or a spent budget
to everybody at once. Buckets refill by database time.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from bridge.nouns import Share
from bridge.store import bulk, schema

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

    from bridge.store.store import Store

_BUDGET = schema.budget.c


def database_now(connection: Connection) -> datetime:
    """Return the database's clock; for the file of an embedded store that is the machine's own."""
    if connection.dialect.name == "sqlite":
        return datetime.now(UTC)
    now: datetime = connection.execute(select(func.clock_timestamp())).scalar_one()
    return now.astimezone(UTC)


def take(store: Store, name: str, *, per_second: float) -> float:
    """Take the right to one call to ``name``; returns 0, or the seconds after which to ask again.

    At most ``max(1, per_second)`` calls may come at once after a rest.
    """
    burst = max(1.0, per_second)
    with store.write("budget.take") as connection:
        now = database_now(connection)
        _ensure(connection, name, burst, now)
        row = connection.execute(
            select(_BUDGET.tokens, _BUDGET.refilled_at).where(_BUDGET.name == name).with_for_update()
        ).one()
        rested = max(0.0, (now - row.refilled_at).total_seconds())
        tokens = min(burst, row.tokens + rested * per_second)
        granted = tokens >= 1
        connection.execute(
            schema.budget.update().where(_BUDGET.name == name).values(tokens=tokens - granted, refilled_at=now)
        )
    return 0.0 if granted else (1 - tokens) / per_second


def pause(store: Store, name: str, until: datetime, share: Share = Share.ALL) -> None:
    """Let nobody call ``name`` out of ``share`` before ``until``; a longer pause that stands is kept."""
    name = _row(name, share)
    with store.write("budget.pause") as connection:
        _ensure(connection, name, 0.0, database_now(connection))
        shorter = _BUDGET.pause_until.is_(None) | (_BUDGET.pause_until < until)
        connection.execute(schema.budget.update().where(_BUDGET.name == name, shorter).values(pause_until=until))


def paused_until(connection: Connection, name: str, now: datetime, share: Share = Share.ALL) -> datetime | None:
    """Return until when ``name`` must not be called out of ``share``, None if it may be."""
    names = {name, _row(name, share)}
    until = connection.execute(select(func.max(_BUDGET.pause_until)).where(_BUDGET.name.in_(names))).scalar_one()
    return until if until is not None and until > now else None


def _row(name: str, share: Share) -> str:
    return name if share is Share.ALL else f"{name}:{share}"


def _ensure(connection: Connection, name: str, tokens: float, now: datetime) -> None:
    row = {"name": name, "tokens": tokens, "refilled_at": now, "pause_until": None}
    bulk.insert_new(connection, schema.budget, [row])
