"""Which rows of a list are wanted, said once for all lists."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Column, Select


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
