"""The project that is given bad input."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bridge import engine
from tests.bad_input.project import Place, make_place

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no sync wait for what may be well in a few seconds."""
    monkeypatch.setattr(engine, "PATIENCE", timedelta())


@pytest.fixture
def place(tmp_path: Path, sqlite_template: Path) -> Place:
    """Give a project that never ran."""
    return make_place(tmp_path / "project", sqlite_template)
