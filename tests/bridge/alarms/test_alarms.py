"""Each kind of trouble is an alarm with a sentence, a time, who waits, and the next command."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from bridge import brakes, budget
from bridge.alarms import keeping
from bridge.alarms.conditions import alarms
from bridge.contracts import HookRequest
from bridge.errors import Halted
from bridge.hooked import inbox_of
from bridge.inbox import Call
from bridge.nouns import Share
from bridge.safe import Secrets
from bridge.store import schema
from bridge.vault import Vault
from bridge.windows import warn
from tests.bridge.answering.conftest import MINUTE, Desk, make_desk
from tests.bridge.outbox.test_faults import dying_at
from tests.bridge.outbox.world import CRM

if TYPE_CHECKING:
    from pathlib import Path

    from bridge.clock import FixedClock
    from bridge.store.store import Store

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def desk(store: Store, clock: FixedClock, tmp_path: Path) -> Desk:
    """Return a CRM with a network beside it, where all is well."""
    made = make_desk(store, clock, tmp_path)
    made.world.app = replace(made.world.app, vault=Vault(store, clock, tmp_path))
    return made


def told(desk: Desk) -> list[str]:
    """Return every alarm as people read it."""
    return [alarm.text() for alarm in alarms(desk.world.app)]


def read(desk: Desk, **values: object) -> None:
    """Store how the reading of the network stands."""
    now = desk.world.clock.now()
    row = {
        "connection": "x",
        "stream": "messages",
        "cursor": "",
        "started_at": now,
        "last_ok_at": now,
        "last_message_at": now,
    }
    row |= {"seen": 0, "new": 0, "repeated": 0, "quarantined": 0, "other": 0, "error": ""}
    desk.world.insert(schema.progress, row | values)


def test_where_all_is_well_there_is_no_alarm(desk: Desk) -> None:
    desk.case()
    read(desk)
    assert told(desk) == []


def test_a_source_that_falls_silent(desk: Desk) -> None:
    read(desk, new=240)
    desk.world.update(
        schema.progress, schema.progress.c.connection == "x", started_at=desk.world.clock.now() - 10 * DAY
    )
    desk.world.clock.forward(23 * HOUR)
    assert told(desk) == []
    since = desk.world.clock.now() - 23 * HOUR
    desk.world.clock.forward(2 * HOUR)
    assert told(desk) == [
        (
            "x brings nothing any more, although it is read without an error.\n"
            f"Since {since:%Y-%m-%d %H:%M} UTC. Nobody knows how many customers wait.\n"
            "Next: casebridge check; if the sign-in is to blame: casebridge connect x"
        )
    ]


def test_a_source_that_seldom_speaks_may_be_silent_for_longer(desk: Desk) -> None:
    read(desk, new=20)
    desk.world.update(
        schema.progress, schema.progress.c.connection == "x", started_at=desk.world.clock.now() - 40 * DAY
    )
    desk.world.clock.forward(19 * DAY)
    assert told(desk) == []
    desk.world.clock.forward(2 * DAY)
    assert len(told(desk)) == 1


def test_a_connection_that_cannot_be_read_for_an_hour(desk: Desk) -> None:
    read(desk, error="The password is not right.")
    assert told(desk) == []
    since = desk.world.clock.now()
    desk.world.clock.forward(HOUR)
    assert told(desk) == [
        (
            "x cannot be read: The password is not right.\n"
            f"Since {since:%Y-%m-%d %H:%M} UTC. Nobody knows how many customers wait.\n"
            "Next: casebridge check"
        )
    ]


def test_a_spent_budget_with_who_waits(desk: Desk) -> None:
    now = desk.world.clock.now()
    until = now + 6 * HOUR
    budget.pause(desk.world.store, CRM, until, Share.DELIVER)
    desk.world.update(schema.budget, schema.budget.c.pause_until == until, refilled_at=now)
    for _ in range(2):
        desk.world.case(1)
    assert told(desk) == [
        (
            f"The calls of crm for deliveries are used up until {until:%Y-%m-%d %H:%M} UTC; then it goes on by itself.\n"
            f"Since {now:%Y-%m-%d %H:%M} UTC. 2 customers wait.\n"
            "Next: casebridge status"
        )
    ]


def test_a_short_rest_is_no_alarm(desk: Desk) -> None:
    budget.pause(desk.world.store, CRM, desk.world.clock.now() + timedelta(minutes=10))
    assert told(desk) == []


def test_a_brake_on_answers_and_no_alarm_for_what_a_person_paused(desk: Desk) -> None:
    now = desk.world.clock.now()
    brakes.pause(desk.world.store, brakes.COLLECT, "x", by="anna", reason="", now=now)
    assert told(desk) == []
    brakes.pause(desk.world.store, brakes.PUBLISH, "x", by=brakes.BRAKE, reason="60 answers within an hour.", now=now)
    assert told(desk) == [
        (
            f"60 answers within an hour.\nSince {now:%Y-%m-%d %H:%M} UTC. No customer waits.\n"
            "Next: casebridge actions list --state held; if they are wanted: casebridge resume publish x"
        )
    ]


def test_the_publish_brake_as_it_trips_with_who_waits(desk: Desk) -> None:
    for _ in range(4):
        desk.answer(desk.case(), "Please send us a direct message.")
    desk.write_back()
    desk.world.clock.forward(MINUTE)
    with pytest.raises(Halted):
        desk.publish()
    assert told(desk) == [
        (
            "3 identical texts within an hour on x; 2 wait.\n"
            f"Since {desk.world.clock.now():%Y-%m-%d %H:%M} UTC. 2 customers wait.\n"
            "Next: casebridge actions list --state held; if they are wanted: casebridge resume publish x --accept 2"
        )
    ]
    brakes.resume(desk.world.store, brakes.PUBLISH, "x", accept=2)
    assert told(desk) == []


def refusal(what: str, asked: datetime) -> str:
    """Return the alarm for one answer that was not sent."""
    return (
        f"One answer was not sent on x: {what}.\n"
        f"Since {asked:%Y-%m-%d %H:%M} UTC. One customer waits.\n"
        "Next: casebridge actions list --state refused"
    )


def test_a_post_that_was_deleted_before_it_was_answered(desk: Desk) -> None:
    case = desk.case()
    asked = desk.world.clock.now()
    desk.answer(case, "We are on it.")
    desk.write_back()
    desk.customer_deletes(case)
    desk.world.clock.forward(MINUTE)
    assert desk.publish() == {"refused": 1}
    what = f"the customer's message was deleted on x, noticed at {asked:%Y-%m-%d %H:%M} UTC"
    assert told(desk) == [refusal(what, asked)]


def test_a_window_that_closed_before_the_answer_was_sent(desk: Desk) -> None:
    case = desk.case(public=False)
    desk.world.clock.forward(23 * HOUR)
    asked = desk.world.clock.now()
    until = asked + HOUR
    desk.answer(case, "At last.")
    desk.write_back()
    desk.world.clock.forward(2 * HOUR)
    assert desk.publish() == {"refused": 1}
    what = f"the reply window closed at {until:%Y-%m-%d %H:%M} UTC"
    (answer, window) = told(desk)
    assert answer == refusal(what, asked)
    assert window.startswith(f"The window for answers on x has closed without an answer: C-{case}.")


def test_a_window_that_closes_on_somebody_who_waits_is_told_of_in_time_and_when_it_was_too_late(desk: Desk) -> None:
    case = desk.case(public=False)
    until = desk.world.clock.now() + 24 * HOUR
    desk.world.clock.forward(21 * HOUR)
    assert (told(desk), warn(desk.world.app), desk.notes(case)) == ([], 0, [])
    desk.world.clock.forward(HOUR + MINUTE)
    assert told(desk) == [
        (
            f"The window for answers on x closes at {until:%Y-%m-%d %H:%M} UTC: C-{case}.\n"
            f"Since {until - 2 * HOUR:%Y-%m-%d %H:%M} UTC. One customer waits.\n"
            f"Next: casebridge cases show C-{case}; casebridge answer C-{case} --text …"
        )
    ]
    assert (warn(desk.world.app), warn(desk.world.app)) == (1, 0)
    assert desk.notes(case) == [
        f"The window for answers on x closes at {until:%Y-%m-%d %H:%M} UTC, and the customer still waits."
    ]
    desk.world.clock.forward(2 * HOUR)
    assert told(desk) == [
        (
            f"The window for answers on x has closed without an answer: C-{case}.\n"
            f"Since {until:%Y-%m-%d %H:%M} UTC. One customer waits.\n"
            f"Next: casebridge answer C-{case} --via another network --dry-run, or call"
        )
    ]
    desk.world.clock.forward(DAY)
    assert told(desk) == []


def test_a_window_is_no_matter_once_an_answer_is_on_its_way(desk: Desk) -> None:
    case = desk.case(public=False)
    desk.world.clock.forward(22 * HOUR + MINUTE)
    assert len(told(desk)) == 1
    desk.answer(case, "Here we are.")
    desk.write_back()
    assert (told(desk), warn(desk.world.app)) == ([], 0)
    desk.world.clock.forward(MINUTE)
    assert desk.publish() == {"sent": 1}
    assert told(desk) == []


def test_a_further_message_opens_the_window_again(desk: Desk) -> None:
    case = desk.case(public=False)
    desk.world.clock.forward(22 * HOUR + MINUTE)
    assert warn(desk.world.app) == 1
    desk.said(case, 1, public=False)
    desk.world.want_again("case", case)
    desk.world.deliver()
    assert told(desk) == []
    desk.world.clock.forward(22 * HOUR + MINUTE)
    assert (len(told(desk)), warn(desk.world.app)) == (1, 1)


@pytest.mark.parametrize("point", ["windows", "windows.told"])
@pytest.mark.parametrize("side", ["before_commit", "after_commit"])
def test_a_crash_while_a_window_is_noted_or_told_of_tells_once(desk: Desk, point: str, side: str) -> None:
    with dying_at(f"{point}.{side}", 1):
        case = desk.case(public=False)
        desk.world.clock.forward(22 * HOUR + MINUTE)
        warn(desk.world.app)
    desk.world.expire_claims()
    desk.world.deliver_all()
    case = desk.world.rows("case")[0].case_id
    if point == "windows":
        desk.world.clock.forward(22 * HOUR + MINUTE)
    warn(desk.world.app)
    assert len(desk.notes(case)) == 1


@pytest.mark.parametrize(
    ("state", "reason", "text"),
    [
        (
            "unknown",
            "no answer",
            "One answer may not have been sent on x: no answer.|look there; then casebridge actions cancel or retry",
        ),
        (
            "review",
            "is it still true?",
            "One answer waits for a decision on x: is it still true?|casebridge actions list --state review; then approve or cancel",
        ),
        (
            "by_hand",
            "no outbox",
            "One answer is to be given by hand on x: no outbox.|casebridge actions list --state by_hand; then casebridge actions done",
        ),
    ],
)
def test_what_else_becomes_of_answers(desk: Desk, state: str, reason: str, text: str) -> None:
    case, asked = desk.case(), desk.world.clock.now()
    desk.answer(case, "We are on it.")
    desk.write_back()
    desk.world.update(schema.action, schema.action.c.state == "held", state=state, reason=reason)
    what, command = text.split("|")
    assert told(desk) == [f"{what}\nSince {asked:%Y-%m-%d %H:%M} UTC. One customer waits.\nNext: {command}"]


def test_several_answers_with_one_fate_are_one_alarm_and_what_awaits_approval_is_none(desk: Desk) -> None:
    asked = desk.world.clock.now()
    for _ in range(3):
        desk.answer(desk.case(), "We are on it.")
    desk.write_back()
    desk.world.update(schema.action, schema.action.c.id < 3, state="refused", reason="too long")
    desk.world.update(schema.action, schema.action.c.id == 3, state="review", awaits="approval", reason="?")
    assert told(desk) == [
        (
            "2 answers, of which each was not sent on x: too long.\n"
            f"Since {asked:%Y-%m-%d %H:%M} UTC. 2 customers wait.\n"
            "Next: casebridge actions list --state refused"
        )
    ]


def test_a_sign_in_that_ends_within_a_week(desk: Desk) -> None:
    vault = desk.world.app.vault
    assert vault is not None
    end = desk.world.clock.now() + 10 * DAY
    vault.safe("x").keep(Secrets({"token": "hush"}, desk.world.clock.now(), end))
    assert told(desk) == []
    desk.world.clock.forward(4 * DAY)
    desk.answer(desk.case(), "We are on it.")
    desk.write_back()
    assert told(desk) == [
        (
            f"The sign-in of x ends on {end:%Y-%m-%d %H:%M} UTC.\n"
            f"Since {end - 7 * DAY:%Y-%m-%d %H:%M} UTC. One customer waits.\n"
            "Next: casebridge connect x"
        )
    ]
    desk.world.clock.forward(7 * DAY)
    assert told(desk) == [
        (
            f"The sign-in of x has ended on {end:%Y-%m-%d %H:%M} UTC.\n"
            f"Since {end:%Y-%m-%d %H:%M} UTC. Nobody knows how many customers wait.\n"
            "Next: casebridge connect x"
        )
    ]


def test_webhook_calls_that_no_sync_takes(desk: Desk) -> None:
    inbox, now = inbox_of(desk.world.app), desk.world.clock.now()
    with inbox.writing() as connection:
        inbox.keep(connection, [Call("x", now, HookRequest("POST", "/hooks/x", {}, {}, b"{}"), "d1")])
    assert told(desk) == []
    desk.world.clock.forward(HOUR)
    assert told(desk) == [
        (
            "One call waits of x in the inbox: no sync takes what came by webhook.\n"
            f"Since {now:%Y-%m-%d %H:%M} UTC. Nobody knows how many customers wait.\n"
            "Next: casebridge sync"
        )
    ]


def test_a_connection_that_rests_at_weekends_is_silent_only_after_a_longer_rest(desk: Desk) -> None:
    now = desk.world.clock.now()
    read(desk, new=500)
    desk.world.update(schema.progress, schema.progress.c.connection == "x", started_at=now - 14 * DAY)
    row = {"connection": "x", "new": 250, "first_at": now - 14 * DAY, "last_at": now, "late": 0, "late_seconds": 0}
    desk.world.insert(schema.heard, {**row, "kind": "post", "pause_seconds": 62 * 3600})
    desk.world.insert(schema.heard, {**row, "kind": "review", "pause_seconds": 200 * 3600})
    desk.world.clock.forward(62 * HOUR)
    assert told(desk) == []
    desk.world.clock.forward(32 * HOUR)
    assert [text.partition("\n")[0] for text in told(desk)] == [
        "x brings nothing any more, although it is read without an error."
    ]


def test_whatever_a_vendors_error_holds_an_alarm_is_three_lines_that_can_be_kept_and_sent(desk: Desk) -> None:
    read(desk, error="Bad\r\nSubject: gateway\u2028" + "<html>" * 500)
    desk.world.clock.forward(HOUR)
    (text,) = told(desk)
    what, since, following = text.split("\n")
    assert what.startswith("x cannot be read: Bad Subject: gateway <html>")
    assert len(what) == 400
    assert (since[:6], following) == ("Since ", "Next: casebridge check")
    keeping.note(desk.world.app.store, alarms(desk.world.app), desk.world.clock.now())
