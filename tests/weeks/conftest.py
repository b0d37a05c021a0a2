"""The two CRMs, friendly and grown, each with a clock that the program shares."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bridge.clock import ShiftedClock
from tests.weeks.hubspot import HubSpotAccount
from tests.weeks.salesforce import SalesforceOrg

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.weeks.crm import Crm

CRMS = {"salesforce": SalesforceOrg, "hubspot": HubSpotAccount}


@pytest.fixture
def clock() -> ShiftedClock:
    """Give a clock that is put forward instead of waited for; program and CRM live by it."""
    return ShiftedClock()


@pytest.fixture(params=CRMS)
def make(request: pytest.FixtureRequest, clock: ShiftedClock) -> Callable[..., Crm]:
    """Give what opens a CRM, each vendor's in turn."""
    vendor: type[SalesforceOrg | HubSpotAccount] = CRMS[request.param]
    return lambda **options: vendor(clock, **options)
