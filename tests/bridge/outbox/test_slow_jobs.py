"""A target that takes everything as jobs, on a machine that takes its time: one delivery sees them through."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from bridge.clock import FixedClock
from bridge.outbox.deliver import deliver
from tests.bridge.outbox.world import OrderedMemoryTarget, make_world

if TYPE_CHECKING:
    from pathlib import Path

    from bridge.store.store import Store


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
