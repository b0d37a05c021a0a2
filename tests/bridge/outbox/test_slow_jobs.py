"""A target that takes everything as jobs, on a machine that takes its time: one delivery sees them through."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from bridge.clock import FixedClock
from bridge.nouns import Retry
from bridge.outbox.deliver import deliver
from tests.bridge.outbox.world import OrderedMemoryTarget, make_world

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from bridge.nouns import Outcome, Record
    from bridge.store.store import Store


class OneOnItsWay(OrderedMemoryTarget):
    """Takes no further message of a case while a job with one of them runs."""

    def write(self, object_name: str, records: Sequence[Record]) -> list[Outcome]:
        """Take the first of each case as a job."""
        first = {record.parent: record.key for record in reversed(records)}
        taken = [record for record in records if not record.parent or first[record.parent] == record.key]
        outcomes = dict(zip((record.key for record in taken), super().write(object_name, taken), strict=True))
        return [outcomes.get(record.key, Retry(0, "an earlier one is on its way")) for record in records]


class Ticking(FixedClock):
    """A clock that goes on whenever somebody looks at it."""

    tick = 0.1

    def now(self) -> datetime:
        """Return the time, a little later each time."""
        self.forward(timedelta(seconds=self.tick))
        return super().now()


@pytest.mark.parametrize("tick", [0.05, 0.1])
def test_what_becomes_due_within_a_round_is_seen_to_in_the_next(store: Store, tmp_path: Path, tick: float) -> None:
    clock = Ticking(datetime(2026, 3, 2, 9, 0, tzinfo=UTC))
    clock.tick = tick
    world = make_world(store, clock, tmp_path, OrderedMemoryTarget, faults={"job": 1.0}, batch=2, job_delay=4)
    for _ in range(30):
        world.case(1)
    deliver(world.app, world.setup, seconds=60, owner="me")
    assert world.states() == {"delivered"}


def test_what_waits_for_an_earlier_one_gives_no_reason_to_go_on_at_once(store: Store, tmp_path: Path) -> None:
    clock = FixedClock(datetime(2026, 3, 2, 9, 0, tzinfo=UTC))
    world = make_world(store, clock, tmp_path, OneOnItsWay, faults={"job": 1.0}, job_delay=600)
    world.case(3)
    for _ in range(60):
        report = deliver(world.app, world.setup, seconds=5, owner="me", patience=timedelta(0))
        assert report.resume_at is None or report.resume_at > clock.now()
        clock.forward(timedelta(minutes=2))
    assert world.states() == {"delivered"}
