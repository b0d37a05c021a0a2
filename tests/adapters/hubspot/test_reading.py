"""Reading an account back: contacts in bulk and later, tickets of others, answers and events, a lagging search."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bridge.errors import RateLimited
from bridge.nouns import Actor, Answer, CaseEvent, Cursor, PersonDeleted, PersonMerged, PersonSeen, What, Written
from identity.model import IdentifierKind
from tests.adapters.hubspot.accounts import contact, note, place, quick, refs, ticket
from tests.fakes.hubspot.definitions import Property
from tests.fakes.hubspot.org import plain

if TYPE_CHECKING:
    from pathlib import Path

    from bridge.nouns import ActivityPage, Page
    from tests.adapters.hubspot.accounts import Place


def people(pages: list[Page]) -> list[str]:
    return [event.person.native_id for page in pages for event in page.events if isinstance(event, PersonSeen)]


def handles(pages: list[Page]) -> set[str]:
    shown = [
        each.identifier for page in pages for e in page.events if isinstance(e, PersonSeen) for each in e.person.shown
    ]
    return {f"{each.scope}:{each.value}" for each in shown if each.kind is IdentifierKind.HANDLE}


def answers(pages: list[ActivityPage]) -> list[Answer]:
    return [item for page in pages for item in page.items if isinstance(item, Answer)]


def events(pages: list[ActivityPage], what: What) -> list[CaseEvent]:
    return [item for page in pages for item in page.items if isinstance(item, CaseEvent) and item.what is what]


def test_a_large_import_goes_on_where_it_was_interrupted(here: Place) -> None:
    theirs = {here.fake.agent.contact(lastname=f"Kern {n}", email=f"k{n}@example.org") for n in range(950)}
    first = []
    for page in here.target.contacts(Cursor()):
        first.append(page)
        if len(first) == 4:
            break
    here.fake.calls.clear()
    rest = list(here.target.contacts(first[-1].cursor))
    assert set(people(first) + people(rest)) == theirs
    lists = [call for call in here.fake.calls if call.method == "GET" and call.path.endswith("/contacts")]
    assert len(lists) == 6 + 1


def test_after_an_import_only_what_changed_is_read(here: Place) -> None:
    (changed, *_) = [here.fake.agent.contact(lastname=f"Kern {n}") for n in range(300)]
    cursor = list(here.target.contacts(Cursor()))[-1].cursor
    here.clock.forward(timedelta(hours=1))
    cursor = list(here.target.contacts(cursor))[-1].cursor
    here.clock.forward(timedelta(hours=1))
    here.fake.agent.change("contacts", changed, lastname="Vogel")
    here.fake.calls.clear()
    assert people(list(here.target.contacts(cursor))) == [changed]
    assert len(here.fake.calls) == 2


def test_contacts_that_were_merged_or_deleted_are_told(here: Place) -> None:
    loser, winner, gone = (here.fake.agent.contact(lastname=name) for name in ("A", "B", "C"))
    cursor = list(here.target.contacts(Cursor()))[-1].cursor
    here.clock.forward(timedelta(minutes=5))
    here.fake.agent.merge("contacts", loser, winner)
    here.fake.agent.delete("contacts", gone)
    told = [event for page in here.target.contacts(cursor) for event in page.events]
    assert {(each.loser, each.winner) for each in told if isinstance(each, PersonMerged)} == {(loser, winner)}
    assert {each.native_id for each in told if isinstance(each, PersonDeleted)} == {gone}


def test_more_than_one_search_shows_are_read_all_the_same(here: Place) -> None:
    """A search ends at ten thousand results; it is begun again from the last one's time."""
    cursor = list(here.target.contacts(Cursor()))[-1].cursor
    made = set()
    for n in range(10_300):
        here.clock.forward(timedelta(milliseconds=1))
        made.add(here.fake.agent.contact(lastname=f"Kern {n}"))
    assert set(people(list(here.target.contacts(cursor)))) == made


def test_what_a_lagging_search_did_not_show_comes_with_the_next_poll(tmp_path: Path) -> None:
    here = place(tmp_path, replace(quick(), index_lag=timedelta(seconds=90)))
    (case,) = refs(here.target, [ticket(1)])
    here.clock.forward(timedelta(minutes=3))
    here.fake.agent.note(case, "#reply We are on it.")
    here.clock.forward(timedelta(minutes=2))
    here.fake.agent.note(case, "#reply It is solved.")
    pages = list(here.target.activity(here.target.activity_head()))
    assert [answer.text for answer in answers(pages)] == ["We are on it."]
    here.clock.forward(timedelta(minutes=2))
    again = answers(list(here.target.activity(pages[-1].cursor)))
    assert "It is solved." in [answer.text for answer in again]


def test_only_notes_that_begin_with_the_word_answer(here: Place) -> None:
    (case,) = refs(here.target, [ticket(1)])
    refs(here.target, [note(1, case, hs_note_body="#reply I wrote this myself")])
    for text in ("#reply Hello", "<p>#reply</p>", "see #reply", "Angry!"):
        here.fake.agent.note(case, text)
    found = answers(list(here.target.activity(Cursor())))
    assert [answer.text for answer in found if answer.public] == ["Hello"]
    assert {answer.actor for answer in found if "myself" in answer.text} == {Actor.US}


def test_events_tell_agents_from_automations_and_us(here: Place) -> None:
    (case,) = refs(here.target, [ticket(1)])
    here.clock.forward(timedelta(minutes=1))
    here.fake.agent.take(case)
    here.fake.agent.automation("tickets", case, hs_ticket_priority="LOW")
    pages = list(here.target.activity(Cursor()))
    assert [(event.value, event.actor) for event in events(pages, What.OWNER)] == [("81001", Actor.AGENT)]
    assert [(event.value, event.actor) for event in events(pages, What.PRIORITY)] == [("LOW", Actor.AUTOMATION)]
    assert [(event.value, event.actor) for event in events(pages, What.STATUS)] == [("open", Actor.US)]
    assert events(pages, What.OWNER)[0].at == here.clock.now()


def test_a_known_contact_that_we_wrote_carries_our_key(here: Place) -> None:
    refs(here.target, [contact(1)])
    (seen,) = [event for page in here.target.contacts(Cursor()) for event in page.events][:1]
    assert isinstance(seen, PersonSeen)
    assert seen.person.our_key == contact(1).key


def test_a_search_waits_for_its_turn_beside_a_busy_neighbour(tmp_path: Path) -> None:
    here = place(tmp_path, replace(quick(plain()), searches_a_second=3, neighbour_searches=2))
    (case,) = refs(here.target, [ticket(1)])
    here.fake.agent.note(case, "#reply Hello")
    assert [answer.text for answer in answers(list(here.target.activity(Cursor())))] == ["Hello"]


def test_a_search_that_never_has_its_turn_is_left_for_later(tmp_path: Path) -> None:
    here = place(tmp_path, replace(quick(plain()), searches_a_second=2, neighbour_searches=2))
    with pytest.raises(RateLimited) as limited:
        list(here.target.activity(Cursor()))
    assert limited.value.retry_after == 1


def test_a_long_reading_waits_out_the_limit_of_ten_seconds_and_goes_on(here: Place) -> None:
    known = {here.fake.agent.contact(lastname=f"Kern {n}") for n in range(250)}
    here.fake.faults.order(None, "429", "429")
    began = here.clock.now()
    assert set(people(list(here.target.contacts(Cursor())))) == known
    assert here.clock.now() - began >= timedelta(seconds=20)


def test_a_ticket_that_waits_for_the_customer_is_told_so(here: Place) -> None:
    (case,) = refs(here.target, [ticket(1)])
    for stage in ("2", "3", "4"):
        here.clock.forward(timedelta(minutes=1))
        here.fake.agent.change("tickets", case, hs_pipeline_stage=stage)
    told = [event.value for event in events(list(here.target.activity(Cursor())), What.STATUS)]
    assert told == ["open", "waiting", "open", "closed"]


def test_tickets_are_told_with_their_address(tmp_path: Path) -> None:
    here = place(tmp_path, portal="24680135")
    outcome = here.target.write("tickets", [ticket(1)])[0]
    theirs = here.fake.agent.ticket("Theirs")
    (seen,) = [case for page in here.target.cases(Cursor()) for case in page.cases]
    assert isinstance(outcome, Written)
    home = "https://app-eu1.hubspot.com/contacts/24680135/record/0-5"
    assert (outcome.url, seen.url) == (f"{home}/{outcome.ref}", f"{home}/{theirs}")


def test_handles_are_read_of_the_properties_that_are_named(tmp_path: Path) -> None:
    org = replace(quick(), custom_properties={"contacts": (Property(name="bluesky_handle", own=False),)})
    here = place(tmp_path, org, handles={"bluesky": "bluesky_handle"})
    here.fake.agent.contact(lastname="Kern", twitterhandle="ada_kern", bluesky_handle="@Ada.Example")
    here.fake.agent.contact(lastname="Vogel")
    assert handles(list(here.target.contacts(Cursor()))) == {"x:ada_kern", "bluesky:ada.example"}
    assert here.target.check().ok


def test_a_property_for_handles_that_contacts_do_not_have_is_missed_by_the_check(tmp_path: Path) -> None:
    here = place(tmp_path, handles={"bluesky": "bluesky_handel"})
    wrong = [finding.text for finding in here.target.check().findings if not finding.ok]
    assert wrong == ["contacts have no property bluesky_handel"]


def test_an_address_is_read_for_public_answers_not_to_tell_it(here: Place) -> None:
    here.fake.agent.contact(lastname="Kern", address="Erlengrund 7", zip="48155", city="Münster")
    events = [event for page in here.target.contacts(Cursor()) for event in page.events]
    read = [each.person.extra for each in events if isinstance(each, PersonSeen)]
    assert read
    assert all(each == {"address": "Erlengrund 7, 48155 Münster"} for each in read)
