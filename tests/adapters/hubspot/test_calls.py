"""How many calls deliveries take, counted at the account, and what they carry."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bridge.nouns import Ended, Reference, Refusal, Thing, Written
from tests.adapters.hubspot.accounts import Place, contact, note, refs, ticket

if TYPE_CHECKING:
    from bridge.nouns import Record

HUNDREDS = range(0, 1_000, 100)


def in_hundreds(place: Place, records: list[Record]) -> list[str]:
    return [ref for start in HUNDREDS for ref in refs(place.target, records[start : start + 100])]


def deliver(place: Place) -> tuple[list[str], list[str], list[str]]:
    """Deliver 1,000 persons, a case of each, a message in each; return their ids."""
    people = in_hundreds(place, [contact(n) for n in range(1_000)])
    to = [Reference(Thing.PERSON, f"cb1-{n}", ref) for n, ref in enumerate(people)]
    tickets = in_hundreds(place, [ticket(n, contact=to[n]) for n in range(1_000)])
    notes = in_hundreds(place, [note(n, tickets[n]) for n in range(1_000)])
    return people, tickets, notes


def test_a_thousand_of_each_take_forty_calls_at_most(here: Place) -> None:
    people, tickets, notes = deliver(here)
    assert len(here.fake.calls) <= 40
    portal = here.fake.portal
    for person, case, message in zip(people, tickets, notes, strict=True):
        assert portal.linked(("tickets", case), "contacts") == [person]
        assert portal.linked(("notes", message), "tickets") == [case]
        assert portal.linked(("notes", message), "contacts") == [person]


def test_updates_of_a_tenth_take_a_tenth_and_a_little(here: Place) -> None:
    people, tickets, notes = deliver(here)
    here.fake.calls.clear()
    changed: list[tuple[Any, list[str], dict[str, str]]] = [
        (contact, people, {"lastname": "Vogel"}),
        (ticket, tickets, {"content": "It blinks red."}),
    ]
    for make, ids, fields in changed:
        refs(here.target, [replace(make(n), ref=ids[n], fields=fields) for n in range(100)])
    refs(here.target, [replace(note(n, ""), ref=notes[n], fields={"hs_note_body": "New"}) for n in range(100)])
    assert len(here.fake.calls) <= 8


def test_what_is_there_already_is_not_written_again(here: Place) -> None:
    (ref,) = refs(here.target, [ticket(1)])
    here.fake.calls.clear()
    refs(here.target, [replace(ticket(1), ref=ref)])
    assert [call.path for call in here.fake.calls if "update" in call.path] == []


def test_nobody_is_ever_made_a_marketing_contact(here: Place) -> None:
    outcomes = here.target.write("contacts", [contact(1, hs_marketable_status="true")])
    assert getattr(outcomes[0], "field", "") == "hs_marketable_status"
    deliver(here)
    assert here.fake.portal.marketing_attempts == []


def test_a_call_that_is_refused_whole_sets_aside_only_whom_it_means(here: Place) -> None:
    here.wire.untraced = True
    sent = [ticket(n) for n in range(20)]
    sent[7] = replace(sent[7], fields={**sent[7].fields, "hs_pipeline_stage": "7701"})
    outcomes = here.target.write("tickets", sent)
    assert [n for n, outcome in enumerate(outcomes) if isinstance(outcome, Refusal)] == [7]
    assert [n for n, outcome in enumerate(outcomes) if isinstance(outcome, Written)] == [*range(7), *range(8, 20)]
    again = here.target.write("tickets", [*sent[:7], ticket(20)])
    assert [getattr(outcome, "created", None) for outcome in again] == [False] * 7 + [True]


def test_messages_of_a_ticket_that_was_merged_or_deleted_go_with_it(here: Place) -> None:
    loser, winner, gone = refs(here.target, [ticket(n) for n in range(3)])
    survivor = here.fake.agent.merge("tickets", loser, winner)
    here.fake.agent.delete("tickets", gone)
    followed, ended = here.target.write("notes", [note(1, loser), note(2, gone)])
    assert isinstance(followed, Written)
    assert here.fake.portal.linked(("notes", followed.ref), "tickets") == [survivor]
    assert isinstance(ended, Refusal)
    assert ended.code == Ended.DELETED


def test_after_a_restore_the_recycle_bin_is_listed_once_for_many_look_ups(here: Place) -> None:
    gone = refs(here.target, [ticket(n) for n in range(3)])
    for each in gone:
        here.fake.agent.delete("tickets", each)
    here.fake.calls.clear()
    for some in HUNDREDS:
        keys = {ticket(n).key: "" for n in range(some, some + 100)}
        found = here.target.find("tickets", keys, here.clock.now())
        assert sum(each.deleted for each in found.values()) == (3 if some == 0 else 0)
    assert len([call for call in here.fake.calls if call.method == "GET" and call.path.endswith("/tickets")]) == 1
