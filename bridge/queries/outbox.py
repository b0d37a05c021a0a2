"""Deliveries and actions: what goes out, and how far it got."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from bridge.document_faults import did_you_mean
from bridge.errors import ConfigError
from bridge.queries.selection import Cut, matching
from bridge.store.schema import action, delivery

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Select
    from sqlalchemy.engine import Connection

WHERE = {
    "id": delivery.c.id,
    "target": delivery.c.target,
    "thing": delivery.c.thing,
    "state": delivery.c.state,
    "field": delivery.c.field,
    "key": delivery.c.key,
    "ref": delivery.c.ref,
    "case": delivery.c.case_id,
    "reason": delivery.c.reason,
}
"""What ``--where name=value`` may name; ``reason`` is found as a part, all others as a whole."""

STATES = (
    "pending",
    "sending",
    "accepted",
    "unknown",
    "delivered",
    "refused",
    "waiting",
    "gone",
    "dropped",
    "not_needed",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryLine:
    """One outbox row in a list."""

    id: int
    target: str
    thing: str
    state: str
    subject: int | None
    case: int | None
    attempts: int
    reason: str
    field: str
    ref: str
    next_at: datetime | None
    delivered_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionLine:
    """One action in a list; its text only if asked for."""

    id: int
    kind: str
    state: str
    connection: str
    network: str
    public: bool
    case: int | None
    message: int | None
    actor: str
    reason: str
    alternatives: list[str]
    found: list[str]
    """Kinds of personal data because of which it is held; with what stands there if the text is asked for."""
    overrides: list[dict[str, Any]]
    """Who let it go although something was found, when, and what."""
    asked_at: datetime
    hold_until: datetime | None
    sent_at: datetime | None
    ref: str
    text: str | None = None


def list_deliveries(connection: Connection, where: Sequence[str], cut: Cut) -> list[DeliveryLine]:
    """Return deliveries, the newest first; ``where`` as ``name=value``. Raises ``ConfigError`` for an unknown name."""
    return [_delivery(row) for row in connection.execute(cut.of(_where(select(delivery), where), delivery.c.id))]


def delivery_numbers(connection: Connection, where: Sequence[str]) -> list[int]:
    """Return the numbers of all deliveries that match, ascending. Raises ``ConfigError`` for an unknown name."""
    return list(connection.execute(_where(select(delivery.c.id), where).order_by(delivery.c.id)).scalars())


def show_delivery(connection: Connection, number: int) -> Mapping[str, Any] | None:
    """Return all of an outbox row, None if there is none of this number."""
    row = connection.execute(select(delivery).where(delivery.c.id == number)).mappings().first()
    return None if row is None else dict(row)


def list_actions(connection: Connection, state: str, cut: Cut, *, show_text: bool = False) -> list[ActionLine]:
    """Return actions, the newest first, of one state or (empty) of any."""
    query = cut.of(matching(select(action), {action.c.state: state}), action.c.id)
    return [_action(row, show_text=show_text) for row in connection.execute(query)]


def show_action(connection: Connection, number: int, *, show_text: bool = False) -> ActionLine | None:
    """Return one action, None if there is none of this number."""
    row = connection.execute(select(action).where(action.c.id == number)).first()
    return None if row is None else _action(row, show_text=show_text)


def _where(query: Select[Any], where: Sequence[str]) -> Select[Any]:
    for each in where:
        name, equals, value = each.partition("=")
        if not equals or name not in WHERE:
            message = f"--where {each}: write name=value, where name is one of {', '.join(WHERE)}."
            raise ConfigError(message)
        if name == "state" and value not in STATES:
            message = f"--where {each}: there is no such state{did_you_mean(value, STATES)} The states are {', '.join(STATES)}."
            raise ConfigError(message)
        column = WHERE[name]
        if name == "reason":
            query = query.where(column.contains(value, autoescape=True))
        elif name in {"id", "case"}:
            query = query.where(column == _number(each, value))
        else:
            query = query.where(column == value)
    return query


def _number(condition: str, value: str) -> int:
    digits = value.lstrip("CDcd").lstrip("-")
    if not (digits.isascii() and digits.isdigit() and len(digits) < 19):
        message = f"--where {condition}: this is no number; write it as C-12, D-12 or 12."
        raise ConfigError(message)
    return int(digits)


def _delivery(row: Any) -> DeliveryLine:  # noqa: ANN401 - a row of the delivery table
    return DeliveryLine(
        id=row.id,
        target=row.target,
        thing=row.thing,
        state=row.state,
        subject=row.subject_id,
        case=row.case_id,
        attempts=row.attempts,
        reason=row.reason,
        field=row.field,
        ref=row.ref,
        next_at=row.next_at,
        delivered_at=row.delivered_at,
    )


def _action(row: Any, *, show_text: bool) -> ActionLine:  # noqa: ANN401 - a row of the action table
    return ActionLine(
        id=row.id,
        kind=row.kind,
        state=row.state,
        connection=row.connection,
        network=row.network,
        public=row.public,
        case=row.case_id,
        message=row.message_id,
        actor=row.actor,
        reason=row.reason,
        alternatives=row.alternatives or [],
        found=_found(row.found, show_text=show_text),
        overrides=[
            {"by": each["by"], "at": each["at"], "found": _found(each["found"], show_text=show_text)}
            for each in row.overrides or ()
        ],
        asked_at=row.asked_at,
        hold_until=row.hold_until,
        sent_at=row.sent_at,
        ref=row.ref,
        text=row.text if show_text else None,
    )


def _found(pieces: list[dict[str, str]] | None, *, show_text: bool) -> list[str]:
    told = (f"{piece['kind']}: {piece['text']}" if show_text else piece["kind"] for piece in pieces or ())
    return list(dict.fromkeys(told))
