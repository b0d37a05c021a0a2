"""Whom the CRM knows already is read in, once, even if interrupted; their messages land on their contacts and cases."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from tests.project import casebridge
from tests.weeks.crm import Crm, holding
from tests.weeks.feed import mail, open_office, say, tweet, whatsapp

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from bridge.clock import ShiftedClock
    from tests.weeks.office import Office

FIRST = ("Ada", "Bela", "Cem", "Dora", "Elif", "Finn", "Gesa", "Hugo", "Ines", "Jonas", "Kaya", "Lars")
LAST = ("Anders", "Brandt", "Celik", "Dreyer", "Ebert", "Falk", "Gerber", "Hansen", "Ilic", "Jansen", "Krohn", "Lorenz")
MANY, FEW = 10_000, 60
EVERY = 33
"""So many people have one among them who is known twice: three of a hundred."""
KILLED = 137


@dataclass(frozen=True, slots=True)
class Somebody:
    """One of the town's people."""

    name: str
    mail: str
    phone: str


def somebody(number: int) -> Somebody:
    """Return an invented person."""
    name = f"{FIRST[number % 12]} {LAST[number // 12 % 12]}-{LAST[number // 144 % 12]}{'e' * (number // 1728)}"
    return Somebody(name, f"person{number}@town.example", f"+4915770{number:06}")


def settle_in(crm: Crm, count: int) -> dict[int, str]:
    """Let people be known in the CRM, three of a hundred twice, by their own name or by a relative's; return their ids."""
    ids = {}
    for number in range(count):
        one = somebody(number)
        ids[number] = crm.contact(one.name, mail=one.mail, phone=one.phone)
        if number % EVERY == 0 and crm.takes_doubles:
            other = one.name if number % 2 else f"Otto {one.name.rpartition(' ')[2]}"
            crm.double(other, mail=one.mail, phone=one.phone)
    return ids


def test_ten_thousand_contacts_are_read_once_though_the_reading_was_killed(
    make: Callable[..., Crm], clock: ShiftedClock, tmp_path: Path
) -> None:
    crm = make()
    settle_in(crm, MANY)
    known = crm.people()
    pages = -(-len(known) // crm.page)
    with crm.serving() as address:
        office = open_office(tmp_path / "project", address, crm, clock)
        before = crm.pages_of_people()
        half = f"collect.after_commit:{pages // 2}"
        killed = casebridge(office.folder, "sync", CRASH_AT=half, **office.secrets)
        assert killed.returncode == KILLED
        assert crm.pages_of_people() - before < pages
        office.run("sync")
        assert pages <= crm.pages_of_people() - before <= pages + 2
        suggested = office.ask("customers", "suggestions", "--limit", "100000")
        customers = office.ask("customers", "list", "--limit", "100000")
    assert len(customers) == len(known)
    assert len(suggested) == len(range(0, MANY, EVERY))
    assert crm.people() == known


@pytest.fixture(params=[False, True], ids=["plain", "hostile"])
def crm(request: pytest.FixtureRequest, make: Callable[..., Crm]) -> Crm:
    """Open the CRM, friendly or grown."""
    return make(grown=request.param)


@pytest.fixture
def ids(crm: Crm) -> dict[int, str]:
    """Let people be known there."""
    return settle_in(crm, FEW)


@pytest.fixture
def office(crm: Crm, ids: dict[int, str], clock: ShiftedClock, tmp_path: Path) -> Iterator[Office]:
    """Connect a project to it."""
    assert ids
    with crm.serving() as address:
        office = open_office(tmp_path / "project", address, crm, clock)
        if crm.vanished:
            crm.adapt_again(office.folder)
        yield office


def test_a_message_of_somebody_known_lands_on_their_contact(office: Office, crm: Crm, ids: dict[int, str]) -> None:
    known, writer, caller = crm.people(), somebody(7), somebody(8)
    say(
        office,
        "monday",
        mail(office, "m1", writer.mail, "Where is my parcel?", name=writer.name),
        whatsapp(office, "w1", caller.phone, "Why does my router blink?"),
    )
    office.settle()
    assert holding(crm, "Where is my parcel?").person == ids[7]
    assert holding(crm, "my router blink").person == ids[8]
    assert crm.people() == known
    office.balances()


def test_two_contacts_that_share_an_address_are_shown_to_people_and_not_merged(office: Office, crm: Crm) -> None:
    known = crm.people()
    office.settle()
    suggested = office.ask("customers", "suggestions")
    assert len(suggested) == 2 * crm.takes_doubles
    assert len(office.ask("customers", "list", "--limit", "1000")) == len(known)
    assert crm.people() == known


def test_a_tweet_about_what_four_mails_said_lands_in_the_case_that_the_crm_made_of_them(
    office: Office, crm: Crm, ids: dict[int, str]
) -> None:
    her = somebody(9)
    subject = "Order A4711"
    case = crm.received(her.mail, subject, *(f"Order A4711, mail {number}: where is it?" for number in range(1, 5)))
    crm.work(case)
    before = holding(crm, "mail 4")
    assert before.person == ids[9]
    said = tweet(office, "x1", "gesa_tweets", "Three weeks now, where is my order A4711?")
    said["author"] |= {"email": her.mail, "authenticated": True}
    say(office, "monday", said)
    office.settle()
    now = holding(crm, "Three weeks now")
    assert now == before
    assert now.id == case
    assert len(now.said) == 5
    office.balances()
