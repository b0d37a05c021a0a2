"""A clock that runs fast and can be put forward: hours of waiting and a change of day within minutes."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta


@dataclass(slots=True)
class Hurried:
    """The machine's clock, so many times as fast since ``origin``, and put forward by ``shift``.

    Processes that are handed a copy agree on the time with each other and with who serves them.
    """

    factor: float
    origin: float = field(default_factory=time.time)
    shift: timedelta = timedelta()

    def now(self) -> datetime:
        """Return the time of the story."""
        passed = timedelta(seconds=(time.time() - self.origin) * self.factor)
        return datetime.fromtimestamp(self.origin, UTC) + passed + self.shift

    def sleep(self, seconds: float) -> None:
        """Let so many seconds of the story pass."""
        time.sleep(seconds / self.factor)

    def forward(self, by: timedelta) -> None:
        """Put the clock forward, here only: who has a copy does not notice."""
        self.shift += by
