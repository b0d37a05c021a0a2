"""Human decisions: kept for ever, undone by a mark, applied by resolving what they concern again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import insert, select

from bridge.errors import ConfigError
from bridge.store import bulk, schema
from identity.model import DecisionKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.engine import Connection

    from bridge.app import App

ABOUT_CASES = ("case_split", "case_join", "case_move_to", "not_a_case")


def decide(app: App, kind: str, operands: Sequence[str], actor: str, reason: str) -> int:
    """Store a decision and mark dirty what it concerns; returns its number.

    Operands are message keys for decisions about cases, vertices or one identifier for decisions about identity.
    """
    if kind not in (*ABOUT_CASES, *DecisionKind):
        raise ConfigError(f"There is no decision “{kind}”. There are: {', '.join((*ABOUT_CASES, *DecisionKind))}.")
    row = {"kind": kind, "operands": list(operands), "actor": actor, "reason": reason, "at": app.clock.now()}
    with app.store.write("decide") as connection:
        done = connection.execute(insert(schema.decision).values(**row))
        number = int(done.inserted_primary_key[0])  # type: ignore[index] # a single insert has one
        _touch(connection, kind, operands)
    return number


def undo(app: App, number: int) -> None:
    """Undo a decision: everything becomes as if it had never been taken. Raises ``ConfigError`` if there is none."""
    table = schema.decision
    with app.store.write("undo") as connection:
        row = connection.execute(select(table).where(table.c.id == number)).first()
        if row is None:
            raise ConfigError(f"There is no decision {number}.")
        connection.execute(table.update().where(table.c.id == number).values(undone_at=app.clock.now()))
        _touch(connection, row.kind, row.operands)


def _touch(connection: Connection, kind: str, operands: Sequence[str]) -> None:
    if kind in ABOUT_CASES:
        column = schema.message.c
        ids = [row.id for row in bulk.rows_where(connection, select(column.id), column.key, operands)]
        dirty = [{"kind": "message", "key": str(id_)} for id_ in ids]
    elif kind == DecisionKind.BLOCK:
        evidence = schema.evidence.c
        query = select(evidence.vertex).where(evidence.identifier == operands[0]).distinct()
        dirty = [{"kind": "vertex", "key": vertex} for vertex in connection.execute(query).scalars()]
    else:
        dirty = [{"kind": "vertex", "key": vertex} for vertex in operands]
    bulk.insert_new(connection, schema.dirty, dirty)
