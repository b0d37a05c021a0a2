"""What the account still lets us do: a number of calls a minute, told by each answer; exports have a pace of their own."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from bridge.errors import RateLimited
from bridge.nouns import Budget

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adapters.zendesk.settings import ZendeskSettings
    from bridge.clock import Clock

BATCH = 100
"""Most records in one job."""
_MINUTE = timedelta(minutes=1)


class Purpose(StrEnum):
    """What a call is for: answers and deletions may use what is kept in reserve."""

    CRAWL = "reading users and tickets"
    DELIVER = "deliveries"
    ANSWER = "answers and deletions"


@dataclass(slots=True)
class Usage:
    """The minute's limit and what is left of it, as the latest answer told."""

    settings: ZendeskSettings
    clock: Clock
    limit: int = 0
    left: int | None = None
    ends: datetime | None = None
    exports: deque[datetime] = field(default_factory=deque)

    def __post_init__(self) -> None:
        """Begin with what the settings say."""
        self.limit = self.settings.calls_per_minute

    def note(self, headers: Mapping[str, str]) -> None:
        """Take over what an answer tells."""
        limit = _number(headers, "X-Rate-Limit") or _number(headers, "ratelimit-limit")
        left = _number(headers, "X-Rate-Limit-Remaining")
        self.limit = limit or self.limit
        self.left = left if left is not None else _number(headers, "ratelimit-remaining")
        seconds = _number(headers, "ratelimit-reset")
        self.ends = self.clock.now() + (timedelta(seconds=seconds) if seconds is not None else _MINUTE)

    def spend(self, purpose: Purpose) -> None:
        """Count a call that is about to be made; raises ``RateLimited`` where it would touch what is kept for others."""
        now = self.clock.now()
        if self.ends is None or now >= self.ends:
            self.left = None
        kept = (1 - self.settings.use_up_to) * self.limit
        if purpose is not Purpose.ANSWER and self.left is not None and self.ends is not None and self.left <= kept:
            wait = (self.ends - now).total_seconds()
            message = f"{self.left} of {self.limit} Zendesk calls are left this minute; the rest is kept for others."
            raise RateLimited(message, retry_after=max(wait, 1.0))

    def export_fits(self) -> bool:
        """Tell whether a further call of an export fits into the minute without a wait."""
        since = self.clock.now() - _MINUTE
        return sum(at > since for at in self.exports) < self.settings.exports_per_minute

    def pace_export(self) -> None:
        """Wait until a further call of an export fits into the minute."""
        now = self.clock.now()
        while self.exports and self.exports[0] <= now - _MINUTE:
            self.exports.popleft()
        if len(self.exports) >= self.settings.exports_per_minute:
            self.clock.sleep((self.exports.popleft() + _MINUTE - now).total_seconds())
        self.exports.append(self.clock.now())

    def budget(self) -> Budget:
        """Return the budget of deliveries."""
        return Budget(per_second=self.limit * self.settings.use_up_to / 60, batch=BATCH)


def _number(headers: Mapping[str, str], name: str) -> int | None:
    value = headers.get(name, "")
    return int(value) if value.isdecimal() else None
