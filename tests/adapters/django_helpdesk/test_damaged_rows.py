"""One row that is not as django-helpdesk gives it is set aside as it came, and stops no other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from adapters.django_helpdesk.settings import DjangoHelpdeskSettings
from adapters.django_helpdesk.target import DjangoHelpdeskTarget
from bridge.contracts import Surroundings
from bridge.nouns import Cursor
from tests.adapters.django_helpdesk.servers import KEYS, Place, refs, ticket
from tests.adapters.mangled import (
    ONE_PLACE,
    MangledWire,
    activity,
    cases,
    contacts,
    one_damaged_row_stops_no_other,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from bridge.contracts import Target
    from tests.adapters.mangled import Read

pytestmark = pytest.mark.real


def read_by(here: Place, folder: Path, wire: MangledWire, how: Callable[[Target, Cursor], Read]) -> Read:
    """Read with the target of a process that remembers nothing."""
    token = SecretStr(here.server.tokens["casebridge"])
    settings = DjangoHelpdeskSettings(base_url=here.server.url, token=token, deletions_minutes=0, page=20)
    around = Surroundings("helpdesk", folder, here.clock, {thing: (one,) for thing, one in KEYS.items()})
    target = DjangoHelpdeskTarget.through(settings, around, wire)
    return how(target, Cursor())


@pytest.mark.parametrize("how", [contacts, cases, activity])
def test_a_row(here: Place, tmp_path: Path, how: Callable[[Target, Cursor], Read]) -> None:
    for case in refs(here.target, ticket(1), ticket(2)):
        here.server.call("POST", "followups/", {"ticket": int(case), "comment": "We are on it.", "public": True})
    for number in range(3):
        theirs = {"queue": 1, "title": f"Theirs {number}", "description": "See https://x.example/1.", "priority": 3}
        here.server.call("POST", "tickets/", theirs | {"submitter_email": f"kern{number}@customers.example"})
    wire = MangledWire(here.wire)

    @ONE_PLACE
    @given(data=st.data())
    def one_row(data: st.DataObject) -> None:
        one_damaged_row_stops_no_other(
            data,
            wire,
            lambda: read_by(here, tmp_path, wire, how),
            ["results"],
            kept=["id"],
            having="comment" if how is activity else "submitter_email",
        )

    one_row()
