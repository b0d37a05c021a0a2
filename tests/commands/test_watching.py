"""``watch`` syncs again and again, at once where a source tells of news."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from adapters.memory.network import MemoryNetwork
from adapters.memory.settings import MemorySourceSettings
from adapters.memory.source import MemorySource
from bridge.clock import SystemClock
from bridge.errors import Transient, Unsupported
from bridge.faults import Faults
from bridge.news import listening

if TYPE_CHECKING:
    from collections.abc import Callable

    from click.testing import Result


class Bell(MemorySource):
    """A source that has news when somebody rings, and may fail before."""

    def __init__(self, failures: int = 0, fault: type[Exception] = Transient) -> None:
        """Be quiet."""
        super().__init__("bell", MemoryNetwork(MemorySourceSettings(), SystemClock(), Faults({})))
        self.rung = threading.Event()
        self.failures, self.fault = failures, fault

    def wait(self, seconds: float) -> bool:
        """Wait for the bell."""
        if self.failures:
            self.failures -= 1
            message = "the wire is cut"
            raise self.fault(message)
        rung = self.rung.wait(min(seconds, 0.05))
        self.rung.clear()
        return rung


def test_it_syncs_as_often_as_it_is_told(run: Callable[..., Result]) -> None:
    ended = run("watch", "--every", "0.1", "--rounds", "2")
    assert ended.stdout.count("export: ") == 2


@pytest.mark.parametrize("fault", [Transient, KeyError], ids=["out of reach", "an adapter's own fault"])
def test_news_of_any_source_is_told_at_once(fault: type[Exception]) -> None:
    quiet, bell = Bell(), Bell(2, fault)
    with listening([quiet, bell], pause=0.01) as told:
        assert not told.is_set()
        bell.rung.set()
        assert told.wait(20)


class Mute(Bell):
    """A source whose far side tells of no news."""

    asked = 0

    def wait(self, seconds: float) -> bool:  # noqa: ARG002 - the protocol's signature
        """Refuse."""
        self.asked += 1
        message = "the server knows no such thing"
        raise Unsupported(message, manual_step="Poll it.")


def test_a_source_that_cannot_tell_is_left_to_polling() -> None:
    mute, bell = Mute(), Bell()
    with listening([mute, bell], pause=0.01) as told:
        for _ in range(3):
            bell.rung.set()
            assert told.wait(20)
            told.clear()
    assert mute.asked == 1


def test_nobody_listens_any_more_when_it_is_over() -> None:
    bell = Bell()
    with listening([bell], pause=0.01) as told:
        pass
    bell.rung.set()
    assert not told.wait(0.2)
