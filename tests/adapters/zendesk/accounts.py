"""A pretend Zendesk account with a target connected to it, and records for it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr

from adapters.zendesk.settings import ZendeskSettings
from adapters.zendesk.target import ZendeskTarget
from bridge.clock import FixedClock
from bridge.contracts import Surroundings
from bridge.keys import target_key
from bridge.nouns import KeyField, Record, Thing, Written
from tests.fakes.zendesk.app import Fake
from tests.fakes.zendesk.org import EMAIL, TOKEN, Org, plain, spared
from tests.fakes.zendesk.wire import Wire

if TYPE_CHECKING:
    from pathlib import Path

KEY = "external_id"
MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
MAPPED = {
    Thing.PERSON: (KeyField("users", KEY),),
    Thing.CASE: (KeyField("tickets", KEY),),
    Thing.MESSAGE: (KeyField("comments", ""),),
}


@dataclass(slots=True)
class Place:
    """A pretend account and whoever is connected to it."""

    fake: Fake
    wire: Wire
    target: ZendeskTarget
    clock: FixedClock
    folder: Path

    def again(self, **settings: Any) -> ZendeskTarget:  # noqa: ANN401 - values of any setting
        """Return another process's target, which remembers nothing."""
        return connected(self.folder, self.clock, self.wire, **settings)


def quick(org: Org | None = None) -> Org:
    """Return an account without lags and limits, whose triggers spare our tag and where Support has enabled imports."""
    return replace(
        spared(org or plain()),
        data_imports=True,
        limit=1_000_000,
        export_limit=1_000_000,
        update_limit=1_000_000,
        per_ticket=1_000_000,
        export_lag=timedelta(),
        search_lag=timedelta(),
        job_seconds=0,
    )


def connected(folder: Path, clock: FixedClock, wire: Wire, **settings: Any) -> ZendeskTarget:  # noqa: ANN401 - values of any setting
    """Return a target."""
    known = {
        "url": "https://acme.zendesk.example",
        "email": EMAIL,
        "token": SecretStr(TOKEN),
        "job_wait": 1,
        "export_lag": 0,
        "exports_per_minute": 100_000,
        "deletions_minutes": 0,
        **settings,
    }
    return ZendeskTarget.through(ZendeskSettings(**known), Surroundings("zendesk", folder, clock, MAPPED), wire)


def place(folder: Path, org: Org | None = None, **settings: Any) -> Place:  # noqa: ANN401 - values of any setting
    """Return a connected account."""
    clock = FixedClock(MONDAY)
    fake = Fake(clock, org or quick())
    wire = Wire(fake.app)
    return Place(fake, wire, connected(folder, clock, wire, **settings), clock, folder)


def key(anchor: str) -> str:
    """Return a key as Casebridge sends it."""
    return target_key("acme", "test", anchor)


def _record(thing: Thing, number: int, fields: dict[str, Any], parent: str = "") -> Record:
    made = key(f"{thing}:{number}")
    known = MAPPED[thing][0]
    return Record(
        thing=thing,
        object=known.object,
        key=made,
        key_field=known.field,
        fields=fields,
        parent=parent,
        idempotency_key=key(f"try:{thing}:{number}"),
    )


def user(number: int, **fields: Any) -> Record:  # noqa: ANN401 - any field
    """Return the first delivery of a person."""
    return _record(Thing.PERSON, number, {"name": f"Ada Kern {number}", **fields})


def ticket(number: int, **fields: Any) -> Record:  # noqa: ANN401 - any field
    """Return the first delivery of a case."""
    given = {"subject": f"Router {number} broken", "description": "It blinks red.", "tags": ["casebridge"], **fields}
    return _record(Thing.CASE, number, given)


def comment(number: int, parent: str, **fields: Any) -> Record:  # noqa: ANN401 - any field
    """Return the first delivery of a message."""
    return _record(Thing.MESSAGE, number, {"body": f"It blinks {number} times.", **fields}, parent)


def refs(target: ZendeskTarget, records: list[Record]) -> list[str]:
    """Write records that must all be taken; return their ids."""
    outcomes = target.write(records[0].object, records)
    assert all(isinstance(outcome, Written) for outcome in outcomes), outcomes
    return [outcome.ref for outcome in outcomes if isinstance(outcome, Written)]
