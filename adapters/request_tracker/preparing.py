"""Custom fields that carry our keys: looked for, and said exactly how to create, because REST cannot tick their queues."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapters.request_tracker.names import ANSWER, NAME, TICKET, TRANSACTION, USER, custom, custom_name
from bridge.nouns import Step

if TYPE_CHECKING:
    from collections.abc import Sequence

    from adapters.request_tracker.tracker import Tracker
    from bridge.nouns import KeyField

_APPLIES = {TICKET: "Tickets", TRANSACTION: "Ticket Transactions"}


def prepare(tracker: Tracker, wanted: Sequence[KeyField]) -> list[Step]:
    """Return a step for each key field, with what goes beside it."""
    return [_step(tracker, each) for each in wanted]


def missing(tracker: Tracker, wanted: KeyField) -> list[str]:
    """Return the custom fields that an object lacks for our key and for what goes beside it."""
    beside = {TICKET: (tracker.settings.tags_field, ANSWER), TRANSACTION: (tracker.settings.change_field,)}
    needed = [custom_name(wanted.field), *beside[wanted.object]]
    return [name for name in needed if name and custom(name) not in tracker.schemas.of(wanted.object).fields]


def by_hand(tracker: Tracker, object_name: str, names: Sequence[str]) -> str:
    """Say how a person creates custom fields."""
    told = {tracker.settings.tags_field: "Enter multiple values", ANSWER: "Fill in one text area"}
    kinds = ", ".join(f"{name} ({told.get(name, 'Enter one value')})" for name in names)
    return (
        f"Load adapters/request_tracker/package/initialdata.pl with rt-setup-database --action insert --datafile, or: "
        f"Admin > Custom Fields > Create: {kinds}, Applies to {_APPLIES[object_name]}; then Applies to > "
        f"{', '.join(tracker.settings.queues)} (or globally), and Group or User Rights: let {tracker.settings.user} see, modify and set them initially."
    )


def _step(tracker: Tracker, wanted: KeyField) -> Step:
    if wanted.object == USER:
        ours = wanted.field == NAME
        return Step(
            f"{USER}.{wanted.field} is there", done=ours, manual="" if ours else "Write key: Name in person.yaml."
        )
    lacking = missing(tracker, wanted)
    if not lacking:
        return Step(f"{wanted.object}.{wanted.field} is there", done=True)
    text = f"custom fields of {wanted.object} are missing: {', '.join(lacking)}"
    return Step(text, done=False, manual=by_hand(tracker, wanted.object, lacking))
