"""Answers: as long as people count, with what can be clicked, once; and where they cannot go, why."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from adapters.bluesky.publisher import BlueskyPublisher
from bridge.errors import BudgetSpent, RateLimited
from bridge.nouns import Action, Cursor, Direction, FileContent, Presence, Refusal, Said, Unknown, Written
from bridge.publish import ASK_FOR
from tests.adapters.bluesky.harness import Account, BlueskyPublisherHarness
from tests.conformance.harness import Trouble
from tests.fakes.bluesky.world import POST

if TYPE_CHECKING:
    from pathlib import Path

FAMILY = "👩‍👩‍👧‍👦"
"""One character for people, seven for Python, 25 bytes."""


@pytest.fixture
def here(tmp_path: Path) -> BlueskyPublisherHarness:
    """Return a network with a question."""
    return BlueskyPublisherHarness(tmp_path)


def publisher(account: Account, **settings: object) -> BlueskyPublisher:
    """Return a publisher with other settings."""
    return BlueskyPublisher.beside(account.with_settings(**settings))


def standing(account: Account) -> list[dict[str, Any]]:
    """Return our posts, oldest first."""
    own = [each.value for each in account.far.world.posts() if account.far.brand.did in each.uri]
    return list(reversed(own))


def test_length_is_counted_as_people_count_and_in_bytes(here: BlueskyPublisherHarness) -> None:
    most = here.publisher.eligibility(here.action(FAMILY * 120))
    assert most.can
    assert most.max_length is not None
    assert most.max_length >= len(FAMILY * 120), "the engine counts otherwise and would refuse it"
    assert here.publisher.eligibility(here.action("")).max_length == 300
    assert not here.publisher.eligibility(here.action(FAMILY * 121)).can, "3,025 bytes"
    long = here.publisher.eligibility(here.action("ß" * 301))
    assert (long.can, long.max_length, long.alternatives) == (False, 300, ("a shorter text",))
    assert "301 characters in 602 bytes" in long.reason


def test_links_mentions_and_tags_stand_where_they_stand_in_bytes(here: BlueskyPublisherHarness) -> None:
    text = f"Grüße 📦 @{here.ada.handle}, @nobody.example: siehe https://acme.example/ä?x=1#y. #Päckchen a#b"
    here.publisher.publish(here.action(text))
    (record,) = standing(here)
    whole = record["text"].encode()
    found = {
        whole[each["index"]["byteStart"] : each["index"]["byteEnd"]].decode(): each["features"][0]
        for each in record["facets"]
    }
    assert found == {
        f"@{here.ada.handle}": {"$type": "app.bsky.richtext.facet#mention", "did": here.ada.did},
        "https://acme.example/ä?x=1#y": {
            "$type": "app.bsky.richtext.facet#link",
            "uri": "https://acme.example/ä?x=1#y",
        },
        "#Päckchen": {"$type": "app.bsky.richtext.facet#tag", "tag": "Päckchen"},
    }


def test_an_answer_stands_below_the_post_in_its_thread_and_language(here: BlueskyPublisherHarness) -> None:
    world = here.far.world
    root = world.say(here.ada, "Wer kennt sich aus?", langs=["de-DE"])
    asked = world.say(here.ada, "Hallo?", to=root, langs=["de-DE"])
    here.publisher.publish(here.toward(asked, "Wir!"))
    (record,) = standing(here)
    assert record["reply"] == {"root": world.ref(root), "parent": world.ref(asked)}
    assert record["langs"] == ["de-DE"]
    publisher(here, languages=("en",)).publish(here.toward(asked, "We do!"))
    assert standing(here)[-1]["langs"] == ["en"]


def test_a_long_answer_becomes_numbered_posts_each_below_the_one_before(here: BlueskyPublisherHarness) -> None:
    splitting = publisher(here, split=True, split_posts=3)
    action = here.action("This is a sentence of fifty characters, more or less. " * 12)
    first = splitting.publish(action)
    posts = standing(here)
    assert isinstance(first, Written)
    assert [each["text"][-5:] for each in posts] == ["(1/3)", "(2/3)", "(3/3)"]
    uris = [each.uri for each in reversed(here.far.world.posts()) if here.far.brand.did in each.uri]
    assert [each["reply"]["parent"]["uri"] for each in posts] == [action.reply_to, *uris[:2]]
    assert {each["reply"]["root"]["uri"] for each in posts} == {action.reply_to}
    assert first.ref == uris[0]
    assert not splitting.eligibility(here.action("word " * 200)).can
    found = [event.message for page in here.source.pages(Cursor()) for event in page.events if isinstance(event, Said)]
    ours = {message.native_id: message.automatic for message in found if message.direction is Direction.OUT}
    assert ours == {uris[0]: False, uris[1]: True, uris[2]: True}, "only the first is somebody's answer"


def test_an_answer_of_which_only_a_part_stands_is_completed(here: BlueskyPublisherHarness) -> None:
    splitting = publisher(here, split=True)
    action = here.action("This is a sentence of fifty characters, more or less. " * 12)
    asked_at = here.clock.now()
    first = splitting.publish(action)
    newest = here.far.world.posts()[0]
    del here.far.world.records[newest.uri]
    assert splitting.published(action, asked_at).presence is Presence.ABSENT
    again = splitting.publish(action)
    assert isinstance(first, Written)
    assert again == Written(first.ref, created=False)
    assert [each["text"][-5:] for each in standing(here)] == ["(1/3)", "(2/3)", "(3/3)"]
    assert splitting.published(action, asked_at).presence is Presence.FOUND


def test_what_stands_under_our_key_is_not_written_over(here: BlueskyPublisherHarness) -> None:
    """An agent cannot change what was sent."""
    action = here.action("On its way!")
    first = here.publisher.publish(action)
    second = here.publisher.publish(replace(action, text="Lost, sorry!"))
    assert isinstance(first, Written)
    assert second == Written(first.ref, created=False)
    assert [each["text"] for each in standing(here)] == ["On its way!"]


def test_an_answer_that_stands_is_sent_even_if_the_question_is_gone_by_now(here: BlueskyPublisherHarness) -> None:
    action = here.action("On its way!")
    first = here.publisher.publish(action)
    del here.far.world.records[action.reply_to]
    assert isinstance(first, Written)
    assert here.publisher.publish(action) == Written(first.ref, created=False)


@pytest.mark.parametrize(
    ("alt", "shown"), [("", "Return label"), ("A label with a QR code.", "A label with a QR code.")]
)
def test_images_go_along_described_by_what_somebody_says_else_by_their_names(
    here: BlueskyPublisherHarness, tmp_path: Path, alt: str, shown: str
) -> None:
    picture = tmp_path / "label.png"
    picture.write_bytes(b"\x89PNG label")
    file = FileContent("f1", "Return_label.png", "image/png", 10, str(picture), alt)
    assert isinstance(here.publisher.publish(replace(here.action("Here it is"), files=(file,))), Written)
    (image,) = standing(here)[0]["embed"]["images"]
    assert (image["alt"], image["image"]["mimeType"], image["image"]["size"]) == (shown, "image/png", 10)


@pytest.mark.parametrize(
    ("files", "why"),
    [
        ([("terms.pdf", "application/pdf", 9)], "images only (JPEG, PNG, WebP, GIF), not terms.pdf"),
        ([("plan.svg", "image/svg+xml", 9)], "not plan.svg"),
        ([("large.png", "image/png", 1_000_001)], "large.png: an image may have 1000000 bytes"),
        ([(f"{number}.png", "image/png", 9) for number in range(5)], "4 images, not 5"),
    ],
)
def test_files_that_cannot_go_along_are_told(
    here: BlueskyPublisherHarness, files: list[tuple[str, str, int]], why: str
) -> None:
    given = tuple(FileContent(name, name, mime, size, "nowhere") for name, mime, size in files)
    action = replace(here.action("Here"), files=given)
    assert why in here.publisher.eligibility(action).reason
    assert isinstance(here.publisher.publish(action), Refusal)
    assert standing(here) == []


def test_reasons_name_what_else_can_be_done(here: BlueskyPublisherHarness) -> None:
    reasons = {}
    for action in here.ineligible():
        found = here.publisher.eligibility(action)
        assert found.alternatives
        reasons[found.reason.partition(",")[0].partition(" (")[0]] = found.alternatives[0]
    assert list(reasons)[:3] == [
        "the post was deleted",
        "the author has blocked this account",
        "the author lets only some people reply",
    ]


def test_points_are_counted_over_processes_and_what_is_spent_waits(here: BlueskyPublisherHarness) -> None:
    one, other = publisher(here, points_per_hour=7), publisher(here, points_per_hour=7)
    assert isinstance(one.publish(here.action("one")), Written)
    assert isinstance(other.publish(here.action("two")), Written)
    with pytest.raises(BudgetSpent, match="7 points") as spent:
        one.publish(here.action("three"))
    assert timedelta() < spent.value.until - here.clock.now() <= timedelta(hours=1)
    assert len(standing(here)) == 2
    left = {finding.text: finding.ok for finding in here.with_settings(points_per_hour=7).check().findings}
    assert left["1 points are left for writing, a post takes 3"] is False


def test_a_limit_that_the_server_tells_is_kept(here: BlueskyPublisherHarness) -> None:
    here.far.faults.order("429")
    with pytest.raises(RateLimited) as waiting:
        here.publisher.publish(here.action("one"))
    assert waiting.value.retry_after == 17


# --- direct messages ---


@pytest.fixture
def private(tmp_path: Path) -> BlueskyPublisherHarness:
    """Return an account that reads direct messages, with one of Ada's."""
    made = BlueskyPublisherHarness(tmp_path, direct_messages=True)
    made.asked = made.far.chat.say(made.ada, "My number is 4711")
    return made


def direct(here: BlueskyPublisherHarness, text: str) -> Action:
    """Return the answer to Ada's message."""
    return replace(here.toward(here.asked, text, public=False), thread=here.asked.partition("/")[0])


def told(here: BlueskyPublisherHarness) -> list[str]:
    """Return what the brand has said to Ada."""
    messages = here.far.chat.messages[here.asked.partition("/")[0]]
    return [each["text"] for each in messages if each["sender"]["did"] == here.far.brand.did]


def test_a_direct_message_is_answered_in_its_conversation(private: BlueskyPublisherHarness) -> None:
    outcome = private.publisher.publish(direct(private, "Thank you, see https://acme.example/r"))
    assert isinstance(outcome, Written)
    assert outcome.ref.startswith(private.asked.partition("/")[0])
    assert told(private) == ["Thank you, see https://acme.example/r"]
    assert private.asked.partition("/")[0] in private.far.chat.accepted


def test_who_wrote_in_public_can_be_answered_in_private(private: BlueskyPublisherHarness) -> None:
    post = private.far.world.say(private.ada, f"@{private.far.brand.handle} hello", mentions=private.far.brand)
    action = replace(private.toward(post, "Between us", public=False), thread=post)
    assert isinstance(private.publisher.publish(action), Written)
    assert told(private) == ["Between us"]
    assert private.publisher.published(action, private.clock.now()).presence is Presence.FOUND


def test_a_direct_message_that_got_no_answer_is_looked_for(private: BlueskyPublisherHarness) -> None:
    action, asked_at = direct(private, "Thank you"), private.clock.now()
    private.provoke(Trouble.LOST_RESPONSE)
    assert isinstance(private.publisher.publish(action), Unknown)
    private.clock.forward(timedelta(seconds=1))
    assert private.publisher.published(action, asked_at).presence is not Presence.ABSENT, "it may still be on its way"
    private.clock.forward(timedelta(minutes=3))
    found = private.publisher.published(action, asked_at)
    if found.presence is Presence.ABSENT:  # the conversation was accepted, and the answer to that was lost
        assert told(private) == []
        assert isinstance(private.publisher.publish(action), Written)
    assert private.publisher.published(action, asked_at).presence is Presence.FOUND
    assert told(private) == ["Thank you"]


def test_the_same_words_of_another_day_are_another_answer(private: BlueskyPublisherHarness) -> None:
    private.publisher.publish(direct(private, "Thank you"))
    private.clock.forward(ASK_FOR)
    again, asked_at = direct(private, "Thank you"), private.clock.now()
    private.clock.forward(timedelta(minutes=3))
    assert private.publisher.published(again, asked_at).presence is Presence.ABSENT


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"allow_incoming": "none"}, "takes no direct messages"),
        ({"allow_incoming": "following"}, "only from people whom they follow"),
        ({"chat_disabled": True}, "takes no direct messages"),
        ({"deactivated": True}, "account is gone"),
        ({"blocks": True}, "has blocked this account"),
    ],
)
def test_closed_doors_are_named(private: BlueskyPublisherHarness, change: dict[str, Any], why: str) -> None:
    for name, value in change.items():
        setattr(private.ada, name, {private.far.brand.did} if name == "blocks" else value)
    action = direct(private, "Hello")
    found = private.publisher.eligibility(action)
    assert why in found.reason
    assert "in public" in found.alternatives
    assert isinstance(private.publisher.publish(action), Refusal)
    assert told(private) == []


def test_a_direct_message_may_be_longer_than_a_post(private: BlueskyPublisherHarness) -> None:
    assert private.publisher.eligibility(direct(private, "")).max_length == 1_000
    assert private.publisher.eligibility(direct(private, "x" * 1_000)).can
    assert not private.publisher.eligibility(direct(private, "x" * 1_001)).can


def test_our_keys_lie_just_after_the_post_and_in_its_collection(here: BlueskyPublisherHarness) -> None:
    """Servers sort by them, and some take them for the time."""
    action = here.action("On its way!")
    outcome = here.publisher.publish(action)
    assert isinstance(outcome, Written)
    assert f"/{POST}/" in outcome.ref
    assert action.reply_to.rpartition("/")[2] < outcome.ref.rpartition("/")[2]
