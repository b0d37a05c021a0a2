"""What becomes of alarms: told once, told again if they last, told when they are gone; quiet at night; silenced by people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import structlog
from sqlalchemy import select

from bridge.alarms.model import Severity
from bridge.errors import CasebridgeError
from bridge.store import schema

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from sqlalchemy.engine import Connection, Row

    from bridge.alarms.model import Alarm
    from bridge.alarms.policy import AlertPolicy
    from bridge.alarms.sending import Channel
    from bridge.store.store import Store

log = structlog.get_logger()

_T = schema.alert
AGAIN = timedelta(days=1)
"""An alarm that lasts is told again after that long, unless somebody has taken it on."""


@dataclass(frozen=True, slots=True)
class News:
    """Something to tell."""

    id: int
    severity: Severity
    recovered: bool
    text: str

    def title(self) -> str:
        """Return a line for subjects."""
        what = self.text.partition("\n")[0]
        return f"Casebridge: {'recovered: ' if self.recovered else ''}{what}"

    def details(self) -> str:
        """Return the lines below the title: since when, who waits, the next command."""
        return self.text.partition("\n")[2]


def note(store: Store, alarms: Sequence[Alarm], now: datetime) -> None:
    """Write down what is wrong and what is not any more."""
    standing = {alarm.key: alarm for alarm in alarms}
    with store.write("alarms") as connection:
        rows = {row.key: row for row in connection.execute(select(_T).where(_T.c.ended_at.is_(None)))}
        for key, alarm in standing.items():
            changes = {"severity": int(alarm.severity), "words": alarm.text()}
            if key in rows:
                connection.execute(_T.update().where(_T.c.id == rows[key].id).values(changes))
            else:
                new = {"key": key, "kind": alarm.kind, "subject": alarm.subject, "raised_at": now}
                connection.execute(_T.insert().values(acked_by="", **new, **changes))
        gone = [row.id for key, row in rows.items() if key not in standing]
        connection.execute(_T.update().where(_T.c.id.in_(gone)).values(ended_at=now))


def tell(store: Store, channels: Iterable[Channel], policy: AlertPolicy, now: datetime) -> list[str]:
    """Tell whom it concerns what is new; return what went wrong with that. What was not told is told the next time."""
    problems: list[str] = []
    channels = list(channels)
    with store.read() as connection:
        news = _news(connection, policy, now)
    for one in news if channels else ():
        failed = told_by(channels, one)
        problems += [f"alerts: {name}: {problem}" for name, problem in failed.items()]
        if len(failed) < len(channels):
            _told(store, one, now)
    return problems


def told_by(channels: Iterable[Channel], news: News) -> dict[str, str]:
    """Tell one thing everywhere; return channel → what went wrong."""
    failed = {}
    for channel in channels:
        try:
            channel.send(news)
        except CasebridgeError as error:
            log.info("alarm not told", channel=channel.name, error=str(error))
            failed[channel.name] = str(error)
    return failed


def acknowledge(store: Store, number: int, by: str, now: datetime) -> bool:
    """Let an alarm that stands be somebody's: it is not told again; False if there is none of this number."""
    open_one = (_T.c.id == number) & _T.c.ended_at.is_(None)
    with store.write("alarms.ack") as connection:
        return bool(connection.execute(_T.update().where(open_one).values(acked_by=by, acked_at=now)).rowcount)


def _news(connection: Connection, policy: AlertPolicy, now: datetime) -> list[News]:
    rows = connection.execute(select(_T).where(_T.c.ended_told_at.is_(None)).order_by(_T.c.id)).all()
    return [_as_news(row) for row in rows if _due(row, policy, now)]


def _due(row: Row[Any], policy: AlertPolicy, now: datetime) -> bool:
    if row.ended_at is not None:
        return row.told_at is not None and not policy.quiet(now)
    if row.severity < policy.least or (policy.quiet(now) and row.severity < Severity.CRITICAL):
        return False
    return row.told_at is None or (row.acked_at is None and now - row.told_at >= AGAIN)


def _as_news(row: Row[Any]) -> News:
    return News(row.id, Severity(row.severity), row.ended_at is not None, row.words)


def _told(store: Store, news: News, now: datetime) -> None:
    column = "ended_told_at" if news.recovered else "told_at"
    with store.write("alarms.told") as connection:
        connection.execute(_T.update().where(_T.c.id == news.id).values({column: now}))
