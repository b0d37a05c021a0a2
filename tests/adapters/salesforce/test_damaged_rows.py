"""One row that is not as Salesforce describes it is set aside as it came, and stops no other."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from adapters.salesforce.target import SalesforceTarget
from bridge.contracts import Surroundings
from bridge.nouns import Cursor
from tests.adapters.mangled import ONE_PLACE, Mangling, activity, cases, contacts, one_damaged_row_stops_no_other
from tests.adapters.salesforce.brand import SECRET
from tests.adapters.salesforce.orgs import OBJECTS, case, connected, opened, person, settings, written
from tests.fakes.salesforce.org import Client
from tests.fakes.transports import AppAdapter

if TYPE_CHECKING:
    from collections.abc import Callable

    from bridge.contracts import Target
    from tests.adapters.mangled import Read
    from tests.fakes.salesforce.app import Fake

EVERY = ("CaseComment", "FeedItem", "FeedComment", "EmailMessage")


@pytest.fixture(scope="module")
def fake() -> Fake:
    """Return an org in which people and cases of others, and answers to ours stand."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(SECRET, Client().secret)
        fake = opened()
        target = connected(fake)
        written(target.write("Contact", [person(1), person(2)]))
        agent = fake.agent()
        for ref in written(target.write("Case", [case(1), case(2)])):
            agent.answer(ref, "By comment.")
            agent.post(ref, "By post.", public=True)
            agent.mail(ref, "kern@customers.example", "By mail.")
        return fake


def read_by(fake: Fake, wire: Mangling, how: Callable[[Target, Cursor], Read]) -> Read:
    """Read with the target of a process that remembers nothing."""

    def session(_: object) -> requests.Session:
        made = requests.Session()
        made.mount("https://", AppAdapter(wire))
        return made

    around = Surroundings("salesforce", Path(), fake.clock, {thing: (one,) for thing, one in OBJECTS.items()})
    return how(SalesforceTarget(settings(fake, answers=EVERY), around, session), Cursor())


@ONE_PLACE
@given(data=st.data())
@pytest.mark.parametrize("how", [contacts, cases, activity])
def test_a_row(fake: Fake, how: Callable[[Target, Cursor], Read], data: st.DataObject) -> None:
    wire = Mangling(fake.app)
    one_damaged_row_stops_no_other(
        data,
        wire,
        lambda: read_by(fake, wire, how),
        ["records"],
        id_name="Id",
        kept=["attributes"],
        having="SystemModstamp" if how is contacts else "CreatedDate",
    )
