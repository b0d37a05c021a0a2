"""Cases, with why they are what they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from bridge.queries.selection import Cut, matching, where_now
from bridge.store.schema import case, case_event, delivery, message, placement, resolved

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.engine import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFilter:
    """Which cases are wanted; empty means any."""

    status: str = ""
    reason: str = ""
    queue: str = ""
    priority: str = ""
    unit: str = ""
    customer: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseLine:
    """One case in a list."""

    id: int
    customer: int | None
    status: str
    reason: str
    priority: str
    queue: str
    network: str
    unit: str
    messages: int
    opened_at: datetime | None
    last_in_at: datetime | None
    first_reply_due: datetime | None
    foreign: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseDetail:
    """One case with everything that led to it."""

    case: CaseLine
    key: str
    anchor: str
    rules: dict[str, Any]
    joined_by: list[dict[str, Any]]
    previous: int | None
    closed_at: datetime | None
    resolve_due: datetime | None
    mode: str
    deliveries: list[dict[str, Any]]
    placed_in: list[dict[str, Any]]
    events: list[dict[str, Any]]


def list_cases(connection: Connection, wanted: CaseFilter, cut: Cut) -> list[CaseLine]:
    """Return cases, the newest first; those that became part of another are left out."""
    query = matching(
        select(case).where(case.c.redirect_to.is_(None)),
        {
            case.c.status: wanted.status,
            case.c.reason: wanted.reason,
            case.c.queue: wanted.queue,
            case.c.priority: wanted.priority,
            case.c.unit: wanted.unit,
            case.c.customer_id: wanted.customer,
        },
    )
    return [_line(row) for row in connection.execute(cut.of(query, case.c.id))]


def live_case(connection: Connection, number: int) -> int | None:
    """Return the number that case ``number`` has now, None if there never was one."""
    return where_now(connection, case, number)


def show_case(connection: Connection, number: int) -> CaseDetail | None:
    """Return a case (the one that ``number`` is part of now), None if there is none."""
    live = live_case(connection, number)
    if live is None:
        return None
    row = connection.execute(select(case).where(case.c.id == live)).one()
    return CaseDetail(
        case=_line(row),
        key=row.key,
        anchor=row.anchor,
        rules=row.rules or {},
        joined_by=row.joined_by or [],
        previous=row.previous_id,
        closed_at=row.closed_at,
        resolve_due=row.resolve_due,
        mode=row.mode,
        deliveries=_deliveries(connection, live),
        placed_in=_placed_in(connection, live),
        events=_events(connection, live),
    )


def first_message(connection: Connection, number: int) -> str | None:
    """Return the key of the message that a case is anchored on, None if there is no such case."""
    live = live_case(connection, number)
    if live is None:
        return None
    query = (
        select(message.c.key)
        .join(resolved, resolved.c.message_id == message.c.id)
        .where(resolved.c.case_id == live, message.c.direction == "in")
        .order_by(message.c.sent_at.is_(None), message.c.sent_at, message.c.key)
        .limit(1)
    )
    found: str | None = connection.execute(query).scalar_one_or_none()
    return found


def _line(row: Any) -> CaseLine:  # noqa: ANN401 - a row of the case table
    return CaseLine(
        id=row.id,
        customer=row.customer_id,
        status=row.status,
        reason=row.reason,
        priority=row.priority,
        queue=row.queue,
        network=row.network,
        unit=row.unit,
        messages=row.messages,
        opened_at=row.opened_at,
        last_in_at=row.last_in_at,
        first_reply_due=row.first_reply_due,
        foreign=f"{row.foreign_target}:{row.foreign_ref}" if row.foreign_ref else "",
    )


def _deliveries(connection: Connection, number: int) -> list[dict[str, Any]]:
    names = ("id", "target", "thing", "state", "ref", "url", "reason", "delivered_at")
    query = select(*(delivery.c[name] for name in names)).where(delivery.c.case_id == number).order_by(delivery.c.id)
    return [dict(row) for row in connection.execute(query).mappings()]


def _placed_in(connection: Connection, number: int) -> list[dict[str, Any]]:
    query = (
        select(placement.c.target, placement.c.case_ref)
        .join(resolved, resolved.c.message_id == placement.c.message_id)
        .where(resolved.c.case_id == number)
        .distinct()
        .order_by(placement.c.target, placement.c.case_ref)
    )
    return [dict(row) for row in connection.execute(query).mappings()]


def _events(connection: Connection, number: int) -> list[dict[str, Any]]:
    names = ("target", "case_ref", "at", "what", "value", "actor", "actor_name", "actor_id")
    events = [
        dict(row)
        for place in _placed_in(connection, number)
        for row in connection.execute(
            select(*(case_event.c[name] for name in names)).where(
                case_event.c.target == place["target"], case_event.c.case_ref == place["case_ref"]
            )
        ).mappings()
    ]
    return sorted(events, key=lambda event: (event["at"], event["target"], event["case_ref"]))
