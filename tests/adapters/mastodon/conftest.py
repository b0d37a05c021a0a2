"""A pretend server with a brand and two customers, for each test its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.adapters.mastodon.accounts import Place, place

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Place]:
    """Connect to it; posts are looked at again in every run."""
    opened = place(tmp_path, page=2, watch_minutes=0)
    yield opened
    opened.source.close()


@pytest.fixture
def mira(here: Place) -> str:
    """Let a customer live on the brand's server."""
    return here.server.world.person("mira", "Mira Sonnberg")


@pytest.fixture
def jonas(here: Place) -> str:
    """Let a customer live elsewhere."""
    return here.server.world.person("jonas@fernweh.example", "Jonas Talbach")
