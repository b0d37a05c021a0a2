"""When people are told of alarms."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bridge.alarms.model import Severity

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertPolicy:
    """Hours of quiet, in which only what is critical is told, and the least severity that is told at all."""

    quiet_from: time = time(0)
    quiet_until: time = time(0)
    """The same as ``quiet_from``: no quiet hours."""
    zone: str = "UTC"
    least: Severity = Severity.WARNING

    def quiet(self, now: datetime) -> bool:
        """Tell whether it is quiet at ``now``; the hours may go over midnight."""
        at, begins, ends = now.astimezone(ZoneInfo(self.zone)).time(), self.quiet_from, self.quiet_until
        return begins <= at < ends if begins <= ends else at >= begins or at < ends
