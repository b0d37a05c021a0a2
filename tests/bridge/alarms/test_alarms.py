"""Each kind of trouble is an alarm with a sentence, a time, who waits, and the next command."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bridge import brakes, budget
from bridge.alarms.conditions import alarms
from bridge.contracts import HookRequest
from bridge.hooked import inbox_of
from bridge.inbox import Call
from bridge.nouns import Share
from bridge.safe import Secrets
from bridge.store import schema
from bridge.vault import Vault
from tests.bridge.answering.conftest import Desk, make_desk
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
            f"Since {since:%Y-%m-%d %H:%M} UTC.\n"
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
        f"x cannot be read: The password is not right.\nSince {since:%Y-%m-%d %H:%M} UTC.\nNext: casebridge check"
    ]


def test_a_spent_budget_with_who_waits(desk: Desk) -> None:
    until = desk.world.clock.now() + 6 * HOUR
    budget.pause(desk.world.store, CRM, until, Share.DELIVER)
    for _ in range(2):
        desk.world.case(1)
    (text,) = told(desk)
    assert text.startswith(
        f"The calls of crm for deliveries are used up until {until:%Y-%m-%d %H:%M} UTC; then it goes on by itself."
    )
    assert text.endswith("2 customers wait.\nNext: casebridge status")


def test_a_short_rest_is_no_alarm(desk: Desk) -> None:
    budget.pause(desk.world.store, CRM, desk.world.clock.now() + timedelta(minutes=10))
    assert told(desk) == []


def test_a_brake_on_answers_and_no_alarm_for_what_a_person_paused(desk: Desk) -> None:
    now = desk.world.clock.now()
    brakes.pause(desk.world.store, brakes.COLLECT, "x", by="anna", reason="", now=now)
    assert told(desk) == []
    brakes.pause(desk.world.store, brakes.PUBLISH, "x", by=brakes.BRAKE, reason="60 answers within an hour.", now=now)
    assert told(desk) == [
        f"60 answers within an hour.\nSince {now:%Y-%m-%d %H:%M} UTC.\nNext: casebridge resume publish x"
    ]


@pytest.mark.parametrize("reason", ["the window for answers closed at 10:00", "the post was deleted on the network"])
def test_an_answer_that_was_not_sent_with_its_reason(desk: Desk, reason: str) -> None:
    case = desk.case()
    desk.answer(case, "We are on it.")
    desk.write_back()
    desk.world.update(schema.action, schema.action.c.state == "held", state="refused", reason=reason)
    (text,) = told(desk)
    assert text.startswith(f"One answer was not sent on x: {reason}.")
    assert text.endswith("One customer waits.\nNext: casebridge actions list")


def test_a_sign_in_that_ends_within_a_week(desk: Desk) -> None:
    vault = desk.world.app.vault
    assert vault is not None
    end = desk.world.clock.now() + 10 * DAY
    vault.safe("x").keep(Secrets({"token": "hush"}, desk.world.clock.now(), end))
    assert told(desk) == []
    desk.world.clock.forward(4 * DAY)
    (text,) = told(desk)
    assert text.startswith(f"The sign-in of x ends on {end:%Y-%m-%d %H:%M} UTC.")
    assert text.endswith("Next: casebridge connect x")
    desk.world.clock.forward(7 * DAY)
    assert told(desk)[0].startswith("The sign-in of x has ended on")


def test_webhook_calls_that_no_sync_takes(desk: Desk) -> None:
    inbox, now = inbox_of(desk.world.app), desk.world.clock.now()
    with inbox.writing() as connection:
        inbox.keep(connection, [Call("x", now, HookRequest("POST", "/hooks/x", {}, {}, b"{}"), "d1")])
    assert told(desk) == []
    desk.world.clock.forward(HOUR)
    assert told(desk)[0].startswith("1 webhook calls of x wait in the inbox: no sync takes them.")
