"""A pretend Zendesk, and a door to it, for its own tests."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from bridge.clock import FixedClock
from tests.fakes.zendesk.access import BASIC
from tests.fakes.zendesk.app import Fake
from tests.fakes.zendesk.org import plain
from tests.fakes.zendesk.wire import Wire

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.fakes.zendesk.org import Org

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@dataclass(slots=True)
class Caller:
    """Calls the API as any program would."""

    fake: Fake
    clock: FixedClock
    door: httpx.Client

    def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:  # noqa: ANN401 - any JSON
        """Return status and body."""
        answer = self.door.request(method, f"/api/v2{path}", json=body, headers=headers)
        return answer.status_code, answer.json() if answer.content else None


@pytest.fixture
def calling() -> Callable[..., Caller]:
    """Give what opens an account."""

    def opened(org: Org | None = None) -> Caller:
        clock = FixedClock(MONDAY)
        fake = Fake(clock, org or plain())
        door = httpx.Client(transport=Wire(fake.app), base_url="https://acme.example")
        door.headers["Authorization"] = BASIC
        return Caller(fake, clock, door)

    return opened


@pytest.fixture
def call(calling: Callable[..., Caller]) -> Caller:
    """Open a plain account."""
    return calling()
