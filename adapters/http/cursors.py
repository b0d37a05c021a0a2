"""Where reading goes on: a time, what was seen of cases lately, and which public answers may still be taken back."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from bridge.nouns import Cursor

if TYPE_CHECKING:
    from collections.abc import Mapping

EPOCH = datetime.fromtimestamp(0, UTC)
_KEPT = 500
"""Cases whose latest state is remembered, so that a change of something else is no change of status."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """A cursor."""

    since: datetime = EPOCH
    seen: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Case → its status (ours and the tool's own word), priority, owner and queue, the latest last."""
    open: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """Public answer → case and time."""

    @classmethod
    def read(cls, cursor: Cursor) -> Position:
        """Read one; the empty cursor is the beginning."""
        if not cursor.value:
            return cls()
        found = json.loads(cursor.value)
        return cls(
            since=datetime.fromisoformat(found["since"]) if found.get("since") else EPOCH,
            seen=found.get("seen") or {},
            open={answer: (case, at) for answer, (case, at) in (found.get("open") or {}).items()},
        )

    def moved(self, **parts: Any) -> Position:  # noqa: ANN401 - any part of it
        """Return it further on."""
        return replace(self, **parts)

    def cursor(self) -> Cursor:
        """Write it; what was seen longest ago is forgotten."""
        kept = dict(list(self.seen.items())[-_KEPT:])
        parts = asdict(self) | {"since": self.since.isoformat() if self.since != EPOCH else "", "seen": kept}
        return Cursor(json.dumps({name: value for name, value in parts.items() if value}))


def written(at: datetime, form: str) -> str:
    """Return a time as a request wants it."""
    at = at.astimezone(UTC)
    if form == "epoch":
        return str(int(at.timestamp()))
    if form == "epoch_ms":
        return str(int(at.timestamp() * 1000))
    if form == "iso":
        return at.isoformat(timespec="seconds").replace("+00:00", "Z")
    return at.strftime(form)
