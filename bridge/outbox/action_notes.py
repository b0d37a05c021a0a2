"""What agents read in a case of what they asked for: a sentence for each state, and the way out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bridge.nouns import ActionKind

if TYPE_CHECKING:
    from sqlalchemy.engine import Row

_DONE = {
    ActionKind.REPLY: "Your answer was sent {where} on {network}.",
    ActionKind.LIKE: "The customer's message was liked on {network}.",
    ActionKind.HIDE: "The customer's message was hidden on {network}.",
    ActionKind.UNHIDE: "The customer's message is shown again on {network}.",
    ActionKind.DELETE_OWN: "Our answer was deleted on {network}.",
}
_SUBJECT = {
    ActionKind.REPLY: ("Your answer", "sent"),
    ActionKind.LIKE: ("The customer's message", "liked"),
    ActionKind.HIDE: ("The customer's message", "hidden"),
    ActionKind.UNHIDE: ("The customer's message", "shown again"),
    ActionKind.DELETE_OWN: ("Our answer", "deleted"),
}
BY_HAND, ANSWERED_BY_HAND = "by_hand", "answered_by_hand"
"""States of what a person does on the network: asked for, and done."""


def note_of(row: Row[Any]) -> str:  # noqa: PLR0911 - one line a state
    """Return what an agent is told when an action comes to its state, empty where there is no need.

    That it is held, waits or has arrived stands in the case's field (``state_line``) and is no news.
    """
    what, done = _SUBJECT[ActionKind(row.kind)]
    match row.state:
        case "sent":
            return _done(row)
        case "refused":
            return f"{what} was not {done}: {_ended(row.reason)}{_instead(row)}"
        case "review":
            return f"{what} was not {done} yet: {_ended(row.reason)}{_found(row)}{_decide(row)}"
        case "unknown":
            return f"{what} may have been {done}: {row.network} has not told ({row.reason}).{_look(row)}"
        case "cancelled" if row.reason != TAKEN_BACK:
            return f"{what} was not {done}: {_ended(row.reason)}"
        case "by_hand":
            return (
                f"{what} was not {done}: {_ended(row.reason)}{_instead(row)} Then: casebridge actions done A-{row.id}"
            )
        case "answered_by_hand":
            return f"Answered by hand on {row.network}: {row.reason}."
    return ""


def state_line(row: Row[Any]) -> str:
    """Return how it stands with an action, in one line."""
    what, done = _SUBJECT[ActionKind(row.kind)]
    where = f"{_where(row)} on {row.network}"
    match row.state:
        case "held":
            return f"{what} is held until {row.hold_until:%Y-%m-%d %H:%M:%S} UTC, then {done} {where}."
        case "queued" | "sending":
            return f"{what} waits to be {done} {where}{f': {row.reason}' if row.reason else ''}."
        case "delivered":
            return f"{what} was {done} {where} at {row.sent_at:%Y-%m-%d %H:%M} UTC and has arrived."
        case "sent":
            return f"{what} was {done} {where} at {row.sent_at:%Y-%m-%d %H:%M} UTC."
        case "cancelled":
            return f"{what} was not {done}: {_ended(row.reason)}"
    return note_of(row)


def _found(row: Row[Any]) -> str:
    pieces = dict.fromkeys(f"“{piece['text']}”" for piece in row.found or ())
    return (
        f" Write it anew without {', '.join(pieces)}, and it goes by itself; or let somebody look and decide:"
        if pieces
        else ""
    )


TAKEN_BACK = "the agent took it back"
"""The reason of a cancellation that needs no telling: who did it knows."""


def composed(row: Row[Any]) -> str:
    """Give the text of an answer that does not stand in the case."""
    when = f", not before {row.hold_until:%H:%M:%S} UTC" if row.state == "held" else ""
    return f"{row.actor or 'A colleague'} answers {_where(row)} on {row.network}{when}:\n\n{row.text}"


def _ended(reason: str) -> str:
    return reason if reason.endswith(("?", ".")) else f"{reason}."


def _done(row: Row[Any]) -> str:
    return _DONE[ActionKind(row.kind)].format(network=row.network, where=_where(row))


def _where(row: Row[Any]) -> str:
    return "in public" if row.public else "in private"


def _instead(row: Row[Any]) -> str:
    return f" Instead: {'; '.join(row.alternatives)}." if row.alternatives else ""


def _decide(row: Row[Any]) -> str:
    if row.awaits:
        return ""
    return f"{'' if row.found else ' Decide:'} casebridge actions approve A-{row.id}, or cancel A-{row.id}."


def _look(row: Row[Any]) -> str:
    return f" Look there: casebridge actions cancel A-{row.id} if it is there, retry A-{row.id} if not."
