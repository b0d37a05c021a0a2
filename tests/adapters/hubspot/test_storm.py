"""A fifth of all calls fails, before or after HubSpot did them: in the end everything stands there once."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import SecretStr

from bridge.contracts import idempotency_of
from bridge.errors import CasebridgeError
from bridge.nouns import Presence, Refusal, Retry, Unknown, Written
from tests.adapters.hubspot.accounts import contact, note, place, ticket
from tests.fakes.faults import Faults
from tests.fakes.hubspot.org import CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN

if TYPE_CHECKING:
    from pathlib import Path

    from bridge.nouns import Found, Outcome, Record
    from tests.adapters.hubspot.accounts import Place

WEATHER = {
    "429": 0.03,
    "500": 0.03,
    "503": 0.03,
    "423": 0.02,
    "401": 0.02,
    "reset_before": 0.03,
    "reset_after": 0.03,
    "partial": 0.03,
}
SIGN_IN: dict[str, Any] = {
    "token": None,
    "client_id": CLIENT_ID,
    "client_secret": SecretStr(CLIENT_SECRET),
    "refresh_token": SecretStr(REFRESH_TOKEN),
}


def deliver(here: Place, records: list[Record]) -> dict[str, str]:
    """Deliver as the outbox does: again what failed, what is unknown only after a look; return key → id."""
    standing: dict[str, str] = {}
    waiting, unknown = {record.key: record for record in records}, set[str]()
    for _ in range(400):
        here.clock.forward(timedelta(minutes=2))
        unknown -= _looked_up(here, [waiting[key] for key in unknown & waiting.keys()], standing)
        for key in standing:
            waiting.pop(key, None)
        some = [record for key, record in waiting.items() if key not in unknown][:5]
        if not waiting:
            break
        for record, outcome in zip(some, _written(here, some), strict=True):
            assert not isinstance(outcome, Refusal), outcome
            if isinstance(outcome, Written):
                standing[record.key] = outcome.ref
                del waiting[record.key]
            elif isinstance(outcome, Unknown):
                unknown.add(record.key)
    return standing


def _written(here: Place, some: list[Record]) -> list[Outcome]:
    try:
        return here.target.write(some[0].object, some) if some else []
    except CasebridgeError:
        return [Retry(1)] * len(some)


def _looked_up(here: Place, records: list[Record], standing: dict[str, str]) -> set[str]:
    asked_at = here.clock.now()
    if not records:
        return set()
    here.clock.forward(idempotency_of(here.target, records[0].object).settle_after)
    try:
        found: dict[str, Found] = here.target.find(
            records[0].object, {record.key: record.parent for record in records}, asked_at
        )
    except CasebridgeError:
        return set()
    standing |= {key: each.ref for key, each in found.items() if each.presence is Presence.FOUND}
    return {key for key, each in found.items() if each.presence is not Presence.UNSURE}


@pytest.mark.parametrize("seed", range(4))
def test_everything_stands_once_in_the_end(tmp_path: Path, seed: int) -> None:
    here = place(tmp_path, **SIGN_IN)
    here.fake.faults.probabilities = WEATHER
    here.fake.faults._random = Faults(seed)._random
    people = deliver(here, [contact(n) for n in range(150)])
    tickets = deliver(here, [ticket(n, contact=people[contact(n).key]) for n in range(150)])
    notes = deliver(here, [note(n, tickets[ticket(n).key]) for n in range(150)])
    assert sum(here.fake.faults.drawn.values()) > 5
    for name, refs in (("contacts", people), ("tickets", tickets), ("notes", notes)):
        keys = Counter(item.properties["casebridge_key"] for item in here.fake.portal.all(name))
        assert len(refs) == 150
        assert set(keys) == set(refs)
        assert set(keys.values()) == {1}
