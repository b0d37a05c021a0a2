"""An answer stands in the topic, once; forums know no keys, so what was lost is looked for by its words."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bridge.nouns import ActionKind, Presence, Refusal, Unknown, Written

if TYPE_CHECKING:
    from tests.adapters.discourse.forums import Place
    from tests.fakes.discourse.forum import Standing

TEXT = "We are very sorry.\n\n* It is *up* again <soon>,   \n* see https://acme.example/status"


def ours(here: Place) -> list[Standing]:
    """Return what the brand posted."""
    return [post for post in here.forum.posts.values() if post.author == "acme"]


def test_an_answer_stands_below_the_post_in_its_topic(here: Place, topic: int) -> None:
    asked = here.forum.reply("jonas", topic, "The same here, since Monday")
    assert isinstance(here.publisher.publish(here.action(TEXT, asked)), Written)
    (post,) = ours(here)
    assert (post.topic.id, post.above, post.raw) == (topic, here.forum.posts[asked].number, TEXT)


@pytest.mark.parametrize("private", [False, True])
def test_an_answer_that_was_lost_is_found_by_its_words(here: Place, private: bool) -> None:  # noqa: FBT001 - both
    asked = here.forum.open_topic("mira", "No network", "It is down since Monday, why?", private=private)
    action, sent_at = here.action(TEXT, asked, public=not private), here.clock.now()
    here.wire.lose("response")
    assert isinstance(here.publisher.publish(action), Unknown)
    here.clock.forward(timedelta(minutes=10))
    for number in range(70):
        here.forum.reply("jonas", here.forum.posts[asked].topic.id, f"Others say more, number {number}")
    found = here.publisher.published(action, sent_at)
    assert (found.presence, found.ref) == (Presence.FOUND, str(ours(here)[0].id))
    other = here.publisher.published(here.action("Another answer to them", asked, public=not private), sent_at)
    assert other.presence is Presence.ABSENT


def test_the_same_words_in_another_topic_are_another_answer(here: Place, topic: int) -> None:
    asked = here.forum.reply("jonas", topic, "The same here, since Monday")
    elsewhere = here.forum.open_topic("ada", "Mine, too", "It is down since Tuesday!")
    here.publisher.publish(here.action(TEXT, asked))
    found = here.publisher.published(here.action(TEXT, elsewhere), here.clock.now())
    assert found.presence is Presence.ABSENT


def test_an_answer_that_waits_for_a_moderator_is_not_called_sent(here: Place, topic: int) -> None:
    asked, here.forum.approves = here.forum.reply("jonas", topic, "The same here"), True
    outcome = here.publisher.publish(here.action(TEXT, asked))
    assert isinstance(outcome, Unknown)
    assert "moderator" in outcome.reason


def test_what_cannot_be_answered_says_where_a_person_can(here: Place, topic: int) -> None:
    asked = here.forum.reply("jonas", topic, "The same here, since Monday")
    here.forum.topics[topic].closed = True
    told = here.publisher.eligibility(here.action(TEXT, asked))
    assert (told.reason, told.alternatives) == (
        "the topic is closed",
        (f"by hand at https://forum.example/t/{topic}/2",),
    )


def test_what_the_forum_refuses_is_said_in_its_words(here: Place, topic: int) -> None:
    asked = here.forum.reply("jonas", topic, "The same here, since Monday")
    here.forum.shortest = 500
    outcome = here.publisher.publish(here.action(TEXT, asked))
    assert outcome == Refusal("Body is too short (minimum is 500 characters)", code="refused")


def test_a_post_is_liked_once(here: Place, topic: int) -> None:
    asked = here.forum.reply("jonas", topic, "Thank you very much!")
    like = here.action("", asked, kind=ActionKind.LIKE)
    assert here.publisher.published(like, here.clock.now()).presence is Presence.ABSENT
    for _ in range(2):
        assert isinstance(here.publisher.publish(like), Written)
    assert here.publisher.published(like, here.clock.now()).presence is Presence.FOUND


def test_only_posts_of_ours_are_deleted(here: Place, topic: int) -> None:
    asked = here.forum.reply("jonas", topic, "The same here, since Monday")
    here.publisher.publish(here.action(TEXT, asked))
    (post,) = ours(here)
    assert isinstance(here.publisher.publish(here.action("", asked, kind=ActionKind.DELETE_OWN)), Refusal)
    delete = here.action("", post.id, kind=ActionKind.DELETE_OWN)
    assert isinstance(here.publisher.publish(delete), Written)
    assert (post.user_deleted, here.forum.posts[asked].user_deleted) == (True, False)
    assert here.publisher.published(delete, here.clock.now()).presence is Presence.FOUND
