"""A pretend organisation in a storm: what Casebridge is told of it, what it does to callers, what stands in it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Mapping, Sequence
    from datetime import timedelta

    from starlette.types import ASGIApp, Receive, Scope, Send

    from tests.fakes.faults import Faults
    from tests.storms.hurried import Hurried

CUSTOMERS = "customers.example"
"""Where the customers of the storms have their addresses."""


class Crm(ABC):
    """One organisation, played by a fake, and the mappings that fit it. Every fifth call fails, after ``calm`` none."""

    target: ClassVar[str]
    """The target's section in the project file, with ``{url}`` for the address."""
    mappings: ClassVar[Mapping[str, str]]
    blamed: ClassVar[Mapping[str, str]]
    """Thing → the field that its poison is refused for."""
    secrets: Mapping[str, str]
    """Environment of the program."""
    faults: Faults

    @abstractmethod
    def __init__(self, clock: Hurried, seed: int) -> None:
        """Open the organisation; ``seed`` makes its faults repeatable."""

    def _stand_before(self, clock: Hurried, app: ASGIApp) -> None:
        self.clock, self._app = clock, app
        self.calls = 0
        self.most = 0
        """Calls of the day that were used, at the most, when something of ours was written."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a call on, and note how much of the day was used before it if it wrote something."""
        self.calls += 1
        used, written = self.used, self.written
        try:
            await self._app(scope, receive, send)
        finally:
            if self.written > written:
                self.most = max(self.most, used)

    def forward(self, by: timedelta) -> None:
        """Let time pass between two runs."""
        self.clock.forward(by)

    def calm(self) -> None:
        """Let every call succeed from now on."""
        self.faults.probabilities = {}

    @abstractmethod
    def cases(self) -> Sequence[Sequence[str]]:
        """Return for each case of ours its texts in the order in which an agent reads them."""

    @abstractmethod
    def addresses(self) -> Counter[str]:
        """Return the mail addresses of contacts."""

    @abstractmethod
    def files(self) -> Counter[str]:
        """Return the names of the files that hang on what stands."""

    @abstractmethod
    def keys(self) -> Counter[str]:
        """Return the keys of ours that stand."""

    @abstractmethod
    def mailed(self) -> Sequence[object]:
        """Return the mails that went to customers."""

    @property
    @abstractmethod
    def written(self) -> int:
        """Return a number that grows whenever something of ours is written."""

    @property
    @abstractmethod
    def used(self) -> int:
        """Return how many calls of the day are used, by everybody."""

    @property
    @abstractmethod
    def share(self) -> int:
        """Return at how many of them deliveries must stop."""

    @abstractmethod
    def neighbour_uses(self, calls: int) -> None:
        """Let the second client use up so many calls of the day."""
