"""The two CRMs, friendly and grown, each with a clock that the program shares."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import cli
from bridge.clock import ShiftedClock
from tests.weeks.hubspot import HubSpotAccount
from tests.weeks.salesforce import SalesforceOrg

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from bridge.app import App
    from bridge.clock import Clock
    from tests.weeks.crm import Crm

CRMS = {"salesforce": SalesforceOrg, "hubspot": HubSpotAccount}


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> ShiftedClock:
    """Let the program live by a clock that is put forward instead of waited for."""
    clock, composed = ShiftedClock(), cli.compose

    def compose(path: Path, given: Clock | None = None) -> App:
        return composed(path, given or clock)

    monkeypatch.setattr(cli, "compose", compose)
    return clock


@pytest.fixture(params=CRMS)
def make(request: pytest.FixtureRequest, clock: ShiftedClock) -> Callable[..., Crm]:
    """Give what opens a CRM, each vendor's in turn."""
    vendor: type[SalesforceOrg | HubSpotAccount] = CRMS[request.param]
    return lambda **options: vendor(clock, **options)
