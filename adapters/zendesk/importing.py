"""Tickets of the past: they are imported with their comments, each at its own time, and no trigger or survey runs.

Only while a ticket is imported can comments have times: what was said before goes with it, what follows is a comment of today.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adapters.zendesk.errors import Declined
from adapters.zendesk.names import COMMENTS, CREATED, DONE
from adapters.zendesk.rendering import fitting
from adapters.zendesk.values import instant
from adapters.zendesk.writing_comments import comment
from adapters.zendesk.writing_comments import said as said_in
from bridge.nouns import Refusal

if TYPE_CHECKING:
    from adapters.zendesk.account import Account
    from adapters.zendesk.rendering import Wanted


def dated(account: Account, ticket: Wanted, first: dict[str, Any]) -> dict[str, Any]:
    """Return what makes a ticket one of the past; ``first`` is its description as a comment.

    A message that does not fit is left out: it is refused when it comes by itself.
    """
    now = instant(account.surroundings.clock.now())
    schema = account.schemas.of(COMMENTS)
    past = () if ticket.key in account.bare else ticket.record.past or ()
    said = [each for record in past if not isinstance(each := fitting(record, schema), Refusal)]
    made = [(each, _comment(account, each)) for each in said]
    account.along[ticket.key] = [said_in(each) for each, body in made if body]
    comments = [first | _time(ticket, now), *(body | _time(each, now) for each, body in made if body)]
    times = [each[CREATED] for each in comments if CREATED in each]
    # Else it counts as solved today, and tomorrow an automation asks the customer how it was.
    solved = {"solved_at": max(times)} if times and ticket.fields.get("status") in DONE else {}
    return {"comments": comments, **_time(ticket, now), **solved}


def _comment(account: Account, each: Wanted) -> dict[str, Any]:
    """Return a comment, empty for one whose file is refused for good."""
    try:
        return comment(account, each)
    except Declined as declined:
        if declined.problem.passing:
            raise
        return {}


def _time(each: Wanted, now: str) -> dict[str, str]:
    """Return when something was said; Zendesk takes no time to come, and a network's clock may be ahead."""
    told = each.fields.get(CREATED)
    return {CREATED: min(told, now)} if told else {}
