"""The project that is given bad input."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.bad_input.project import Place, make_place

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def place(tmp_path: Path, sqlite_template: Path) -> Place:
    """Give a project that never ran."""
    return make_place(tmp_path / "project", sqlite_template)
