"""Agents' answers: by notes, by mails and in threads of the inbox; what is internal, taken back, ours or a robot's."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bridge.nouns import Actor, Answer, CaseEvent, Cursor
from tests.adapters.hubspot.accounts import note, place, refs, ticket
from tests.fakes.hubspot.portal import AUTOMATION
from tests.fakes.hubspot.portal import Actor as By

if TYPE_CHECKING:
    from pathlib import Path

    from bridge.nouns import ActivityPage
    from tests.adapters.hubspot.accounts import Place

EVERYWHERE = ("notes", "emails", "threads")
CHAT = {"clientType": "HUBSPOT"}
CUSTOMER = {"deliveryIdentifier": {"type": "CHANNEL_SPECIFIC_OPAQUE_ID", "value": "visitor-7"}, "name": "Mara"}
BRAND = {"type": "CHANNEL_SPECIFIC_OPAQUE_ID", "value": "@acme"}


@pytest.fixture
def everywhere(tmp_path: Path) -> Place:
    """Open an account whose agents answer by notes, mails and threads."""
    return place(tmp_path, answers=EVERYWHERE)


def read(here: Place, after: Cursor | None = None) -> tuple[list[Answer], Cursor]:
    """Read on; return the answers and where to go on."""
    pages: list[ActivityPage] = list(here.target.activity(after or Cursor()))
    return [item for page in pages for item in page.items if isinstance(item, Answer)], pages[-1].cursor


def thread(here: Place, case: str, text: str = "Where is my order?") -> str:
    """Let a customer write in a chat of the inbox, which HubSpot has put on a ticket."""
    inbox = here.fake.inbox
    inbox.channels["1000"] = {"id": "1000", "name": "Chat", "webhookUrl": None}
    inbox.accounts["77"] = {"id": "77", "channelId": "1000", "authorized": True, "deliveryIdentifier": BRAND}
    body = {"text": text, "senders": [CUSTOMER], "recipients": [], "channelAccountId": "77", "attachments": []}
    said = inbox.publish("1000", {**body, "messageDirection": "INCOMING", "timestamp": here.clock.now().isoformat()})
    found = inbox.thread(str(said["conversationsThreadId"]))
    found.ticket = case
    return found.id


def test_only_places_that_are_named_are_read(here: Place) -> None:
    (case,) = refs(here.target, [ticket(1)])
    here.fake.agent.email(case, "It is on its way.")
    here.fake.inbox.answer(thread(here, case), "On its way.")
    assert read(here)[0] == []
    assert [call.path for call in here.fake.calls if "emails" in call.path or "threads" in call.path] == []


def test_a_mail_that_an_agent_sent_is_an_answer_and_a_customers_is_not(everywhere: Place) -> None:
    (case,) = refs(everywhere.target, [ticket(1)])
    everywhere.fake.agent.email(case, "It is on its way.")
    everywhere.fake.agent.email(case, "Thank you!", incoming=True)
    found, _ = read(everywhere)
    told = {answer.text: (answer.actor, answer.public, answer.case_ref) for answer in found}
    assert told == {
        "It is on its way.": (Actor.AGENT, True, case),
        "Thank you!": (Actor.CUSTOMER, False, case),
    }


def test_a_mail_that_is_scheduled_is_no_answer_until_it_was_sent(everywhere: Place) -> None:
    (case,) = refs(everywhere.target, [ticket(1)])
    mail = everywhere.fake.agent.email(case, "It is on its way.")
    everywhere.fake.agent.change("emails", mail, hs_email_status="SCHEDULED")
    waiting, cursor = read(everywhere)
    everywhere.clock.forward(timedelta(hours=1))
    everywhere.fake.agent.change("emails", mail, hs_email_status="SENT")
    sent, _ = read(everywhere, cursor)
    assert [(answer.public, answer.text) for answer in waiting] == [(False, "It is on its way.")]
    assert [(answer.public, answer.text) for answer in sent] == [(True, "It is on its way.")]


def test_a_mail_of_a_workflow_is_nobodys_answer(everywhere: Place) -> None:
    (case,) = refs(everywhere.target, [ticket(1)])
    mail = everywhere.fake.agent.email(case, "We have received your request")
    item = everywhere.fake.portal.items["emails"][mail]
    everywhere.fake.portal.put(item, {"hs_object_source": "AUTOMATION_PLATFORM"}, By(AUTOMATION, "enrollmentId:1"))
    assert [(answer.actor, answer.public) for answer in read(everywhere)[0]] == [(Actor.AUTOMATION, False)]


def test_in_a_thread_messages_go_out_and_comments_stay_in(everywhere: Place) -> None:
    (case,) = refs(everywhere.target, [ticket(1)])
    talk = thread(everywhere, case)
    everywhere.fake.inbox.answer(talk, "It is on its way.")
    everywhere.fake.inbox.comment(talk, "Ask Tom about the parcel")
    told = {answer.text: (answer.actor, answer.public, answer.case_ref) for answer in read(everywhere)[0]}
    assert told == {
        "Where is my order?": (Actor.CUSTOMER, False, case),
        "It is on its way.": (Actor.AGENT, True, case),
        "Ask Tom about the parcel": (Actor.AGENT, False, case),
    }


def test_a_thread_without_a_ticket_is_passed_over(everywhere: Place) -> None:
    talk = thread(everywhere, "")
    everywhere.fake.inbox.answer(talk, "It is on its way.")
    assert read(everywhere)[0] == []


def test_who_answered_is_told_by_name_and_by_the_id_that_changes_of_tickets_carry(everywhere: Place) -> None:
    (case,) = refs(everywhere.target, [ticket(1)])
    everywhere.fake.agent.note(case, "#reply By note.")
    everywhere.fake.agent.email(case, "By mail.")
    everywhere.fake.inbox.answer(thread(everywhere, case), "By chat.")
    everywhere.fake.agent.change("tickets", case, hs_pipeline_stage="2")
    pages = list(everywhere.target.activity(Cursor()))
    told = [item for page in pages for item in page.items if isinstance(item, (Answer, CaseEvent))]
    items = [item for item in told if item.actor is Actor.AGENT]
    owner = everywhere.fake.portal.owners["81001"]
    assert {item.actor_id for item in items} == {str(owner.user_id)}
    assert {item.actor_name for item in items if isinstance(item, Answer)} == {f"{owner.first_name} {owner.last_name}"}


def test_a_long_message_of_which_a_list_shows_the_beginning_is_read_whole(everywhere: Place) -> None:
    (case,) = refs(everywhere.target, [ticket(1)])
    everywhere.fake.inbox.longest = 20
    everywhere.fake.inbox.answer(thread(everywhere, case), "It is on its way and comes on Monday.")
    assert "It is on its way and comes on Monday." in [answer.text for answer in read(everywhere)[0]]


def test_a_note_mail_or_message_that_was_deleted_is_taken_back(everywhere: Place) -> None:
    (case,) = refs(everywhere.target, [ticket(1)])
    agent, inbox = everywhere.fake.agent, everywhere.fake.inbox
    noted, mailed = agent.note(case, "#reply By note."), agent.email(case, "By mail.")
    said = inbox.answer(thread(everywhere, case), "By chat.")
    heard, cursor = read(everywhere)
    public = {answer.native_id for answer in heard if answer.public}
    everywhere.clock.forward(timedelta(minutes=2))
    agent.delete("notes", noted)
    agent.delete("emails", mailed)
    inbox.delete(said)
    taken, cursor = read(everywhere, cursor)
    assert {answer.native_id for answer in taken if answer.deleted} == public
    assert len(public) == 3
    assert [answer for answer in read(everywhere, cursor)[0] if answer.deleted and answer.at > taken[-1].at] == []


def test_a_note_whose_word_was_taken_out_is_internal_again(here: Place) -> None:
    (case,) = refs(here.target, [ticket(1)])
    written = here.fake.agent.note(case, "#reply We are on it.")
    (first, *_), cursor = read(here)
    here.clock.forward(timedelta(minutes=1))
    here.fake.agent.change("notes", written, hs_note_body="We are on it.")
    (second, *_), _ = read(here, cursor)
    assert (first.native_id, first.public, second.native_id, second.public) == (written, True, written, False)


def test_files_of_an_answer_are_named(here: Place) -> None:
    (case,) = refs(here.target, [ticket(1)])
    here.fake.portal.files["901"] = {"id": "901", "name": "receipt", "extension": "pdf", "size": 12, "url": "https://f"}
    written = here.fake.agent.note(case, "#reply See the receipt.")
    here.fake.agent.change("notes", written, hs_attachment_ids="901;902")
    (answer,) = read(here)[0]
    assert [(file.name, file.size) for file in answer.files] == [("receipt.pdf", 12), ("file 902", None)]


def test_files_of_an_answer_are_handed_over_by_a_link_of_hubspots(here: Place) -> None:
    (case,) = refs(here.target, [ticket(1)])
    here.fake.portal.files["901"] = {"id": "901", "name": "receipt", "extension": "pdf", "size": 12, "url": "https://f"}
    here.fake.portal.contents["901"] = "a receipt"
    here.fake.agent.change("notes", here.fake.agent.note(case, "#reply See the receipt."), hs_attachment_ids="901")
    ((file,),) = [answer.files for answer in read(here)[0]]
    assert here.target.attachment(file.url) == b"a receipt"
    assert here.target.attachment("https://elsewhere.example/files/v3/files/901") is None
    del here.fake.portal.files["901"]
    assert here.target.attachment(file.url) is None


def test_what_we_wrote_is_ours(here: Place) -> None:
    (case,) = refs(here.target, [ticket(1)])
    refs(here.target, [note(1, case, hs_note_body="#reply I wrote this myself")])
    assert [(answer.actor, answer.public) for answer in read(here)[0]] == [(Actor.US, False)]
