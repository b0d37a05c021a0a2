"""A desk for each test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.adapters.desk.desks import desk

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from adapters.desk.target import DeskTarget
    from bridge.clock import FixedClock


@pytest.fixture
def target(tmp_path: Path, clock: FixedClock) -> Iterator[DeskTarget]:
    """Open an empty desk."""
    target = desk(tmp_path, clock)
    yield target
    target.close()
