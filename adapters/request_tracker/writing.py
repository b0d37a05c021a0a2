"""Write a batch: first deliveries look for their key before they create, later ones go by number; one outcome each."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from adapters.request_tracker import messages, tickets, users
from adapters.request_tracker.errors import LATER
from adapters.request_tracker.names import QUEUE, TICKET, TRANSACTION, USER
from adapters.request_tracker.values import checked, required_of
from bridge.errors import AuthError, ConfigError, RateLimited, Transient, Uncertain
from bridge.nouns import Refusal, Retry, Unknown, Written

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from adapters.request_tracker.tracker import Tracker
    from bridge.nouns import ObjectSchema, Outcome, Record

    Doing = Callable[[Tracker, Mapping[int, tuple[Record, dict[str, Any]]], dict[int, Outcome]], None]

_CREATING: Mapping[str, Doing] = {USER: users.create, TICKET: tickets.create, TRANSACTION: messages.create}
_UPDATING: Mapping[str, Doing] = {USER: users.update, TICKET: tickets.update, TRANSACTION: messages.update}


def write(tracker: Tracker, name: str, records: Sequence[Record]) -> list[Outcome]:
    """Write records of one object. Raises only where nothing was written."""
    schema = tracker.schemas.of(name)
    done: dict[int, Outcome] = {}
    repeats = _repeats(records)
    new: dict[int, tuple[Record, dict[str, Any]]] = {}
    later: dict[int, tuple[Record, dict[str, Any]]] = {}
    for place, record in enumerate(records):
        if place in repeats:
            continue
        values = _checked(tracker, record, schema)
        if isinstance(values, Refusal):
            done[place] = values
        else:
            (later if record.ref else new)[place] = (record, values)
    for doing, some in ((_CREATING[name], new), (_UPDATING[name], later)):
        if some:
            _do(doing, tracker, some, done)
    for place, first in repeats.items():
        done[place] = _once_more(done[first])
    return [done[place] for place in range(len(records))]


def _checked(tracker: Tracker, record: Record, schema: ObjectSchema) -> dict[str, Any] | Refusal:
    required = required_of(schema)
    if record.object == TICKET:
        required |= tracker.schemas.mandatory(str(record.fields.get(QUEUE) or ""))
    return checked(record, schema, sorted(required))


def _do(
    doing: Doing, tracker: Tracker, some: Mapping[int, tuple[Record, dict[str, Any]]], done: dict[int, Outcome]
) -> None:
    """Do one kind of writing; what stops it after something was written is told record by record."""
    rest: Outcome
    try:
        doing(tracker, some, done)
    except Uncertain as lost:
        rest = Unknown(str(lost))
    except (AuthError, ConfigError, Transient) as stop:
        if not any(isinstance(each, (Written, Unknown)) for each in done.values()):
            raise
        rest = Retry(stop.retry_after if isinstance(stop, RateLimited) else LATER, str(stop))
    else:
        return
    for place in some:
        done.setdefault(place, rest)


def _repeats(records: Sequence[Record]) -> dict[int, int]:
    """Return the places of first deliveries whose key stands earlier in the batch, each with that place."""
    first: dict[str, int] = {}
    repeats = {}
    for place, record in enumerate(records):
        if not record.ref and first.setdefault(record.key, place) != place:
            repeats[place] = first[record.key]
    return repeats


def _once_more(outcome: Outcome) -> Outcome:
    return replace(outcome, created=False) if isinstance(outcome, Written) else outcome
