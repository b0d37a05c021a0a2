"""Write a batch: first deliveries by batch create, which cannot overwrite, later ones by id; one outcome per record."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from adapters.hubspot import channel
from adapters.hubspot.creating import Creation
from adapters.hubspot.names import CHANNEL, COMMUNICATIONS, NOTES
from adapters.hubspot.rendering import wanted
from adapters.hubspot.updating import Update
from bridge.errors import AuthError, BudgetSpent, RateLimited, Transient
from bridge.nouns import Refusal, Retry, Unknown, Written

if TYPE_CHECKING:
    from collections.abc import Sequence

    from adapters.hubspot.account import Account
    from adapters.hubspot.rendering import Wanted
    from bridge.nouns import Outcome, Record

_LATER = 10.0
_PARENTED = (NOTES, COMMUNICATIONS)


def write(account: Account, name: str, records: Sequence[Record]) -> list[Outcome]:
    """Write records of one object. Raises only where nothing was written."""
    if name == CHANNEL:
        return channel.write(account, records)
    outcomes: dict[int, Outcome] = {}
    repeats = _repeats(records)
    ready = {}
    for place, record in enumerate(records):
        if place not in repeats:
            made = wanted(account.owners.checked(record), account.schemas.of(name), parented=name in _PARENTED)
            if isinstance(made, Refusal):
                outcomes[place] = made
            else:
                ready[place] = made
    for kind, updating in ((Creation, False), (Update, True)):
        some = {place: each for place, each in ready.items() if bool(each.record.ref) is updating}
        if some:
            _do(kind(account, name), some, outcomes)
    for place, first in repeats.items():
        outcomes[place] = _once_more(outcomes[first])
    return [outcomes[place] for place in range(len(records))]


def _do(doing: Creation | Update, some: dict[int, Wanted], outcomes: dict[int, Outcome]) -> None:
    """Do one kind of writing; what stops it after something was written is told record by record."""
    rest: Outcome = Unknown("HubSpot said nothing of it")
    try:
        doing.do(list(some.values()))
    except (AuthError, BudgetSpent, Transient) as stop:
        touched = [*outcomes.values(), *doing.done.values()]
        if not any(isinstance(each, (Written, Unknown)) for each in touched):
            raise
        rest = Retry(stop.retry_after if isinstance(stop, RateLimited) else _LATER, str(stop))
    for place, each in some.items():
        outcomes[place] = doing.done.get(each.trace, rest)


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
