"""The session's Request Tracker, emptied for each test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.adapters.request_tracker.servers import Place, place
from tests.servers.shared import request_tracker

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Place]:
    """Connect to the queue Social."""
    server = request_tracker()
    server.reset()
    opened = place(server, tmp_path)
    yield opened
    opened.target.close()
