"""The world that tests of the outbox start from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.bridge.outbox.world import World, make_world

if TYPE_CHECKING:
    from pathlib import Path

    from bridge.clock import FixedClock
    from bridge.store.store import Store


@pytest.fixture
def world(store: Store, clock: FixedClock, tmp_path: Path) -> World:
    return make_world(store, clock, tmp_path)
