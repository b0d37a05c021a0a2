"""An alarm: what, since when, how many customers wait, and the next command."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

_LONGEST = 400


class Severity(IntEnum):
    """How bad it is; only what is critical breaks quiet hours."""

    INFO = 1
    WARNING = 2
    CRITICAL = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """One thing that is wrong, as long as it is."""

    kind: str
    """``silence``, ``budget``, ``brake`` …"""
    subject: str
    """The connection, or whatever else it is about."""
    severity: Severity
    what: str
    """One sentence."""
    since: datetime
    customers: int | None = 0
    """How many wait because of it; None where nobody can know."""
    command: str
    """What to do next."""

    @property
    def key(self) -> str:
        """Return what tells it from other alarms: the same trouble is one alarm."""
        return f"{self.kind}:{self.subject}"

    def text(self) -> str:
        """Return it as a person reads it: three lines, whatever a vendor's error holds."""
        what = shortened(" ".join(self.what.split()))
        said = {None: "Nobody knows how many customers wait.", 0: "No customer waits.", 1: "One customer waits."}
        waiting = said.get(self.customers, f"{self.customers} customers wait.")
        return f"{what}\nSince {self.since:%Y-%m-%d %H:%M} UTC. {waiting}\nNext: {self.command}"


def shortened(text: str) -> str:
    """Return a sentence that fits on a telephone."""
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
