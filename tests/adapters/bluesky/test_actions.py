"""What else is done with posts: likes, replies that are hidden, answers that are taken back; each once, and nothing beside it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from adapters.bluesky.names import LIKE, THREADGATE
from adapters.bluesky.publisher import BlueskyPublisher
from bridge.errors import Transient
from bridge.nouns import ActionKind, FileContent, Presence, Refusal, Written
from tests.adapters.bluesky.harness import BlueskyPublisherHarness
from tests.adapters.bluesky.test_answering import publisher, standing
from tests.fakes.bluesky.world import POST

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from bridge.nouns import Json


class Odd(httpx.BaseTransport):
    """A wire on which the answers to one method are others."""

    def __init__(self, inner: httpx.BaseTransport, method: str, answer: Json) -> None:
        """Answer ``method`` with ``answer``, though it is done."""
        self._inner, self._method, self._answer = inner, method, answer

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Make the call, and answer otherwise."""
        response = self._inner.handle_request(request)
        odd = request.url.path.endswith(self._method) and response.is_success
        return httpx.Response(200, json=self._answer, request=request) if odd else response


@pytest.fixture
def here(tmp_path: Path) -> BlueskyPublisherHarness:
    """Return a network with a question."""
    return BlueskyPublisherHarness(tmp_path)


class Watched(httpx.BaseTransport):
    """A wire on which something happens before each request."""

    def __init__(self, inner: httpx.BaseTransport, before: Callable[[httpx.Request], None]) -> None:
        """Let it happen."""
        self._inner, self._before = inner, before

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Make the call."""
        self._before(request)
        return self._inner.handle_request(request)


def test_a_like_is_given_once_and_a_post_of_ours_is_taken_back(here: BlueskyPublisherHarness) -> None:
    like = here.toward(here.asked, "", kind=ActionKind.LIKE)
    first = here.publisher.publish(like)
    assert isinstance(first, Written)
    assert here.publisher.publish(like) == Written(first.ref, created=False)
    assert here.far.world.records[first.ref].value["subject"] == here.far.world.ref(here.asked)
    assert here.publisher.published(like, here.clock.now()).presence is Presence.FOUND
    answer = here.publisher.publish(here.action("Oops"))
    assert isinstance(answer, Written)
    taken_back = here.toward(answer.ref, "", kind=ActionKind.DELETE_OWN)
    assert here.publisher.published(taken_back, here.clock.now()).presence is Presence.ABSENT
    assert isinstance(here.publisher.publish(taken_back), Written)
    assert isinstance(here.publisher.publish(taken_back), Written)
    assert here.publisher.published(taken_back, here.clock.now()).presence is Presence.FOUND
    assert standing(here) == []
    somebody_else_s = here.publisher.publish(here.toward(here.asked, "", kind=ActionKind.DELETE_OWN))
    assert isinstance(somebody_else_s, Refusal)


def test_what_the_brand_likes_already_is_liked_once(here: BlueskyPublisherHarness) -> None:
    world, brand = here.far.world, here.far.brand
    in_the_app = world.store(brand.did, LIKE, world.key(), {"subject": world.ref(here.asked)})
    like = here.toward(here.asked, "", kind=ActionKind.LIKE)
    assert here.publisher.publish(like) == Written(in_the_app.uri, created=False)
    assert sum(f"/{LIKE}/" in uri for uri in world.records) == 1


def test_an_answer_of_several_posts_is_taken_back_whole(here: BlueskyPublisherHarness) -> None:
    splitting, world = publisher(here, split=True), here.far.world
    first = splitting.publish(here.action("This is a sentence of fifty characters, more or less. " * 12))
    other = splitting.publish(here.action("Something else"))
    assert isinstance(first, Written)
    assert isinstance(other, Written)
    theirs = world.say(here.ada, "Thanks!", to=first.ref)
    in_the_app = world.say(here.far.brand, "You are welcome", to=theirs)
    splitting.publish(here.toward(first.ref, "", kind=ActionKind.DELETE_OWN))
    assert {each["text"] for each in standing(here)} == {"Something else", "You are welcome"}
    below_ours = world.say(here.far.brand, "By hand, below", to=in_the_app)
    splitting.publish(here.toward(in_the_app, "", kind=ActionKind.DELETE_OWN))
    assert in_the_app not in world.records
    assert below_ours in world.records, "what was written in the app is no part of an answer of ours"


@pytest.fixture
def thread(here: BlueskyPublisherHarness) -> tuple[str, str]:
    """Return a post of ours, and what somebody said below it."""
    ours = here.far.world.say(here.far.brand, "Our new router is here!")
    return ours, here.far.world.say(here.ben, "Buy followers at https://spam.example", to=ours)


def gate(here: BlueskyPublisherHarness, root: str) -> dict[str, Any]:
    """Return who may reply in a thread of ours, and what is hidden in it."""
    return here.far.world.records[root.replace(POST, THREADGATE)].value


def test_a_reply_in_a_thread_of_ours_is_hidden_and_shown_again(
    here: BlueskyPublisherHarness, thread: tuple[str, str]
) -> None:
    ours, spam = thread
    hide, unhide = (here.toward(spam, "", kind=kind) for kind in (ActionKind.HIDE, ActionKind.UNHIDE))
    asked_at = here.clock.now()
    assert here.publisher.eligibility(hide).can
    assert here.publisher.published(hide, asked_at).presence is Presence.ABSENT
    assert here.publisher.publish(hide) == Written(spam, created=True)
    assert here.publisher.publish(hide) == Written(spam, created=False)
    assert here.publisher.published(hide, asked_at).presence is Presence.FOUND
    assert gate(here, ours) == {
        "$type": THREADGATE,
        "post": ours,
        "createdAt": "2026-03-02T09:00:02.000Z",
        "hiddenReplies": [spam],
    }
    assert "allow" not in gate(here, ours), "an empty one lets nobody reply"
    assert here.publisher.publish(unhide) == Written(spam, created=True)
    assert gate(here, ours)["hiddenReplies"] == []
    assert here.publisher.published(hide, asked_at).presence is Presence.ABSENT


def test_who_may_reply_and_what_else_is_hidden_stays_as_it_is(
    here: BlueskyPublisherHarness, thread: tuple[str, str]
) -> None:
    ours, spam = thread
    world, rules = here.far.world, [{"$type": f"{THREADGATE}#mentionRule"}]
    before = {"post": ours, "createdAt": "2026-03-01T09:00:00Z", "allow": rules, "hiddenReplies": ["at://other"]}
    world.store(here.far.brand.did, THREADGATE, ours.rpartition("/")[2], before)
    here.publisher.publish(here.toward(spam, "", kind=ActionKind.HIDE))
    assert gate(here, ours) == {**before, "$type": THREADGATE, "hiddenReplies": ["at://other", spam]}
    here.publisher.publish(here.toward(spam, "", kind=ActionKind.UNHIDE))
    assert gate(here, ours) == {**before, "$type": THREADGATE}


def test_a_gate_that_somebody_changes_at_the_same_moment_is_read_again(
    here: BlueskyPublisherHarness, thread: tuple[str, str]
) -> None:
    ours, spam = thread
    world, key = here.far.world, ours.rpartition("/")[2]

    def meanwhile(request: httpx.Request) -> None:
        if request.url.path.endswith("putRecord") and f"{THREADGATE}/{key}" not in " ".join(world.records):
            value = {"post": ours, "createdAt": "2026-03-01T09:00:00Z", "hiddenReplies": ["at://other"]}
            world.store(here.far.brand.did, THREADGATE, key, value)

    busy = BlueskyPublisher.beside(here.with_settings(transport=Watched(here.wire, meanwhile)))
    assert busy.publish(here.toward(spam, "", kind=ActionKind.HIDE)) == Written(spam, created=True)
    assert gate(here, ours)["hiddenReplies"] == ["at://other", spam]


def test_only_in_threads_of_ours_can_replies_be_hidden(here: BlueskyPublisherHarness) -> None:
    for kind in (ActionKind.HIDE, ActionKind.UNHIDE):
        found = here.publisher.eligibility(here.toward(here.asked, "", kind=kind))
        assert "threads that this account began" in found.reason
        assert found.alternatives == ("mute or report it in the app",)
    gone = here.publisher.eligibility(here.toward(here.deleted, "", kind=ActionKind.HIDE))
    assert "is gone" in gone.reason
    assert not any(THREADGATE in uri for uri in here.far.world.records)


@pytest.mark.parametrize("answer", [[], 1, None, {}, {"uri": 1, "cid": [], "blob": "none"}])
@pytest.mark.parametrize("method", ["repo.putRecord", "repo.uploadBlob", "repo.deleteRecord", "repo.getRecord"])
def test_no_answer_to_a_write_breaks_anything(
    here: BlueskyPublisherHarness, tmp_path: Path, method: str, answer: Json
) -> None:
    """And whatever it is, what stands under our key is known for ours."""
    picture = tmp_path / "label.png"
    picture.write_bytes(b"\x89PNG label")
    file = FileContent("f1", "label.png", "image/png", 10, str(picture))
    odd = BlueskyPublisher.beside(here.with_settings(transport=Odd(here.wire, method, answer)))
    said = replace(here.action("Here it is"), files=(file,))
    with suppress(Transient):
        assert isinstance(odd.publish(said), Written)
    assert isinstance(odd.publish(here.toward(here.asked, "", kind=ActionKind.LIKE)), Written)
    first = here.publisher.publish(said)
    assert isinstance(first, Written)
    assert first.ref in here.far.world.records
    with suppress(Transient):
        odd.publish(here.toward(first.ref, "", kind=ActionKind.DELETE_OWN))
    assert first.ref not in here.far.world.records
