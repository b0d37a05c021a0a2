"""A customer writes again after Zendesk has closed the ticket for good: it goes on in a follow-up, once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.weeks.crm import holding
from tests.weeks.feed import mail, open_office, say
from tests.weeks.zendesk import ZendeskAccount

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bridge.clock import ShiftedClock
    from tests.weeks.office import Office

MARA = "mara.voss@example.org"
FIRST = "Where is my parcel? Order A4711 should be here by now."


@pytest.fixture
def crm(clock: ShiftedClock) -> ZendeskAccount:
    """Open a friendly account."""
    return ZendeskAccount(clock)


@pytest.fixture
def office(crm: ZendeskAccount, clock: ShiftedClock, tmp_path: Path) -> Iterator[Office]:
    """Deliver one case."""
    with crm.serving() as address:
        office = open_office(tmp_path / "project", address, crm, clock)
        say(office, "monday", mail(office, "m1", MARA, FIRST, name="Mara Voss"))
        office.settle()
        yield office


def test_what_comes_after_the_end_stands_in_one_follow_up(office: Office, crm: ZendeskAccount) -> None:
    case = holding(crm, FIRST)
    crm.fake.agent.change(case.id, status="solved")
    office.settle()
    crm.fake.agent.close_for_good(case.id)
    office.later(minutes=5 * 24 * 60)
    say(office, "saturday", mail(office, "m2", MARA, "Order A4711: still no parcel!", name="Mara Voss", answers=["m1"]))
    office.settle()
    say(office, "sunday", mail(office, "m3", MARA, "Order A4711: hello?", name="Mara Voss", answers=["m2"]))
    office.settle()
    now = holding(crm, "still no parcel")
    assert now.id != case.id
    assert holding(crm, "hello?") == now
    assert (now.person, now.priority) == (case.person, case.priority)
    assert len(list(crm.cases())) == 2
    assert crm.mailed() == []
    office.balances()
