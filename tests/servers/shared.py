"""Servers that tests of a session share, because starting one takes its time; each test empties it for itself."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING

import pytest

from tests.servers import request_tracker as tracker

if TYPE_CHECKING:
    from tests.servers.request_tracker import RequestTracker

_BEGIN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
_running = ExitStack()


@cache
def request_tracker() -> RequestTracker:
    """Return the session's Request Tracker, started when it is first asked for; skips where it is not installed."""
    try:
        return _running.enter_context(tracker.running(_BEGIN))
    except tracker.NotInstalledError as missing:
        pytest.skip(str(missing))


def stop() -> None:
    """Stop what was started."""
    _running.close()
