"""Numbers and traces that HubSpot gives out, the same in every run."""

from __future__ import annotations

from itertools import count
from uuid import UUID

NAMESPACE = UUID("5f0c5a52-7c0b-4c55-9c0e-0d6a3a1f7a11")
"""What trace and correlation ids are made from."""


class Numbers:
    """Ids of records: long numbers, never in the order of creation's ranks, never used twice."""

    def __init__(self, start: int = 17_000_000_017) -> None:
        """Start at ``start``."""
        self._next = count(start, 13)

    def __call__(self) -> str:
        """Return the next id."""
        return str(next(self._next))
