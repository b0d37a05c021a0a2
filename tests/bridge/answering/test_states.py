"""How it stands with an answer is told in the case: in a field, and as a note where somebody must know."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bridge import interventions
from bridge.collect import store_page
from bridge.errors import Transient
from bridge.faults import Fault
from bridge.nouns import Cursor, Page, StatusSeen
from bridge.overtaken import note_answers_by_hand
from bridge.reading import Reading
from bridge.store import schema
from tests.bridge.answering.conftest import MINUTE
from tests.bridge.outbox.test_faults import dying_at

if TYPE_CHECKING:
    from tests.bridge.answering.conftest import Desk

HOUR = timedelta(hours=1)


def when(desk: Desk, *, after: timedelta = timedelta(), seconds: bool = False) -> str:
    """Return a time as agents read it."""
    return f"{desk.world.clock.now() + after:%Y-%m-%d %H:%M{':%S' if seconds else ''}} UTC"


def status(desk: Desk, word: str, reason: str = "") -> None:
    """Let the network tell what became of our last post."""
    ref = desk.actions()[-1].ref
    seen = StatusSeen("x", ref, word, desk.world.clock.now(), reason=reason)
    reading = Reading(connection="x", policies={"": 1}, secret=b"s")
    store_page(desk.world.store, reading, Page((seen,), Cursor()), now=desk.world.clock.now())


def test_held_then_sent_then_arrived(desk: Desk) -> None:
    case = desk.case()
    assert desk.state(case) == ""
    desk.answer(case, "We are on it.")
    desk.write_back()
    until = when(desk, after=MINUTE, seconds=True)
    assert desk.state(case) == f"Your answer is held until {until}, then sent in public on x."
    assert desk.notes(case) == []
    desk.world.clock.forward(MINUTE)
    desk.publish()
    sent = f"Your answer was sent in public on x at {when(desk)}"
    assert desk.state(case) == f"{sent}."
    assert desk.notes(case) == ["Your answer was sent in public on x."]
    status(desk, "delivered")
    assert desk.state(case) == f"{sent} and has arrived."
    assert desk.notes(case) == ["Your answer was sent in public on x."]


def test_an_answer_that_the_network_could_not_bring_to_the_customer(desk: Desk) -> None:
    case = desk.case()
    desk.answer(case, "We are on it.")
    desk.send()
    desk.notes(case)
    status(desk, "failed", "the mailbox is full")
    assert desk.state(case) == "Your answer was not sent: the mailbox is full."
    assert desk.notes(case)[-1] == "Your answer was not sent: the mailbox is full."


def test_queued_with_what_holds_it_up(desk: Desk) -> None:
    case = desk.case()
    desk.answer(case, "Later.")
    desk.write_back()
    desk.world.clock.forward(MINUTE)
    desk.network.faults.next(Fault.TIMEOUT_BEFORE_COMMIT)
    with pytest.raises(Transient) as trouble:
        desk.publish()
    assert desk.state(case) == f"Your answer waits to be sent in public on x: {trouble.value}."


def test_nobody_knows(desk: Desk) -> None:
    case = desk.case()
    desk.answer(case, "Perhaps.")
    desk.write_back()
    desk.world.clock.forward(MINUTE)
    desk.network.faults.next(Fault.LOST_REQUEST)
    desk.publish()
    told = (
        "Your answer may have been sent: x has not told (no answer in time (played fault)). "
        "Look there: casebridge actions cancel A-1 if it is there, retry A-1 if not."
    )
    assert desk.state(case) == told
    assert desk.notes(case) == [told]


def test_a_decision_is_asked_for_and_what_was_decided_is_told(desk: Desk) -> None:
    case = desk.case()
    desk.answer(case, "We call you in ten minutes.")
    desk.world.clock.forward(5 * HOUR)
    desk.write_back()
    told = (
        "Your answer was not sent yet: it was written more than 4 hours ago; is it still true? "
        "Decide: casebridge actions approve A-1, or cancel A-1."
    )
    assert desk.state(case) == told
    assert desk.notes(case) == [told]
    interventions.cancel_actions(desk.world.store, [1], by="Mia")
    assert desk.state(case) == "Your answer was not sent: cancelled by Mia."
    assert desk.notes(case)[-1] == "Your answer was not sent: cancelled by Mia."


def test_what_was_late_and_approved_goes(desk: Desk) -> None:
    case = desk.case()
    desk.answer(case, "We call you in ten minutes.")
    desk.world.clock.forward(5 * HOUR)
    desk.write_back()
    interventions.approve_actions(desk.world.store, [1], desk.world.clock.now(), by="Mia")
    assert desk.state(case) == "Your answer waits to be sent in public on x."
    assert desk.publish() == {"sent": 1}


def test_what_waited_for_hours_because_the_network_was_out_of_reach_is_asked_about(desk: Desk) -> None:
    case = desk.case()
    desk.answer(case, "We call you in ten minutes.")
    desk.write_back()
    desk.world.clock.forward(5 * HOUR)
    assert desk.publish() == {"review": 1}
    assert desk.sent() == []
    assert "it was written more than 4 hours ago; is it still true?" in desk.state(case)


def test_an_answer_to_what_was_deleted_meanwhile_is_not_sent_and_other_ways_are_named(desk: Desk) -> None:
    case = desk.case()
    desk.answer(case, "We are on it.")
    desk.write_back()
    desk.customer_deletes(case)
    at = when(desk)
    desk.world.clock.forward(MINUTE)
    assert desk.publish() == {"refused": 1}
    assert desk.notes(case) == [f"Your answer was not sent: the customer's message was deleted on x, noticed at {at}."]


def test_other_ways_to_the_customer_are_named_with_what_to_write(desk: Desk) -> None:
    customer = desk.world.customer()
    case, other = desk.case(messages=2), desk.case(public=False)
    for each in (case, other):
        desk.belongs_to(each, customer)
    desk.move(other, "mail")
    desk.answer(case, "We are on it.")
    desk.write_back()
    desk.customer_deletes(case, 1)
    desk.world.clock.forward(MINUTE)
    desk.publish()
    (note,) = desk.notes(case)
    assert note.endswith("Instead: in private: begin with #private; on mail: begin with #via:mail.")


def test_what_somebody_answered_in_the_app_meanwhile_is_asked_about_and_goes_if_it_is_wanted(desk: Desk) -> None:
    case = desk.case()
    desk.answer(case, "We are on it.")
    desk.write_back()
    desk.world.clock.forward(MINUTE)
    at = when(desk, after=timedelta(seconds=90))
    desk.answered_there(case)
    assert desk.publish() == {"review": 1}
    assert desk.notes(case) == [
        (
            f"Your answer was not sent yet: somebody answered on x at {at} already (https://x.example/{case}/90). "
            "Decide: casebridge actions approve A-1, or cancel A-1."
        )
    ]
    interventions.approve_actions(desk.world.store, [1], desk.world.clock.now(), by="Mia")
    assert desk.publish() == {"sent": 1}


def test_what_a_machine_posted_below_it_is_nobody_s_answer(desk: Desk) -> None:
    """As the later parts of an answer of ours that became several posts."""
    case = desk.case()
    desk.answer(case, "We are on it.")
    desk.write_back()
    desk.world.clock.forward(MINUTE)
    desk.answered_there(case)
    desk.world.update(schema.message, schema.message.c.direction == "out", automatic=True)
    assert desk.publish() == {"sent": 1}


def test_what_stood_there_when_the_agent_wrote_is_no_reason_to_ask(desk: Desk) -> None:
    case = desk.case()
    desk.answered_there(case)
    desk.world.clock.forward(MINUTE)
    desk.answer(case, "And one thing more.")
    assert desk.send() == {"sent": 1}


def by_hand(desk: Desk) -> int:
    """Return a case with an answer that nothing here can send."""
    case = desk.case()
    desk.world.update(schema.message, schema.message.c.id > 0, connection="elsewhere")
    desk.answer(case, "Hello")
    desk.write_back()
    desk.world.clock.forward(MINUTE)
    return case


def test_what_no_network_takes_is_answered_by_hand_at_its_address_and_seen_there(desk: Desk) -> None:
    case = by_hand(desk)
    told = (
        "Your answer was not sent: nothing is published on elsewhere. "
        f"Instead: answer by hand at https://x.example/{case}/0. Then: casebridge actions done A-1"
    )
    assert (desk.state(case), desk.notes(case)) == (told, [told])
    at = when(desk, after=timedelta(seconds=90))
    desk.answered_there(case)
    note_answers_by_hand(desk.world.app)
    done = f"Answered by hand on x: at {at} (https://x.example/{case}/90)."
    assert (desk.state(case), desk.notes(case)[-1]) == (done, done)


def test_what_was_done_by_hand_can_be_said(desk: Desk) -> None:
    case = by_hand(desk)
    assert interventions.done_actions(desk.world.store, [1], by="Mia") == {"answered_by_hand": 1}
    assert desk.state(case) == "Answered by hand on x: by Mia."


@pytest.mark.parametrize("side", ["before_commit", "after_commit"])
@pytest.mark.parametrize("point", ["by_hand", "tell"])
def test_a_crash_while_answers_by_hand_are_found_tells_the_case_once(desk: Desk, point: str, side: str) -> None:
    case = by_hand(desk)
    desk.answered_there(case)
    with dying_at(f"{point}.{side}", 1):
        note_answers_by_hand(desk.world.app)
        desk.notes(case)
    note_answers_by_hand(desk.world.app)
    assert [note for note in desk.notes(case) if note.startswith("Answered by hand")] == desk.notes(case)[-1:]


def test_a_case_that_others_made_gets_notes_and_no_field_of_it_is_touched(desk: Desk) -> None:
    case = desk.case()
    desk.world.update(schema.case, schema.case.c.id == case, foreign_target="crm", foreign_ref="case-1")
    desk.answer(case, "We are on it.")
    desk.send()
    assert desk.state(case) == ""
    assert desk.notes(case) == ["Your answer was sent in public on x."]
