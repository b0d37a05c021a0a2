"""The first reading of a large account by an export: few calls, read on after an interruption, by lists where it fails."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bridge.errors import Transient
from bridge.nouns import Cursor, PersonSeen
from tests.adapters.hubspot.accounts import place, quick
from tests.fakes.hubspot.org import SERVICE_KEY, plain

if TYPE_CHECKING:
    from pathlib import Path

    from bridge.nouns import Page
    from tests.adapters.hubspot.accounts import Place

MANY = 2_500


@pytest.fixture
def large(tmp_path: Path) -> Place:
    """Open an account with many contacts."""
    here = place(tmp_path, export_contacts_from=1_000)
    for number in range(MANY):
        here.fake.agent.contact(lastname=f"Kern {number}", email=f"k{number}@example.org")
    here.clock.forward(timedelta(hours=1))
    return here


def people(pages: list[Page]) -> list[str]:
    return [event.person.native_id for page in pages for event in page.events if isinstance(event, PersonSeen)]


def ordered(here: Place) -> Cursor:
    """Order the export; return the cursor while it is being made."""
    (page,) = here.target.contacts(Cursor())
    assert not page.more
    assert page.events == ()
    return page.cursor


def test_an_export_takes_few_calls_and_ends_with_what_changed_meanwhile(large: Place) -> None:
    cursor = ordered(large)
    assert [page.events for page in large.target.contacts(cursor)] == [()]
    newer = large.fake.agent.contact(lastname="Late", email="late@example.org")
    large.clock.forward(timedelta(minutes=2))
    pages = list(large.target.contacts(cursor))
    assert set(people(pages)) == {item.id for item in large.fake.portal.all("contacts")}
    assert newer in people(pages)
    assert len(large.fake.calls) <= 10
    seen = next(event for page in pages for event in page.events if isinstance(event, PersonSeen))
    assert (seen.person.name, seen.person.shown[0].identifier.value) == ("Kern 0", "k0@example.org")


def test_reading_an_export_goes_on_behind_the_page_that_was_read(large: Place) -> None:
    cursor = ordered(large)
    large.clock.forward(timedelta(minutes=2))
    reading = large.target.contacts(cursor)
    first = [next(reading)]
    large.clock.forward(timedelta(minutes=30))
    rest = list(large.target.contacts(first[0].cursor))
    both = people(first) + people(rest)
    assert len(people(first)) == 1_000
    assert sorted(both) == sorted({item.id for item in large.fake.portal.all("contacts")})


def test_an_account_with_few_contacts_is_listed(tmp_path: Path) -> None:
    here = place(tmp_path, export_contacts_from=1_000)
    known = {here.fake.agent.contact(lastname=f"Kern {number}") for number in range(150)}
    assert set(people(list(here.target.contacts(Cursor())))) == known


def test_where_nothing_may_be_exported_contacts_are_listed(tmp_path: Path) -> None:
    scopes = plain().tokens[SERVICE_KEY] - {"crm.export"}
    here = place(tmp_path, replace(quick(), tokens={SERVICE_KEY: scopes}), export_contacts_from=100)
    known = {here.fake.agent.contact(lastname=f"Kern {number}") for number in range(150)}
    assert set(people(list(here.target.contacts(Cursor())))) == known


def test_an_export_that_got_lost_or_has_other_columns_is_given_up_for_lists(large: Place) -> None:
    cursor = ordered(large)
    large.clock.forward(timedelta(minutes=2))
    (made,) = large.fake.transfers.exports.values()
    made.content = "Datensatz-ID,Nachname\n1,Kern\n"
    assert len(set(people(list(large.target.contacts(cursor))))) == MANY
    large.fake.transfers.exports.clear()
    assert len(set(people(list(large.target.contacts(cursor))))) == MANY


def test_a_link_that_leads_elsewhere_is_not_followed(large: Place) -> None:
    cursor = ordered(large)
    large.clock.forward(timedelta(minutes=2))
    (made,) = large.fake.transfers.exports.values()
    made.elsewhere = "https://files.example.org/contacts.csv"
    large.fake.calls.clear()
    assert len(set(people(list(large.target.contacts(cursor))))) == MANY
    assert [call.path for call in large.fake.calls if "contacts.csv" in call.path] == []


def test_a_file_that_does_not_come_is_asked_for_again_later(large: Place) -> None:
    cursor = ordered(large)
    large.clock.forward(timedelta(minutes=2))
    large.fake.faults.order(None, "500")
    with pytest.raises(Transient):
        list(large.target.contacts(cursor))
    assert len(set(people(list(large.target.contacts(cursor))))) == MANY
