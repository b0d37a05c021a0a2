"""What a target tells by calls is known at once, and once: the poll that follows finds nothing new."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson
import pytest

from bridge.contracts import HookRequest, HookResponse, Listener, Target
from bridge.hooked import inbox_of
from bridge.inbox import Call, digest_of
from bridge.nouns import ActivityPage, Actor, Answer, Cursor
from bridge.store import schema
from tests.bridge.outbox.test_faults import dying_at
from tests.bridge.outbox.world import CRM

if TYPE_CHECKING:
    from tests.bridge.answering.conftest import Desk


class Told(Listener):
    """Listens to a CRM that tells of answers by their numbers; a number that the CRM does not know is read there in vain."""

    def __init__(self, desk: Desk) -> None:
        """Read in a CRM."""
        self._desk = desk

    @classmethod
    def beside(cls, target: Target) -> Told:
        """Refuse: a desk is needed."""
        raise TypeError(target)

    def handshake(self, request: HookRequest) -> HookResponse | None:
        """Return None."""

    def verify(self, request: HookRequest) -> None:
        """Let everybody call."""

    def parse(self, request: HookRequest) -> ActivityPage:
        """Return the answer as the poll reads it."""
        said = orjson.loads(request.body)
        answer = Answer(
            native_id=said["id"],
            case_ref=said["case"],
            at=self._desk.world.clock.now(),
            actor=Actor.AGENT,
            public=True,
            text=said["text"],
        )
        return ActivityPage((answer,), Cursor())


def calls(desk: Desk, *bodies: bytes) -> None:
    """Let the CRM call."""
    desk.world.change(listener=Told(desk))
    inbox, now = inbox_of(desk.world.app), desk.world.clock.now()
    with inbox.writing() as connection:
        requests = [HookRequest("POST", f"/hooks/{CRM}", {}, {}, body) for body in bodies]
        inbox.keep(connection, [Call(CRM, now, each, digest_of(each.body)) for each in requests])


def told(desk: Desk, case: int, id_: str, text: str) -> bytes:
    """Return the body of a call about an answer."""
    return orjson.dumps({"id": id_, "case": desk.world.row("case", case).ref, "text": text})


def test_an_answer_that_came_by_a_call_is_the_one_that_is_polled(desk: Desk) -> None:
    case = desk.case()
    id_ = desk.answer(case, "We look into it.")
    calls(desk, told(desk, case, id_, "We look into it."))
    for _ in range(2):
        desk.write_back()
    assert [row.text for row in desk.actions()] == ["We look into it."]
    assert inbox_of(desk.world.app).backlog() == {}


def test_a_call_that_nobody_understands_is_set_aside_and_stops_no_other(desk: Desk) -> None:
    case = desk.case()
    calls(desk, b"[1]", told(desk, case, "late", "We come today."))
    desk.write_back()
    assert [row.text for row in desk.actions()] == ["We come today."]
    (row,) = desk.world.all(schema.quarantine)
    assert (row.connection, row.raw) == (CRM, "[1]")
    assert inbox_of(desk.world.app).backlog() == {}


@pytest.mark.parametrize("side", ["before_commit", "after_commit"])
def test_a_crash_while_calls_are_taken_makes_one_answer_of_each(desk: Desk, side: str) -> None:
    case = desk.case()
    calls(desk, *(told(desk, case, f"a{number}", f"Answer {number}") for number in range(3)))
    with dying_at(f"write_back.pushed.{side}", 1):
        desk.write_back()
    desk.write_back()
    assert sorted(row.text for row in desk.actions()) == [f"Answer {number}" for number in range(3)]
    assert inbox_of(desk.world.app).backlog() == {}
