"""How things stand: counts, connections, pauses, budgets, the last runs."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from bridge.errors import Exit
from bridge.queries.selection import SOMEBODY
from bridge.store.schema import (
    action,
    budget,
    case,
    customer,
    delivery,
    message,
    pause,
    progress,
    quarantine,
    resolved,
    run,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime, timedelta

    from sqlalchemy import ColumnElement, FromClause
    from sqlalchemy.engine import Connection

DELIVERY_STATES = ("pending", "delivered", "refused", "unknown", "waiting")
ACTION_STATES = ("held", "queued", "sent", "delivered", "refused", "cancelled", "unknown", "review")
GOOD = (Exit.OK, Exit.SET_ASIDE)
"""Exit codes of a run that came to its end; one with records set aside is one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionLine:
    """How the reading of one connection stands."""

    connection: str
    stream: str
    last_ok_at: datetime | None
    cursor_age_seconds: float | None
    """Since the cursor was last moved or confirmed."""
    lag_seconds: float | None
    """Since the newest message that was read, by the network's clock."""
    seen: int
    new: int
    quarantined: int
    other: int
    """Events that are no message: people, profiles, deletions."""
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RunLine:
    """One run in a list."""

    id: int
    command: str
    started_at: datetime
    ended_at: datetime | None
    exit_code: int | None
    counts: dict[str, Any]
    errors: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseLine:
    """A pause, by a person or a brake."""

    step: str
    connection: str
    by: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """Everything that ``casebridge status`` shows."""

    messages: int
    conversations: int
    customers: int
    cases: int
    deliveries: Mapping[str, int]
    quarantine: int
    actions: Mapping[str, int]
    connections: list[ConnectionLine]
    pauses: list[PauseLine]
    budget: list[dict[str, Any]]
    last_run: RunLine | None
    last_good_run_at: datetime | None
    warnings: list[str]
    unseen: Mapping[str, Sequence[str]]
    """What each source does not see of its network."""


def status(
    connection: Connection,
    now: datetime,
    warnings: tuple[str, ...] = (),
    unseen: Mapping[str, Sequence[str]] = MappingProxyType({}),
) -> Status:
    """Return how things stand at ``now``; ``unseen``: what each source does not see."""
    last = runs(connection, limit=1)
    open_rows = select(func.count()).select_from(quarantine).where(quarantine.c.state == "open")
    return Status(
        messages=_count(connection, message),
        conversations=connection.execute(select(func.count(resolved.c.conversation_id.distinct()))).scalar_one(),
        customers=_count(connection, customer, SOMEBODY),
        cases=_count(connection, case, case.c.redirect_to.is_(None)),
        deliveries=_states(connection, delivery, DELIVERY_STATES),
        quarantine=connection.execute(open_rows).scalar_one(),
        actions=_states(connection, action, ACTION_STATES),
        connections=_connections(connection, now),
        pauses=pauses(connection),
        budget=[dict(row) for row in connection.execute(select(budget).order_by(budget.c.name)).mappings()],
        last_run=last[0] if last else None,
        last_good_run_at=last_good_run(connection),
        warnings=list(warnings),
        unseen={name: list(each) for name, each in unseen.items()},
    )


def pauses(connection: Connection) -> list[PauseLine]:
    """Return the pauses in force."""
    rows = connection.execute(select(pause).order_by(pause.c.step, pause.c.connection)).mappings()
    return [PauseLine(**row) for row in rows]


def runs(connection: Connection, *, limit: int, before: int | None = None) -> list[RunLine]:
    """Return runs, the newest first."""
    query = select(run).order_by(run.c.id.desc()).limit(limit)
    if before is not None:
        query = query.where(run.c.id < before)
    return [_run(row) for row in connection.execute(query).mappings()]


def show_run(connection: Connection, number: int) -> RunLine | None:
    """Return one run, None if there is none of this number."""
    row = connection.execute(select(run).where(run.c.id == number)).mappings().first()
    return None if row is None else _run(row)


def last_good_run(connection: Connection) -> datetime | None:
    """Return when the last run ended that came to its end, None if none ever did."""
    query = select(run.c.ended_at).where(run.c.exit_code.in_(GOOD), run.c.ended_at.is_not(None))
    found: datetime | None = connection.execute(query.order_by(run.c.id.desc()).limit(1)).scalar_one_or_none()
    return found


def too_old(last_good: datetime | None, now: datetime, max_age: timedelta) -> bool:
    """Tell whether the last good run is longer ago than ``max_age``, or there is none."""
    return last_good is None or now - last_good > max_age


def _connections(connection: Connection, now: datetime) -> list[ConnectionLine]:
    query = select(progress).order_by(progress.c.connection, progress.c.stream)
    return [
        ConnectionLine(
            connection=row.connection,
            stream=row.stream,
            last_ok_at=row.last_ok_at,
            cursor_age_seconds=_age(row.last_ok_at, now),
            lag_seconds=_age(row.last_message_at, now),
            seen=row.seen,
            new=row.new,
            quarantined=row.quarantined,
            other=row.other,
            error=row.error,
        )
        for row in connection.execute(query)
    ]


def _age(then: datetime | None, now: datetime) -> float | None:
    return None if then is None else round((now - then).total_seconds(), 1)


def _run(row: Any) -> RunLine:  # noqa: ANN401 - a row of the run table
    values = dict(row)
    return RunLine(**values | {"counts": values["counts"] or {}, "errors": values["errors"] or []})


def _count(connection: Connection, table: FromClause, *conditions: ColumnElement[bool]) -> int:
    return connection.execute(select(func.count()).select_from(table).where(*conditions)).scalar_one()


def _states(connection: Connection, table: FromClause, always: tuple[str, ...]) -> dict[str, int]:
    found = {row[0]: row[1] for row in connection.execute(select(table.c.state, func.count()).group_by(table.c.state))}
    return dict.fromkeys(always, 0) | found
