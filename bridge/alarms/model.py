"""An alarm: what, since when, how many customers wait, and the next command."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


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
    customers: int = 0
    """Who wait because of it."""
    command: str
    """What to do next."""

    @property
    def key(self) -> str:
        """Return what tells it from other alarms: the same trouble is one alarm."""
        return f"{self.kind}:{self.subject}"

    def text(self) -> str:
        """Return it as a person reads it."""
        waiting = {0: "", 1: " One customer waits."}.get(self.customers, f" {self.customers} customers wait.")
        return f"{self.what}\nSince {self.since:%Y-%m-%d %H:%M} UTC.{waiting}\nNext: {self.command}"
