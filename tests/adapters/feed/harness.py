"""A site with a feed for the conformance suite."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr

from adapters.feed.publisher import FeedPublisher
from adapters.feed.settings import FeedSettings
from adapters.feed.source import FeedSource
from bridge.clock import FixedClock
from bridge.contracts import Surroundings
from bridge.nouns import Action, ActionKind
from tests.conformance.harness import Cannot, Post, Repair, Trouble
from tests.fakes.carried import Carried
from tests.fakes.feed.site import PASSWORD, USER, Site

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
URL = "https://blog.example/feed"
FAULTS = {Trouble.UNAUTHORISED: "401", Trouble.RATE_LIMITED: "429"}


def connected(
    folder: Path,
    site: Site,
    clock: FixedClock,
    **settings: Any,  # noqa: ANN401 - any setting
) -> tuple[FeedSource, Carried]:
    """Return a source of a site's feed, and the wire between them."""
    wire = Carried(site.app, clock)
    given = FeedSettings(**{"url": URL, **settings})
    return FeedSource(given, Surroundings("blog", folder, clock), wire), wire


class Harness:
    """A blog with seven entries, three in a document."""

    secrets = (PASSWORD,)

    def __init__(self, folder: Path) -> None:
        self.clock = FixedClock(MONDAY)
        self.site = Site(self.clock, holds=3, signed=True)
        self.source, self.wire = connected(
            folder, self.site, self.clock, user=USER, password=SecretStr(PASSWORD), page=2, addressed=True
        )
        self.publisher = FeedPublisher.beside(self.source)
        for number in range(7):
            self._say(number)

    @property
    def keys(self) -> frozenset[str]:
        return frozenset(f"feed/blog.example/{item.guid}" for item in self.site.items if item.title)

    def since(self) -> tuple[datetime, frozenset[str]]:
        time = self.site.items[4].at
        assert time is not None
        return time, frozenset(f"feed/blog.example/{item.guid}" for item in self.site.items[4:])

    def grow(self) -> frozenset[str]:
        return frozenset({self._say(len(self.site.items))})

    def stand_still(self) -> None:
        reason = "a document that names itself as its older one is read once"
        raise Cannot(reason)

    def plant_unknown(self) -> str:
        reason = "a feed holds entries and nothing else"
        raise Cannot(reason)

    def plant_broken(self) -> None:
        item = self.site.say("")
        item.link = item.author = item.guid = ""
        self.grow()

    def repair(self) -> Repair:
        reason = "the site repairs its feed"
        raise Cannot(reason)

    def provoke(self, trouble: Trouble) -> None:
        if trouble is Trouble.UNREACHABLE:
            self.wire.lose("nobody")
        elif trouble in FAULTS:
            self.site.faults.order(FAULTS[trouble])
        else:
            reason = "nothing is ever sent there"
            raise Cannot(reason)

    def action(self, text: str) -> Action:
        reason = f"nobody answers a feed, not even {text!r}"
        raise Cannot(reason)

    def ineligible(self) -> list[Action]:
        return [self._action(kind) for kind in ActionKind]

    def posts(self) -> list[Post]:
        return []

    def _action(self, kind: ActionKind) -> Action:
        return Action(
            key=kind.value,
            kind=kind,
            connection="blog",
            network="feed",
            scope="blog.example",
            reply_to="entry-1",
            recipient="",
            public=True,
            text="Hello",
        )

    def _say(self, number: int) -> str:
        self.clock.forward(timedelta(minutes=1))
        return f"feed/blog.example/{self.site.say(f'Entry {number}', '<p>It is down.</p>').guid}"


@contextmanager
def source(folder: Path) -> Iterator[Harness]:
    """Give a blog with entries."""
    yield Harness(folder)


@contextmanager
def publisher(folder: Path) -> Iterator[Harness]:
    """Give a blog that nobody can answer."""
    yield Harness(folder)
