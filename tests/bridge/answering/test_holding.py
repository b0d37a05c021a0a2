"""A public answer that tells personal data is held, until it is written without or somebody lets it go by name."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from bridge import interventions
from bridge.alarms.conditions import alarms
from bridge.app import PersonalData
from bridge.contact_points import address_of
from bridge.holding import LONGEST
from bridge.personal.model import Allowed
from bridge.queries.outbox import show_action
from bridge.store import bulk, schema
from tests.bridge.answering.conftest import MINUTE, Desk

if TYPE_CHECKING:
    from sqlalchemy.engine import Row

PHONE = "We call you at 0171 3920012 tonight."


def answered(desk: Desk, text: str, *, public: bool = True, case: int | None = None) -> Row[Any]:
    """Let an agent answer, and the minute pass; returns the action after it was to be sent."""
    desk.answer(case or desk.case(public=public), text)
    desk.write_back()
    desk.world.clock.forward(MINUTE)
    desk.publish()
    return desk.actions()[-1]


def allow(desk: Desk, *, check: bool = True, **lists: tuple[str, ...]) -> None:
    """Change what the project file allows."""
    personal = PersonalData(check=check, allowed=Allowed(**lists))
    desk.world.app = replace(desk.world.app, personal=personal)


def release(desk: Desk, action: Row[Any], by: str = "Ann") -> None:
    """Let an answer go as it is."""
    interventions.approve_actions(desk.world.app.store, [action.id], desk.world.clock.now(), by=by)


def test_a_public_answer_with_personal_data_is_held_and_the_agent_reads_why(desk: Desk) -> None:
    case = desk.case()
    action = answered(desk, PHONE, case=case)
    assert (action.state, action.reason) == ("review", "it would tell everybody a phone number")
    assert action.found == [{"kind": "phone", "text": "0171 3920012"}]
    assert desk.sent() == []
    (note,) = desk.notes(case)
    assert note.startswith(
        "Your answer was not sent yet: it would tell everybody a phone number. Write it anew without “0171 3920012”"
    )
    assert f"casebridge actions approve A-{action.id}" in note
    assert desk.publish() == {}


def test_a_private_answer_may_tell_it(desk: Desk) -> None:
    assert answered(desk, PHONE, public=False).state == "sent"


def test_what_the_brand_publishes_itself_is_sent(desk: Desk) -> None:
    allow(desk, phones=("+49 171 3920012",))
    assert answered(desk, PHONE).state == "sent"


def test_the_check_can_be_switched_off(desk: Desk) -> None:
    allow(desk, check=False)
    assert answered(desk, PHONE).state == "sent"


def test_who_lets_it_go_is_recorded_with_what_was_found_and_it_is_sent_once(desk: Desk) -> None:
    held = answered(desk, PHONE)
    release(desk, held)
    assert desk.publish() == {"sent": 1}
    assert desk.publish() == {}
    (action,) = desk.actions()
    (record,) = action.overrides
    assert (record["by"], record["at"]) == ("Ann", desk.world.clock.now().isoformat())
    assert record["found"] == [{"kind": "phone", "text": "0171 3920012"}]


def test_what_was_let_go_and_then_edited_is_checked_again(desk: Desk) -> None:
    case = desk.case()
    written = desk.answer(case, PHONE)
    desk.write_back()
    desk.world.clock.forward(MINUTE)
    desk.publish()
    release(desk, desk.actions()[0])
    desk.world.target.crm.edit(written, "Your order 4009871123 is on its way.")
    desk.write_back()
    desk.world.clock.forward(MINUTE)
    assert desk.publish() == {"held": 1}
    assert desk.actions()[0].found == [{"kind": "order", "text": "4009871123"}]
    assert len(desk.actions()[0].overrides) == 1


def test_what_the_agent_writes_without_goes_by_itself(desk: Desk) -> None:
    case = desk.case()
    written = desk.answer(case, PHONE)
    desk.write_back()
    desk.world.clock.forward(MINUTE)
    desk.publish()
    desk.world.target.crm.edit(written, "We call you tonight.")
    assert desk.write_back().counts["answers_edited"] == 1
    assert desk.publish() == {"sent": 1}
    assert desk.sent() == ["We call you tonight."]


def test_an_answer_held_for_another_reason_too_stays_held_when_it_is_let_go_for_that(desk: Desk) -> None:
    desk.answer(desk.case(), PHONE)
    desk.world.clock.forward(300 * MINUTE)
    desk.write_back()
    assert "hours ago" in desk.actions()[0].reason
    release(desk, desk.actions()[0])
    assert desk.publish() == {"held": 1}
    assert desk.actions()[0].overrides is None


def test_a_held_answer_can_be_cancelled(desk: Desk) -> None:
    held = answered(desk, PHONE)
    interventions.cancel_actions(desk.world.app.store, [held.id], by="Ann")
    assert desk.publish() == {}
    assert (desk.actions()[0].state, desk.sent()) == ("cancelled", [])


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Hello Kesselring, it is on its way.", "name"),
        ("It goes to erlengrund 7 as you wrote.", "address"),
        ("We wrote to you at kk@post.example.", "email"),
        ("Is 30-1234567 still right?", "phone"),
        ("About 7741x9: it is solved.", "customer_number"),
    ],
)
def test_what_is_known_of_the_customer_and_not_shown_by_the_network_is_held(desk: Desk, text: str, kind: str) -> None:
    case = known_customer(desk)
    action = answered(desk, text, case=case)
    assert action.state == "review"
    assert [piece["kind"] for piece in action.found] == [kind]


def test_a_name_that_the_network_shows_may_be_said(desk: Desk) -> None:
    case = known_customer(desk)
    desk.world.update(schema.profile, schema.profile.c.id == 1, name="Karin Kesselring")
    assert answered(desk, "Hello Ms Kesselring, it is on its way.", case=case).state == "sent"


def known_customer(desk: Desk) -> int:
    """Deliver a case of a customer whom the CRM knows by name, address and number."""
    customer = desk.world.customer(name="Karin Kesselring", phone="+49301234567", email="kk@post.example")
    case = desk.case()
    desk.world.update(schema.case, schema.case.c.id == case, customer_id=customer)
    person = {
        "key": "crm:9",
        "instance": "crm",
        "native_id": "9",
        "name": "Karin Kesselring",
        "our_key": "",
        "merged_into": "",
    }
    number = {"vertex": "r:crm:9", "identifier": "customer_number:crm:7741x9", "relation": "crm", "sightings": 1}
    with desk.world.app.store.write("test") as connection:
        bulk.insert_new(connection, schema.person, [person | {"extra": {"street_address": "Erlengrund 7"}}])
        bulk.insert_new(
            connection, schema.member, [{"vertex": "r:crm:9", "customer_id": customer, "provisional": False}]
        )
        bulk.insert_new(connection, schema.evidence, [number])
    return case


def test_a_text_too_long_to_be_checked_is_not_sent_in_public(desk: Desk) -> None:
    action = answered(desk, "word " * (LONGEST // 4))
    assert (action.state, action.alternatives) == ("refused", ["a shorter text"])


def test_lists_show_kinds_and_what_stands_there_only_where_the_text_is_asked_for(desk: Desk) -> None:
    held = answered(desk, PHONE)
    release(desk, held)
    with desk.world.app.store.read() as connection:
        hidden, shown = (show_action(connection, held.id, show_text=show) for show in (False, True))
    assert hidden is not None
    assert shown is not None
    assert [each["found"] for each in (*hidden.overrides, *shown.overrides)] == [["phone"], ["phone: 0171 3920012"]]


def test_answers_that_wait_are_an_alarm_until_somebody_looked(desk: Desk) -> None:
    held = answered(desk, PHONE)
    desk.world.clock.forward(3000 * MINUTE)
    (alarm,) = [each for each in alarms(desk.world.app) if each.kind == "unsent"]
    assert alarm.what == "One answer waits for a decision on x: it would tell everybody a phone number."
    assert "casebridge actions list --state review" in alarm.text()
    release(desk, held)
    desk.publish()
    assert [each for each in alarms(desk.world.app) if each.kind == "unsent"] == []


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ({"s": "Erlengrund 7", "z": "48155", "c": "Münster"}, {"address": "Erlengrund 7, 48155 Münster"}),
        ({"s": "Erlengrund 7\nHinterhaus ", "z": None}, {"address": "Erlengrund 7, Hinterhaus"}),
        ({"c": "Münster"}, {"address": "Münster"}),
        ({"s": " ", "z": None}, {}),
    ],
)
def test_an_address_of_a_crm_is_put_together_as_it_is_searched_for(
    row: dict[str, str | None], told: dict[str, str]
) -> None:
    assert address_of(row, "s", "z", "c") == told
