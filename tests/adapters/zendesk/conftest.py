"""An account of Zendesk for each test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.adapters.zendesk.accounts import Place, place

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Place]:
    """Open a plain account without lags."""
    opened = place(tmp_path)
    yield opened
    opened.target.close()
