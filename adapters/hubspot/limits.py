"""What the account still lets us do: told by the headers of every answer, kept in shares for others and for answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import TYPE_CHECKING

from bridge.errors import BudgetSpent
from bridge.nouns import Budget

if TYPE_CHECKING:
    from collections.abc import Mapping
    from zoneinfo import ZoneInfo

BATCH = 100
"""Most records in one batch call of objects."""
CALLS_PER_WRITE = 3
"""A write may take so many calls: look, write, associate."""
_CRAWL_SHARE = 0.2


class Purpose(Enum):
    """What a call is for; its value is the share of the daily limit that it leaves to others."""

    CRAWL = 0.21
    DELIVER = 0.2
    ANSWER = 0.1


@dataclass(slots=True)
class Usage:
    """The account's limits and what is left of them, as the latest answers told."""

    zone: ZoneInfo
    per_10_seconds: int
    daily_limit: int | None = None
    daily_left: int | None = None
    day: datetime | None = None
    crawled: int = 0

    def note(self, headers: Mapping[str, str]) -> None:
        """Take over what an answer tells; search answers tell nothing."""
        interval = _number(headers, "X-HubSpot-RateLimit-Interval-Milliseconds") or 10_000
        burst = _number(headers, "X-HubSpot-RateLimit-Max")
        if burst:
            self.per_10_seconds = max(1, burst * 10_000 // interval)
        limit, left = (
            _number(headers, "X-HubSpot-RateLimit-Daily"),
            _number(headers, "X-HubSpot-RateLimit-Daily-Remaining"),
        )
        self.daily_limit = limit if limit is not None else self.daily_limit
        self.daily_left = left if left is not None else self.daily_left

    def spend(self, purpose: Purpose, now: datetime) -> None:
        """Count a call that is about to be made; raises ``BudgetSpent`` where it would touch what is kept for others."""
        if self.day is None or now >= self.day:
            self.day, self.daily_left, self.crawled = self.midnight(now), None, 0
        if self.daily_limit is None:
            return
        kept = purpose.value * self.daily_limit
        crawling = purpose is Purpose.CRAWL
        if (self.daily_left is not None and self.daily_left <= kept) or (
            crawling and self.crawled >= _CRAWL_SHARE * self.daily_limit
        ):
            message = f"Today's share of HubSpot calls is used up: {self.daily_left} of {self.daily_limit} are left to others."
            raise BudgetSpent(message, until=self.day)
        self.crawled += crawling

    def midnight(self, now: datetime) -> datetime:
        """Return when the account's day ends."""
        tomorrow = now.astimezone(self.zone).date() + timedelta(days=1)
        return datetime.combine(tomorrow, datetime.min.time(), self.zone).astimezone(UTC)

    def budget(self, now: datetime) -> Budget:
        """Return the budget of deliveries."""
        usable = None
        if self.daily_limit is not None and self.daily_left is not None:
            usable = max(0, int(self.daily_left - Purpose.DELIVER.value * self.daily_limit))
        return Budget(
            per_second=self.per_10_seconds / 10 / CALLS_PER_WRITE,
            daily_left=usable,
            daily_limit=self.daily_limit,
            resets_at=self.midnight(now),
            batch=BATCH,
        )


def _number(headers: Mapping[str, str], name: str) -> int | None:
    value = headers.get(name, "")
    return int(value) if value.isdecimal() else None
