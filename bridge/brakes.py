"""Pauses, set by people or by the two brakes, and the allowances that let something go on.

The brakes watch live targets only: too many new cases within an hour pause delivering, too many answers or the same
text again and again pause publishing. What was announced with its count (``--accept N``) is no flood.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, or_, select

from bridge.app import TargetMode
from bridge.outbox.predicates import OPEN
from bridge.store import bulk, schema

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

    from bridge.app import Brakes, TargetSetup
    from bridge.store.store import Store

DELIVER, PUBLISH, COLLECT = "deliver", "publish", "collect"
BRAKE = "brake"
_DOING = {DELIVER: ("Delivering", "to"), PUBLISH: ("Publishing", "on"), COLLECT: ("Collecting", "from")}
HOUR = timedelta(hours=1)
WEEK = timedelta(days=7)
_HOURS_IN_WEEK = 168
_NO_FLOOD = 20

_PAUSE = schema.pause.c
_DELIVERY = schema.delivery.c
_ACTION = schema.action.c
_CLAIMED = _DELIVERY.owner != ""


@dataclass(frozen=True, slots=True)
class Paused:
    """A step that stands still: by whom, and why."""

    step: str
    connection: str
    by: str
    reason: str

    def __str__(self) -> str:
        """Return the sentence for whom it stops: a brake says all by itself."""
        if self.by == BRAKE:
            return self.reason
        why = f": {self.reason}" if self.reason else ""
        doing, where = _DOING[self.step]
        what = f"{doing} {where} {self.connection}" if self.connection else doing
        command = f"casebridge resume {self.step} {self.connection}".strip()
        return f"{what} is paused by {self.by or 'somebody'}{why}. Go on with: {command}"


def pause(store: Store, step: str, name: str, *, by: str, reason: str, now: datetime) -> None:
    """Stop a step of one connection, or of all with an empty ``name``; what is in flight ends."""
    row = {"step": step, "connection": name, "by": by, "reason": reason, "at": now}
    with store.write("pause") as connection:
        bulk.insert_new(connection, schema.pause, [row])


def resume(store: Store, step: str, name: str, *, accept: int = 0) -> bool:
    """Let a step go on, with an allowance of ``accept`` beyond the brake's limit; tells whether it was paused."""
    with store.write("resume") as connection:
        if accept:
            _put_allowance(connection, step, name, allowance(connection, step, name) + accept)
        where = (_PAUSE.step == step) & (_PAUSE.connection == name)
        return connection.execute(schema.pause.delete().where(where)).rowcount > 0


def paused(connection: Connection, step: str, name: str) -> Paused | None:
    """Return the pause that stops ``step`` for this connection, its own or one for all."""
    query = select(_PAUSE.step, _PAUSE.connection, _PAUSE.by, _PAUSE.reason).where(
        _PAUSE.step == step, _PAUSE.connection.in_(("", name, name.partition("@")[0]))
    )
    row = connection.execute(query.order_by(_PAUSE.connection)).first()
    return None if row is None else Paused(*row)


def allowance(connection: Connection, step: str, name: str) -> int:
    """Return how many more than the limit were announced."""
    setting = schema.setting.c
    value = connection.execute(select(setting.value).where(setting.name == _allowance_name(step, name))).scalar()
    return int(value or 0)


def spend_allowance(connection: Connection, step: str, name: str, count: int) -> None:
    """Use up part of an allowance."""
    if count > 0:
        _put_allowance(connection, step, name, max(0, allowance(connection, step, name) - count))


@dataclass(frozen=True, slots=True)
class Room:
    """How many may still be made now: ``free`` within the limit, ``allowed`` beyond it."""

    limit: int
    free: int
    allowed: int

    @property
    def total(self) -> int:
        """Return both together."""
        return self.free + self.allowed


def braked(setup: TargetSetup) -> bool:
    """Tell whether the brakes watch this target: a live one that is somebody's workplace."""
    return setup.mode is TargetMode.LIVE and setup.target.live_by_nature


def case_limit(connection: Connection, target: str, brakes: Brakes, now: datetime) -> int:
    """Return the limit of new cases an hour: the fixed one, and once a week is known the norm's multiple instead.

    The norm is that week's mean; a quiet week does not make a score of cases a flood.
    """
    made = (_DELIVERY.thing == "case") & (_DELIVERY.target == target)
    there = _DELIVERY.created_there_at
    first = connection.execute(select(func.min(there)).where(made, there.is_not(None))).scalar()
    if first is None or now - first < WEEK:
        return brakes.cases_per_hour
    week = connection.execute(
        select(func.count()).where(made, _DELIVERY.created_there_at > now - WEEK, _DELIVERY.created_there_at <= now)
    ).scalar_one()
    norm = week / _HOURS_IN_WEEK
    return max(min(brakes.cases_per_hour, _NO_FLOOD), round(brakes.norm_factor * norm))


def room_for_cases(connection: Connection, target: str, limit: int, now: datetime) -> Room:
    """Return how many cases may still be created in ``target``; those on their way count as made."""
    made = (_DELIVERY.thing == "case") & (_DELIVERY.target == target)
    within = connection.execute(select(func.count()).where(made, _DELIVERY.created_there_at > now - HOUR)).scalar_one()
    flying = connection.execute(
        select(func.count()).where(OPEN, made, _DELIVERY.ref == "", or_(_DELIVERY.state != "pending", _CLAIMED))
    ).scalar_one()
    return Room(limit, max(0, limit - within - flying), allowance(connection, DELIVER, target))


def trip_on_cases(connection: Connection, target: str, limit: int, now: datetime) -> str:
    """Pause delivering to ``target`` and return the reason."""
    waiting = connection.execute(
        select(func.count()).where(
            _DELIVERY.thing == "case", _DELIVERY.target == target, _DELIVERY.state == "pending", _DELIVERY.ref == ""
        )
    ).scalar_one()
    reason = (
        f"More than {limit} new cases within an hour would go to {target}; {waiting} wait. "
        f"If they are wanted: casebridge resume {DELIVER} {target} --accept {waiting}"
    )
    _trip(connection, DELIVER, target, reason, now)
    return reason


def room_for_answer(connection: Connection, name: str, text: str, brakes: Brakes, now: datetime) -> str:
    """Return why one more answer on this account must wait, empty if it may go; uses an allowance where one stands."""
    recent = (_ACTION.connection == name) & (_ACTION.sending_at > now - HOUR)
    total = connection.execute(select(func.count()).where(recent)).scalar_one()
    same = connection.execute(select(func.count()).where(recent, _ACTION.text == text)).scalar_one() if text else 0
    if total < brakes.answers_per_hour and same < brakes.identical_texts - 1:
        return ""
    if allowance(connection, PUBLISH, name):
        spend_allowance(connection, PUBLISH, name, 1)
        return ""
    what = (
        f"{brakes.answers_per_hour} answers within an hour"
        if total >= brakes.answers_per_hour
        else f"{brakes.identical_texts} identical texts within an hour"
    )
    waiting = connection.execute(
        select(func.count()).where(_ACTION.connection == name, _ACTION.state.in_(("held", "queued")))
    ).scalar_one()
    reason = (
        f"{what} on {name}; {waiting} wait. If they are wanted: casebridge resume {PUBLISH} {name} --accept {waiting}"
    )
    _trip(connection, PUBLISH, name, reason, now)
    return reason


def _trip(connection: Connection, step: str, name: str, reason: str, now: datetime) -> None:
    row = {"step": step, "connection": name, "by": BRAKE, "reason": reason, "at": now}
    bulk.insert_new(connection, schema.pause, [row])


def _allowance_name(step: str, name: str) -> str:
    return f"accept:{step}:{name}"


def _put_allowance(connection: Connection, step: str, name: str, count: int) -> None:
    row = {"name": _allowance_name(step, name), "value": count}
    bulk.upsert(connection, schema.setting, [row], key=("name",))
