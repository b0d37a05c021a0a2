"""How many calls we made ourselves within the last 24 hours, by what they were for, over all processes.

Vendors tell how much of a day everybody has used together; what of it was ours, and for what, only we know.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter


class Meter(ABC):
    """Counts calls of one connection."""

    @abstractmethod
    def add(self, what: str, calls: int) -> None:
        """Note ``calls`` more calls for ``what``."""

    @abstractmethod
    def used(self, what: str) -> int:
        """Return the calls for ``what`` of the present hour and the 23 before it."""


class MemoryMeter(Meter):
    """Counts within this process, for adapters that are used without a store."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._calls: Counter[str] = Counter()

    def add(self, what: str, calls: int) -> None:
        """Note calls."""
        self._calls[what] += calls

    def used(self, what: str) -> int:
        """Return the calls of this process."""
        return self._calls[what]
