"""What people decided."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from bridge.store.schema import decision

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.engine import Connection

    from bridge.queries.selection import Cut


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionLine:
    """One decision; it names messages, vertices or an identifier."""

    id: int
    kind: str
    operands: list[str]
    actor: str
    reason: str
    at: datetime
    undone_at: datetime | None


def list_decisions(connection: Connection, cut: Cut) -> list[DecisionLine]:
    """Return decisions, the newest first, with those that were undone."""
    return [DecisionLine(**row) for row in connection.execute(cut.of(select(decision), decision.c.id)).mappings()]
