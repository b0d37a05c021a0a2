"""Calls of a forum are checked by its secret and understood as the lists are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.contracts import HookRequest
from bridge.errors import AuthError
from bridge.nouns import Broken, Cursor, Deleted, Said, UnknownKind
from tests.adapters.discourse.forums import HOST, place

if TYPE_CHECKING:
    from pathlib import Path

    from tests.adapters.discourse.forums import Place


def request(headers: dict[str, str], body: bytes) -> HookRequest:
    """Return a call as it comes in."""
    return HookRequest("POST", "/hooks/forum", {}, headers, body)


def heard(here: Place, event: str, id_: int, **changed: Any) -> list[Any]:  # noqa: ANN401 - any field
    """Take a call of the forum; return what it says."""
    call = request(*here.forum.call(event, id_, **changed))
    assert here.receiver.handshake(call) is None
    here.receiver.verify(call)
    page = here.receiver.parse(call)
    assert page.cursor == Cursor()
    return list(page.events)


def test_a_call_and_the_list_say_the_same(here: Place, topic: int) -> None:
    public = here.forum.reply("mira", topic, "And now, @acme?")
    private = here.forum.open_topic("jonas", "My order", "Where is it?", private=True)
    listed = {message.native_id: message for message in here.said(Cursor())}
    for id_ in (public, private):
        (event,) = heard(here, "post_created", id_)
        read = listed[str(id_)]
        for name in ("key", "public", "kind", "text", "subject", "thread", "author", "sent_at", "permalink"):
            assert getattr(event.message, name) == getattr(read, name), name


def test_edits_and_deletions_are_told(here: Place, topic: int) -> None:
    id_ = here.forum.reply("mira", topic, "Since Monday")
    here.forum.edit(id_, "Since Tuesday")
    (edited,) = heard(here, "post_edited", id_)
    assert (edited.message.text, edited.message.edited_at) == ("Since Tuesday", here.clock.now())
    assert heard(here, "post_destroyed", id_) == [Deleted("discourse", str(id_), here.clock.now(), HOST)]
    assert isinstance(heard(here, "post_recovered", id_)[0], Said)


def test_a_ping_says_nothing_and_other_calls_are_counted(here: Place, topic: int) -> None:
    id_ = here.forum.reply("mira", topic, "Since Monday")
    headers, _ = here.forum.call("ping", id_)
    assert here.receiver.parse(request(headers, b'{"ping":"OK"}')).events == ()
    (event,) = heard(here, "post_liked", id_)
    assert isinstance(event, UnknownKind)
    assert event.kind == "post_liked"


def test_posts_and_messages_that_are_not_wanted_are_left_out(tmp_path: Path) -> None:
    here = place(tmp_path, categories=[4], private=False)
    post = here.forum.open_topic("mira", "Hello", "In category one")
    private = here.forum.open_topic("mira", "Mine", "To you alone", private=True)
    assert heard(here, "post_created", post, category_id=1) == []
    assert heard(here, "post_created", private) == []
    assert len(heard(here, "post_created", post, category_id=4)) == 1


@pytest.mark.parametrize(
    "changed",
    [
        {"X-Discourse-Event-Signature": "sha256=00"},
        {"X-Discourse-Event-Signature": ""},
        {"X-Discourse-Event-Signature": "sha1=00"},
    ],
)
def test_a_call_of_somebody_else_is_refused(here: Place, topic: int, changed: dict[str, str]) -> None:
    headers, body = here.forum.call("post_created", here.forum.reply("mira", topic, "Since Monday"))
    with pytest.raises(AuthError):
        here.receiver.verify(request(headers | changed, body))
    with pytest.raises(AuthError):
        here.receiver.verify(request(headers, body + b" "))


def test_calls_are_refused_where_none_are_expected(tmp_path: Path) -> None:
    here = place(tmp_path, webhook_secret=None)
    id_ = here.forum.open_topic("mira", "Hello", "Is anybody there?")
    with pytest.raises(AuthError, match="webhook_secret"):
        here.receiver.verify(request(*here.forum.call("post_created", id_)))


@given(data=st.data())
def test_no_body_raises_and_none_is_lost(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    here = place(tmp_path_factory.getbasetemp())
    headers, body = here.forum.call("post_created", here.forum.open_topic("mira", "Hello", "Is anybody there?"))
    broken = data.draw(st.binary(max_size=30) | st.just(body[: data.draw(st.integers(0, len(body)))]))
    for event in here.receiver.parse(request(headers, broken)).events:
        assert isinstance(event, Broken | UnknownKind | Said)
        if isinstance(event, Broken):
            assert event.raw == broken.decode("utf-8", "backslashreplace")
