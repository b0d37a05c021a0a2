"""On the server of a third party: what is said, changed and taken back is read, and answers stand once, with their files."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from pydantic import SecretStr

from adapters.mastodon.publisher import MastodonPublisher
from adapters.mastodon.settings import MastodonSettings
from adapters.mastodon.source import MastodonSource
from bridge.clock import ShiftedClock
from bridge.contracts import Surroundings
from bridge.nouns import Action, ActionKind, Deleted, FileContent, Presence, Said, Written
from tests.servers import shared

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bridge.nouns import Cursor, SourceEvent
    from tests.servers.mastodon import MastodonServer

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def server() -> MastodonServer:
    """Return the server that all tests share."""
    return shared.mastodon()


@pytest.fixture
def source(server: MastodonServer, tmp_path: Path) -> Iterator[MastodonSource]:
    """Return the brand's account there."""
    settings = MastodonSettings(base_url=server.url, token=SecretStr("token-acme"), watch_minutes=0)
    made = MastodonSource(settings, Surroundings("mastodon", tmp_path, ShiftedClock()))
    yield made
    made.close()


def read(source: MastodonSource, after: Cursor) -> tuple[list[SourceEvent], Cursor]:
    """Read on to the end."""
    pages = list(source.pages(after))
    return [event for page in pages for event in page.events], pages[-1].cursor


def to_do(kind: ActionKind, post: str, text: str = "", **more: object) -> Action:
    """Return something to do about a post."""
    base = Action(
        key=f"{kind}-{post}",
        kind=kind,
        connection="mastodon",
        network="mastodon",
        scope="",
        reply_to=post,
        recipient="",
        public=True,
        text=text,
    )
    return replace(base, **more)  # type: ignore[arg-type] # fields of an action


def test_an_edit_and_a_deletion_are_read(server: MastodonServer, source: MastodonSource) -> None:
    _, cursor = read(source, source.head())
    kept, gone = (server.say("mira", f"@acme My line is down, {word}") for word in ("please help", "never mind"))
    events, cursor = read(source, cursor)
    assert [event.message.native_id for event in events if isinstance(event, Said)] == [kept, gone]
    server.call("mira", "PUT", f"statuses/{kept}", status="@acme My line is down in Bonn")
    server.call("mira", "DELETE", f"statuses/{gone}")
    events, cursor = read(source, cursor)
    (edited,) = [event.message for event in events if isinstance(event, Said)]
    (deleted,) = [event for event in events if isinstance(event, Deleted)]
    assert (edited.native_id, edited.text, edited.edited_at is not None) == (
        kept,
        "@acme My line is down in Bonn",
        True,
    )
    assert deleted.native_id == gone
    assert [event for event in read(source, cursor)[0] if isinstance(event, (Said, Deleted))] == []


def test_an_answer_with_a_picture_stands_there_once_and_is_liked_and_taken_back(
    server: MastodonServer, source: MastodonSource, tmp_path: Path
) -> None:
    publisher = MastodonPublisher.beside(source)
    asked = server.say("jonas", "@acme Where is the label?")
    (tmp_path / "label").write_bytes(bytes.fromhex("89504e470d0a1a0a"))
    picture = FileContent("k", "Return label.png", "image/png", 8, str(tmp_path / "label"))
    answer = to_do(ActionKind.REPLY, asked, "Here it is.", files=(picture,))
    first, again = publisher.publish(answer), publisher.publish(answer)
    assert isinstance(first, Written)
    assert isinstance(again, Written)
    assert first.ref == again.ref
    (post,) = [post for post in server.posts("acme") if post["in_reply_to_id"] == asked]
    assert [each["description"] for each in post["media_attachments"]] == ["Return label"]
    assert publisher.published(answer, source.clock.now()).ref == first.ref
    assert isinstance(publisher.publish(to_do(ActionKind.LIKE, asked)), Written)
    assert server.call("acme", "GET", f"statuses/{asked}")["favourited"]
    back = to_do(ActionKind.DELETE_OWN, first.ref)
    assert isinstance(publisher.publish(back), Written)
    assert publisher.published(back, source.clock.now()).presence is Presence.FOUND
    assert not [post for post in server.posts("acme") if post["in_reply_to_id"] == asked]
