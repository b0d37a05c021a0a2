"""Servers that tests of a session share, because starting one takes its time; each test empties it for itself."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, TypeVar

import pytest

from tests.servers import bluesky as bluesky_server
from tests.servers import django_helpdesk as helpdesk
from tests.servers import dovecot as mail
from tests.servers import mastodon as mastodons
from tests.servers import request_tracker as tracker
from tests.servers.program import NotInstalledError

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from tests.servers.bluesky import Network
    from tests.servers.django_helpdesk import DjangoHelpdesk
    from tests.servers.dovecot import Dovecot
    from tests.servers.mastodon import MastodonServer
    from tests.servers.request_tracker import RequestTracker

_BEGIN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
_running = ExitStack()
T = TypeVar("T")


def _started(server: AbstractContextManager[T]) -> T:
    """Start a server; where it is not installed the test is skipped, with the sentence that says what to install."""
    try:
        return _running.enter_context(server)
    except NotInstalledError as missing:
        pytest.skip(str(missing))


@cache
def request_tracker() -> RequestTracker:
    """Return the session's Request Tracker, started when it is first asked for; skips where it is not installed."""
    return _started(tracker.running(_BEGIN))


@cache
def django_helpdesk() -> DjangoHelpdesk:
    """Return the session's django-helpdesk, started when it is first asked for; skips where it is not installed."""
    return _started(helpdesk.running(_BEGIN))


@cache
def mastodon() -> MastodonServer:
    """Return the session's Mastodon API, started when it is first asked for; skips where it is not installed."""
    return _started(mastodons.running())


@cache
def bluesky() -> Network:
    """Return the session's Bluesky network, started when it is first asked for; skips where it is not installed."""
    return _started(bluesky_server.running())


@cache
def dovecot() -> Dovecot:
    """Return the session's Dovecot, started when it is first asked for; skips where it is not installed."""
    return _started(mail.running())


def stop() -> None:
    """Stop what was started."""
    _running.close()
