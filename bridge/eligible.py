"""Whether a network takes an action now, and what could be done instead."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bridge import actions
from bridge.nouns import ActionKind, Eligibility
from bridge.retry import reading
from bridge.ways import ways

if TYPE_CHECKING:
    from sqlalchemy.engine import Row

    from bridge.app import App
    from bridge.contracts import Publisher
    from bridge.nouns import Action


def eligibility_of(publisher: Publisher, action: Action) -> Eligibility:
    """Ask the network; a text that is longer than it says cannot go either. Raises what ``reading`` raises."""
    found = reading(lambda: publisher.eligibility(action))
    longest = found.max_length
    if found.can and longest is not None and len(action.text) > longest:
        reason = f"the text has {len(action.text)} characters, {longest} are allowed"
        return Eligibility(can=False, reason=reason, alternatives=("a shorter text",), max_length=longest)
    return found


def instead(app: App, row: Row[Any], eligibility: Eligibility | None = None) -> tuple[str, ...]:
    """Return what could be done instead: for an answer other ways to the customer, before what the network says."""
    own = eligibility.alternatives if eligibility is not None else ()
    if row.kind != ActionKind.REPLY or row.case_id is None:
        return own
    with app.store.read() as connection:
        message = actions.message(connection, row.message_id)
    return own if message is None else ways(app, row.case_id, message, own, public=row.public)
