"""What the outbox promises while all goes well, and when records are refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bridge.app import Persons, TargetMode
from bridge.store import schema

if TYPE_CHECKING:
    from tests.bridge.outbox.world import World


def test_persons_cases_and_messages_arrive_once_and_in_order(world: World) -> None:
    customer = world.customer(email="greta@example.org")
    cases = [world.case(3, customer=customer) for _ in range(5)]
    report = world.deliver()
    assert report.problems == ()
    assert world.states() == {"delivered"}
    for case in cases:
        assert world.texts(case) == [f"{case}:0", f"{case}:1", f"{case}:2"]
    assert {row.fields["requester"] for row in world.standing("Case")} == {world.row("person", customer).ref}
    assert len(world.all(schema.placement)) == 15
    assert world.all(schema.frozen) == []


def test_a_second_delivery_writes_nothing(world: World) -> None:
    world.case(2)
    world.deliver()
    before = {ref: row.changed for ref, row in world.target.crm.rows.items()}
    assert world.deliver().counts == {}
    assert {ref: row.changed for ref, row in world.target.crm.rows.items()} == before


def test_a_further_version_without_a_difference_is_not_written(world: World) -> None:
    case = world.case(1)
    world.deliver()
    world.want_again("case", case)
    assert world.deliver().counts == {"unchanged": 1}


def test_an_edited_message_is_updated_by_id(world: World) -> None:
    case = world.case(0)
    message = world.message(case, 0, text="before")
    world.deliver()
    world.set_text(message, "after")
    world.want_again("message", message)
    assert world.deliver().counts == {"updated": 1}
    assert world.texts(case) == ["after"]


def test_what_agents_changed_in_a_case_is_never_written_again(world: World) -> None:
    case = world.case(1)
    world.deliver()
    row = world.target.crm.rows[world.row("case", case).ref]
    row.fields |= {"subject": "the agent's words", "priority": "urgent"}
    world.update(schema.case, schema.case.c.id == case, priority="low", network="facebook")
    world.want_again("case", case)
    world.deliver()
    assert row.fields["subject"] == "the agent's words"
    assert row.fields["priority"] == "urgent"
    assert row.fields["channel"] == "facebook"


def test_a_field_of_a_person_is_filled_only_if_empty(world: World) -> None:
    customer = world.customer(email="greta@example.org")
    world.case(1, customer=customer)
    world.deliver()
    row = world.target.crm.rows[world.row("person", customer).ref]
    row.fields["name"] = "the agent's spelling"
    world.update(schema.customer, schema.customer.c.id == customer, name="Other", golden={"phone": "+4930123456"})
    world.want_again("person", customer)
    world.deliver()
    assert row.fields["name"] == "the agent's spelling"
    assert row.fields["phone"] == "+4930123456"


def test_a_refused_message_is_a_gap_and_the_next_ones_go(world: World) -> None:
    case = world.case(0)
    world.message(case, 0)
    refused = world.message(case, 1, direction="sideways")
    world.message(case, 2)
    world.deliver()
    assert world.texts(case) == [f"{case}:0", f"{case}:2"]
    row = world.row("message", refused)
    assert row.state == "refused"
    assert row.field == "direction"
    assert row.reason


def test_a_refused_case_leaves_its_messages_waiting_and_stops_no_other(world: World) -> None:
    bad = world.case(2, priority="extreme")
    good = world.case(1)
    world.deliver()
    assert world.row("case", bad).state == "refused"
    waiting = [row for row in world.rows("message") if row.case_id == bad]
    assert {row.state for row in waiting} == {"waiting"}
    assert {row.waiting_for for row in waiting} == {world.row("case", bad).key}
    assert world.texts(good) == [f"{good}:0"]


def test_what_waited_for_a_case_goes_when_that_was_repaired(world: World) -> None:
    case = world.case(2, priority="extreme")
    world.deliver()
    world.update(schema.case, schema.case.c.id == case, priority="high")
    world.want_again("case", case)
    world.deliver()
    assert world.texts(case) == [f"{case}:0", f"{case}:1"]


def test_a_refused_person_releases_its_cases_without_reference(world: World) -> None:
    customer = world.customer(reach="many")
    case = world.case(1, customer=customer)
    world.deliver()
    assert world.row("person", customer).state == "refused"
    assert "requester" not in world.target.crm.rows[world.row("case", case).ref].fields


def test_a_message_of_a_foreign_case_is_appended_there(world: World) -> None:
    foreign = world.target.crm.insert("Case", {"subject": "made by an agent"})
    world.case(1, foreign_target="crm", foreign_ref=foreign.ref)
    world.deliver()
    assert len(world.target.crm.messages(foreign.ref)) == 1
    assert foreign.fields["subject"] == "made by an agent"


def test_observing_sends_nothing_and_counts(world: World) -> None:
    world.change(mode=TargetMode.OBSERVE)
    world.case(2)
    assert world.deliver().counts == {"observed_case": 1, "observed_message": 2}
    assert world.target.crm.rows == {}


def test_linking_makes_no_person_for_public_contact_alone(world: World) -> None:
    world.change(persons=Persons.LINK)
    customer = world.customer(email="greta@example.org")
    case = world.case(1, customer=customer)
    world.deliver()
    assert world.row("person", customer).state == "not_needed"
    assert world.row("case", case).state == "delivered"
    assert world.standing("Person") == []


def test_linking_makes_a_person_for_private_contact_with_a_mail_address(world: World) -> None:
    world.change(persons=Persons.LINK)
    customer = world.customer(email="greta@example.org")
    case = world.case(0, customer=customer)
    world.message(case, 0, customer=customer, public=False, kind="mail")
    world.deliver()
    assert world.row("person", customer).state == "delivered"


def test_a_contact_that_the_target_has_is_linked_and_never_written(world: World) -> None:
    contact = world.target.crm.insert("Person", {"name": "Greta S."})
    before = contact.changed
    customer = world.customer(person_refs={"crm": contact.ref})
    case = world.case(1, customer=customer)
    world.deliver()
    assert contact.changed == before
    assert world.target.crm.rows[world.row("case", case).ref].fields["requester"] == contact.ref
    assert len(world.standing("Person")) == 1


def test_amendments_are_done_once_their_cases_stand(world: World) -> None:
    first, second = world.case(1), world.case(1)
    world.amendment(first, "link", other_case_id=second, text="Continued.")
    world.amendment(first, "tag", text="continued")
    world.deliver()
    row = world.target.crm.rows[world.row("case", first).ref]
    assert row.links == {world.row("case", second).ref}
    assert row.fields["tags"] == ["continued"]
    assert world.states() == {"delivered"}


def test_a_case_deleted_in_the_target_is_a_tombstone_and_decided_anew(world: World) -> None:
    case = world.case(1)
    world.deliver()
    world.target.crm.remove(world.row("case", case).ref)
    late = world.message(case, 5)
    world.deliver()
    assert world.row("case", case).state == "gone"
    assert world.row("message", late).state == "waiting"
    assert [row.key for row in world.all(schema.dirty)] == [str(case)]
    assert len(world.standing("Case")) == 1


def test_fetched_files_go_with_their_message(world: World) -> None:
    case = world.case(0)
    message = world.message(case, 0)
    digest = "ab" * 32
    row = {"message_id": message, "position": 0, "state": "fetched", "sha256": digest, "mime": "image/png", "size": 3}
    world.insert(schema.attachment, {"url": "", "path": "", "name": "photo.png", "reason": "", **row})
    world.deliver()
    (record,) = world.standing("Message")
    assert record.files[digest].name == "photo.png"


@pytest.mark.parametrize(
    ("called", "name"),
    [
        ({"path": "files/bill.pdf"}, "bill.pdf"),
        ({"path": "files\\bill.pdf"}, "bill.pdf"),
        ({"url": "https://media.example/p/photo.png?size=large"}, "photo.png"),
        ({"url": "https://media.example/p/81273"}, "abababababab.png"),
    ],
)
def test_a_file_without_a_name_is_called_as_it_was_where_it_came_from(
    world: World, called: dict[str, str], name: str
) -> None:
    message = world.message(world.case(0), 0)
    row = {
        "message_id": message,
        "position": 0,
        "state": "fetched",
        "sha256": "ab" * 32,
        "mime": "image/png",
        "size": 3,
    }
    world.insert(schema.attachment, {"url": "", "path": "", "name": "", "reason": "", **row, **called})
    world.deliver()
    (record,) = world.standing("Message")
    assert record.files["ab" * 32].name == name


def test_the_case_says_beforehand_where_an_answer_goes(world: World) -> None:
    case = world.case(2)
    world.deliver()
    hint = world.target.crm.rows[world.row("case", case).ref].fields["reply_hint"]
    assert hint == "Publishing is switched off: an answer stays here and is not sent."
