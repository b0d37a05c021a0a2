"""The clock, injectable: tests and the demo put it forward."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Where the time comes from."""

    def now(self) -> datetime:
        """Return the present as an aware UTC datetime."""
        ...

    def sleep(self, seconds: float) -> None:
        """Let so many seconds pass."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the present."""
        return datetime.now(UTC)

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)


class ShiftedClock:
    """The machine's clock put forward; what a demonstration uses to pass a hold of a minute."""

    def __init__(self) -> None:
        """Start without a shift."""
        self._shift = timedelta()

    def now(self) -> datetime:
        """Return the present plus the shift."""
        return datetime.now(UTC) + self._shift

    def sleep(self, seconds: float) -> None:
        """Put the clock forward instead of waiting."""
        self.forward(timedelta(seconds=seconds))

    def forward(self, by: timedelta) -> None:
        """Put the clock forward."""
        self._shift += by


class FixedClock:
    """A clock that stands until it is moved; for tests."""

    def __init__(self, now: datetime) -> None:
        """Start at ``now``, which must be aware."""
        self._now = now.astimezone(UTC)

    def now(self) -> datetime:
        """Return the set time."""
        return self._now

    def sleep(self, seconds: float) -> None:
        """Put the clock forward instead of waiting."""
        self.forward(timedelta(seconds=seconds))

    def forward(self, by: timedelta) -> None:
        """Put the clock forward."""
        self._now += by
