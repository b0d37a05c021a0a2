"""A pretend forum with a brand in it, for each test its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.adapters.discourse.forums import Place, place

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Place]:
    """Connect to it."""
    opened = place(tmp_path, watch_minutes=30)
    yield opened
    opened.source.close()


@pytest.fixture
def topic(here: Place) -> int:
    """Let a customer begin a topic that is known."""
    first = here.forum.open_topic("mira", "No network", "It is down since Monday, why?")
    return here.forum.posts[first].topic.id
