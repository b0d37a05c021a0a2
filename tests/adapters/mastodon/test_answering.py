"""An answer notifies the customer, is never more public than the question, and stands there once."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bridge.nouns import ActionKind, Presence, Refusal, Unknown, Written
from tests.adapters.mastodon.accounts import place

if TYPE_CHECKING:
    from pathlib import Path

    from tests.adapters.mastodon.accounts import Place
    from tests.fakes.mastodon.world import Post

HOUR = timedelta(hours=1)


def standing(here: Place, outcome: object) -> Post:
    """Return the post that an answer became."""
    assert isinstance(outcome, Written)
    return here.server.world.posts[outcome.ref]


def answered(here: Place, text: str, reply_to: str, *, public: bool = True) -> Post:
    """Answer; return the post."""
    return standing(here, here.publisher.publish(here.action(text, reply_to, public=public)))


def ours(here: Place) -> list[Post]:
    """Return what the brand posted."""
    return [post for post in here.server.world.posts.values() if post.author == here.brand]


def test_an_answer_names_the_customer_who_is_told(here: Place, jonas: str) -> None:
    world = here.server.world
    asked = world.say(jonas, "@acme Why?")
    post = answered(here, "Because.", asked)
    assert (post.text, post.reply_to) == ("@jonas@fernweh.example Because.", asked)
    assert [(notice.to, notice.post) for notice in world.notices if notice.to == jonas] == [(jonas, post.id)]


def test_a_customer_whom_the_agent_names_is_not_named_twice(here: Place, mira: str) -> None:
    asked = here.server.world.say(mira, "@acme Why?")
    assert answered(here, "Dear @Mira, because.", asked).text == "Dear @Mira, because."


def test_somebody_who_moved_is_told_where_they_are_now(here: Place, jonas: str) -> None:
    world = here.server.world
    new = world.person("jonas@neu.example")
    asked = world.say(jonas, "@acme Why?")
    world.move(jonas, new)
    post = answered(here, "Because.", asked)
    assert (post.text, post.named) == ("@jonas@neu.example Because.", [new])


@pytest.mark.parametrize(
    ("asked", "setting", "public", "seen"),
    [
        ("public", "unlisted", True, "unlisted"),
        ("public", "same", True, "public"),
        ("unlisted", "same", True, "unlisted"),
        ("public", "same", False, "direct"),
        ("private", "same", False, "direct"),
        ("direct", "same", False, "direct"),
    ],
)
def test_an_answer_is_never_more_public_than_the_question(
    tmp_path: Path,
    asked: str,
    setting: str,
    public: bool,  # noqa: FBT001 - a case of the table
    seen: str,
) -> None:
    here = place(tmp_path, answer_in_public=setting)
    mira = here.server.world.person("mira")
    id_ = here.server.world.say(mira, "@acme Why?", visibility=asked)
    assert answered(here, "Because.", id_, public=public).visibility == seen


def test_a_direct_answer_is_shown_to_nobody_else(here: Place, mira: str, jonas: str) -> None:
    assert jonas
    asked = here.server.world.say(mira, "@acme Why?", visibility="direct")
    told = here.publisher.eligibility(here.action("Ask @jonas@fernweh.example", asked, public=False))
    assert "@jonas@fernweh.example" in told.reason
    mail = here.action("Write to help@acme.example, @mira!", asked, public=False)
    assert here.publisher.eligibility(mail).can
    public = here.server.world.say(mira, "@acme Why?")
    assert here.publisher.eligibility(here.action("Ask @jonas@fernweh.example", public)).can


def test_an_answer_stands_below_the_customers_warning_in_their_language(here: Place, mira: str) -> None:
    asked = here.server.world.say(mira, "@acme Why?", spoiler="rant", language="fi")
    post = answered(here, "Because.", asked)
    assert (post.spoiler, post.language) == ("rant", "fi")


def test_a_warning_is_left_out_where_that_is_wanted(tmp_path: Path) -> None:
    here = place(tmp_path, keep_warning=False)
    asked = here.server.world.say(here.server.world.person("mira"), "@acme Why?", spoiler="rant")
    assert answered(here, "Because.", asked).spoiler == ""


@pytest.mark.parametrize(
    ("text", "longest"), [("x" * 10, 494), ("https://acme.example/" + "y" * 300, 792), ("https://a.example", 488)]
)
def test_the_longest_answer_is_as_the_server_counts(here: Place, mira: str, text: str, longest: int) -> None:
    """500 less the name and a blank; an address counts 23 whatever its length."""
    asked = here.server.world.say(mira, "@acme Why?")
    assert here.publisher.eligibility(here.action(text, asked)).max_length == longest
    fits = text + " " + "z" * (longest - len(text) - 1)
    assert answered(here, fits, asked).text.endswith("z")
    assert not here.publisher.eligibility(here.action(fits + "z", asked)).can


def test_a_warning_counts_too(here: Place, mira: str) -> None:
    asked = here.server.world.say(mira, "@acme Why?", spoiler="r" * 100)
    assert here.publisher.eligibility(here.action("x", asked)).max_length == 394
    answered(here, "x" * 394, asked)


def test_what_cannot_be_answered_says_what_to_do_instead(here: Place, mira: str) -> None:
    world = here.server.world
    asked = world.say(mira, "@acme Why?", visibility="direct")
    public = here.publisher.eligibility(here.action("Because.", asked))
    assert public.alternatives[-1] == f"by hand at https://social.example/@mira/{asked}"
    world.blocks.add((here.brand, mira))
    blocking = here.publisher.eligibility(here.action("Because.", asked, public=False))
    assert (blocking.reason, bool(blocking.alternatives)) == ("the account has blocked the customer", True)


def test_an_answer_that_was_lost_is_not_posted_again_within_the_hour(here: Place, mira: str) -> None:
    asked = here.server.world.say(mira, "@acme Why?")
    action = here.action("Because.", asked)
    here.wire.lose("response")
    assert isinstance(here.publisher.publish(action), Unknown)
    here.clock.forward(timedelta(minutes=59))
    assert standing(here, here.publisher.publish(action)) in ours(here)
    assert len(ours(here)) == 1


def test_an_answer_that_was_lost_is_found_after_the_hour(here: Place, jonas: str) -> None:
    """By its words: names and addresses look otherwise when they are read back."""
    asked = here.server.world.say(jonas, "@acme Why?", spoiler="rant")
    text = "Because <this> & that.\n\nSee https://acme.example/a/very/long/way/to/an/answer?x=1&y=2 :)"
    action, sent_at = here.action(text, asked), here.clock.now()
    here.wire.lose("response")
    assert isinstance(here.publisher.publish(action), Unknown)
    here.clock.forward(2 * HOUR)
    for number in range(50):
        here.server.world.say(here.brand, f"@jonas@fernweh.example other {number}", reply_to=asked)
    found = here.publisher.published(action, sent_at)
    assert (found.presence, found.ref) == (Presence.FOUND, ours(here)[0].id)
    unsent = here.publisher.published(here.action("Because of this and that.", asked), sent_at)
    assert unsent.presence is Presence.ABSENT


def test_the_same_words_of_last_week_are_another_answer(here: Place, mira: str) -> None:
    asked = here.server.world.say(mira, "@acme Why?")
    answered(here, "Because.", asked)
    here.clock.forward(timedelta(days=7))
    found = here.publisher.published(here.action("Because.", asked), here.clock.now())
    assert found.presence is Presence.ABSENT


def test_a_server_in_trouble_may_have_taken_the_answer(here: Place, mira: str) -> None:
    asked = here.server.world.say(mira, "@acme Why?")
    here.publisher.eligibility(here.action("Because.", asked))
    here.server.faults.order(None, None, "500")
    assert isinstance(here.publisher.publish(here.action("Because.", asked)), Unknown)


def test_a_post_is_liked_once(here: Place, mira: str) -> None:
    asked = here.server.world.say(mira, "@acme Thank you!")
    like = here.action("", asked, kind=ActionKind.LIKE)
    assert here.publisher.published(like, here.clock.now()).presence is Presence.ABSENT
    assert isinstance(here.publisher.publish(like), Written)
    assert here.server.world.posts[asked].favourited_by == {here.brand}
    assert here.publisher.published(like, here.clock.now()).presence is Presence.FOUND


def test_only_posts_of_ours_are_deleted(here: Place, mira: str) -> None:
    asked = here.server.world.say(mira, "@acme Why?")
    post = answered(here, "Becuase.", asked)
    assert isinstance(here.publisher.publish(here.action("", asked, kind=ActionKind.DELETE_OWN)), Refusal)
    delete = here.action("", post.id, kind=ActionKind.DELETE_OWN)
    assert isinstance(here.publisher.publish(delete), Written)
    assert ours(here) == []
    assert here.publisher.published(delete, here.clock.now()).presence is Presence.FOUND
