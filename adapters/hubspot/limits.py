"""What the account still lets us do: told by the headers of every answer, kept in shares for others and for answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from bridge.errors import BudgetSpent
from bridge.nouns import Budget, Share

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adapters.hubspot.settings import HubSpotSettings
    from bridge.meter import Meter

BATCH = 100
"""Most records in one batch call of objects."""
CALLS_PER_WRITE = 3
"""A write may take so many calls: look, write, associate."""


class Purpose(StrEnum):
    """What a call is for: whose share of the day it comes from."""

    CRAWL = "reading contacts and tickets"
    DELIVER = "deliveries"
    ANSWER = "answers and deletions"


_SHARES: Mapping[Purpose, Share] = {
    Purpose.CRAWL: Share.READ,
    Purpose.DELIVER: Share.DELIVER,
    Purpose.ANSWER: Share.ANSWER,
}


@dataclass(slots=True)
class Usage:
    """The account's limits and what is left of them, as the latest answers told."""

    settings: HubSpotSettings
    meter: Meter
    """Counts what is read for imports, over all processes."""
    per_10_seconds: int
    daily_limit: int | None = None
    daily_left: int | None = None
    day: datetime | None = None

    @classmethod
    def unknown(cls, settings: HubSpotSettings, meter: Meter) -> Usage:
        """Return what is known before the first answer."""
        return cls(settings, meter, settings.calls_per_10_seconds)

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
            self.day, self.daily_left = self.midnight(now), None
        if self.left(purpose) == 0:
            share = "" if self.daily_left is None else f" {self.daily_left} of {self.daily_limit} calls are left,"
            message = f"Today's share of HubSpot calls for {purpose} is used up:{share} the rest is kept for others."
            raise BudgetSpent(message, until=self.day, share=_SHARES[purpose])
        if purpose is Purpose.CRAWL:
            self.meter.add(purpose, 1)

    def left(self, purpose: Purpose) -> int | None:
        """Return how many calls are left today for a purpose, None while no limit is known."""
        if self.daily_limit is None:
            return None
        settings = self.settings
        others = 1 - settings.use_up_to + (0 if purpose is Purpose.ANSWER else settings.reserve)
        known = self.daily_limit if self.daily_left is None else self.daily_left
        left = int(known - others * self.daily_limit)
        if purpose is Purpose.CRAWL:
            left = min(left, int(settings.imports_up_to * self.daily_limit) - self.meter.used(purpose))
        return max(left, 0)

    def midnight(self, now: datetime) -> datetime:
        """Return when the account's day ends."""
        zone = self.settings.zone
        tomorrow = now.astimezone(zone).date() + timedelta(days=1)
        return datetime.combine(tomorrow, datetime.min.time(), zone).astimezone(UTC)

    def budget(self, now: datetime) -> Budget:
        """Return the budget of deliveries."""
        return Budget(
            per_second=self.per_10_seconds / 10 / CALLS_PER_WRITE,
            daily_left=self.left(Purpose.DELIVER),
            daily_limit=self.daily_limit,
            resets_at=self.midnight(now),
            batch=BATCH,
        )


def _number(headers: Mapping[str, str], name: str) -> int | None:
    value = headers.get(name, "")
    return int(value) if value.isdecimal() else None
