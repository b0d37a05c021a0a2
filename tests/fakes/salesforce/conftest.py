"""A pretend org and the real SDK connected to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import requests
from simple_salesforce import Salesforce

from tests.fakes.salesforce.app import Fake
from tests.fakes.transports import AppAdapter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bridge.clock import FixedClock


def session_to(fake: Fake) -> requests.Session:
    """Return a session whose calls all go into the fake."""
    session = requests.Session()
    session.mount("https://", AppAdapter(fake.app))
    return session


def connected(fake: Fake, session: requests.Session | None = None) -> Salesforce:
    """Sign the real SDK in by client credentials."""
    client = fake.org.client
    return Salesforce(
        consumer_key=client.key, consumer_secret=client.secret, domain="pretend.my", version="66.0", session=session or session_to(fake)
    )


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
