"""One-shot changes to what stands in a target: links, tags, notes, redactions, a case opened again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bridge.nouns import AmendmentKind
from bridge.resolve.outbox import micros

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bridge.cases.model import Utterance
    from bridge.resolve.cases import Settled
    from bridge.resolve.outbox import Outbox


def amend(outbox: Outbox, one: Settled, target: str, messages: Sequence[Utterance]) -> None:
    """Want what a case's other parts, and what happened to its messages, ask for in a target."""
    _joined(outbox, one, target)
    for message in messages:
        _moved_or_deleted(outbox, one, target, message)
        if _reopens(outbox, one, target, message):
            _want(outbox, target, AmendmentKind.REOPEN, one.id, None, "The customer wrote again.", message=message.id)
    if one.new and one.row["previous_id"] is not None:
        _want(outbox, target, AmendmentKind.LINK, one.row["previous_id"], one.id, f"Followed by case C-{one.id}.")
    if one.new:
        _doubtful(outbox, one, target)


def dismiss(outbox: Outbox, target: str, case_id: int) -> None:
    """Tell the agents that a case which stands in a target is none any more; closing it is theirs."""
    _want(outbox, target, AmendmentKind.NOTE, case_id, None, "Casebridge counts this as no case any more.")
    _want(outbox, target, AmendmentKind.TAG, case_id, None, "no-case")


def redact(outbox: Outbox, target: str, case_id: int, message: int | None = None) -> None:
    """Cover the words of a message that was deleted on its network; without one those of the case, which has none left."""
    _want(outbox, target, AmendmentKind.REDACT, case_id, None, "deleted on the network", message=message)


def _doubtful(outbox: Outbox, one: Settled, target: str) -> None:
    """Link a new case with those that are perhaps about the same matter, ours and others'."""
    for other in one.linked:
        _want(outbox, target, AmendmentKind.LINK, other, one.id, f"Perhaps the same matter as case C-{one.id}.")
    for where, ref in one.linked_foreign:
        if where == target:
            _want(outbox, target, AmendmentKind.LINK, one.id, ref, f"Perhaps the same matter as {ref}.")


def _joined(outbox: Outbox, one: Settled, target: str) -> None:
    for other in one.others:
        row = outbox.row(target, "case", other)
        if row is not None and row.sent_version > 0:
            _want(outbox, target, AmendmentKind.LINK, other, one.id, f"Continued in case C-{one.id}.")
            _want(outbox, target, AmendmentKind.TAG, other, one.id, f"continued-in-C-{one.id}")


def _moved_or_deleted(outbox: Outbox, one: Settled, target: str, message: Utterance) -> None:
    row = outbox.row(target, "message", message.id)
    if row is None or row.delivered_version == 0:
        return
    if row.case_id is not None and row.case_id != one.id and row.case_id not in one.others:
        _want(outbox, target, AmendmentKind.LINK, row.case_id, one.id, f"Split off into case C-{one.id}.")
        note = f"Later messages on another matter are in case C-{one.id}."
        _want(outbox, target, AmendmentKind.NOTE, row.case_id, one.id, note)
    if message.deleted:
        redact(outbox, target, row.case_id or one.id, message.id)


def _reopens(outbox: Outbox, one: Settled, target: str, message: Utterance) -> bool:
    """Tell whether a new message of the customer asks for a closed case of ours to be opened again."""
    if (
        message.thanks
        or not message.inbound
        or message.deleted
        or one.row["foreign_target"] == target
        or message.at is None
    ):
        return False
    if not one.person.rows[message.id].fresh or outbox.placed(target, message.id):
        return False
    closings = sorted(
        (closing for closing in one.person.closings if closing.at <= message.at), key=lambda item: item.at
    )
    ours = {item.id for item in one.messages}
    relevant = [closing for closing in closings if closing.messages & ours]
    return bool(relevant) and relevant[-1].closed


def _want(
    outbox: Outbox,
    target: str,
    kind: AmendmentKind,
    case_id: int,
    other: int | str | None,
    text: str,
    *,
    message: int | None = None,
) -> None:
    """Want a change; ``other`` is a case of ours by number, or one of others by its id in the target."""
    anchor = f"amend:{kind}:{case_id}:{other or ''}:{message or ''}"
    key = outbox.key(anchor)
    spec = {"kind": str(kind), "case_id": case_id, "other_case_id": other, "message_id": message, "text": text}
    if isinstance(other, str):
        spec |= {"other_case_id": None, "other_ref": other}
    outbox.add(target, "amendment", key, None, case_id, sort=micros(outbox.now), spec=spec)
