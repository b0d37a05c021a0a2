"""Deliver once more what stands in a target, when something came late that belongs to it or what it says changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from bridge.outbox.order import IN_FLIGHT
from bridge.store import bulk, schema

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import ColumnElement
    from sqlalchemy.engine import Connection

D = schema.delivery.c


def deliver_again(connection: Connection, messages: Collection[int]) -> None:
    """Want a further version of these messages wherever they may have been rendered; what is on its way is settled first."""
    _again(connection, "message", messages)


def refresh_cases(connection: Connection, target: str) -> None:
    """Want a further version of a target's cases that are not closed: they say beforehand where an answer goes."""
    query = select(schema.case.c.id).where(schema.case.c.status != "closed", schema.case.c.redirect_to.is_(None))
    _again(connection, "case", connection.execute(query).scalars().all(), D.target == target)


def refresh_case(connection: Connection, target: str, case_id: int) -> None:
    """Want a further version of a case of ours in a target; one that others made is theirs."""
    case = schema.case.c
    ours = (case.id == case_id) & (case.foreign_target != target) & case.redirect_to.is_(None)
    if connection.execute(select(case.id).where(ours)).first() is not None:
        _again(connection, "case", [case_id], D.target == target)


def _again(connection: Connection, thing: str, subjects: Collection[int], *where: ColumnElement[bool]) -> None:
    query = select(D.id, D.state, D.wanted_version, D.sent_version, D.owner).where(
        *where, D.thing == thing, D.state.in_(("delivered", "pending", *IN_FLIGHT))
    )
    rows = bulk.rows_where(connection, query.with_for_update(), D.subject_id, sorted(subjects))
    changes = [
        {
            "id": row.id,
            "wanted_version": row.wanted_version + 1,
            "state": row.state if row.state in IN_FLIGHT else "pending",
        }
        for row in rows
        # Asked of locked rows: who claims one at this moment renders it as it was, or waits.
        if row.sent_version > 0 or row.owner
    ]
    bulk.update(connection, schema.delivery, changes)
