"""One row that is not as Zendesk describes it is set aside as it came, and stops no other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.nouns import Cursor
from tests.adapters.mangled import ONE_PLACE, Mangling, activity, cases, contacts, one_damaged_row_stops_no_other
from tests.adapters.zendesk.accounts import Place, comment, connected, place, refs, ticket, user
from tests.fakes.zendesk import work
from tests.fakes.zendesk.wire import Wire

if TYPE_CHECKING:
    from adapters.zendesk.target import ZendeskTarget


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """Return an account in which people of others, tickets of others, and answers to ours stand."""
    here = place(tmp_path_factory.mktemp("zendesk"))
    refs(here.target, [user(1), user(2)])
    for case in refs(here.target, [ticket(1), ticket(2)]):
        refs(here.target, [comment(int(case), case)])
        with here.fake.state.lock:
            said = {"comment": {"body": f"We are on {case}.", "public": True}, "priority": "high"}
            work.change(here.fake.state, int(case), said, by=9101, via={"channel": "web", "source": {}})
    for number in range(3):
        here.fake.agent.ticket(f"Theirs {number}", text="By mail, see https://x.example/1.")
    return here


@pytest.fixture
def wire(here: Place) -> Mangling:
    """Return what damages answers."""
    return Mangling(here.fake.app)


def target(here: Place, wire: Mangling) -> ZendeskTarget:
    """Return the target of a process that remembers nothing."""
    return connected(here.folder, here.clock, Wire(wire))


@ONE_PLACE
@given(data=st.data())
def test_a_user(here: Place, wire: Mangling, data: st.DataObject) -> None:
    one_damaged_row_stops_no_other(data, wire, lambda: contacts(target(here, wire), Cursor()), ["users"])


@ONE_PLACE
@given(data=st.data())
def test_a_ticket_of_others(here: Place, wire: Mangling, data: st.DataObject) -> None:
    one_damaged_row_stops_no_other(data, wire, lambda: cases(target(here, wire), Cursor()), ["tickets"])


@ONE_PLACE
@given(data=st.data())
def test_what_happened_to_a_ticket(here: Place, wire: Mangling, data: st.DataObject) -> None:
    one_damaged_row_stops_no_other(
        data, wire, lambda: activity(target(here, wire), Cursor()), ["ticket_events"], kept=["timestamp"]
    )
