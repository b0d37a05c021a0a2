"""Why a record or an answer is where it is on its way out; what a row in the quarantine lacks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from bridge.brakes import paused
from bridge.explaining.words import count, when
from bridge.store import schema

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.engine import Connection, Row

    from bridge.app import App

_D, _A, _Q = schema.delivery.c, schema.action.c, schema.quarantine.c

_LETTERS = {"case": "C", "message": "M", "person": "P"}
_STATES = {
    "pending": "The next sync delivers it.",
    "sending": "It is being sent; if that process died, the next sync looks whether it arrived.",
    "accepted": "The target took it and says later what became of it.",
    "unknown": "Nobody knows yet whether it arrived; the next sync looks before it sends anything again.",
    "refused": "It is tried again after: casebridge deliveries retry D-{}",
    "dropped": "It is tried again after: casebridge deliveries retry D-{}",
    "gone": "People deleted it there, so it is not brought back.",
}
_ACTIONS = {
    "held": "It is held until then, so that the agent can take it back; the first sync after that sends it.",
    "queued": "The next sync sends it.",
    "sending": "It is being sent; if that process died, the next sync asks the network.",
    "review": "It waits for you: casebridge actions approve A-{0}, or casebridge actions cancel A-{0}",
    "unknown": "Look on the network. If it is not there: casebridge actions retry A-{0}; if it is: casebridge actions cancel A-{0}",
    "refused": "It is sent again after: casebridge actions retry A-{0}",
}


def delivery(connection: Connection, _app: App, number: int) -> Iterator[str]:
    """Say what a delivery is, how far it got, and what it waits for."""
    row = connection.execute(select(schema.delivery).where(_D.id == number)).one()
    yield _record(row)
    if row.delivered_version:
        newer = f", and version {row.wanted_version} is wanted" if row.wanted_version > row.delivered_version else ""
        done = "It was done" if row.thing == "amendment" else f"It stands there as {row.ref}, brought up to date"
        yield f"{done} {when(row.delivered_at)}{newer}."
    if row.reason:
        field = f" (field {row.field})" if row.field else ""
        yield f"Reason{field}: {row.reason}"
    if row.waiting_for:
        yield from _waits_for(connection, row)
    elif row.state in _STATES:
        yield _STATES[row.state].format(number)
    if row.next_at is not None:
        yield f"It is tried again {when(row.next_at)}, after {count(row.attempts, 'attempt')}."
    pause = paused(connection, "deliver", row.target)
    if pause is not None:
        yield str(pause)


def _record(row: Row[Any]) -> str:
    if row.thing == "amendment":
        spec = row.spec or {}
        what = f"a {spec.get('kind', 'change')} for case C-{row.case_id}"
        text = f" (“{spec['text']}”)" if spec.get("text") else ""
        return f"D-{row.id} is {what}{text} in {row.target}: {row.state}."
    return f"D-{row.id} delivers the {row.thing} {_LETTERS[row.thing]}-{row.subject_id} to {row.target} under the key {row.key}: {row.state}."


def _waits_for(connection: Connection, row: Row[Any]) -> Iterator[str]:
    query = select(_D.id, _D.thing, _D.state, _D.reason).where(_D.target == row.target, _D.key == row.waiting_for)
    other = connection.execute(query).first()
    if other is None:
        yield f"It waits for {row.waiting_for}."
    else:
        reason = f": {other.reason}" if other.reason else ""
        yield f"It waits for its {other.thing}, D-{other.id}, which is {other.state}{reason}."


def action(connection: Connection, _app: App, number: int) -> Iterator[str]:
    """Say what an action is, where it goes, and what it waits for."""
    row = connection.execute(select(schema.action).where(_A.id == number)).one()
    whom = f" to M-{row.message_id}" if row.message_id is not None else ""
    way = "public" if row.public else "private"
    yield (
        f"A-{number} is a {way} {row.kind}{whom} on {row.network or 'no network'}, "
        f"asked for by {row.actor or 'nobody named'} in {row.case_ref} {when(row.asked_at)}: {row.state}."
    )
    if row.reason:
        yield f"Reason: {row.reason}"
    if row.alternatives:
        yield f"Instead: {'; '.join(row.alternatives)}."
    if row.state == "sent":
        yield f"It was sent {when(row.sent_at)} and stands there as {row.ref}."
    if row.state in {"held", "queued"} and row.hold_until is not None:
        yield f"It goes at the earliest {when(row.hold_until)}."
    if row.state in _ACTIONS:
        yield _ACTIONS[row.state].format(number)
    pause = paused(connection, "publish", row.connection)
    if pause is not None and row.state in {"held", "queued"}:
        yield str(pause)


def set_aside(connection: Connection, _app: App, number: int) -> Iterator[str]:
    """Say why a row cannot be read, and how it is repaired."""
    row = connection.execute(select(schema.quarantine).where(_Q.id == number)).one()
    yield f"Q-{number} from {row.connection}, {row.place}: {row.reason} ({row.state}, seen {count(row.seen, 'time')})."
    if row.state == "open":
        yield f"See it: casebridge quarantine show Q-{number} --show-text"
        yield f"Repair it: casebridge quarantine replay Q-{number} --set FIELD=VALUE"
