"""A pretend org and the real SDK connected to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.fakes.salesforce.app import Fake
from tests.fakes.salesforce.sdk import connected, session_to

if TYPE_CHECKING:
    from collections.abc import Iterator

    import requests
    from simple_salesforce.api import Salesforce

    from bridge.clock import FixedClock


@pytest.fixture
def fake(clock: FixedClock) -> Fake:
    """Open a plain org."""
    return Fake(clock)


@pytest.fixture
def session(fake: Fake) -> Iterator[requests.Session]:
    """Give a session into the plain org."""
    with session_to(fake) as session:
        yield session


@pytest.fixture
def sf(fake: Fake, session: requests.Session) -> Salesforce:
    """Give the SDK, signed in to the plain org."""
    return connected(fake, session)
