"""Tell cases in the target how it stands with what their agents asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select, text

from bridge.outbox.action_notes import note_of
from bridge.outbox.again import refresh_case
from bridge.outbox.notes import want_note
from bridge.store import schema

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection, Row

    from bridge.app import App, TargetSetup

A = schema.action.c
_UNTOLD = text("told <> state || ' ' || reason")
"""As the index says it, which then serves it."""
AT_ONCE = 500
STATE = "case.answer_state"
"""The path by which mappings take the state into a field of the case."""


def tell(app: App) -> int:
    """Want a note, and a new state of the case, for every action that came to another state; returns how many."""
    told = 0
    while batch := _some(app):
        told += batch
    return told


def _some(app: App) -> int:
    with app.store.read() as connection:
        if connection.execute(select(A.id).where(_UNTOLD).limit(1)).first() is None:
            return 0
    with app.store.write("tell") as connection:
        query = select(schema.action).where(_UNTOLD).order_by(A.id).limit(AT_ONCE)
        rows = connection.execute(query.with_for_update()).all()
        for row in rows:
            _tell(connection, app, row)
        return len(rows)


def _tell(connection: Connection, app: App, row: Row[Any]) -> None:
    if note := note_of(row):
        want_note(connection, app, row, note, app.clock.now())
    setup = app.targets.get(row.target)
    if setup is not None and row.case_id is not None and _shows_state(setup):
        refresh_case(connection, row.target, row.case_id)
    connection.execute(schema.action.update().where(A.id == row.id).values(told=f"{row.state} {row.reason}"))


def _shows_state(setup: TargetSetup) -> bool:
    return any(STATE in mapping.paths for mapping in setup.every_mapping())
