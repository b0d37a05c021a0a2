"""Whatever a server answers, and whatever stands for a cursor: an error of ours or a result, nothing else is raised."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from adapters.discourse.places import places_of
from adapters.discourse.publisher import DiscoursePublisher
from adapters.discourse.settings import DiscourseSettings
from adapters.discourse.source import DiscourseSource
from adapters.feed.places import Place as FeedPlace
from adapters.feed.settings import FeedSettings
from adapters.feed.source import FeedSource
from adapters.mastodon.places import Place as MastodonPlace
from adapters.mastodon.publisher import MastodonPublisher
from adapters.mastodon.settings import MastodonSettings
from adapters.mastodon.source import MastodonSource
from bridge.clock import FixedClock
from bridge.contracts import Surroundings
from bridge.errors import CasebridgeError, ConfigError, RateLimited
from bridge.nouns import Action, ActionKind, Cursor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bridge.contracts import Publisher, Source

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
NAMES = st.sampled_from(
    [
        "id",
        "account",
        "acct",
        "created_at",
        "status",
        "type",
        "errors",
        "error",
        "latest_posts",
        "private_posts",
        "ancestors",
        "current_user",
        "username",
        "notification",
        "own",
        "watched",
        "known",
        "etag",
        "public",
        "last",
        "configuration",
        "statuses",
        "favourited",
        "user_deleted",
    ]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**62), 2**62) | st.text(max_size=8) | st.floats(allow_nan=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=5),
    max_leaves=12,
)
WORDS = st.sampled_from(
    (
        *(
            "",
            "x",
            "9" * 5000,
            "-1",
            "²",
            "inf",
            "Mon, 99 Foo 2026",
            "2026-03-02T09:05:00",
            "https://elsewhere.example/feed",
        ),
        *('<http://[>; rel="prev"', "<https://a/?min_id=>; rel=prev", '<x>; rel="next"', "http://[::1", "//"),
    )
)
HEADERS = st.dictionaries(
    st.sampled_from(["Link", "Retry-After", "X-RateLimit-Remaining", "X-RateLimit-Reset", "Location", "ETag"]), WORDS
)
STATUS = st.sampled_from(
    [200, 200, 200, 201, 202, 204, 206, 301, 304, 307, 401, 403, 404, 410, 418, 422, 429, 500, 503]
)
BODY = JSON.map(orjson.dumps) | st.binary(max_size=30)
FORUM = DiscourseSettings(base_url="https://a.example", api_key=SecretStr("k"), username="acme")


class Answers(httpx.BaseTransport):
    """Gives what was drawn, call by call, then nothing but silence."""

    def __init__(self, answers: list[tuple[int, dict[str, str], bytes]]) -> None:
        """Begin with the first."""
        self._answers = iter(answers)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer."""
        found = next(self._answers, None)
        if found is None:
            message = "no more"
            raise httpx.ReadTimeout(message, request=request)
        status, headers, body = found
        return httpx.Response(
            status,
            headers=[(n.encode(), v.encode("latin-1")) for n, v in headers.items()],
            content=body,
            request=request,
        )


def mastodon(around: Surroundings, wire: Answers) -> tuple[Source, Publisher]:
    """Return a Mastodon account."""
    settings = MastodonSettings(base_url="https://a.example", token=SecretStr("t"))
    source = MastodonSource(settings, around, wire)
    return source, MastodonPublisher.beside(source)


def discourse(around: Surroundings, wire: Answers) -> tuple[Source, Publisher]:
    """Return a forum."""
    source = DiscourseSource(FORUM, around, wire)
    return source, DiscoursePublisher.beside(source)


def feed(around: Surroundings, wire: Answers) -> tuple[Source, None]:
    """Return a feed."""
    return FeedSource(FeedSettings(url="https://a.example/feed"), around, wire), None


def asked(source: Source, publisher: Publisher | None) -> Iterator[Callable[[], Any]]:
    """Yield whatever is asked of a network."""
    yield source.check
    yield source.head
    yield lambda: source.at(NOW - timedelta(days=1))
    yield lambda: source.estimate(Cursor())
    yield lambda: list(source.pages(Cursor()))
    for kind in ActionKind if publisher is not None else ():
        action = Action(
            key="k",
            kind=kind,
            connection="c",
            network="n",
            scope="",
            reply_to="1",
            recipient="",
            public=True,
            text="A long enough text",
        )
        yield lambda action=action: publisher.publish(action)  # type: ignore[misc] # lambdas cannot be typed
        yield lambda action=action: publisher.published(action, NOW)  # type: ignore[misc] # as above


@pytest.mark.parametrize("connected", [mastodon, discourse, feed])
@given(answers=st.lists(st.tuples(STATUS, HEADERS, BODY), max_size=6))
def test_whatever_is_answered_nothing_is_raised_but_our_own(
    connected: Callable[[Surroundings, Answers], tuple[Source, Publisher | None]],
    answers: list[tuple[int, dict[str, str], bytes]],
) -> None:
    around = Surroundings("c", Path(), FixedClock(NOW))
    for number in range(len(list(asked(*connected(around, Answers([])))))):
        source, publisher = connected(around, Answers(answers))
        try:
            list(asked(source, publisher))[number]()
        except CasebridgeError as error:
            assert not isinstance(error, RateLimited) or 1 <= error.retry_after <= 24 * 3600  # noqa: PT017 - not every answer is an error
        finally:
            source.close()


@pytest.mark.parametrize("read", [MastodonPlace.of, places_of, FeedPlace.of])
@given(held=JSON.map(lambda value: orjson.dumps(value).decode()) | st.text(max_size=20))
def test_whatever_stands_for_a_cursor_is_a_place_or_refused(read: Callable[[Cursor], object], held: str) -> None:
    try:
        place = read(Cursor(held))
    except ConfigError:
        return
    assert place is not None


@pytest.mark.parametrize("connected", [mastodon, discourse, feed])
@pytest.mark.parametrize("told", ["9" * 5000, "999999", "Mon, 01 Jan 9999 00:00:00 GMT", "soon", "-5", "0"])
def test_a_server_that_asks_to_wait_for_ever_is_asked_again_within_a_day(
    connected: Callable[[Surroundings, Answers], tuple[Source, Publisher | None]], told: str
) -> None:
    headers = {"Retry-After": told, "X-RateLimit-Reset": told}
    source, _ = connected(Surroundings("c", Path(), FixedClock(NOW)), Answers([(429, headers, b'{"error": "wait"}')]))
    with pytest.raises(RateLimited) as caught:
        list(source.pages(Cursor()))
    assert 1 <= caught.value.retry_after <= 24 * 3600
    source.close()
