"""What belongs together."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from hubspot.crm.associations import v4  # type: ignore[import-untyped]  # the SDK has no types

from tests.fakes.hubspot.sdk import Sdk, call

if TYPE_CHECKING:
    from bridge.clock import FixedClock
    from tests.fakes.hubspot.app import Fake


def pairs(*inputs: tuple[str, str, int]) -> Sdk:
    return v4.BatchInputPublicAssociationMultiPost(
        inputs=[
            v4.PublicAssociationMultiPost(
                _from=v4.PublicObjectId(id=one),
                to=v4.PublicObjectId(id=other),
                types=[v4.AssociationSpec(association_category="HUBSPOT_DEFINED", association_type_id=type_id)],
            )
            for one, other, type_id in inputs
        ]
    )


def test_pairs_are_linked_both_ways_and_what_is_absent_is_told(api: Sdk, fake: Fake) -> None:
    ticket, contact = fake.agent.ticket("One"), fake.agent.contact(email="mara@example.org")
    answer = api.crm.associations.v4.batch_api.create(
        "tickets", "contacts", pairs((ticket, contact, 16), ("9", contact, 16), (ticket, "8", 16))
    )
    assert [(one.from_object_id, one.to_object_id) for one in answer.results] == [(ticket, contact)]
    assert [one.sub_category for one in answer.errors] == [
        "crm.associations.FROM_OBJECT_NOT_FOUND",
        "crm.associations.TO_OBJECT_NOT_FOUND",
    ]
    for source, target in (("tickets", "contacts"), ("contacts", "tickets")):
        item = ticket if source == "tickets" else contact
        (row,) = api.crm.associations.v4.basic_api.get_page(source, item, target).results
        assert row.association_types[0].type_id == (16 if source == "tickets" else 15)


def test_a_type_of_another_pair_is_refused(api: Sdk, fake: Fake) -> None:
    ticket, contact = fake.agent.ticket("One"), fake.agent.contact(email="mara@example.org")
    answer = api.crm.associations.v4.batch_api.create("tickets", "contacts", pairs((ticket, contact, 15)))
    assert answer.errors[0].category == "VALIDATION_ERROR"
    assert not fake.portal.linked(("tickets", ticket), "contacts")


def test_the_default_needs_no_type(api: Sdk, fake: Fake) -> None:
    ticket, other = fake.agent.ticket("One"), fake.agent.ticket("Two")
    answer = api.crm.associations.v4.basic_api.create_default("tickets", ticket, "tickets", other)
    assert answer.results[0].association_spec.association_type_id == 452
    wanted = v4.BatchInputPublicDefaultAssociationMultiPost(
        inputs=[
            v4.PublicDefaultAssociationMultiPost(_from=v4.PublicObjectId(id=other), to=v4.PublicObjectId(id=ticket))
        ]
    )
    api.crm.associations.v4.batch_api.create_default("tickets", "tickets", wanted)
    assert fake.portal.linked(("tickets", other), "tickets") == [ticket]


def test_reading_in_batches_tells_who_has_none(api: Sdk, fake: Fake) -> None:
    known = [fake.agent.ticket(f"T{number}") for number in range(3)]
    notes = [fake.agent.note(known[0], "one"), fake.agent.note(known[0], "two")]
    wanted = v4.BatchInputPublicFetchAssociationsBatchRequest(
        inputs=[v4.PublicFetchAssociationsBatchRequest(id=one) for one in known[:2]]
    )
    answer = api.crm.associations.v4.batch_api.get_page("tickets", "notes", wanted)
    assert [one.to_object_id for one in answer.results[0].to] == notes
    assert answer.errors[0].sub_category == "crm.associations.NO_ASSOCIATIONS_FOUND"
    assert answer.errors[0].context["fromObjectId"] == [known[1]]


@pytest.mark.parametrize(
    ("one", "other", "type_id"),
    [
        ("contacts", "tickets", 15),
        ("tickets", "contacts", 16),
        ("notes", "contacts", 202),
        ("notes", "tickets", 228),
        ("communications", "tickets", 84),
        ("emails", "tickets", 224),
        ("tasks", "tickets", 230),
    ],
)
def test_definitions_name_the_types(api: Sdk, one: str, other: str, type_id: int) -> None:
    (found,) = api.crm.associations.v4.schema.definitions_api.get_all(one, other).results
    assert (found.category, found.type_id, found.label) == ("HUBSPOT_DEFINED", type_id, None)


def test_a_label_of_the_account_goes_both_ways(api: Sdk, fake: Fake) -> None:
    body = {"label": "Continued in", "name": "continued_in"}
    made = call(fake, "POST", "/crm/v4/associations/tickets/tickets/labels", body)[1]["results"]
    one, other = fake.agent.ticket("One"), fake.agent.ticket("Two")
    specs = [{"associationCategory": made[0]["category"], "associationTypeId": made[0]["typeId"]}]
    assert call(fake, "PUT", f"/crm/v4/objects/tickets/{one}/associations/tickets/{other}", specs)[0] == 201
    (row,) = api.crm.associations.v4.basic_api.get_page("tickets", other, "tickets").results
    assert row.association_types[0].type_id == made[1]["typeId"]


def test_logging_a_note_changes_when_a_contact_was_changed_last(fake: Fake, clock: FixedClock) -> None:
    contact = fake.agent.contact(email="mara@example.org")
    before = fake.agent.value("contacts", contact, "lastmodifieddate")
    clock.forward(timedelta(minutes=1))
    now = "2026-03-02T09:01:00.000Z"
    fake.agent.create("notes", ("contacts", contact), hs_note_body="Called", hs_timestamp=now)
    assert before < fake.agent.value("contacts", contact, "lastmodifieddate") == now


def test_links_are_taken_away_again(fake: Fake) -> None:
    contact = fake.agent.contact(email="mara@example.org")
    ticket = fake.agent.ticket("One", contact=contact)
    assert call(fake, "DELETE", f"/crm/v4/objects/tickets/{ticket}/associations/contacts/{contact}")[0] == 204
    assert not fake.portal.linked(("contacts", contact), "tickets")
