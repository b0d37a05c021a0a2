"""Alarms: what stands, and what is gone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from bridge.alarms.model import Severity
from bridge.store.schema import alert

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.engine import Connection

_LAST = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertLine:
    """One alarm in a list."""

    id: int
    severity: str
    words: str
    raised_at: datetime
    told_at: datetime | None
    acked_by: str
    ended_at: datetime | None


def alerts(connection: Connection, *, ended: bool) -> list[AlertLine]:
    """Return alarms, the newest first: those that stand, or with ``ended`` the last fifty of all."""
    query = select(alert).order_by(alert.c.id.desc())
    query = query.limit(_LAST) if ended else query.where(alert.c.ended_at.is_(None))
    return [
        AlertLine(
            id=row.id,
            severity=Severity(row.severity).name.lower(),
            words=row.words,
            raised_at=row.raised_at,
            told_at=row.told_at,
            acked_by=row.acked_by,
            ended_at=row.ended_at,
        )
        for row in connection.execute(query)
    ]
