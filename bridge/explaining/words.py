"""Words that explanations share."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from bridge.store import schema

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from sqlalchemy.engine import Connection

_D = schema.delivery.c


def when(at: datetime | None) -> str:
    """Return a time as people read it."""
    return f"on {at:%Y-%m-%d %H:%M:%S} UTC" if at is not None else "at an unknown time"


def count(number: int, noun: str) -> str:
    """Return ``1 message``, ``2 messages``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def span(seconds: float) -> str:
    """Return a length of time in its largest even unit: ``8 hours``, ``90 minutes``."""
    for unit, length in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if seconds >= length and seconds % length == 0:
            return count(int(seconds // length), unit)
    return str(timedelta(seconds=seconds))


def in_targets(connection: Connection, thing: str, subject: int) -> Iterator[str]:
    """Say of a case, person or message where it stands in each target."""
    query = select(_D.id, _D.target, _D.state, _D.ref, _D.reason, _D.spec).where(
        _D.thing == thing, _D.subject_id == subject
    )
    for row in connection.execute(query.order_by(_D.target)):
        ref = f" as {row.ref}" if row.ref else ""
        reason = f": {row.reason}" if row.reason else ""
        yield f"In {row.target} it is {row.state}{ref} (D-{row.id}){reason}."
        yield from _special(row)


def _special(row: Any) -> Iterator[str]:  # noqa: ANN401 - a delivery's row
    spec = row.spec or {}
    if "merged_from" in spec:
        yield f"People merged {spec['merged_from']} into {row.ref} there; what is said later goes to {row.ref}."
    if spec.get("linked"):
        yield f"{row.ref} is a record of their own in {row.target}: it is referred to and never written."
