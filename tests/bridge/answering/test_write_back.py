"""What happens in a target is known here, once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bridge.store import schema

if TYPE_CHECKING:
    from tests.bridge.answering.conftest import Desk


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
