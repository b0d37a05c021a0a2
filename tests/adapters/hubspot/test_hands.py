"""An agent's hands, as the canary uses them: what they do, what they leave alone, and what HubSpot mailed meanwhile."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bridge.errors import Refused
from bridge.hands import TellsMail
from bridge.nouns import Actor, Answer, Cursor
from tests.adapters.hubspot.accounts import contact, note, place, quick, refs, ticket
from tests.fakes.hubspot.org import hostile

if TYPE_CHECKING:
    from pathlib import Path

    from tests.adapters.hubspot.accounts import Place


def test_they_answer_note_close_reopen_and_show_it(here: Place) -> None:
    assert isinstance(here.target, TellsMail)
    (case,) = refs(here.target, [ticket(1)])
    hands = here.target.agent()
    said = hands.reply(case, "We are on it.", author="Mia")
    hands.note(case, "Ask Tom", author="Mia")
    hands.set_status(case, "closed", author="Mia")
    shown = hands.show(case)
    assert (shown["object"], shown["status"]) == ("case", "closed")
    assert [each["text"].partition("\n")[0] for each in shown["messages"]] == ["#reply We are on it.", "Ask Tom"]
    hands.make_internal(said, author="Mia")
    hands.set_status(case, "open", author="Mia")
    assert hands.show(said)["hs_note_body"].startswith("We are on it.")
    assert [each["ref"] for each in hands.list(status="open")] == [case]


def test_what_they_write_is_never_taken_for_an_agents_answer(here: Place) -> None:
    (case,) = refs(here.target, [ticket(1)])
    here.target.agent().reply(case, "We are on it.", author="Mia")
    heard = [item for page in here.target.activity(Cursor()) for item in page.items if isinstance(item, Answer)]
    assert [(answer.actor, answer.public) for answer in heard] == [(Actor.AUTOMATION, False)]


def test_by_an_id_alone_only_what_is_ours_is_deleted(here: Place) -> None:
    (case,) = refs(here.target, [ticket(1)])
    theirs = here.fake.agent.ticket("Not ours")
    hands = here.target.agent()
    hands.delete(case, author="Mia")
    with pytest.raises(Refused, match="tickets/"):
        hands.delete(theirs, author="Mia")
    assert [item.id for item in here.fake.portal.all("tickets")] == [theirs]
    hands.delete(f"tickets/{theirs}", author="Mia")
    assert here.fake.portal.all("tickets") == []


def test_they_open_and_merge_tickets_and_contacts(here: Place) -> None:
    hands = here.target.agent()
    person = hands.create_person(name="Ada Kern", email="ada@example.org")
    other = hands.create_person(name="A. Kern")
    case = hands.create("Router broken", text="It blinks.", requester=person, author="Mia")
    second = hands.create("Router still broken", author="Mia")
    hands.merge_persons(other, person, author="Mia")
    hands.merge_cases(second, case, author="Mia")
    assert hands.show(case)["person"] == "Ada Kern"
    assert len(here.fake.portal.all("tickets")) == len(here.fake.portal.all("contacts")) == 1
    with pytest.raises(Refused):
        hands.set_status(case, "on holiday", author="Mia")
    with pytest.raises(Refused):
        hands.note("7", "Nobody there", author="Mia")


def test_mails_of_workflows_are_told_one_line_each(tmp_path: Path) -> None:
    there = place(tmp_path, replace(quick(hostile()), lock_every=0, unique_on_activities=True))
    (person,) = refs(there.target, [contact(1)])
    refs(there.target, [ticket(9, contact=person, acme_region="emea")])
    there.clock.forward(timedelta(days=3))
    (case,) = refs(there.target, [ticket(1, contact=person, acme_region="emea")])
    assert there.target.mailed(case) == ["“We have received your request”"]
    there.target.agent().set_status(case, "closed", author="Mia")
    assert there.target.mailed(case) == ["“We have received your request”", "“How did we do?”"]
    there.fake.agent.email(case, "An agent's own mail")
    assert len(there.target.mailed(case)) == 2


def test_a_ticket_goes_with_the_messages_on_it(here: Place) -> None:
    """What the canary made is gone whole; else our keys would stand on nothing."""
    (case,) = refs(here.target, [ticket(1)])
    refs(here.target, [note(1, case)])
    here.target.agent().note(case, "Ask Tom", author="Mia")
    here.target.agent().delete(case, author="Mia")
    assert here.fake.portal.all("notes") == []
    assert list(here.target.keys("notes")) == []
