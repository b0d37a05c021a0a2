"""A pretend account and the real SDK beside it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hubspot.crm.properties import PropertyCreate  # type: ignore[import-untyped]  # the SDK has no types

from bridge.clock import FixedClock
from tests.fakes.hubspot.app import Fake
from tests.fakes.hubspot.org import hostile
from tests.fakes.hubspot.sdk import Sdk, connected


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(datetime(2026, 3, 2, 9, tzinfo=UTC))


@pytest.fixture
def fake(clock: FixedClock) -> Fake:
    return Fake(clock)


@pytest.fixture
def grown(clock: FixedClock) -> Fake:
    """Return an account that is in the way."""
    return Fake(clock, hostile())


@pytest.fixture
def api(fake: Fake) -> Sdk:
    return connected(fake)


@pytest.fixture
def keyed(api: Sdk) -> str:
    """Return the name of a unique property that tickets, contacts and notes have."""
    for name, group in (("tickets", "ticketinformation"), ("contacts", "contactinformation"), ("notes", "note")):
        wanted = PropertyCreate(
            name="bridge_key",
            label="Key",
            type="string",
            field_type="text",
            group_name=group,
            has_unique_value=True,
        )
        assert api.crm.properties.core_api.create(name, wanted).has_unique_value
    return "bridge_key"
