"""Where reading goes on: a time, the place in a long list, and when the recycle bin was looked through last."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

from adapters.hubspot.values import EPOCH, instant, moment
from bridge.nouns import Cursor

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """A cursor of HubSpot. ``open`` are public answers of which may still be heard: answer → ticket and time."""

    since: datetime = EPOCH
    heard: Mapping[str, datetime] = field(default_factory=dict)
    """The same for each place where agents answer, where tickets have ``since``."""
    listing: str = ""
    export: str = ""
    """The number of an export, and how many of its rows were read."""
    rows: int = 0
    listed: datetime | None = None
    open: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    @classmethod
    def read(cls, cursor: Cursor) -> Position:
        """Read one; the empty cursor is the beginning."""
        if not cursor.value:
            return cls()
        found = json.loads(cursor.value)
        return cls(
            since=moment(found.get("since", 0)),
            heard={name: moment(at) for name, at in (found.get("heard") or {}).items()},
            listing=found.get("listing", ""),
            export=found.get("export", ""),
            rows=found.get("rows", 0),
            listed=moment(found["listed"]) if found.get("listed") else None,
            open={note: (case, at) for note, (case, at) in (found.get("open") or {}).items()},
        )

    def moved(self, **parts: Any) -> Position:  # noqa: ANN401 - any part of it
        """Return it further on."""
        return replace(self, **parts)

    def cursor(self) -> Cursor:
        """Write it."""
        times = {name: getattr(self, name) for name in ("since", "listed")}
        parts = asdict(self) | {name: instant(at) if at and at != EPOCH else "" for name, at in times.items()}
        parts["heard"] = {name: instant(at) for name, at in self.heard.items()}
        return Cursor(json.dumps({name: value for name, value in parts.items() if value}, sort_keys=True))
