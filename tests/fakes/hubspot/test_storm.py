"""Many writes while much goes wrong: what an upsert by a unique property is worth."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from hubspot import HubSpot  # type: ignore[import-untyped]  # the SDK has no types
from hubspot.crm import tickets  # type: ignore[import-untyped]  # the SDK has no types
from urllib3.exceptions import HTTPError

from bridge.clock import SystemClock
from tests.fakes.faults import ConnectionCut, Faults
from tests.fakes.hubspot.app import Fake
from tests.fakes.hubspot.definitions import Property
from tests.fakes.hubspot.org import SERVICE_KEY, plain
from tests.fakes.hubspot.sdk import Sdk, call, connected
from tests.fakes.serving import running

if TYPE_CHECKING:
    from bridge.clock import FixedClock

KINDS = ("429", "423", "500", "502", "503", "524", "reset_before", "reset_after", "timeout", "partial")


def test_upserts_that_are_tried_until_they_are_answered_leave_one_record_a_key(
    fake: Fake, keyed: str, clock: FixedClock
) -> None:
    fake.faults.probabilities = dict.fromkeys(KINDS, 0.04)
    api, waiting = connected(fake), [f"k{number}" for number in range(1_000)]
    while waiting:
        clock.forward(timedelta(seconds=1))
        done = written(api, keyed, waiting[:8])
        waiting = [key for key in waiting if key not in done]
    fake.faults.probabilities = {}
    held = sorted(item.properties[keyed] for item in fake.portal.all("tickets"))
    assert held == sorted(f"k{number}" for number in range(1_000))
    assert set(fake.faults.drawn) > {"reset_after", "timeout", "partial"}


def written(api: Sdk, key: str, batch: list[str]) -> set[str]:
    inputs = [
        tickets.SimplePublicObjectBatchInputUpsert(
            id=value,
            id_property=key,
            properties={"subject": value, "hs_pipeline_stage": "1"},
            object_write_trace_id=value,
        )
        for value in batch
    ]
    wanted = tickets.BatchInputSimplePublicObjectBatchInputUpsert(inputs=inputs)
    try:
        return {one.object_write_trace_id for one in api.crm.tickets.batch_api.upsert(wanted).results}
    except (tickets.exceptions.ApiException, HTTPError):
        return set()


def test_clients_at_once_that_write_the_same_keys_leave_one_record_each() -> None:
    keyed = "bridge_key"
    fake = Fake(SystemClock(), replace(plain(), burst=10_000))
    for definition in fake.portal.types.values():
        definition.properties[keyed] = Property(name=keyed, unique=True, own=False)
    with running(fake.app) as address, ThreadPoolExecutor(4) as pool:
        clients = [HubSpot(access_token=SERVICE_KEY, host=address, client_side_validation=False) for _ in range(4)]
        for _ in pool.map(lambda api: [written(api, keyed, [f"k{n}", f"k{n + 1}"]) for n in range(20)], clients):
            pass
    assert len(fake.portal.all("tickets")) == 21


def test_plain_creates_that_are_tried_again_double(fake: Fake) -> None:
    body = {"properties": {"subject": "One", "hs_pipeline_stage": "1"}}
    fake.faults.order("reset_after", None)
    with pytest.raises(ConnectionCut):
        call(fake, "POST", "/crm/v3/objects/tickets", body)
    call(fake, "POST", "/crm/v3/objects/tickets", body)
    assert len(fake.portal.all("tickets")) == 2


def test_faults_repeat_with_their_seed(clock: FixedClock) -> None:
    drawn = []
    for _ in range(2):
        fake = Fake(clock)
        fake.faults = Faults(7, {"423": 0.2})
        drawn.append([fake.faults.draw() for _ in range(50)])
    assert drawn[0] == drawn[1]
