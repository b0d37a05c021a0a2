"""The pretend Bluesky for the conformance suite: seven mentions, three a page."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from pydantic import SecretStr

from adapters.bluesky.publisher import BlueskyPublisher
from adapters.bluesky.settings import BlueskySettings
from adapters.bluesky.source import BlueskySource
from bridge.clock import FixedClock
from bridge.contracts import Surroundings
from bridge.keys import short_hash
from bridge.nouns import Action, ActionKind
from tests.conformance.harness import Cannot, Post, Repair, Trouble
from tests.fakes.bluesky.app import PASSWORD, Bluesky
from tests.fakes.carried import Carried

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import httpx

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ORDERED = {
    Trouble.UNAUTHORISED: "401",
    Trouble.RATE_LIMITED: "429",
}
LOST = {
    Trouble.UNREACHABLE: "nobody",
    Trouble.LOST_REQUEST: "request",
    Trouble.LOST_RESPONSE: "response",
}


class Wire(Carried):
    """Loses one write, and is well then."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Make the call, or lose it."""
        try:
            return super().handle_request(request)
        finally:
            if request.method == "POST":
                self.lose("")


class Account:
    """A brand's account on the pretend network, connected and signed in."""

    def __init__(self, folder: Path, *, page: int = 100, **settings: object) -> None:
        self.clock = FixedClock(START)
        self.far = Bluesky(self.clock, page=page)
        self.wire = Wire(self.far.app, self.clock)
        self._around, self._settings = Surroundings("bluesky", folder, self.clock), settings
        self.source = self.with_settings()
        self.publisher = BlueskyPublisher.beside(self.source)
        self.ada, self.ben = self.far.world.person("Ada"), self.far.world.person("Ben")
        self.source.client.sessions.current()

    def with_settings(self, transport: httpx.BaseTransport | None = None, **settings: object) -> BlueskySource:
        """Return what a process with other settings, or another wire, would use."""
        known = {"handle": self.far.brand.handle, "app_password": SecretStr(PASSWORD), **self._settings, **settings}
        return BlueskySource(BlueskySettings.model_validate(known), self._around, transport or self.wire)

    def provoke(self, trouble: Trouble) -> None:
        if trouble in ORDERED:
            self.far.faults.order(ORDERED[trouble])
        else:
            self.wire.lose(LOST[trouble])


class BlueskySourceHarness(Account):
    """Seven mentions, an hour apart, and a post that concerns nobody."""

    secrets = (PASSWORD,)

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, page=3)
        self._count = 0
        self.far.world.say(self.ada, "Good morning, everybody", at=START - timedelta(hours=20))
        self.keys = frozenset(self._said() for _ in range(7))

    def since(self) -> tuple[datetime, frozenset[str]]:
        time = START - timedelta(hours=12)
        found = {each.uri for each in self.far.world.posts() if each.at >= time}
        return time, frozenset(key for key in self.keys if key.partition("//")[2] in found)

    def grow(self) -> frozenset[str]:
        return frozenset({self._said()})

    def stand_still(self) -> None:
        self.far.stuck = True

    def plant_unknown(self) -> str:
        self.far.world.odd.append({"reason": "wave", "indexedAt": "2026-03-02T08:59:00.000Z"})
        return "wave"

    def plant_broken(self) -> None:
        shown = next(iter(self.far.world.notified(self.far.brand)))[1]
        self.far.world.odd.append(
            {
                "uri": "",
                "reason": "mention",
                "record": {**shown.value, "text": 7},
                "author": {"did": self.ada.did},
                "indexedAt": "2026-03-02T08:58:00.000Z",
            }
        )
        self.keys |= self.grow()

    def repair(self) -> Repair:
        reason = "a post is as the network shows it"
        raise Cannot(reason)

    def _said(self) -> str:
        self._count += 1
        text = f"@{self.far.brand.handle} question {self._count}"
        at = START - timedelta(hours=20) + timedelta(hours=self._count)
        uri = self.far.world.say(self.ada, text, mentions=self.far.brand, at=at)
        return f"bluesky//{uri}"


class BlueskyPublisherHarness(Account):
    """A mention to answer, and others that cannot be: deleted, blocked, closed."""

    secrets = (PASSWORD,)

    def __init__(self, folder: Path, **settings: object) -> None:
        super().__init__(folder, **settings)
        world, brand = self.far.world, self.far.brand
        self._keys = 0
        self.asked = world.say(self.ada, f"@{brand.handle} where is it?", mentions=brand)
        self.deleted = world.say(self.ada, f"@{brand.handle} never mind", mentions=brand)
        del world.records[self.deleted]
        self.hidden = world.say(self.ben, f"@{brand.handle} you again", mentions=brand)
        self.ben.blocks.add(brand.did)
        self.closed = world.say(self.ada, f"@{brand.handle} listen", mentions=brand)
        world.closed.add(self.closed)

    def action(self, text: str) -> Action:
        return self.toward(self.asked, text)

    def ineligible(self) -> list[Action]:
        return [
            self.toward(self.deleted, "Hello"),
            self.toward(self.hidden, "Hello"),
            self.toward(self.closed, "Hello"),
            self.toward(self.asked, "x" * 301),
            self.toward(self.asked, "", kind=ActionKind.HIDE),
            self.toward(self.asked, "", kind=ActionKind.DELETE_OWN),
            self.toward(self.asked, "Hello", public=False),
        ]

    def posts(self) -> list[Post]:
        own = [each for each in self.far.world.posts() if self.far.brand.did in each.uri]
        return [Post(each.uri, each.value["text"], each.value["reply"]["parent"]["uri"]) for each in reversed(own)]

    def toward(self, reply_to: str, text: str, *, kind: ActionKind = ActionKind.REPLY, public: bool = True) -> Action:
        self._keys += 1
        self.clock.forward(timedelta(seconds=1))
        return Action(
            key=short_hash("action", str(self._keys)),
            kind=kind,
            connection="bluesky",
            network="bluesky",
            scope="",
            reply_to=reply_to,
            recipient=self.ada.did,
            public=public,
            text=text,
        )


@contextmanager
def source(folder: Path) -> Iterator[BlueskySourceHarness]:
    """Give an account with something to read."""
    yield BlueskySourceHarness(folder)


@contextmanager
def publisher(folder: Path) -> Iterator[BlueskyPublisherHarness]:
    """Give an account with something to answer."""
    yield BlueskyPublisherHarness(folder)
