"""A pretend Mastodon server for the conformance suite."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import orjson

from bridge.nouns import Action, ActionKind
from tests.adapters.mastodon.accounts import HOST, place
from tests.conformance.harness import Post, Repair, Trouble

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

LOSE = {Trouble.UNREACHABLE: "nobody", Trouble.LOST_REQUEST: "request", Trouble.LOST_RESPONSE: "response"}
FAULTS = {Trouble.UNAUTHORISED: "401", Trouble.RATE_LIMITED: "429"}


class Harness:
    """A brand to which six people spoke, and which answered one of them by itself."""

    def __init__(self, folder: Path) -> None:
        self.place = place(folder, page=2, watch_minutes=0)
        self.clock, self.source, self.publisher = self.place.clock, self.place.source, self.place.publisher
        self.secrets = (self.place.token,)
        world = self.place.server.world
        self._people = [world.person(acct, acct.title()) for acct in ("mira", "jonas@elsewhere.example", "ada")]
        self.times: dict[str, datetime] = {}
        for number in range(6):
            self._say(number)
        self.first = next(iter(self.times))
        own = world.say(self.place.brand, "@mira We look into it.", reply_to=self.first, visibility="unlisted")
        self.times[own] = self.clock.now()

    @property
    def keys(self) -> frozenset[str]:
        return frozenset(f"mastodon/{HOST}/{id_}" for id_ in self.times)

    def since(self) -> tuple[datetime, frozenset[str]]:
        time = sorted(self.times.values())[3]
        return time, frozenset(f"mastodon/{HOST}/{id_}" for id_, at in self.times.items() if at >= time)

    def grow(self) -> frozenset[str]:
        return frozenset({f"mastodon/{HOST}/{self._say(len(self.times))}"})

    def stand_still(self) -> None:
        self.place.server.stuck = True

    def plant_unknown(self) -> str:
        self.place.server.world.tell(self.place.brand, "new_sort", self._people[0], self.first)
        return "new_sort"

    def plant_broken(self) -> None:
        self.place.server.world.tell(self.place.brand, "mention", self._people[0], self.first, broken=True)
        self.grow()

    def repair(self) -> Repair:
        world = self.place.server.world
        shown = world.shown(world.posts[self.first], self.place.brand)
        return Repair(
            fields={"post": orjson.dumps(shown).decode()}, where="repaired", key=f"mastodon/{HOST}/{self.first}"
        )

    def provoke(self, trouble: Trouble) -> None:
        if trouble in LOSE:
            self.place.wire.lose(LOSE[trouble])
        else:
            self.place.server.faults.order(FAULTS[trouble])

    def action(self, text: str) -> Action:
        return self.place.action(text, self.first)

    def ineligible(self) -> list[Action]:
        world, act = self.place.server.world, self.place.action
        gone, closed, whispered = self._say(7), self._say(8), self._say(9, visibility="direct")
        world.delete(gone)
        hostile = world.person("hostile")
        blocking = world.say(hostile, "@acme Never again!")
        world.blocks.add((hostile, self.place.brand))
        suspended = world.person("ghost", suspended=True)
        return [
            act("Hello", gone),
            act("Hello", "109"),
            act("Hello", blocking),
            act("Hello", world.say(suspended, "@acme Boo")),
            act("Hello", whispered, public=True),
            act("Hello, ask @jonas@elsewhere.example", whispered, public=False),
            act("x" * 496, closed),
            act("", closed, kind=ActionKind.HIDE),
            act("", closed, kind=ActionKind.DELETE_OWN),
            act("", closed, kind=ActionKind.ANSWERED_BY_HAND),
        ]

    def posts(self) -> list[Post]:
        posts = [post for post in self.place.server.world.posts.values() if post.author == self.place.brand][1:]
        return [Post(post.id, post.text.split(" ", 1)[1], post.reply_to) for post in posts]

    def _say(self, number: int, **how: Any) -> str:  # noqa: ANN401 - any way of saying
        self.clock.forward(timedelta(minutes=1))
        author = self._people[number % 3]
        id_ = self.place.server.world.say(author, f"@acme The line is down, number {number}", **how)
        self.times[id_] = self.clock.now()
        return id_


@contextmanager
def source(folder: Path) -> Iterator[Harness]:
    """Give a server with something said on it."""
    yield Harness(folder)


@contextmanager
def publisher(folder: Path) -> Iterator[Harness]:
    """Give a server with something to answer."""
    yield Harness(folder)
