"""What was set aside because it could not be read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from bridge.queries.selection import Cut, matching
from bridge.store.schema import quarantine

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.engine import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAside:
    """One row or payload of the quarantine; its content only if asked for."""

    id: int
    connection: str
    place: str
    reason: str
    state: str
    seen: int
    at: datetime
    raw: str | None = None
    fields: dict[str, Any] | None = None


def list_set_aside(
    connection: Connection, name: str, state: str, cut: Cut, *, show_text: bool = False
) -> list[SetAside]:
    """Return what was set aside, the newest first, of one connection and state or (empty) of any."""
    query = matching(select(quarantine), {quarantine.c.connection: name, quarantine.c.state: state})
    return [_set_aside(row, show_text=show_text) for row in connection.execute(cut.of(query, quarantine.c.id))]


def show_set_aside(connection: Connection, number: int, *, show_text: bool = False) -> SetAside | None:
    """Return one row of the quarantine, None if there is none of this number."""
    row = connection.execute(select(quarantine).where(quarantine.c.id == number)).first()
    return None if row is None else _set_aside(row, show_text=show_text)


def _set_aside(row: Any, *, show_text: bool) -> SetAside:  # noqa: ANN401 - a row of the quarantine table
    return SetAside(
        id=row.id,
        connection=row.connection,
        place=row.place,
        reason=row.reason,
        state=row.state,
        seen=row.seen,
        at=row.at,
        raw=row.raw if show_text else None,
        fields=row.fields if show_text else None,
    )
