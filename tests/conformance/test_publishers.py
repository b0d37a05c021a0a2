"""What every publisher promises."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bridge.contracts import Strategy
from bridge.errors import AuthError, RateLimited, Transient
from bridge.nouns import Presence, Refusal, Unknown, Written
from tests.conformance.harness import Trouble

if TYPE_CHECKING:
    from datetime import datetime

    from bridge.nouns import Action, Found
    from tests.conformance.harness import PublisherHarness


def look(publisher: PublisherHarness, action: Action, not_before: datetime) -> Found:
    """Look for an action after the time in which "not found" proves nothing."""
    publisher.clock.forward(publisher.publisher.publishing.settle_after)
    return publisher.publisher.published(action, not_before)


def test_an_answer_stands_once_where_it_belongs(publisher: PublisherHarness) -> None:
    action = publisher.action("We are on it.")
    outcome = publisher.publisher.publish(action)
    assert isinstance(outcome, Written)
    (post,) = publisher.posts()
    assert (post.native_id, post.text, post.reply_to) == (outcome.ref, action.text, action.reply_to)


def test_the_same_key_is_posted_once(publisher: PublisherHarness) -> None:
    """Where nothing at the far side holds the key, the engine does not repeat: at most once."""
    action = publisher.action("We are on it.")
    first = publisher.publisher.publish(action)
    assert isinstance(first, Written)
    if publisher.publisher.publishing.strategy not in (Strategy.AT_MOST_ONCE, Strategy.READ_BACK):
        second = publisher.publisher.publish(action)
        assert isinstance(second, Written)
        assert second.ref == first.ref
    assert len(publisher.posts()) == 1


def test_two_answers_are_two(publisher: PublisherHarness) -> None:
    for text in ("One moment.", "It is solved."):
        assert isinstance(publisher.publisher.publish(publisher.action(text)), Written)
    assert [post.text for post in publisher.posts()] == ["One moment.", "It is solved."]


def test_what_can_be_done_is_said_so(publisher: PublisherHarness) -> None:
    eligibility = publisher.publisher.eligibility(publisher.action("We are on it."))
    assert eligibility.can
    assert eligibility.until is None or eligibility.until > publisher.clock.now()


def test_what_cannot_be_done_has_a_reason_and_leaves_no_trace(publisher: PublisherHarness) -> None:
    for action in publisher.ineligible():
        eligibility = publisher.publisher.eligibility(action)
        assert not eligibility.can
        assert eligibility.reason
        outcome = publisher.publisher.publish(action)
        assert isinstance(outcome, Refusal)
        assert outcome.reason
    assert publisher.posts() == []


def test_asking_whether_posts_nothing(publisher: PublisherHarness) -> None:
    action = publisher.action("We are on it.")
    publisher.publisher.eligibility(action)
    publisher.publisher.published(action, publisher.clock.now())
    assert publisher.posts() == []


def test_what_was_posted_is_found(publisher: PublisherHarness) -> None:
    action, asked_at = publisher.action("We are on it."), publisher.clock.now()
    outcome = publisher.publisher.publish(action)
    found = look(publisher, action, asked_at)
    assert isinstance(outcome, Written)
    if found.presence is not Presence.UNSURE:
        assert (found.presence, found.ref) == (Presence.FOUND, outcome.ref)


def test_what_was_not_posted_is_not_found(publisher: PublisherHarness) -> None:
    found = look(publisher, publisher.action("We are on it."), publisher.clock.now())
    assert found.presence in (Presence.ABSENT, Presence.UNSURE)


def test_after_a_lost_response_the_post_is_found_and_not_doubled(publisher: PublisherHarness) -> None:
    action, asked_at = publisher.action("We are on it."), publisher.clock.now()
    publisher.provoke(Trouble.LOST_RESPONSE)
    assert isinstance(publisher.publisher.publish(action), Unknown)
    assert look(publisher, action, asked_at).presence in (Presence.FOUND, Presence.UNSURE)
    assert len(publisher.posts()) == 1


def test_after_a_lost_request_the_post_is_absent_and_can_be_made(publisher: PublisherHarness) -> None:
    action, asked_at = publisher.action("We are on it."), publisher.clock.now()
    publisher.provoke(Trouble.LOST_REQUEST)
    assert isinstance(publisher.publisher.publish(action), Unknown)
    if look(publisher, action, asked_at).presence is Presence.ABSENT:
        assert isinstance(publisher.publisher.publish(action), Written)
        assert len(publisher.posts()) == 1


@pytest.mark.parametrize(
    ("trouble", "error"),
    [
        (Trouble.UNAUTHORISED, AuthError),
        (Trouble.RATE_LIMITED, RateLimited),
        (Trouble.UNREACHABLE, Transient),
    ],
)
def test_trouble_has_the_name_of_what_to_do_and_nothing_was_posted(
    publisher: PublisherHarness, trouble: Trouble, error: type[Exception]
) -> None:
    action = publisher.action("We are on it.")
    publisher.provoke(trouble)
    with pytest.raises(error):
        publisher.publisher.publish(action)
    assert publisher.posts() == []
    assert isinstance(publisher.publisher.publish(action), Written)


def test_nothing_shows_a_secret(publisher: PublisherHarness, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(0)
    outcome = publisher.publisher.publish(publisher.action("We are on it."))
    shown = [repr(publisher.publisher), repr(outcome), caplog.text]
    assert not [secret for secret in publisher.secrets for text in shown if secret in text]
