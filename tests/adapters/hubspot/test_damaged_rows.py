"""One row that is not as HubSpot describes it is set aside as it came, and stops no other."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from adapters.hubspot.settings import HubSpotSettings
from adapters.hubspot.target import HubSpotTarget
from bridge.contracts import Surroundings
from bridge.nouns import Cursor
from tests.adapters.hubspot.accounts import KEYS, Place, Wire, contact, note, place, refs, ticket
from tests.adapters.mangled import ONE_PLACE, Mangling, activity, cases, contacts, one_damaged_row_stops_no_other
from tests.fakes.hubspot.org import SERVICE_KEY

if TYPE_CHECKING:
    from collections.abc import Callable

    from bridge.contracts import Target
    from tests.adapters.mangled import Read


@dataclass(frozen=True, slots=True)
class There:
    """An account in which people of others, tickets of others, and answers to ours stand."""

    place: Place
    beginning: Cursor
    """Before anything was said there."""


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> There:
    """Fill an account."""
    made = place(tmp_path_factory.mktemp("hubspot"))
    beginning = made.target.activity_head()
    refs(made.target, [contact(1), contact(2)])
    for number, case in enumerate(refs(made.target, [ticket(1), ticket(2)])):
        refs(made.target, [note(number, case)])
        made.fake.agent.note(case, "#answer We are on it.")
        made.fake.agent.close(case)
    for number in range(3):
        made.fake.agent.ticket(f"Theirs {number}", content="By mail, see https://x.example/1.")
    return There(made, beginning)


def read_by(there: There, wire: Mangling, how: Callable[[Target, Cursor], Read], after: Cursor) -> Read:
    """Read with the target of a process that remembers nothing."""
    settings = HubSpotSettings(token=SecretStr(SERVICE_KEY), deletions_minutes=0)
    objects = {thing: (one,) for thing, one in KEYS.items()}
    around = Surroundings("hubspot", Path(), there.place.clock, objects)
    return how(HubSpotTarget.through(settings, around, Wire(wire)), after)


@ONE_PLACE
@given(data=st.data())
@pytest.mark.parametrize("how", [contacts, cases, activity])
def test_a_row(there: There, how: Callable[[Target, Cursor], Read], data: st.DataObject) -> None:
    wire = Mangling(there.place.fake.app)
    after = there.beginning if how is activity else Cursor()
    one_damaged_row_stops_no_other(
        data, wire, lambda: read_by(there, wire, how, after), ["results"], kept=["id"], having="properties"
    )
