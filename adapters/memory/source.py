"""The network in memory as a source."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapters.memory.network import MemoryNetwork
from adapters.memory.settings import MemorySourceSettings
from bridge.contracts import Source
from bridge.errors import ConfigError, Unsupported
from bridge.faults import Faults
from bridge.nouns import Account, Cursor, Estimate, Finding, Page, Said

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from pydantic import BaseModel

    from bridge.contracts import Surroundings


class MemorySource(Source):
    """Reads a ``MemoryNetwork`` page by page; a cursor is the number of events read."""

    settings_model = MemorySourceSettings
    live = True

    def __init__(self, name: str, network: MemoryNetwork) -> None:
        """Read ``network``, which tests fill and watch."""
        self.name, self.network = name, network

    @classmethod
    def connect(cls, settings: BaseModel, surroundings: Surroundings) -> MemorySource:
        """Return a source on a network of its own, where nothing was said yet."""
        if not isinstance(settings, MemorySourceSettings):
            message = f"The memory source takes MemorySourceSettings, not {type(settings).__name__}."
            raise ConfigError(message)
        faults = Faults(settings.faults, seed=settings.faults_seed)
        return cls(surroundings.name, MemoryNetwork(settings, surroundings.clock, faults))

    def check(self) -> Account:
        """Say how much was said."""
        finding = Finding(ok=True, text=f"{len(self.network.log)} events in memory")
        return Account(name=self.network.settings.brand, findings=(finding,))

    def close(self) -> None:
        """Do nothing: nothing was opened."""

    def head(self) -> Cursor:
        """Return the end of the log."""
        self.network.faults.before_call(self.name)
        return Cursor(str(len(self.network.log)))

    def at(self, time: datetime) -> Cursor:
        """Return the position of the first event at or after ``time``."""
        self.network.faults.before_call(self.name)
        later = (n for n, logged in enumerate(self.network.log) if logged.at >= time)
        return Cursor(str(next(later, len(self.network.log))))

    def estimate(self, after: Cursor) -> Estimate:
        """Count the messages after the cursor; they cost nothing."""
        rest = self.network.log[_position(after) :]
        return Estimate(messages=sum(isinstance(logged.event, Said) for logged in rest), money=0.0, currency="EUR")

    def pages(self, after: Cursor) -> Iterator[Page]:
        """Yield pages until the log ends; each may repeat a few events of the one before."""
        position, size = _position(after), self.network.settings.page_size
        while position < len(self.network.log) or self.network.stuck:
            self.network.faults.before_call(self.name)
            self.network.faults.before_commit(self.name)
            end = position if self.network.stuck else min(position + size, len(self.network.log))
            start = max(position - self.network.settings.overlap, 0)
            events = tuple(logged.event for logged in self.network.log[start:end])
            yield Page(events, Cursor(str(end)), more=self.network.stuck or end < len(self.network.log))
            position = end

    def reread(self, fields: Mapping[str, str], where: str) -> Page:  # noqa: ARG002 - there is nothing to repair
        """Refuse: what is in memory was never a row."""
        message = f"{self.name} has no rows to repair."
        raise Unsupported(message, manual_step="Let it be said again.")


def _position(cursor: Cursor) -> int:
    return int(cursor.value or 0)
