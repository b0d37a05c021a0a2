"""What happens in a target is known here, once."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from adapters.memory.target import MemoryTarget
from bridge.errors import BudgetSpent, Transient
from bridge.nouns import Share
from bridge.store import schema
from tests.bridge.outbox.world import CRM

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bridge.nouns import CasePage, Cursor, Page
    from tests.bridge.answering.conftest import Desk


class SpentTarget(MemoryTarget):
    """A CRM whose daily budget is used up for an hour; counts how often it is asked."""

    asked = 0
    share = Share.ALL

    def cases(self, after: Cursor) -> Iterator[CasePage]:  # noqa: ARG002 - nothing is read
        """Refuse to be read."""
        self.asked += 1
        message = "The calls of today are used up."
        raise BudgetSpent(message, until=self.crm.clock.now() + timedelta(hours=1), share=self.share)


class UnreachableTarget(MemoryTarget):
    """A CRM that does not tell its people."""

    def contacts(self, after: Cursor) -> Iterator[Page]:  # noqa: ARG002 - nothing is read
        """Be out of reach."""
        message = "Nobody answers."
        raise Transient(message)


def test_events_are_stored_once_and_make_their_case_dirty(desk: Desk) -> None:
    case = desk.case()
    desk.world.target.crm.change(
        desk.world.target.crm.rows[desk.world.row("case", case).ref], {"status": "closed"}, "agent"
    )
    desk.write_back()
    desk.write_back()
    events = [row for row in desk.world.all(schema.case_event) if row.what == "status"]
    assert [(row.value, row.actor) for row in events] == [("closed", "agent")]
    assert [(row.kind, row.key) for row in desk.world.all(schema.dirty)] == [("case", str(case))]


def test_a_deleted_case_is_a_tombstone(desk: Desk) -> None:
    case = desk.case()
    desk.world.target.crm.remove(desk.world.row("case", case).ref)
    desk.write_back()
    assert desk.world.row("case", case).state == "gone"


def test_our_reference_follows_merged_cases_and_persons(desk: Desk) -> None:
    customer = desk.world.customer(email="greta@example.org")
    case = desk.case()
    crm = desk.world.target.crm
    other_case, other_person = crm.insert("Case", {"subject": "kept"}), crm.insert("Person", {"name": "kept"})
    crm.merge(desk.world.row("case", case).ref, other_case.ref)
    crm.merge(desk.world.row("person", customer).ref, other_person.ref)
    desk.write_back()
    assert desk.world.row("case", case).ref == other_case.ref
    assert desk.world.row("person", customer).ref == other_person.ref


def test_cases_of_others_are_kept_as_snapshots_and_ours_are_not(desk: Desk) -> None:
    desk.case()
    desk.world.target.crm.insert("Case", {"subject": "My router is broken"})
    desk.write_back()
    desk.write_back()
    (row,) = desk.world.all(schema.foreign_case)
    assert row.subject == "My router is broken"
    assert row.closed_at is None


def test_what_happened_before_the_first_look_is_left_alone(desk: Desk) -> None:
    assert desk.world.all(schema.case_event) == []


@pytest.mark.parametrize(("share", "streams"), [(Share.READ, 1), (Share.ALL, 0)])
def test_what_is_spent_rests_until_it_is_given_anew_and_other_shares_go_on(
    desk: Desk, share: Share, streams: int
) -> None:
    case = desk.case()
    crm = desk.world.target.crm
    target = SpentTarget(CRM, crm)
    target.share = share
    desk.world.change(target=target)
    for hour in (1, 2):
        (problem,) = desk.write_back().problems
        assert isinstance(problem, BudgetSpent)
        crm.change(crm.rows[desk.world.row("case", case).ref], {"status": f"step {hour}"}, "agent")
        resting = desk.write_back()
        assert resting.problems == []
        assert resting.counts["events"] == streams
        assert target.asked == hour
        desk.world.clock.forward(timedelta(hours=1))


def test_a_stream_out_of_reach_stops_no_other(desk: Desk) -> None:
    case = desk.case()
    crm = desk.world.target.crm
    desk.world.change(target=UnreachableTarget(CRM, crm))
    crm.change(crm.rows[desk.world.row("case", case).ref], {"status": "closed"}, "agent")
    done = desk.write_back()
    assert [type(problem) for problem in done.problems] == [Transient]
    assert ("status", "closed") in {(row.what, row.value) for row in desk.world.all(schema.case_event)}
