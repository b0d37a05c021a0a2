"""A target connected to a pretend org, and what is written there."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import requests

from adapters.salesforce.settings import SalesforceSettings
from adapters.salesforce.target import SalesforceTarget
from bridge.clock import FixedClock
from bridge.contracts import Surroundings
from bridge.nouns import KeyField, Record, Thing, Written
from tests.fakes.salesforce.app import Fake
from tests.fakes.transports import AppAdapter

if TYPE_CHECKING:
    from datetime import timedelta

    from tests.fakes.salesforce.org import Org

KEY = "Casebridge_Key__c"
OBJECTS = {
    Thing.PERSON: KeyField("Contact", KEY),
    Thing.CASE: KeyField("Case", KEY),
    Thing.MESSAGE: KeyField("Casebridge_Message__c", KEY),
}
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def opened(org: Org | None = None) -> Fake:
    """Open an org at noon."""
    return Fake(FixedClock(NOON), org)


def later(fake: Fake, by: timedelta) -> None:
    """Let time pass for the org and for us."""
    assert isinstance(fake.clock, FixedClock)
    fake.clock.forward(by)


def settings(fake: Fake, **changes: Any) -> SalesforceSettings:  # noqa: ANN401 - values of any setting
    """Return settings that sign in to a pretend org by client credentials."""
    client = fake.org.client
    given = {
        "url": f"https://{fake.org.host}",
        "consumer_key": client.key,
        "consumer_secret": client.secret,
        "case_owner": fake.world.names["Support"],
        "record_owner": fake.world.names["Ada Amsel"],
    }
    return SalesforceSettings(**{**given, **changes})


def connected(
    fake: Fake,
    objects: dict[Thing, KeyField] | None = None,
    **changes: Any,  # noqa: ANN401 - values of any setting
) -> SalesforceTarget:
    """Return a target on a pretend org; nothing is called yet."""
    mapped = {thing: (each,) for thing, each in (objects or OBJECTS).items()}
    surroundings = Surroundings("salesforce", Path(), fake.clock, mapped)
    return SalesforceTarget(settings(fake, **changes), surroundings, lambda _: session(fake))


def session(fake: Fake) -> requests.Session:
    """Return a session whose calls go into a pretend org."""
    made = requests.Session()
    made.mount("https://", AppAdapter(fake.app))
    return made


def person(n: int, **fields: object) -> Record:
    """Return the first delivery of a person."""
    values = {"LastName": f"Kern {n}", **fields}
    return Record(thing=Thing.PERSON, object="Contact", key=f"cb1-p{n}", key_field=KEY, fields=values)


def case(n: int, **fields: object) -> Record:
    """Return the first delivery of a case."""
    values = {"Subject": f"Router {n}", **fields}
    return Record(thing=Thing.CASE, object="Case", key=f"cb1-c{n}", key_field=KEY, fields=values)


def written(outcomes: list[Any]) -> list[str]:
    """Return the ids of what was written, all of it."""
    assert all(isinstance(each, Written) for each in outcomes), outcomes
    return [each.ref for each in outcomes]
