"""Exports and imports that were ordered, and when they are done."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from bridge.nouns import Json

WORK = timedelta(seconds=60)
"""How long an export or import takes."""


@dataclass(slots=True)
class Transfer:
    """An export or import that was ordered."""

    id: str
    started: datetime
    name: str
    content: str = ""
    counters: dict[str, int] = field(default_factory=dict)
    errors: list[Json] = field(default_factory=list)
    cancelled: bool = False
    object_ids: tuple[str, ...] = ()
    elsewhere: str = ""
    """Where an export is said to lie, if not here."""

    def done(self, now: datetime) -> bool:
        """Tell whether the work is over."""
        return now >= self.started + WORK


@dataclass(slots=True)
class Transfers:
    """Everything ordered so far."""

    exports: dict[str, Transfer] = field(default_factory=dict)
    imports: dict[str, Transfer] = field(default_factory=dict)
