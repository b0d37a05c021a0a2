"""Conditions on deliveries that are written so that the right index serves them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import text

from bridge.store import schema

if TYPE_CHECKING:
    from sqlalchemy.sql.elements import ColumnElement

D = schema.delivery.c

OPEN = text(
    "(delivery.state = 'pending' OR delivery.state = 'sending' "
    "OR delivery.state = 'accepted' OR delivery.state = 'unknown')"
)
"""Word for word the condition of the partial index, without which it is not used."""


def beside_index(target: str, thing: str | None = None) -> ColumnElement[bool]:
    """Return the condition on target and thing for queries that name cases, subjects or refs beside it.

    Written so that no index on target and thing is taken for it: SQLite would prefer that, and read the whole outbox.
    """
    condition: ColumnElement[bool] = D.target.concat("") == target
    return condition if thing is None else condition & (D.thing.concat("") == thing)
