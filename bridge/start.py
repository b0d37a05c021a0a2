"""Where reading a source begins: where it stood; else from now; history only if somebody asks for it."""

from __future__ import annotations

from collections import deque
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import select

from bridge.errors import CasebridgeError
from bridge.nouns import Cursor, Mode, Page, Said
from bridge.store import bulk, schema

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bridge.app import App, SourceSetup
    from bridge.contracts import Source
    from bridge.reading import Reading
    from bridge.runs import SyncOptions

_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Beginning:
    """The pages to read, and how to store them."""

    reading: Reading
    pages: Iterator[Page]


def beginning(
    app: App, setup: SourceSetup, reading: Reading, options: SyncOptions, *, look_only: bool = False
) -> Beginning | None:
    """Return what to read; None if a live source only now begins and there is nothing to read yet."""
    where = (schema.progress.c.connection == setup.name) & (schema.progress.c.stream == reading.stream)
    with app.store.read() as connection:
        stood = connection.execute(select(schema.progress).where(where)).first()
    history = options.since is not None or options.last is not None
    if stood is not None and not history:
        since = stood.started_at if setup.source.live else None
        return Beginning(replace(reading, live_since=since), setup.source.pages(Cursor(stood.cursor)))
    if not setup.source.live and not history:
        return Beginning(reading, setup.source.pages(Cursor()))
    started = stood.started_at if stood is not None else _second(app.clock.now())
    if not history:
        if not look_only:
            _begin(app, reading, setup.source.head(), started)
        return None
    old = Mode.AS_CASE if options.as_cases else Mode.HISTORY
    reading = replace(reading, live_since=started, old=old)
    if options.since is not None:
        return Beginning(reading, _since(setup.source, options.since))
    return Beginning(reading, _last(setup.source, options.last or 0))


@contextmanager
def watched(app: App, connection: str, stream: str) -> Iterator[None]:
    """Note when a stream was read to the end, or what went wrong."""
    try:
        yield
    except CasebridgeError as error:
        _note(app, connection, stream, error=str(error))
        raise
    _note(app, connection, stream, error="", last_ok_at=app.clock.now())


def _since(source: Source, since: datetime) -> Iterator[Page]:
    """Yield what was said since; sources may begin earlier than asked."""
    for page in source.pages(source.at(since)):
        kept = tuple(
            event
            for event in page.events
            if not (isinstance(event, Said) and event.message.sent_at is not None and event.message.sent_at < since)
        )
        yield replace(page, events=kept)


def _last(source: Source, count: int) -> Iterator[Page]:
    """Yield the last so many messages as one page; holds no more than these in memory."""
    kept: deque[Said] = deque(maxlen=count)
    cursor = Cursor()
    for page in source.pages(source.at(_LONG_AGO)):
        kept.extend(event for event in page.events if isinstance(event, Said))
        cursor = page.cursor
    yield Page(tuple(kept), cursor)


def _second(now: datetime) -> datetime:
    """Return the second that has begun: mailboxes, among others, tell no fractions of when something came."""
    return now.replace(microsecond=0)


def _begin(app: App, reading: Reading, cursor: Cursor, started: datetime) -> None:
    row = {
        "connection": reading.connection,
        "stream": reading.stream,
        "cursor": cursor.value,
        "started_at": started,
        "last_ok_at": started,
        "seen": 0,
        "new": 0,
        "repeated": 0,
        "quarantined": 0,
        "other": 0,
        "error": "",
    }
    with app.store.write("begin") as connection:
        bulk.insert_new(connection, schema.progress, [row])


def _note(app: App, connection: str, stream: str, **values: object) -> None:
    table = schema.progress
    where = (table.c.connection == connection) & (table.c.stream == stream)
    with app.store.write("progress") as writing:
        writing.execute(table.update().where(where).values(**values))
