"""Answers that wait until somebody lets them go in the CRM, by the status (or another field) of their case."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from bridge.nouns import Actor, What
from bridge.store import schema

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection, Row

A, E = schema.action.c, schema.case_event.c
AWAITS = "approval"
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """Which value of which field of a case lets its answers go, and which one stops them."""

    value: str
    field: What = What.STATUS
    rejected: str = ""
    four_eyes: bool = False
    """Only somebody else than the author of an answer may let it go."""

    def question(self) -> str:
        """Return what an agent reads of an answer that waits."""
        who = " by somebody else" if self.four_eyes else ""
        return f"it waits until the {self.field} of the case is set to {self.value!r}{who}"


def follow(connection: Connection, target: str, approval: Approval) -> None:
    """Let answers go, or stop them, for which the case in the target says so since they were written."""
    waiting = select(schema.action).where(A.target == target, A.state == "review", A.awaits == AWAITS)
    for row in connection.execute(waiting.order_by(A.id)).all():
        for event in connection.execute(_events(target, row, approval)):
            changes = _meaning(row, event, approval)
            if changes:
                where = (A.id == row.id) & (A.state == "review")
                connection.execute(schema.action.update().where(where).values(changes))
                break


def _events(target: str, row: Row[Any], approval: Approval) -> Any:  # noqa: ANN401 - a query
    """Return what agents did with that field since the answer was written, the newest first."""
    return (
        select(schema.case_event)
        .where(E.target == target, E.case_ref == row.case_ref, E.what == str(approval.field))
        .where(E.actor == str(Actor.AGENT), E.at >= row.awaits_since)
        .order_by(E.at.desc(), E.id.desc())
    )


def _meaning(row: Row[Any], event: Row[Any], approval: Approval) -> dict[str, Any]:
    """Return what an event changes of an answer that waits, nothing if it is about something else."""
    if _says(event, approval.rejected):
        return {"state": "cancelled", "awaits": "", "reason": f"rejected by {event.actor_name or 'somebody'}"}
    if not _says(event, approval.value):
        return {}
    if approval.four_eyes:
        author, by = Who(row.actor, row.actor_id), Who(event.actor_name, event.actor_id)
        if not other_eyes(author, by):
            return {"reason": f"{approval.question()}; {_whose(author, by)}"}
    let_go = {"state": "queued", "reason": "", "awaits": "", "hold_until": max(row.hold_until, event.at)}
    return let_go | {"approved_by": event.actor_name or event.actor_id, "approved_at": event.at}


@dataclass(frozen=True, slots=True)
class Who:
    """A person, as far as it is told: name, and id in the target."""

    name: str
    id: str = ""


def other_eyes(author: Who, by: Who) -> bool:
    """Tell whether ``by`` is somebody else than the author: by id, else by names of which none holds the other.

    ``kim`` may be ``Kim Weber``, and of a number nobody knows whose it is: who cannot be told apart is not somebody else.
    """
    if author.id and by.id:
        return author.id != by.id
    one, other = _words(author.name), _words(by.name)
    return bool(one) and bool(other) and not one <= other and not other <= one


def _words(name: str) -> frozenset[str]:
    return frozenset(word for word in _WORD.findall(name.casefold()) if not word.isdecimal())


def _whose(author: Who, by: Who) -> str:
    if not (by.name or by.id):
        return "nobody knows who set it"
    same = author.id == by.id if author.id and by.id else bool(_words(by.name)) and bool(_words(author.name))
    return f"{by.name or by.id} wrote it" if same else f"whether {by.name or by.id} wrote it is not known"


def _says(event: Row[Any], value: str) -> bool:
    return bool(value) and value.casefold() in {event.value.casefold(), event.native.casefold()}
