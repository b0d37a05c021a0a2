"""Which rows are wanted, said once for all lists and for what was joined into something else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import exists, select

from bridge.store.schema import customer, member

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Column, Select, Table
    from sqlalchemy.engine import Connection


SOMEBODY = customer.c.redirect_to.is_(None) & exists().where(member.c.customer_id == customer.c.id)
"""Customers who are somebody: they did not become part of another, and an account or record of theirs is left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """A part of a list, newest first: at most ``limit`` rows with ids below ``before``."""

    limit: int = 50
    before: int | None = None

    def of(self, query: Select[Any], column: Column[Any]) -> Select[Any]:
        """Return the query with this cut, by the id ``column``."""
        if self.before is not None:
            query = query.where(column < self.before)
        return query.order_by(column.desc()).limit(self.limit)


def matching(query: Select[Any], wanted: Mapping[Column[Any], object]) -> Select[Any]:
    """Return the query with equality conditions; a condition of None or an empty text is none."""
    for column, value in wanted.items():
        if value is not None and value != "":
            query = query.where(column == value)
    return query


def where_now(connection: Connection, table: Table, number: int) -> int | None:
    """Return the number that a case or customer has now, after all redirects; None if there never was one."""
    seen: set[int] = set()
    while number not in seen:
        seen.add(number)
        row = connection.execute(select(table.c.redirect_to).where(table.c.id == number)).first()
        if row is None:
            return None
        if row.redirect_to is None:
            return number
        number = row.redirect_to
    return None
