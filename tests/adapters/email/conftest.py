"""A project whose mailbox is on the session's Dovecot."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.adapters.email.desks import MailDesk, open_desk
from tests.servers.shared import dovecot

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[MailDesk]:
    """Set up a project that reads a mailbox and delivers to the desk; read once, so that it is live from now on."""
    opened = open_desk(dovecot(), tmp_path / "project")
    opened.sync()
    yield opened
    opened.wire.close()
