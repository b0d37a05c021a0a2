"""Persons whom a target takes for one of its own: put before a person who decides, never merged.

What the target says is an opinion of its duplicate rules, no evidence: it is kept as a suggestion between the customer
and the row, until our identity links the two or the record is written all the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, func, select

from bridge.store import bulk, schema

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from sqlalchemy.engine import Connection

_S, _MEMBER = schema.suggestion.c, schema.member.c
TOLD = ""
"""The shared identifier of such a suggestion: the target does not tell which."""


def suggest(connection: Connection, target: str, doubles: Mapping[int, tuple[Sequence[str], str]]) -> None:
    """Keep for each customer the rows (native ids) that the target means, with its reason."""
    rows: list[dict[str, Any]] = []
    for customer, vertex in _first_vertices(connection, doubles).items():
        candidates, reason = doubles[customer]
        rows += [
            {"left_vertex": vertex, "right_vertex": f"r:{target}:{ref}", "identifier": TOLD, "reason": reason}
            for ref in candidates
        ]
    bulk.insert_new(connection, schema.suggestion, rows)


def forget(connection: Connection, target: str, customers: Collection[int]) -> None:
    """Drop what was suggested for customers who are settled in the target."""
    if not customers or not connection.execute(select(_S.id).where(_S.identifier == TOLD).limit(1)).first():
        return
    vertices = {
        row.vertex
        for row in bulk.rows_where(connection, select(_MEMBER.vertex), _MEMBER.customer_id, sorted(customers))
    }
    for part in bulk.chunks(sorted(vertices)):
        theirs = and_(_S.identifier == TOLD, _S.left_vertex.in_(part), _S.right_vertex.startswith(f"r:{target}:"))
        connection.execute(schema.suggestion.delete().where(theirs))


def _first_vertices(connection: Connection, customers: Collection[int]) -> dict[int, str]:
    query = select(_MEMBER.customer_id, func.min(_MEMBER.vertex).label("vertex")).group_by(_MEMBER.customer_id)
    return {
        row.customer_id: row.vertex
        for row in bulk.rows_where(connection, query, _MEMBER.customer_id, sorted(customers))
    }
