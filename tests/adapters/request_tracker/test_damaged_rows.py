"""One row that is not as Request Tracker gives it is set aside as it came, and stops no other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from adapters.request_tracker.settings import RequestTrackerSettings
from adapters.request_tracker.target import RequestTrackerTarget
from bridge.contracts import Surroundings
from bridge.nouns import Cursor
from tests.adapters.mangled import (
    ONE_PLACE,
    MangledWire,
    activity,
    cases,
    contacts,
    one_damaged_row_stops_no_other,
)
from tests.adapters.request_tracker.servers import KEYS, Place, refs, ticket

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from bridge.contracts import Target
    from tests.adapters.mangled import Read

pytestmark = pytest.mark.real
TELLING = {contacts: "EmailAddress", cases: "EffectiveId", activity: "OldValue"}
"""What is read → what tells its rows from others."""


def read_by(here: Place, folder: Path, wire: MangledWire, how: Callable[[Target, Cursor], Read]) -> Read:
    """Read with the target of a process that remembers nothing."""
    settings = RequestTrackerSettings(
        base_url=here.server.url,
        token=SecretStr(here.server.tokens["casebridge"]),
        user="casebridge",
        queues=("Social",),
    )
    around = Surroundings("tracker", folder, here.clock, {thing: (one,) for thing, one in KEYS.items()})
    return how(RequestTrackerTarget.through(settings, around, wire), Cursor())


@pytest.mark.parametrize("how", [contacts, cases, activity])
def test_a_row(here: Place, tmp_path: Path, how: Callable[[Target, Cursor], Read]) -> None:
    (case,) = refs(here.target, ticket(1))
    here.server.call("POST", f"ticket/{case}/correspond", {"Content": "We are on it.", "ContentType": "text/plain"})
    for number in range(2):
        theirs = {"Queue": "Social", "Subject": f"Theirs {number}", "Content": "See https://x.example/1."}
        here.server.call("POST", "ticket", theirs | {"Requestor": f"kern{number}@customers.example"})
    wire = MangledWire(here.wire)

    @ONE_PLACE
    @given(data=st.data())
    def one_row(data: st.DataObject) -> None:
        one_damaged_row_stops_no_other(
            data, wire, lambda: read_by(here, tmp_path, wire, how), ["items"], kept=["id"], having=TELLING[how]
        )

    one_row()
