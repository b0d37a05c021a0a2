"""Alarms for windows: customers who wait while the time in which their network lets them be answered runs out."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from bridge.alarms.model import Alarm, Severity
from bridge.windows import AFTER, BEFORE, waiting

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from sqlalchemy.engine import Connection, Row

    from bridge.app import App


def closing(connection: Connection, _app: App, now: datetime) -> Iterator[Alarm]:
    """Look for windows that close within two hours."""
    for name, rows in _by_connection(waiting(connection, now, now + BEFORE)):
        yield Alarm(
            kind="window closes",
            subject=name,
            severity=Severity.WARNING,
            what=f"The window for answers on {name} closes at {rows[0].until:%Y-%m-%d %H:%M} UTC: {_cases(rows)}.",
            since=min(row.until for row in rows) - BEFORE,
            customers=len(rows),
            command=f"casebridge cases show C-{rows[0].case_id}; casebridge answer C-{rows[0].case_id} --text …",
        )


def closed(connection: Connection, _app: App, now: datetime) -> Iterator[Alarm]:
    """Look for windows that closed within a day on customers who had no answer."""
    for name, rows in _by_connection(waiting(connection, now - AFTER, now)):
        yield Alarm(
            kind="window closed",
            subject=name,
            severity=Severity.CRITICAL,
            what=f"The window for answers on {name} has closed without an answer: {_cases(rows)}.",
            since=min(row.until for row in rows),
            customers=len(rows),
            command=f"casebridge answer C-{rows[0].case_id} --via another network --dry-run, or call",
        )


def _by_connection(rows: Iterable[Row[Any]]) -> list[tuple[str, list[Row[Any]]]]:
    found: dict[str, list[Row[Any]]] = defaultdict(list)
    for row in rows:
        found[row.connection].append(row)
    return sorted(found.items())


_NAMED = 5


def _cases(rows: list[Row[Any]]) -> str:
    named = ", ".join(f"C-{row.case_id}" for row in rows[:_NAMED])
    return named if len(rows) <= _NAMED else f"{named} and {len(rows) - _NAMED} more"
