"""Evidence as it is stored: who showed which identifier in which relation, from when to when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from bridge.store import bulk, schema

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy.engine import Connection, Row


@dataclass(slots=True)
class Span:
    """When an identifier was seen first and last; None where the source gives no time."""

    first: datetime | None = None
    last: datetime | None = None

    def widen(self, first: datetime | None, last: datetime | None) -> bool:
        """Take in another span; tell whether this one grew."""
        grew = False
        if first is not None and (self.first is None or first < self.first):
            self.first, grew = first, True
        if last is not None and (self.last is None or last > self.last):
            self.last, grew = last, True
        return grew


KNOWN = select(
    *(
        schema.evidence.c[name]
        for name in ("id", "vertex", "identifier", "relation", "first_seen", "last_seen", "retracted_at")
    )
)
"""What must be known of stored evidence when it is seen again."""


def evidence_of(connection: Connection, vertices: Iterable[str]) -> dict[tuple[str, str, str], Row[Any]]:
    """Return the evidence that these vertices ever showed, what was retracted too: (vertex, identifier, relation) → row."""
    rows = bulk.rows_where(connection, KNOWN, schema.evidence.c.vertex, sorted(vertices))
    return {(row.vertex, row.identifier, row.relation): row for row in rows}


def row_of(key: tuple[str, str, str], span: Span) -> dict[str, Any]:
    """Return the row of evidence that is new."""
    return {
        "vertex": key[0],
        "identifier": key[1],
        "relation": key[2],
        "sightings": 1,
        "first_seen": span.first,
        "last_seen": span.last,
        "retracted_at": None,
    }
