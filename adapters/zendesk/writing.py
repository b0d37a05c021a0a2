"""Write a batch: few records one by one, many as a job; one outcome per record."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from adapters.zendesk.names import COMMENTS, TICKETS, USERS
from adapters.zendesk.rendering import wanted
from adapters.zendesk.writing_comments import Comments
from adapters.zendesk.writing_tickets import Tickets
from adapters.zendesk.writing_users import Users
from bridge.errors import AuthError, BudgetSpent, RateLimited, Transient
from bridge.nouns import Refusal, Retry, Unknown, Written

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from adapters.zendesk.account import Account
    from adapters.zendesk.rendering import Wanted
    from adapters.zendesk.sending import Sending
    from bridge.nouns import Outcome, Record

_LATER = 10.0
WRITERS: Mapping[str, type[Sending]] = {USERS: Users, TICKETS: Tickets, COMMENTS: Comments}


def write(account: Account, name: str, records: Sequence[Record]) -> list[Outcome]:
    """Write records of one object. Raises only where nothing was written."""
    schema = account.schemas.of(name)
    outcomes: dict[int, Outcome] = {}
    ready: dict[int, Wanted] = {}
    repeats = _repeats(records)
    for place, record in enumerate(records):
        if place not in repeats:
            made = wanted(record, schema)
            if isinstance(made, Refusal):
                outcomes[place] = made
            else:
                ready[place] = made
    if ready:
        _do(WRITERS[name](account), ready, outcomes)
    for place, first in repeats.items():
        outcomes[place] = _once_more(outcomes[first])
    return [outcomes[place] for place in range(len(records))]


def _do(sending: Sending, ready: Mapping[int, Wanted], outcomes: dict[int, Outcome]) -> None:
    """Send; what stops it after something was written is told record by record."""
    rest: Outcome = Unknown("Zendesk said nothing of it")
    try:
        sending.do(list(ready.values()))
    except (AuthError, BudgetSpent, Transient) as stop:
        if not any(isinstance(each, (Written, Unknown)) or hasattr(each, "job") for each in sending.done.values()):
            raise
        rest = Retry(stop.retry_after if isinstance(stop, RateLimited) else _LATER, str(stop))
    for place, each in ready.items():
        outcomes[place] = sending.done.get((each.key, each.ref), rest)


def _repeats(records: Sequence[Record]) -> dict[int, int]:
    """Return the places of records that stand earlier in the batch, each with that place."""
    first: dict[tuple[str, str], int] = {}
    repeats = {}
    for place, record in enumerate(records):
        if first.setdefault((record.key, record.ref), place) != place:
            repeats[place] = first[record.key, record.ref]
    return repeats


def _once_more(outcome: Outcome) -> Outcome:
    return replace(outcome, created=False) if isinstance(outcome, Written) else outcome
