"""What the tool still lets us do, as the manifest says it and answers tell it."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bridge.errors import BudgetSpent
from bridge.nouns import Budget, Share

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adapters.http.model import Limits
    from adapters.http.settings import HttpSettings
    from bridge.clock import Clock
    from bridge.meter import Meter

_MINUTE = timedelta(minutes=1)
_RESERVE = 0.1
"""Share of the day kept for answers and deletions."""
_METER = "calls"


@dataclass(slots=True)
class Usage:
    """The limits, and what is used of them."""

    limits: Limits
    settings: HttpSettings
    meter: Meter
    left: int | None = None
    """Calls that are left today, as the latest answer told."""
    lately: deque[datetime] = field(default_factory=deque)
    """When the calls of the last minute were made."""

    def pace(self, clock: Clock) -> None:
        """Wait until one more call fits into the minute."""
        most = self.limits.per_minute
        if most is None:
            return
        now = clock.now()
        while self.lately and now - self.lately[0] >= _MINUTE:
            self.lately.popleft()
        if len(self.lately) >= most:
            clock.sleep((self.lately.popleft() + _MINUTE - now).total_seconds())
        self.lately.append(clock.now())

    def note(self, headers: Mapping[str, str]) -> None:
        """Take over what an answer tells."""
        daily = self.limits.daily
        told = headers.get(daily.left, "") if daily and daily.left else ""
        self.left = int(told) if told.isdecimal() else self.left

    def spend(self, share: Share, now: datetime) -> None:
        """Count a call that is about to be made; raises ``BudgetSpent`` where it would touch what is kept for others."""
        if self.limits.daily is None:
            return
        if self.may(share) == 0:
            message = f"Today's calls for this are used up: {self.limits.daily.calls} are allowed, and some are kept for others."
            raise BudgetSpent(message, until=now + timedelta(hours=1), share=share)
        self.meter.add(_METER, 1)

    def may(self, share: Share) -> int | None:
        """Return how many calls may still be made today, None without a limit."""
        daily = self.limits.daily
        if daily is None:
            return None
        left = daily.calls - self.meter.used(_METER) if self.left is None else self.left
        kept = 1 - self.settings.use_up_to + (0 if share is Share.ANSWER else _RESERVE)
        return max(0, int(left - kept * daily.calls))

    def budget(self) -> Budget:
        """Return the budget of deliveries."""
        daily = self.limits.daily
        return Budget(
            daily_left=self.may(Share.DELIVER),
            daily_limit=daily.calls if daily else None,
            batch=self.settings.batch,
        )
