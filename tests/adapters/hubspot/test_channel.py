"""A custom channel: messages go in once, in order, into a thread for each ticket; agents' answers come back from there."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from bridge.errors import ConfigError
from bridge.mapping.check import check
from bridge.mapping.target import load_target_mapping
from bridge.nouns import (
    Actor,
    Amendment,
    AmendmentKind,
    Answer,
    Cursor,
    FileContent,
    KeyField,
    Presence,
    Record,
    Refusal,
    Retry,
    Thing,
    Unknown,
    Written,
)
from tests.adapters.hubspot.accounts import KEYS, contact, key, place, quick, refs, ticket
from tests.fakes.hubspot.org import hostile
from tests.source_tree import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from tests.adapters.hubspot.accounts import Place
    from tests.fakes.hubspot.org import Org

CHANNEL, ACCOUNT = "1000000", "7001"
KEYLESS = {**KEYS, Thing.MESSAGE: KeyField("channel_messages", "")}
BRAND = {"type": "CHANNEL_SPECIFIC_OPAQUE_ID", "value": "@acme"}


def opened(folder: Path, org: Org | None = None, *, authorized: bool = True) -> Place:
    """Open an account with a channel that our messages go into."""
    here = place(folder, org, keys=KEYLESS, channel=CHANNEL, channel_account=ACCOUNT)
    inbox = here.fake.inbox
    inbox.channels[CHANNEL] = {"id": CHANNEL, "name": "Social", "webhookUrl": None}
    made = {"id": ACCOUNT, "channelId": CHANNEL, "authorized": authorized, "deliveryIdentifier": BRAND}
    inbox.accounts[ACCOUNT] = made
    return here


@pytest.fixture
def there(tmp_path: Path) -> Place:
    """Open such an account."""
    return opened(tmp_path)


def said(number: int, parent: str, **fields: Any) -> Record:  # noqa: ANN401 - any field
    """Return the first delivery of a message into the channel."""
    given = {
        "text": f"It blinks {number} times.",
        "timestamp": "2026-03-02T08:00:00Z",
        "direction": "INCOMING",
        "sender": "mara",
        "sender_name": "Mara Lind",
        **fields,
    }
    anchor = key(f"message:{number}")
    return Record(thing=Thing.MESSAGE, object="channel_messages", key=anchor, key_field="", fields=given, parent=parent)


def texts(here: Place) -> list[list[str]]:
    """Return what stands in each thread."""
    return [
        [message["text"].partition("\n\n[")[0] for message in thread.messages]
        for thread in here.fake.inbox.threads.values()
    ]


def answers(here: Place, after: Cursor | None = None) -> list[Answer]:
    pages = here.target.activity(after or Cursor())
    return [item for page in pages for item in page.items if isinstance(item, Answer)]


def test_each_ticket_has_a_thread_of_its_contact(there: Place) -> None:
    (person,) = refs(there.target, [contact(1)])
    one, two = refs(there.target, [ticket(1, contact=person), ticket(2)])
    refs(there.target, [said(1, one), said(2, one, direction="OUTGOING"), said(3, two)])
    assert texts(there) == [["It blinks 1 times.", "It blinks 2 times."], ["It blinks 3 times."]]
    assert [thread.contact for thread in there.fake.inbox.threads.values()] == [person, ""]


def test_a_message_goes_in_once_however_often_it_is_sent(there: Place) -> None:
    (case,) = refs(there.target, [ticket(1)])
    there.target.write("channel_messages", [said(1, case)])
    there.wire.lose = "response"
    (lost, waiting) = there.target.write("channel_messages", [said(2, case), said(3, case)])
    assert isinstance(lost, Unknown)
    assert isinstance(waiting, Retry)
    again = there.target.write("channel_messages", [said(1, case), said(2, case), said(3, case)])
    assert all(isinstance(outcome, Written) for outcome in again)
    assert texts(there) == [["It blinks 1 times.", "It blinks 2 times.", "It blinks 3 times."]]


def test_what_became_of_a_message_is_found_by_its_mark(there: Place) -> None:
    (person,) = refs(there.target, [contact(1)])
    one, two = refs(there.target, [ticket(1, contact=person), ticket(2)])
    sent = refs(there.target, [said(1, one), said(2, two)])
    asked = {said(1, one).key: one, said(2, two).key: two, key("never"): one}
    found = there.target.find("channel_messages", asked, there.clock.now())
    assert [(found[each].ref, found[each].parent) for each in list(asked)[:2]] == [(sent[0], one), (sent[1], two)]
    assert found[key("never")].presence is Presence.UNSURE
    there.clock.forward(timedelta(minutes=5))
    later = there.target.find("channel_messages", asked, there.clock.now() - timedelta(minutes=5))
    assert later[key("never")].presence is Presence.ABSENT
    assert sorted(there.target.keys("channel_messages")) == sorted([said(1, one).key, said(2, two).key])


def test_an_agents_answer_in_the_thread_comes_back_on_the_ticket(there: Place) -> None:
    (case,) = refs(there.target, [ticket(1)])
    (sent,) = refs(there.target, [said(1, case)])
    thread = sent.partition(":")[0]
    there.clock.forward(timedelta(minutes=1))
    there.fake.inbox.answer(thread, "A new one is on its way.")
    there.fake.inbox.comment(thread, "Ask Tom")
    told = {answer.text.partition("\n")[0]: (answer.actor, answer.public, answer.case_ref) for answer in answers(there)}
    assert told["A new one is on its way."] == (Actor.AGENT, True, case)
    assert told["Ask Tom"] == (Actor.AGENT, False, case)
    assert told["It blinks 1 times."] == (Actor.US, False, case)


def test_other_channels_of_the_inbox_are_none_of_ours(there: Place) -> None:
    inbox = there.fake.inbox
    inbox.channels["1000001"] = {"id": "1000001", "name": "Chat", "webhookUrl": None}
    inbox.accounts["7002"] = {"id": "7002", "channelId": "1000001", "authorized": True, "deliveryIdentifier": BRAND}
    (case,) = refs(there.target, [ticket(1)])
    visitor = {"deliveryIdentifier": {"type": "CHANNEL_SPECIFIC_OPAQUE_ID", "value": "v-1"}}
    body = {"text": "Hi", "senders": [visitor], "recipients": [], "channelAccountId": "7002", "attachments": []}
    chat = inbox.publish("1000001", {**body, "messageDirection": "INCOMING", "timestamp": "2026-03-02T08:00:00Z"})
    inbox.thread(str(chat["conversationsThreadId"])).ticket = case
    inbox.answer(str(chat["conversationsThreadId"]), "Hello there")
    assert answers(there) == []


def test_files_go_along_and_nothing_is_changed_afterwards(there: Place, tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    path.write_bytes(b"jpg")
    (case,) = refs(there.target, [ticket(1)])
    file = FileContent("0f" * 16, "photo.jpg", "image/jpeg", 3, str(path))
    (sent,) = refs(there.target, [replace(said(1, case), files=(file,))])
    (thread,) = there.fake.inbox.threads.values()
    assert [each["fileId"] for each in thread.messages[0]["attachments"]] == list(there.fake.portal.files)
    (later,) = there.target.write("channel_messages", [replace(said(1, case, text="Else"), ref=sent)])
    assert later == Written(sent, created=False)
    assert texts(there) == [["It blinks 1 times."]]
    redact = Amendment(kind=AmendmentKind.REDACT, thing=Thing.MESSAGE, ref=sent, key=key("redact"))
    (refused,) = there.target.amend([redact])
    assert isinstance(refused, Refusal)
    assert "By hand" in refused.reason


def test_a_file_that_is_not_taken_holds_up_its_own_ticket(there: Place, tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    path.write_bytes(b"jpg")
    one, two = refs(there.target, [ticket(1), ticket(2)])
    file = FileContent("0f" * 16, "photo.jpg", "image/jpeg", 3, str(path))
    there.fake.faults.order(*["reset_before"] * 4)
    sent = [replace(said(1, one), files=(file,)), said(2, one), said(3, two)]
    outcomes = there.target.write("channel_messages", sent)
    assert [type(outcome) for outcome in outcomes] == [Retry, Retry, Written]
    assert texts(there) == [["It blinks 3 times."]]


def test_a_message_that_does_not_fit_stops_no_other(there: Place) -> None:
    (case,) = refs(there.target, [ticket(1)])
    bad, good, nowhere = there.target.write(
        "channel_messages", [said(1, case, direction="SIDEWAYS"), said(2, case), said(3, "")]
    )
    assert isinstance(bad, Refusal)
    assert isinstance(good, Written)
    assert isinstance(nowhere, Refusal)


def test_check_says_whether_the_channel_can_be_used(tmp_path: Path, there: Place) -> None:
    assert [each.text for each in there.target.check().findings if not each.ok] == []
    smaller = opened(tmp_path, replace(quick(hostile()), lock_every=0, neighbour_searches=0, channels=False))
    del smaller.fake.inbox.channels[CHANNEL]
    unconnected = opened(tmp_path, authorized=False)
    for here, words in ((smaller, "cannot be used"), (unconnected, "not connected")):
        wrong = [f"{each.text} {each.remedy}" for each in here.target.check().findings if not each.ok]
        assert any(words in text and "Professional" in text for text in wrong), wrong


def test_without_the_settings_no_mapping_can_name_it(here: Place) -> None:
    with pytest.raises(ConfigError, match="channel_account"):
        here.target.schema("channel_messages")


def test_the_mapping_on_the_page_fits(there: Place, tmp_path: Path) -> None:
    page = (ROOT / "docs" / "targets" / "hubspot.md").read_text(encoding="utf-8")
    (text,) = [block for block in page.split("```yaml\n") if block.startswith("object: channel_messages")]
    path = tmp_path / "message.yaml"
    path.write_text(text.partition("```")[0], encoding="utf-8")
    mapping = load_target_mapping(path)
    assert check(mapping, there.target.schema("channel_messages")) == []
    given = {"message.text": "Hi", "message.direction": "out", "message.author_handle": "mara"}
    rendered = mapping.render({**given, "message.sent_at": there.clock.now()}, {})
    assert (rendered.fields["direction"], rendered.fields["sender"]) == ("OUTGOING", "mara")
    assert rendered.create_only == rendered.fields.keys() | {"sender_name"}
