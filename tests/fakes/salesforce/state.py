"""What an org's interfaces remember between calls: tokens, use, cursors of queries, bulk jobs."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from bridge.clock import Clock
    from tests.fakes.salesforce.errors import Json
    from tests.fakes.salesforce.extracts import QueryJob
    from tests.fakes.salesforce.ingest import IngestJob
    from tests.fakes.salesforce.world import World

DAY = timedelta(hours=24)


class Usage:
    """Calls of the whole organisation in the last 24 hours."""

    def __init__(self, clock: Clock, allocation: int, used_before: int) -> None:
        """Start with what others used up already."""
        self.allocation = allocation
        self._clock, self._times = clock, deque([(clock.now(), used_before)])
        self._used = used_before

    def burn(self, calls: int) -> None:
        """Use up calls, ours or another client's."""
        self._times.append((self._clock.now(), calls))
        self._used += calls

    @property
    def used(self) -> int:
        """Return how many calls count now."""
        while self._times and self._times[0][0] <= self._clock.now() - DAY:
            self._used -= self._times.popleft()[1]
        return self._used

    @property
    def spent(self) -> bool:
        """Say whether there is nothing left."""
        return self.used >= self.allocation

    def header(self) -> str:
        """Return what every reply says of it."""
        return f"api-usage={self.used}/{self.allocation}"


@dataclass(slots=True)
class State:
    """Everything behind the interfaces."""

    world: World
    usage: Usage
    tokens: dict[str, datetime] = field(default_factory=dict)
    cursors: dict[str, list[Json]] = field(default_factory=dict)
    ingest: dict[str, IngestJob] = field(default_factory=dict)
    queries: dict[str, QueryJob] = field(default_factory=dict)
    counted: int = 0

    def number(self) -> int:
        """Return a number that no other token, cursor or job has."""
        self.counted += 1
        return self.counted

    def job_id(self) -> str:
        """Return the id of a new bulk job."""
        return f"750Cb{self.number():010}AAA"
