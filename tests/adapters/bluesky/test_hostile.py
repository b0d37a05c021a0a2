"""Whatever a server answers, reading ends, and ends with our errors or with events."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bridge.errors import CasebridgeError
from bridge.nouns import Cursor, Kind, Page
from bridge.safe import MemorySafe
from tests.adapters.bluesky.harness import Account
from tests.adapters.mutations import mutated

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from adapters.bluesky.source import BlueskySource
    from bridge.nouns import Json

READ = (
    "app.bsky.notification.listNotifications",
    "app.bsky.feed.getAuthorFeed",
    "app.bsky.feed.searchPosts",
    "app.bsky.feed.getPosts",
    "app.bsky.feed.getPostThread",
    "app.bsky.actor.getProfiles",
    "chat.bsky.convo.getLog",
    "com.atproto.repo.getRecord",
    "com.atproto.server.getSession",
)
MANY = 60
"""Pages after which reading would go on for ever; the engine stops at a cursor that repeats."""


class Spoiling(httpx.BaseTransport):
    """A wire on which the answers to one method are changed."""

    def __init__(self, inner: httpx.BaseTransport, method: str, spoil: Callable[[Any], Any]) -> None:
        """Change what ``method`` answers."""
        self._inner, self._method, self._spoil = inner, method, spoil

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Make the call, and change the answer."""
        response = self._inner.handle_request(request)
        if not request.url.path.endswith(self._method):
            return response
        return httpx.Response(response.status_code, json=self._spoil(response.json()), request=request)


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Account:
    """Return an account with something of everything."""
    folder: Path = tmp_path_factory.mktemp("busy")
    account = Account(folder, direct_messages=True, search=("router",), watch_minutes=0)
    world, brand = account.far.world, account.far.brand
    root = world.say(account.ben, "What router do you use?")
    asked = world.say(account.ada, f"@{brand.handle} my router hums", mentions=brand, to=root)
    world.say(brand, "Since when?", to=asked)
    account.far.chat.say(account.ada, "My number is 4711")
    account.far.chat.take_back(account.far.chat.say(account.ada, "oops"))
    return account


def pages(source: BlueskySource) -> list[Page]:
    """Read on and on, but not for ever."""
    found: list[Page] = []
    for page in source.pages(Cursor()):
        if len(found) == MANY or (found and page.more and page.cursor == found[-1].cursor):
            break
        found.append(page)
    return found


@pytest.mark.parametrize("method", READ)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=20)
@given(data=st.data())
def test_no_answer_of_a_server_breaks_reading(busy: Account, method: str, data: st.DataObject) -> None:
    spoiled = busy.with_settings(transport=Spoiling(busy.wire, method, lambda told: data.draw(mutated([told]))))
    try:
        read = [spoiled.head(), *pages(spoiled)]
        spoiled.check()
    except CasebridgeError:
        return
    assert read


_FIELDS = ("notifications", "feed", "posts", "thread", "profiles", "logs", "value", "cursor", "did", "accessJwt")


@pytest.mark.parametrize("answer", [[], 1, "no", None, *(dict.fromkeys(_FIELDS, odd) for odd in (1, [1], {}))])
@pytest.mark.parametrize("method", [*READ, "com.atproto.server.createSession", "com.atproto.identity.resolveHandle"])
def test_nor_does_one_of_another_shape(busy: Account, method: str, answer: Json) -> None:
    spoiled = busy.with_settings(transport=Spoiling(busy.wire, method, lambda _told: answer), logins_per_day=300)
    kept = spoiled.around.safe.read()
    if method not in READ:
        spoiled.around.safe.keep(MemorySafe().read())
    with suppress(CasebridgeError):
        assert [spoiled.head(), *pages(spoiled)]
    assert spoiled.check().findings
    spoiled.around.safe.keep(kept)


def test_it_would_have_read_everything(busy: Account) -> None:
    """So that the promise above means something."""
    said = [event.message for page in pages(busy.source) for event in page.events if hasattr(event, "message")]
    assert {message.kind for message in said} == {Kind.POST, Kind.REPLY, Kind.DIRECT}
    assert len(said) >= 4
