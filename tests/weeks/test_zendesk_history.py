"""Mails of last year become solved tickets of last year, with every mail at its own time; what comes today is of today."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.fakes.zendesk.state import iso
from tests.weeks.crm import holding
from tests.weeks.feed import mail, open_office, say
from tests.weeks.zendesk import ZendeskAccount

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from bridge.clock import ShiftedClock
    from tests.weeks.office import Office

MARA = "mara.voss@example.org"
TEXTS = [f"Order A4711, mail {number}: where is my parcel?" for number in range(3)]
PEOPLE = 4


@pytest.fixture
def crm(clock: ShiftedClock) -> ZendeskAccount:
    """Open an account in which a trigger mails of every ticket that does not carry our tag."""
    return ZendeskAccount(clock)


@pytest.fixture
def office(crm: ZendeskAccount, clock: ShiftedClock, tmp_path: Path) -> Iterator[Office]:
    """Begin a project."""
    with crm.serving() as address:
        yield open_office(tmp_path / "project", address, crm, clock)


def wrote(office: Office, person: int, number: int, at: datetime) -> dict[str, Any]:
    """Return a mail of somebody's."""
    more = {"answers": [f"p{person}-{number - 1}"]} if number else {}
    said = mail(office, f"p{person}-{number}", f"p{person}.{MARA}", f"{TEXTS[number]} ({person})", name="Mara", **more)
    return said | {"sent_at": iso(at)}


def test_history_stands_at_its_own_time_once_and_nobody_is_mailed(office: Office, crm: ZendeskAccount) -> None:
    begin = office.clock.now() - timedelta(days=300)
    times = [begin + timedelta(days=number) for number in range(3)]
    say(office, "old", *(wrote(office, n, k, at) for n in range(PEOPLE) for k, at in enumerate(times)))
    office.run("sync", "--from", f"{begin - timedelta(days=1):%Y-%m-%d}", "--as-cases")
    office.settle()
    state = crm.fake.state
    assert len(state.tickets) == PEOPLE
    for row in state.tickets.values():
        comments = state.comments_of(row["id"])
        assert (row["created_at"], row["status"]) == (iso(begin), "solved")
        assert [each["created_at"] for each in comments] == [iso(at) for at in (begin, *times)]
        assert [text in each["body"] for text, each in zip(TEXTS, comments[1:], strict=True)] == [True] * 3
    assert [call.path for call in crm.calls if call.path.endswith("/tickets/update_many")] == []
    assert crm.mailed() == []
    office.balances()
    written = list(crm.writes())
    office.sync()
    assert crm.writes() == written

    say(office, "new", mail(office, "m9", MARA, "Order B17: the invoice is wrong.", name="Mara Voss"))
    office.settle()
    assert state.tickets[int(holding(crm, "Order B17").id)]["created_at"] > iso(begin + timedelta(days=200))
    office.balances()
