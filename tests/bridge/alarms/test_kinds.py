"""A kind of messages that falls silent or comes late is an alarm for itself, whatever else the connection brings."""

from __future__ import annotations

from datetime import timedelta
from itertools import count
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from bridge.alarms.conditions import alarms
from bridge.collect import store_page, store_pushed
from bridge.nouns import Cursor, Direction, Kind, Message, Page, Profile, Said
from bridge.reading import Reading
from bridge.store import schema
from tests.bridge.answering.conftest import MINUTE, Desk, make_desk

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    from bridge.clock import FixedClock
    from bridge.store.store import Store

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


class Channel:
    """A connection on which several kinds of messages come."""

    def __init__(self, desk: Desk) -> None:
        """Begin to read it now."""
        self.desk, self._numbers = desk, count(1)
        self.clock, self.store = desk.world.clock, desk.world.store
        self.reading = Reading(connection="x", policies={"": 1}, secret=b"s", live_since=self.clock.now())
        self.comes(Kind.POST)

    def comes(self, *kinds: Kind, ago: timedelta = timedelta(0), pushed: bool = False, ours: bool = False) -> None:
        """Let the connection be read to its end, and bring a message of each kind, said so long ago."""
        said = self.clock.now() - ago
        page = Page(tuple(self._said(kind, said, ours=ours) for kind in kinds), Cursor("next"))
        (store_pushed if pushed else store_page)(self.store, self.reading, page, now=self.clock.now())
        self.desk.world.update(schema.progress, schema.progress.c.connection == "x", last_ok_at=self.clock.now())

    def days(self, number: int, *kinds: Kind) -> None:
        """Let messages of these kinds come every two hours for some days."""
        for _ in range(12 * number):
            self.clock.forward(2 * HOUR)
            self.comes(*kinds)

    def alarms(self) -> list[str]:
        """Return what people are told."""
        return [alarm.text() for alarm in alarms(self.desk.world.app)]

    def _said(self, kind: Kind, at: datetime, *, ours: bool) -> Said:
        number = str(next(self._numbers))
        direction = Direction.OUT if ours else Direction.IN
        author = None if ours else Profile(network="x", id="greta")
        message = Message(
            network="x", native_id=number, author=author, kind=kind, direction=direction, text="Hello?", sent_at=at
        )
        return Said(message)


@pytest.fixture
def channel(store: Store, clock: FixedClock, tmp_path: Path) -> Channel:
    """Return a connection that begins now."""
    return Channel(make_desk(store, clock, tmp_path))


def silences(told: Sequence[str]) -> list[str]:
    """Return the first lines of alarms that say that something does not come any more."""
    return [text.splitlines()[0] for text in told if "any more" in text]


def test_a_kind_that_falls_silent_while_others_come(channel: Channel) -> None:
    channel.days(3, Kind.POST, Kind.DIRECT)
    since = channel.clock.now()
    assert channel.alarms() == []
    channel.days(1, Kind.POST)
    assert channel.alarms() == [
        (
            "x brings no direct messages any more, although others come.\n"
            f"Since {since:%Y-%m-%d %H:%M} UTC. Nobody knows how many customers wait.\n"
            "Next: casebridge check; a right may be missing: casebridge connect x"
        )
    ]
    channel.comes(Kind.DIRECT)
    assert channel.alarms() == []


def test_what_the_brand_says_itself_breaks_no_silence(channel: Channel) -> None:
    channel.days(3, Kind.POST, Kind.DIRECT)
    channel.days(1, Kind.POST)
    channel.comes(Kind.DIRECT, ours=True)
    assert silences(channel.alarms()) == ["x brings no direct messages any more, although others come."]


def test_a_connection_that_is_silent_altogether_is_one_alarm(channel: Channel) -> None:
    channel.days(3, Kind.POST, Kind.DIRECT)
    channel.clock.forward(2 * DAY)
    assert silences(channel.alarms()) == ["x brings nothing any more, although it is read without an error."]


def test_a_kind_that_rests_on_weekends_may_rest_on_the_next(channel: Channel) -> None:
    channel.days(5, Kind.POST, Kind.DIRECT)
    channel.days(2, Kind.POST)
    channel.days(5, Kind.POST, Kind.DIRECT)
    channel.days(2, Kind.POST)
    assert channel.alarms() == []
    channel.days(2, Kind.POST)
    assert silences(channel.alarms()) == ["x brings no direct messages any more, although others come."]


def test_a_kind_that_came_a_few_times_has_no_usual_gap(channel: Channel) -> None:
    channel.days(1, Kind.POST, Kind.DIRECT)
    channel.days(9, Kind.POST)
    assert channel.alarms() == []


def test_history_is_no_measure_of_what_comes(channel: Channel) -> None:
    for hours in range(30, 0, -1):
        channel.comes(Kind.REVIEW, ago=hours * HOUR)
    channel.days(2, Kind.POST)
    assert channel.alarms() == []


@pytest.mark.parametrize("pushed", [False, True])
def test_a_kind_that_the_network_shows_late(channel: Channel, pushed: bool) -> None:  # noqa: FBT001 - both
    channel.days(2, Kind.POST)
    since = channel.clock.now() + HOUR - 3 * HOUR
    for _ in range(3):
        assert channel.alarms() == []
        channel.clock.forward(HOUR)
        channel.comes(Kind.POST)
        channel.comes(Kind.DIRECT, ago=3 * HOUR, pushed=pushed)
    assert channel.alarms() == [
        (
            "The last 3 direct messages of x came late: the network showed them up to 3 hours after they were said.\n"
            f"Since {since:%Y-%m-%d %H:%M} UTC. 3 customers wait.\n"
            "Next: casebridge status; look at the network, or sync x by webhooks where it offers them"
        )
    ]
    channel.clock.forward(MINUTE)
    channel.comes(Kind.DIRECT)
    assert channel.alarms() == []


def test_a_sync_once_a_day_makes_nothing_late(channel: Channel) -> None:
    for _ in range(5):
        channel.clock.forward(DAY)
        channel.comes(Kind.DIRECT, ago=20 * HOUR)
    assert channel.alarms() == []


def test_the_same_messages_again_are_counted_once(channel: Channel) -> None:
    page = Page((channel._said(Kind.DIRECT, channel.clock.now(), ours=False),), Cursor("next"))
    for _ in range(3):
        store_page(channel.store, channel.reading, page, now=channel.clock.now())
    with channel.store.read() as connection:
        query = select(schema.heard.c.new).where(schema.heard.c.kind == "direct")
        assert connection.execute(query).scalar_one() == 1
