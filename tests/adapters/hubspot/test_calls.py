"""How many calls deliveries take, counted at the account, and what they carry."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bridge.nouns import Reference, Thing
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
