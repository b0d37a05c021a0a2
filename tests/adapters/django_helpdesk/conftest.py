"""The session's django-helpdesk, emptied for each test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.adapters.django_helpdesk.servers import Place, place
from tests.servers.shared import django_helpdesk

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Place]:
    """Connect to it."""
    server = django_helpdesk()
    server.reset()
    opened = place(server, tmp_path)
    yield opened
    opened.target.close()
