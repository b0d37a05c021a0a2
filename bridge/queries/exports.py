"""Export customers and cases, streaming and in a fixed order, so that two stores can be compared line by line."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from bridge.queries.selection import SOMEBODY
from bridge.store.bulk import rows_where
from bridge.store.schema import case, customer, evidence, member, message, person, resolved
from identity.model import IdentifierKind

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from sqlalchemy import Column, Select
    from sqlalchemy.engine import Connection

    from bridge.store.store import Store

BATCH = 1_000
"""Customers or cases read at a time; memory stays flat."""

_NOT_THEIRS = ("mentioned",)


def export_customers(store: Store) -> Iterator[dict[str, Any]]:
    """Yield ``{id, identifiers, members, messages}`` of every customer by id; all lists are sorted.

    Members are source record keys: ``network/scope/id`` of profiles, ``instance:native_id`` of CRM rows. Rows that a CRM
    has from us are none: which of them we have read back already depends on when we looked.
    """
    for connection, rows in _batches(store, select(customer.c.id).where(SOMEBODY), customer.c.id):
        ids = [row.id for row in rows]
        members = _members(connection, ids)
        messages = _messages(connection, resolved.c.customer_id, ids)
        shown = _identifiers(connection, [vertex for vertices in members.values() for vertex in vertices])
        for number in ids:
            yield {
                "id": number,
                "identifiers": sorted({each for vertex in members[number] for each in shown[vertex]}),
                "members": sorted(vertex[2:] for vertex in members[number]),
                "messages": sorted(messages[number]),
            }


def export_cases(store: Store) -> Iterator[dict[str, Any]]:
    """Yield ``{id, customer, messages, reason, priority, queue, status, foreign, opened_at}`` of every case by id.

    Cases that redirect to another, or whose messages are in no case any more, are left out.
    """
    for connection, rows in _batches(
        store, select(case).where(case.c.redirect_to.is_(None), case.c.messages > 0), case.c.id
    ):
        messages = _messages(connection, resolved.c.case_id, [row.id for row in rows])
        for row in rows:
            yield {
                "id": row.id,
                "customer": row.customer_id,
                "messages": sorted(messages[row.id]),
                "reason": row.reason,
                "priority": row.priority,
                "queue": row.queue,
                "status": row.status,
                "foreign": f"{row.foreign_target}:{row.foreign_ref}" if row.foreign_ref else None,
                "opened_at": row.opened_at.astimezone(UTC).isoformat() if row.opened_at else None,
            }


def _batches(store: Store, query: Select[Any], key: Column[Any]) -> Iterator[tuple[Connection, list[Any]]]:
    """Yield batches in the order of ``key``, each with the short transaction that it was read in."""
    last = 0
    while True:
        with store.read() as connection:
            rows = list(connection.execute(query.where(key > last).order_by(key).limit(BATCH)))
            if not rows:
                return
            yield connection, rows
        last = rows[-1].id


def _members(connection: Connection, ids: Collection[int]) -> dict[int, list[str]]:
    found = _grouped(connection, select(member.c.customer_id, member.c.vertex), member.c.customer_id, ids)
    rows = [vertex[2:] for vertices in found.values() for vertex in vertices if vertex.startswith("r:")]
    query = select(person.c.key).where(person.c.our_key != "")
    echoes = {f"r:{row.key}" for row in rows_where(connection, query, person.c.key, rows)}
    return {number: [vertex for vertex in found[number] if vertex not in echoes] for number in ids}


def _messages(connection: Connection, column: Column[Any], ids: Collection[int]) -> defaultdict[int, list[str]]:
    query = select(column, message.c.key).join(message, message.c.id == resolved.c.message_id)
    return _grouped(connection, query, column, ids)


def _identifiers(connection: Connection, vertices: Collection[str]) -> defaultdict[str, list[str]]:
    query = select(evidence.c.vertex, evidence.c.identifier).where(
        evidence.c.retracted_at.is_(None), evidence.c.relation.not_in(_NOT_THEIRS)
    )
    shown = _grouped(connection, query, evidence.c.vertex, vertices)
    for vertex in vertices:
        shown[vertex].append(_own_id(vertex))
    return shown


def _own_id(vertex: str) -> str:
    """Return what a profile or a CRM row shows by being there: its id within its network or its CRM."""
    if vertex.startswith("r:"):
        return f"{IdentifierKind.CRM_ID}:{vertex[2:]}"
    network, scope, native_id = vertex[2:].split("/", 2)
    return (
        f"{IdentifierKind.UID}:{network}/{scope}:{native_id}"
        if scope
        else f"{IdentifierKind.UID}:{network}:{native_id}"
    )


def _grouped(
    connection: Connection, query: Select[Any], column: Column[Any], values: Collection[Any]
) -> defaultdict[Any, list[str]]:
    """Return second columns by first column, for the rows whose ``column`` is one of ``values``."""
    found: defaultdict[Any, list[str]] = defaultdict(list)
    for row in rows_where(connection, query, column, values):
        found[row[0]].append(row[1])
    return found
