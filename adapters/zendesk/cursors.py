"""Where reading goes on: a place in an export, a time, and when the bin was looked through last."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from bridge.nouns import Cursor

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """A cursor of Zendesk; times are seconds since 1970."""

    export: str = ""
    """Zendesk's own cursor of an export."""
    since: int = 0
    listed: int = 0

    @classmethod
    def read(cls, cursor: Cursor) -> Position:
        """Read one; the empty cursor is the beginning."""
        return cls(**json.loads(cursor.value)) if cursor.value else cls()

    def moved(self, **parts: Any) -> Position:  # noqa: ANN401 - any part of it
        """Return it further on."""
        return replace(self, **parts)

    def cursor(self) -> Cursor:
        """Write it."""
        return Cursor(json.dumps({name: value for name, value in asdict(self).items() if value}, sort_keys=True))


def seconds(at: datetime) -> int:
    """Return a time as exports take it."""
    return int(at.timestamp())
