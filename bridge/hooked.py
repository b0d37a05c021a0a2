"""What webhooks brought: calls of the inbox become facts, by the same functions as what is read.

A call is taken from the inbox after the transaction that stored what it said, so that a crash in between only reads it
once more. One that cannot be understood is set aside as it came.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

from bridge.collect import store_pushed
from bridge.errors import CasebridgeError
from bridge.inbox import FILE, Inbox
from bridge.nouns import Broken, Cursor, Page
from bridge.policies import stamp, store_secret
from bridge.reading import CONTACTS, Reading

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from bridge.app import App, SourceSetup, TargetSetup
    from bridge.collect import Counts
    from bridge.contracts import Receiver
    from bridge.inbox import Waiting
    from bridge.nouns import ActivityPage, SourceEvent

log = structlog.get_logger()

AT_ONCE = 200
"""Calls in one transaction."""
_LATE = timedelta(days=1)
"""What was said so long before a connection was first heard is news all the same: vendors send again for a day."""


def inbox_of(app: App) -> Inbox:
    """Return the inbox of a project."""
    return Inbox(app.folder / FILE)


def hear(app: App, setup: SourceSetup, reading: Reading, *, enough: Callable[[Counts], bool]) -> Iterator[Counts]:
    """Store what waits in the inbox for a connection until nothing does or ``enough`` says so; yields counts."""
    if setup.receiver is None or not (app.folder / FILE).exists():
        return
    inbox = inbox_of(app)
    while calls := inbox.waiting(setup.name, AT_ONCE):
        events = tuple(event for call in calls for event in _events(setup.receiver, setup.name, call))
        reading = _since(reading, calls[0].received_at)
        counts = store_pushed(app.store, reading, Page(events, Cursor()), now=app.clock.now())
        inbox.taken([call.id for call in calls], app.clock.now())
        yield counts
        if enough(counts):
            return


def overhear(app: App, setup: TargetSetup, store: Callable[[ActivityPage], None]) -> None:
    """Store what waits in the inbox for a target, call by call; one that cannot be understood is set aside as it came."""
    if setup.listener is None or not (app.folder / FILE).exists():
        return
    inbox = inbox_of(app)
    while calls := inbox.waiting(setup.name, AT_ONCE):
        for call in calls:
            try:
                page = setup.listener.parse(call.request)
            except CasebridgeError:
                raise  # the target is out of reach: the call waits
            except Exception as error:  # noqa: BLE001 - whatever somebody posts must not stop what others say
                reading = Reading(connection=setup.name, policies=stamp(app), secret=store_secret(app), stream=CONTACTS)
                store_pushed(
                    app.store, reading, Page((_broken(setup.name, call, error),), Cursor()), now=app.clock.now()
                )
            else:
                store(page)
            inbox.taken([call.id], app.clock.now())


def _since(reading: Reading, first: datetime) -> Reading:
    began = first - _LATE
    return reading if reading.live_since is None or reading.live_since <= began else replace(reading, live_since=began)


def _events(receiver: Receiver, name: str, call: Waiting) -> tuple[SourceEvent, ...]:
    try:
        return receiver.parse(call.request).events
    except Exception as error:  # noqa: BLE001 - whatever somebody posts must not stop what others say
        return (_broken(name, call, error),)


def _broken(name: str, call: Waiting, error: Exception) -> Broken:
    log.info("webhook call not understood", connection=name, call=call.id, exc_info=error)
    where = f"{name} webhook {call.received_at:%Y-%m-%d %H:%M:%S}, call {call.id}"
    raw = call.request.body.decode("utf-8", "backslashreplace")
    return Broken(where, f"cannot be understood: {type(error).__name__}: {error}", raw)
