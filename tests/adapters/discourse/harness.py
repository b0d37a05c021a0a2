"""A pretend forum for the conformance suite."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

import orjson

from bridge.nouns import Action, ActionKind
from tests.adapters.discourse.forums import HOST, place
from tests.conformance.harness import Cannot, Post, Repair, Trouble
from tests.fakes.discourse.forum import KEY, SECRET

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

LOSE = {Trouble.UNREACHABLE: "nobody", Trouble.LOST_REQUEST: "request", Trouble.LOST_RESPONSE: "response"}


class Harness:
    """A forum with two topics, a personal message, and an answer of the brand's."""

    secrets = (KEY, SECRET)

    def __init__(self, folder: Path) -> None:
        self.place = place(folder, shortest=5, page=2, watch_minutes=0)
        self.clock, self.source, self.publisher = self.place.clock, self.place.source, self.place.publisher
        self.forum = self.place.forum
        self.times: dict[int, datetime] = {}
        self.first = self._note(self.forum.open_topic("mira", "No network", "It is down since Monday, why?"))
        self.topic = self.forum.posts[self.first].topic.id
        for number in range(4):
            self._say(number)
        self._note(self.forum.open_topic("jonas", "My order", "Where is it?", private=True))
        self._note(self.forum.reply("acme", self.topic, "We look into it.", above=1))

    @property
    def keys(self) -> frozenset[str]:
        return frozenset(f"discourse/{HOST}/{id_}" for id_ in self.times)

    def since(self) -> tuple[datetime, frozenset[str]]:
        time = sorted(self.times.values())[3]
        return time, frozenset(f"discourse/{HOST}/{id_}" for id_, at in self.times.items() if at >= time)

    def grow(self) -> frozenset[str]:
        return frozenset({f"discourse/{HOST}/{self._say(len(self.times))}"})

    def stand_still(self) -> None:
        reason = "lists are read by numbers that the adapter chooses, so that they always move on"
        raise Cannot(reason)

    def plant_unknown(self) -> str:
        whisper = self.forum.open_topic("ada", "Among us", "Look at this", private=True)
        self.forum.posts[whisper].kind = 4
        return "whisper"

    def plant_broken(self) -> None:
        broken = self.forum.reply("mira", self.topic, "Well?")
        self.forum.posts[broken].wrong["created_at"] = "yesterday"
        self.grow()

    def repair(self) -> Repair:
        shown = orjson.dumps(self.forum.shown(self.forum.posts[self.first])).decode()
        return Repair(fields={"post": shown}, where="repaired", key=f"discourse/{HOST}/{self.first}")

    def provoke(self, trouble: Trouble) -> None:
        if trouble in LOSE:
            self.place.wire.lose(LOSE[trouble])
        elif trouble is Trouble.UNAUTHORISED:  # asked whether the key is good, the forum says no again
            self.forum.faults.order("403", "403")
        else:
            self.forum.faults.order("429")

    def action(self, text: str) -> Action:
        return self.place.action(text, self.first)

    def ineligible(self) -> list[Action]:
        act, forum = self.place.action, self.forum
        gone, withdrawn = self._say(7), self._say(8)
        forum.remove(gone)
        forum.withdraw(withdrawn)
        closed = forum.open_topic("mira", "Old", "Is it over?")
        forum.posts[closed].topic.closed = True
        private = forum.open_topic("jonas", "Mine", "Where is it?", private=True)
        return [
            act("Hello there", gone),
            act("Hello there", withdrawn),
            act("Hello there", closed),
            act("Hello there", private, public=True),
            act("Hello there", self.first, public=False),
            act("Hey", self.first),
            act("x" * 32_001, self.first),
            act("", self.first, kind=ActionKind.HIDE),
            act("", self.first, kind=ActionKind.DELETE_OWN),
            act("", self.first, kind=ActionKind.ANSWERED_BY_HAND),
        ]

    def posts(self) -> list[Post]:
        ids = {(post.topic.id, post.number): post.id for post in self.forum.posts.values()}
        ours = [post for post in self.forum.posts.values() if post.author == "acme"][1:]
        return [Post(str(post.id), post.raw, str(ids[post.topic.id, post.above])) for post in ours if post.above]

    def _say(self, number: int) -> int:
        self.clock.forward(timedelta(minutes=1))
        return self._note(
            self.forum.reply(("mira", "jonas")[number % 2], self.topic, f"The same here, number {number}")
        )

    def _note(self, id_: int) -> int:
        self.times[id_] = self.clock.now()
        return id_


@contextmanager
def source(folder: Path) -> Iterator[Harness]:
    """Give a forum with something said in it."""
    yield Harness(folder)


@contextmanager
def publisher(folder: Path) -> Iterator[Harness]:
    """Give a forum with something to answer."""
    yield Harness(folder)
