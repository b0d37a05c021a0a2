"""Kinds of messages that fall silent, or come late, while the connection itself works: a right that was withdrawn, say."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from bridge.alarms.model import Alarm, Severity
from bridge.nouns import Kind
from bridge.store import schema

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from sqlalchemy.engine import Connection, Row

    from bridge.app import App

SILENT = timedelta(days=1)
"""The shortest silence that is an alarm."""
TIMES = 10
"""So many times its usual gap a source may be silent."""
TALKATIVE = 20
"""Messages that a source must have brought to have a usual gap."""
_LONG_WEEKEND = timedelta(days=4)
"""Longer pauses are trouble of the past, and no measure of what is usual."""
LATE = timedelta(hours=1)
"""So long after it was said a message comes late that had not come when the connection was read meanwhile."""
_LATE_ONES = 3
"""One message may be late by itself: a moderator let it through."""
_NAMES = {
    Kind.POST: "posts",
    Kind.COMMENT: "comments",
    Kind.REPLY: "replies",
    Kind.DIRECT: "direct messages",
    Kind.REVIEW: "reviews",
    Kind.MAIL: "mails",
    Kind.CALL: "calls",
    Kind.SMS: "text messages",
    Kind.FORM: "forms",
    Kind.LETTER: "letters",
}


def kinds(connection: Connection, app: App, now: datetime) -> Iterator[Alarm]:
    """Look for kinds of messages that do not come any more though others do, and for kinds that come late."""
    rows = connection.execute(select(schema.heard).order_by(schema.heard.c.connection, schema.heard.c.kind)).all()
    for name, setup in sorted(app.sources.items()):
        mine = [row for row in rows if row.connection == name]
        if not setup.source.live:
            continue
        heard = max((row.last_at for row in mine if not _is_silent(row, now)), default=None)
        silent = [row for row in mine if _is_silent(row, now)]
        # Where nothing else has come since then either, it is the connection that is silent.
        yield from (_silence(name, row) for row in silent if heard is not None and heard > row.last_at)
        yield from (_lateness(name, row) for row in mine if _is_late(row, now))


def _is_silent(row: Row[Any], now: datetime) -> bool:
    if row.new < TALKATIVE:
        return False
    gap = (row.last_at - row.first_at) / row.new
    return bool(now - row.last_at >= max(SILENT, gap * TIMES, _pause(row.pause_seconds)))


def usual_pause(connection: Connection, name: str) -> timedelta:
    """Return for how long a connection as a whole may be silent by its longest pause: no longer one than each kind's."""
    query = select(func.min(schema.heard.c.pause_seconds)).where(schema.heard.c.connection == name)
    return _pause(connection.execute(query).scalar() or 0)


def _pause(seconds: int) -> timedelta:
    return min(timedelta(seconds=seconds), _LONG_WEEKEND) * 1.5


def _is_late(row: Row[Any], now: datetime) -> bool:
    slow = row.late >= _LATE_ONES and row.late_seconds >= LATE.total_seconds()
    return bool(slow and now - row.last_at < SILENT + timedelta(seconds=row.late_seconds))


def _silence(name: str, row: Row[Any]) -> Alarm:
    what = _NAMES[Kind(row.kind)]
    return Alarm(
        kind="silence",
        subject=f"{name}: {what}",
        severity=Severity.WARNING,
        what=f"{name} brings no {what} any more, although others come.",
        since=row.last_at,
        customers=None,
        command=f"casebridge check; a right may be missing: casebridge connect {name}",
    )


def _lateness(name: str, row: Row[Any]) -> Alarm:
    what = _NAMES[Kind(row.kind)]
    hours = max(round(row.late_seconds / 3600), 1)
    longest = "an hour" if hours == 1 else f"{hours} hours"
    return Alarm(
        kind="lag",
        subject=f"{name}: {what}",
        severity=Severity.WARNING,
        what=f"The last {row.late} {what} of {name} came late: the network showed them up to {longest} after they were said.",
        since=row.late_since,
        customers=row.late,
        command=f"casebridge status; look at the network, or sync {name} by webhooks where it offers them",
    )
