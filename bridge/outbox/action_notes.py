"""What agents read in a case of what they asked for: one sentence for each state, and the way out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bridge.nouns import ActionKind

if TYPE_CHECKING:
    from collections.abc import Sequence

_DONE = {
    ActionKind.REPLY: "Your answer was sent {where} on {network}.",
    ActionKind.LIKE: "The customer's message was liked on {network}.",
    ActionKind.HIDE: "The customer's message was hidden on {network}.",
    ActionKind.UNHIDE: "The customer's message is shown again on {network}.",
    ActionKind.DELETE_OWN: "Our answer was deleted on {network}.",
}
_NOT_DONE = {
    ActionKind.REPLY: "Your answer was not sent",
    ActionKind.LIKE: "The customer's message was not liked",
    ActionKind.HIDE: "The customer's message was not hidden",
    ActionKind.UNHIDE: "The customer's message was not shown again",
    ActionKind.DELETE_OWN: "Our answer was not deleted",
}


def done(kind: str, network: str, *, public: bool) -> str:
    """Say that it was done."""
    return _DONE[ActionKind(kind)].format(network=network, where="in public" if public else "in private")


def refused(kind: str, reason: str, alternatives: Sequence[str] | None) -> str:
    """Say that it was not done, why, and what could be done instead."""
    instead = f" Instead: {'; '.join(alternatives)}." if alternatives else ""
    return f"{_NOT_DONE[ActionKind(kind)]}: {reason}.{instead}"


def unknown(kind: str, network: str, reason: str, number: int) -> str:
    """Say that nobody knows."""
    what = _NOT_DONE[ActionKind(kind)].replace("was not", "may have been")
    look = (
        f"Look there: casebridge actions cancel A-{number} if it is there, casebridge actions retry A-{number} if not."
    )
    return f"{what}: {network} has not told ({reason}). {look}"


def asks(kind: str, reason: str) -> str:
    """Say that a person is asked before it is done."""
    return f"{_NOT_DONE[ActionKind(kind)]} yet: {reason}."


def first_note(row: Any, *, composed: bool) -> str:  # noqa: ANN401 - an action's row
    """Return what is to be said of an action that was just asked for, empty if there is nothing to say.

    ``composed``: its text does not stand in the case yet.
    """
    if row.state == "refused":
        return refused(row.kind, row.reason, row.alternatives)
    said = asks(row.kind, row.reason) if row.state == "review" else _goes(row) if composed else ""
    return f"{said}\n\n{row.text}" if composed else said


def _goes(row: Any) -> str:  # noqa: ANN401 - an action's row
    where = "in public" if row.public else "in private"
    return f"{row.actor} answers {where} on {row.network}, not before {row.hold_until:%H:%M:%S} UTC:"
