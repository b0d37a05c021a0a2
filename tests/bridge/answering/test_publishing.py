"""An agent's answer goes out once, where it belongs, if it may, and not before a minute has passed."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bridge import brakes
from bridge.errors import Halted, RateLimited, Transient
from bridge.faults import Fault
from bridge.nouns import Actor
from bridge.store import schema
from tests.bridge.answering.conftest import MINUTE, Desk, make_desk
from tests.bridge.outbox.test_faults import dying_at

if TYPE_CHECKING:
    from pathlib import Path

    from bridge.clock import FixedClock
    from bridge.store.store import Store

HOUR = timedelta(hours=1)


def test_an_answer_is_held_for_a_minute_sent_once_and_noted_in_the_case(desk: Desk) -> None:
    case = desk.case()
    desk.answer(case, "We are on it.")
    assert desk.write_back().counts["answers_held"] == 1
    assert desk.publish() == {}
    desk.world.clock.forward(MINUTE)
    assert desk.publish() == {"sent": 1}
    assert desk.publish() == {}
    assert desk.sent() == ["We are on it."]
    assert desk.notes(case) == ["Your answer was sent in public on x."]
    (message,) = [row for row in desk.world.all(schema.message) if row.direction == "out"]
    assert message.action_id == desk.actions()[0].id


def test_an_answer_taken_back_within_the_minute_is_never_sent(desk: Desk) -> None:
    case = desk.case()
    written = desk.answer(case, "Oops.")
    desk.write_back()
    desk.world.target.crm.take_back(written)
    desk.world.clock.forward(MINUTE)
    assert desk.write_back().counts["answers_cancelled"] == 1
    assert desk.publish() == {}
    assert desk.actions()[0].state == "cancelled"


def test_an_overlap_of_activity_makes_no_second_action(desk: Desk) -> None:
    desk.answer(desk.case(), "Once.")
    desk.write_back()
    desk.write_back()
    desk.world.clock.forward(MINUTE)
    desk.publish()
    desk.write_back()
    desk.publish()
    assert len(desk.actions()) == 1
    assert desk.sent() == ["Once."]


@pytest.mark.parametrize("actor", [actor for actor in Actor if actor is not Actor.AGENT])
def test_only_an_agents_words_are_an_answer(desk: Desk, actor: Actor) -> None:
    desk.world.target.crm.say(desk.world.row("case", desk.case()).ref, "Solved!", public=True, actor=actor)
    desk.write_back()
    assert desk.actions() == []


def test_internal_notes_and_cases_of_others_are_no_answers(desk: Desk) -> None:
    desk.answer(desk.case(), "Between us.", public=False)
    elsewhere = desk.world.target.crm.insert("Case", {"subject": "not ours"})
    desk.world.target.crm.say(elsewhere.ref, "Hello", public=True)
    desk.write_back()
    assert desk.actions() == []


def test_what_was_written_before_publishing_was_switched_on_stays_unsent(desk: Desk) -> None:
    desk.set_publishing(on=False)
    case = desk.case()
    desk.answer(case, "Written while it was off.")
    desk.write_back()
    desk.world.clock.forward(MINUTE)
    desk.set_publishing(on=True)
    desk.write_back()
    desk.world.clock.forward(MINUTE)
    desk.answer(case, "Written since.")
    desk.write_back()
    desk.world.clock.forward(MINUTE)
    desk.publish()
    assert desk.sent() == ["Written since."]


def test_publishing_switched_off_meanwhile_holds_everything(desk: Desk) -> None:
    desk.answer(desk.case(), "Wait.")
    desk.write_back()
    desk.world.clock.forward(MINUTE)
    desk.set_publishing(on=False)
    assert desk.publish() == {}
    assert desk.actions()[0].state == "held"


def test_an_answer_goes_in_private_if_the_case_holds_anything_private(desk: Desk) -> None:
    case = desk.case(public=False)
    desk.world.clock.forward(MINUTE)
    desk.said(case, 1, public=True)
    desk.world.deliver()
    desk.answer(case, "Your contract …")
    desk.answer(case, "#public Thank you for asking!")
    desk.write_back()
    private, public = desk.actions()
    assert (private.public, private.text) == (False, "Your contract …")
    assert (public.public, public.text) == (True, "Thank you for asking!")


def test_an_answer_that_is_hours_old_is_asked_about(desk: Desk) -> None:
    desk.answer(desk.case(), "We will call you in ten minutes.")
    desk.world.clock.forward(5 * HOUR)
    desk.write_back()
    desk.publish()
    (action,) = desk.actions()
    assert action.state == "review"
    assert desk.sent() == []


def test_an_answer_that_cannot_go_is_refused_with_what_could_be_done_and_noted(desk: Desk) -> None:
    case = desk.case(public=False)
    desk.world.clock.forward(23 * HOUR)
    desk.answer(case, "At last.")
    desk.write_back()
    desk.world.clock.forward(2 * HOUR)
    assert desk.publish() == {"refused": 1}
    (action,) = desk.actions()
    assert "window closed" in action.reason
    assert action.alternatives == [f"by hand at https://x.example/{case}/0", "mail", "a call"]
    assert desk.notes(case)[0].endswith(f"Instead: by hand at https://x.example/{case}/0; mail; a call.")


def test_a_text_too_long_for_the_network_is_refused_not_cut(desk: Desk) -> None:
    desk.answer(desk.case(), "long " * 100)
    desk.write_back()
    desk.world.clock.forward(MINUTE)
    assert desk.publish() == {"refused": 1}
    assert desk.sent() == []


@pytest.mark.parametrize(
    "point",
    [
        "publish.begin.before_commit",
        "publish.begin.after_commit",
        "publish.before_send",
        "publish.after_send",
        "publish.own_post.before_commit",
        "publish.record.before_commit",
        "publish.record.after_commit",
    ],
)
def test_a_crash_anywhere_sends_an_answer_once(desk: Desk, point: str) -> None:
    desk.answer(desk.case(), "Once and for all.")
    desk.write_back()
    desk.world.clock.forward(MINUTE)
    with dying_at(point, 1):
        desk.publish()
    desk.world.clock.forward(MINUTE)
    desk.publish()
    assert desk.sent() == ["Once and for all."]
    assert desk.actions()[0].state == "sent"
    assert len([row for row in desk.world.all(schema.message) if row.direction == "out"]) == 1


@pytest.mark.parametrize("fault", [Fault.LOST_REQUEST, Fault.TIMEOUT_AFTER_COMMIT])
def test_an_answer_of_which_nobody_knows_is_looked_up_before_it_goes_again(desk: Desk, fault: Fault) -> None:
    desk.answer(desk.case(), "Perhaps.")
    desk.write_back()
    desk.world.clock.forward(MINUTE)
    desk.network.faults.next(fault)
    assert desk.publish() == {"unknown": 1}
    desk.publish()
    assert desk.sent() == ["Perhaps."]
    assert desk.actions()[0].state == "sent"


@pytest.mark.parametrize(
    ("fault", "error"), [(Fault.RATE_LIMIT, RateLimited), (Fault.TIMEOUT_BEFORE_COMMIT, Transient)]
)
def test_what_stops_the_network_leaves_the_answer_in_the_queue(
    desk: Desk, fault: Fault, error: type[Exception]
) -> None:
    desk.answer(desk.case(), "Later.")
    desk.write_back()
    desk.world.clock.forward(MINUTE)
    desk.network.faults.next(fault)
    with pytest.raises(error):
        desk.publish()
    desk.world.clock.forward(MINUTE)
    assert desk.publish() == {"sent": 1}


def test_a_pause_stops_publishing_at_once(desk: Desk) -> None:
    desk.answer(desk.case(), "Not now.")
    desk.write_back()
    desk.world.clock.forward(MINUTE)
    brakes.pause(desk.world.store, brakes.PUBLISH, "x", by="anna", reason="", now=desk.world.clock.now())
    with pytest.raises(Halted):
        desk.publish()
    assert desk.sent() == []
    brakes.resume(desk.world.store, brakes.PUBLISH, "x")
    assert desk.publish() == {"sent": 1}


def test_the_same_text_again_and_again_trips_the_brake(desk: Desk) -> None:
    for _ in range(4):
        desk.answer(desk.case(), "Please send us a direct message.")
    desk.write_back()
    desk.world.clock.forward(MINUTE)
    with pytest.raises(Halted, match=r"identical texts.*resume publish x --accept 2"):
        desk.publish()
    assert len(desk.sent()) == 2
    brakes.resume(desk.world.store, brakes.PUBLISH, "x", accept=2)
    assert desk.publish() == {"sent": 2}


def test_a_connection_without_publisher_refuses_with_a_deep_link(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    desk = make_desk(store, clock, tmp_path)
    case = desk.case()
    desk.world.update(schema.message, schema.message.c.id > 0, connection="elsewhere")
    desk.answer(case, "Hello")
    desk.write_back()
    (action,) = desk.actions()
    assert action.state == "by_hand"
    assert action.alternatives[0].startswith("answer by hand at https://")
