"""An account of HubSpot for each test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.adapters.hubspot.accounts import Place, place

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Place]:
    """Open a plain, prepared account."""
    opened = place(tmp_path)
    yield opened
    opened.target.close()
