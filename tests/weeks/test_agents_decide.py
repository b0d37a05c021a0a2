"""What agents decided in the CRM stays as they decided it, whatever the customers write next."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.weeks.crm import Crm, holding
from tests.weeks.feed import mail, open_office, say, tweet
from tests.weeks.overhearing import Meanwhile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from starlette.types import ASGIApp

    from bridge.clock import ShiftedClock
    from tests.weeks.office import Office

MARA, IDA = "mara.voss@example.org", "ida.brandt@example.org"
FIRST = "Where is my parcel? Order A4711 should be here by now."


@pytest.fixture(params=[False, True], ids=["plain", "hostile"])
def crm(request: pytest.FixtureRequest, make: Callable[..., Crm]) -> Crm:
    """Open the CRM, friendly or grown."""
    return make(grown=request.param)


class Door:
    """Where an agent can be quicker than a call."""

    def __init__(self) -> None:
        """Stand nowhere yet."""
        self.meanwhile: Meanwhile | None = None

    def __call__(self, app: ASGIApp) -> ASGIApp:
        """Stand before a CRM."""
        self.meanwhile = Meanwhile(app)
        return self.meanwhile


@pytest.fixture
def door() -> Door:
    """Give the door of the CRM."""
    return Door()


@pytest.fixture
def office(crm: Crm, door: Door, clock: ShiftedClock, tmp_path: Path) -> Iterator[Office]:
    """Deliver one case each of four people."""
    with crm.serving(door) as address:
        office = open_office(tmp_path / "project", address, crm, clock)
        if crm.vanished:
            crm.adapt_again(office.folder)
        say(
            office,
            "monday",
            mail(office, "m1", MARA, FIRST, name="Mara Voss"),
            mail(office, "m2", IDA, "My invoice is wrong, why do I pay twice?", name="Ida Brandt"),
            tweet(office, "x1", "ida_b", "Why does nobody answer my complaint about the router?"),
            mail(office, "m3", "prize@spam.example", "Why wait? Claim the prize now!", name="Prize Desk"),
        )
        office.settle()
        yield office


def test_a_case_that_an_agent_took_keeps_its_owner_status_and_priority(office: Office, crm: Crm) -> None:
    case = holding(crm, FIRST)
    crm.work(case.id)
    worked = holding(crm, FIRST)
    assert all(getattr(worked, name) != getattr(case, name) for name in ("owner", "status", "priority"))
    office.settle()
    say(
        office,
        "tuesday",
        mail(office, "m11", MARA, "Order A4711: still no parcel, this is an emergency!", answers=["m1"]),
        tweet(office, "x11", "ida_b", "Still nobody?", answers=["x1"]),
    )
    office.settle()
    now = holding(crm, FIRST)
    assert now == worked
    assert any("still no parcel" in said for said in now.said)
    office.balances()


def test_an_edited_message_changes_none_of_it_either(office: Office, crm: Crm) -> None:
    crm.work(holding(crm, FIRST).id)
    worked = holding(crm, FIRST)
    office.settle()
    edited = f"{FIRST} URGENT, my lawyer will call!"
    later = office.clock.now().isoformat(timespec="seconds")
    say(office, "tuesday", mail(office, "m1", MARA, edited, name="Mara Voss", edited_at=later))
    office.settle()
    now = holding(crm, "my lawyer")
    assert now == worked
    assert [said for said in now.said if FIRST in said] == list(now.said)


def test_contacts_that_an_agent_merged_stay_one(office: Office, crm: Crm) -> None:
    by_mail, by_tweet = holding(crm, "invoice is wrong"), holding(crm, "nobody answer my complaint")
    assert by_mail.person != by_tweet.person
    survivor = crm.merge_people(by_tweet.person, by_mail.person)
    people = crm.people()
    office.settle()
    say(
        office,
        "tuesday",
        tweet(office, "x12", "ida_b", "Hello? Where is my refund for order B100?"),
        mail(office, "m12", IDA, "Please correct the invoice of order C200.", name="Ida Brandt"),
    )
    office.settle()
    assert crm.people() == people
    assert holding(crm, "refund for order B100").person == survivor
    assert holding(crm, "invoice of order C200").person == survivor
    office.balances()


def test_a_case_on_its_way_follows_its_contact_whom_an_agent_merges_meanwhile(
    office: Office, door: Door, crm: Crm
) -> None:
    by_mail, by_tweet = holding(crm, "invoice is wrong"), holding(crm, "nobody answer my complaint")
    office.settle()
    say(office, "tuesday", tweet(office, "x12", "ida_b", "Hello? Where is my refund for order B100?"))
    merged: list[str] = []
    assert door.meanwhile is not None
    door.meanwhile.doing = lambda: merged.append(crm.merge_people(by_tweet.person, by_mail.person))
    office.settle()
    office.settle()
    assert holding(crm, "refund for order B100").person == merged[0]
    assert office.deliveries(state="refused") == []
    office.balances()


def test_a_spam_case_that_an_agent_deleted_stays_deleted_and_is_listed(office: Office, crm: Crm) -> None:
    spam = holding(crm, "Claim the prize")
    crm.delete_case(spam.id)
    standing = {case.id for case in crm.cases()}
    office.settle()
    say(
        office, "tuesday", mail(office, "m13", "prize@spam.example", "Why did you not claim the prize?", answers=["m3"])
    )
    office.settle()
    assert {case.id for case in crm.cases()} == standing
    office.sync()
    (listed,) = office.deliveries(thing="case", state="gone")
    assert "deleted" in listed["reason"]
    assert " 1 deleted " in office.run("ledger")
    (proved,) = office.ask("verify")
    assert proved["deleted"]
    assert not proved["missing"]
    office.balances()


def test_nothing_that_agents_did_is_taken_back_by_a_second_sync(office: Office, crm: Crm) -> None:
    crm.work(holding(crm, FIRST).id)
    office.settle()
    before, written = [replace(case) for case in crm.cases()], list(crm.writes())
    office.settle()
    assert list(crm.cases()) == before
    assert crm.writes() == written
