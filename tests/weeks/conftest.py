"""The CRMs, friendly and grown, each with a clock that the program shares."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bridge.clock import ShiftedClock
from tests.weeks.hubspot import HubSpotAccount
from tests.weeks.salesforce import SalesforceOrg
from tests.weeks.zendesk import ZendeskAccount

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.weeks.crm import Crm

CRMS = {"salesforce": SalesforceOrg, "hubspot": HubSpotAccount, "zendesk": ZendeskAccount}


@pytest.fixture
def clock() -> ShiftedClock:
    """Give a clock that is put forward instead of waited for; program and CRM live by it."""
    return ShiftedClock()


@pytest.fixture(params=CRMS)
def make(request: pytest.FixtureRequest, clock: ShiftedClock) -> Callable[..., Crm]:
    """Give what opens a CRM, each vendor's in turn."""
    vendor: type[SalesforceOrg | HubSpotAccount | ZendeskAccount] = CRMS[request.param]
    return lambda **options: vendor(clock, **options)
