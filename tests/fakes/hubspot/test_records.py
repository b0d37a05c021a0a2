"""Single records as the real SDK writes and reads them."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hubspot.crm import contacts, tickets  # type: ignore[import-untyped]  # the SDK has no types
from hubspot.crm.objects import notes  # type: ignore[import-untyped]  # the same

from tests.fakes.hubspot.sdk import Sdk, call, connected

if TYPE_CHECKING:
    from bridge.clock import FixedClock
    from tests.fakes.hubspot.app import Fake

GOOD = {"subject": "Broken zip", "hs_pipeline_stage": "1"}


def refused(fake: Fake, object_name: str, **properties: object) -> dict[str, Any]:
    status, answer, _ = call(fake, "POST", f"/crm/v3/objects/{object_name}", {"properties": properties})
    assert status == 400
    assert not fake.portal.all(object_name)
    return dict(answer)


def test_every_package_has_an_exception_of_its_own_and_they_look_alike(api: Sdk) -> None:
    with pytest.raises(tickets.exceptions.NotFoundException) as of_tickets:
        api.crm.tickets.basic_api.get_by_id("1")
    with pytest.raises(contacts.exceptions.NotFoundException) as of_contacts:
        api.crm.contacts.basic_api.get_by_id("1")
    assert not isinstance(of_tickets.value, contacts.exceptions.ApiException)
    for caught in (of_tickets.value, of_contacts.value):
        assert caught.status == 404
        assert json.loads(caught.body)["correlationId"]


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"nosuch": "x"}, "PROPERTY_DOESNT_EXIST"),
        ({"hs_ticket_priority": "Highest"}, "INVALID_OPTION"),
        ({"hubspot_owner_id": "5001"}, "INVALID_OPTION"),
        ({"hubspot_owner_id": "81003"}, "INVALID_OPTION"),
        ({"hs_pipeline_stage": "7701"}, "INVALID_PIPELINE_STAGE"),
        ({"createdate": "yesterday"}, "INVALID_LONG"),
        ({"hs_object_id": "5"}, "READ_ONLY_VALUE"),
        ({"content": "x" * 65_537}, "PROPERTY_VALUE_TOO_LONG"),
    ],
)
def test_values_that_do_not_fit_are_refused_by_name_and_code(fake: Fake, given: dict[str, str], code: str) -> None:
    answer = refused(fake, "tickets", **(GOOD | given))
    assert answer["category"] == "VALIDATION_ERROR"
    assert [error["code"] for error in answer["errors"]] == [code]
    assert answer["errors"][0]["context"]["propertyName"] == [next(iter(given))]


def test_required_properties_are_asked_for_all_at_once(fake: Fake) -> None:
    assert refused(fake, "tickets", content="x")["context"] == {"properties": ["subject", "hs_pipeline_stage"]}
    assert refused(fake, "notes", hs_note_body="x")["context"] == {"properties": ["hs_timestamp"]}
    assert refused(fake, "communications", hs_timestamp="0")["context"]["properties"] == [
        "hs_communication_channel_type"
    ]


def test_a_value_is_a_text_never_a_list(fake: Fake) -> None:
    assert "Cannot deserialize" in refused(fake, "tickets", **GOOD, content=["a"])["message"]


def test_a_communication_knows_three_channels(fake: Fake) -> None:
    refused(fake, "communications", hs_timestamp="0", hs_communication_channel_type="X")


def test_the_marketing_status_is_not_for_integrations_and_attempts_are_noted(fake: Fake) -> None:
    refused(fake, "contacts", email="a@example.org", hs_marketable_status="true")
    assert fake.portal.marketing_attempts


def test_rules_of_an_admin_refuse_in_their_own_words(grown: Fake) -> None:
    status, answer, _ = call(
        grown, "POST", "/crm/v3/objects/tickets", {"properties": {**GOOD, "acme_region": "emea", "subject": "x" * 121}}
    )
    assert status == 400
    assert answer["errors"][0]["message"] == "A subject has at most 120 characters."
    status, answer, _ = call(grown, "POST", "/crm/v3/objects/tickets", {"properties": GOOD})
    assert answer["context"] == {"properties": ["acme_region"]}


def test_a_record_is_found_by_its_unique_property_and_by_no_other(api: Sdk, fake: Fake, keyed: str) -> None:
    known = fake.agent.ticket("One", **{keyed: "abc"})
    assert api.crm.tickets.basic_api.get_by_id("abc", id_property=keyed).id == known
    with pytest.raises(tickets.exceptions.ApiException) as caught:
        api.crm.tickets.basic_api.get_by_id("One", id_property="subject")
    assert caught.value.status == 400


def test_an_archived_record_is_gone_unless_asked_for_and_its_key_is_free(api: Sdk, fake: Fake, keyed: str) -> None:
    known = fake.agent.ticket("One", **{keyed: "abc"})
    api.crm.tickets.basic_api.archive(known)
    with pytest.raises(tickets.exceptions.NotFoundException):
        api.crm.tickets.basic_api.get_by_id(known)
    assert api.crm.tickets.basic_api.get_by_id(known, archived=True).archived_at is not None
    assert fake.agent.ticket("Two", **{keyed: "abc"}) != known


@pytest.mark.parametrize("account", ["fake", "grown"])
def test_ids_of_merged_contacts_lead_to_the_survivor(account: str, request: pytest.FixtureRequest) -> None:
    fake: Fake = request.getfixturevalue(account)
    api = connected(fake)
    winner, loser = (fake.agent.contact(email=f"{name}@example.org") for name in ("mara", "m.lind"))
    ticket = fake.agent.ticket("One", contact=loser)
    merged = fake.agent.merge("contacts", loser, winner)
    assert (merged == winner) is (account == "fake")
    for old in (winner, loser, "m.lind@example.org"):
        by = {"id_property": "email"} if "@" in old else {}
        found = api.crm.contacts.basic_api.get_by_id(old, properties=["hs_merged_object_ids"], **by)
        assert found.id == merged
        assert {winner, loser} <= set(found.properties["hs_merged_object_ids"].split(";"))
    assert fake.portal.linked(("tickets", ticket), "contacts") == [merged]


def test_a_merge_by_the_api_keeps_the_winners_values(api: Sdk, fake: Fake) -> None:
    winner = fake.agent.contact(email="mara@example.org", firstname="Mara")
    loser = fake.agent.contact(firstname="M", phone="+4930")
    wanted = contacts.PublicMergeInput(primary_object_id=winner, object_id_to_merge=loser)
    api.crm.contacts.basic_api.merge(wanted)
    assert fake.agent.value("contacts", loser, "firstname") == "Mara"
    assert fake.agent.value("contacts", winner, "phone") == "+4930"


def test_a_purged_contact_never_comes_back(api: Sdk, fake: Fake) -> None:
    known = fake.agent.contact(email="mara@example.org")
    api.crm.contacts.basic_api.purge(contacts.PublicGdprDeleteInput(object_id=known))
    status, answer, _ = call(fake, "POST", "/crm/v3/objects/contacts", {"properties": {"email": "mara@example.org"}})
    assert (status, answer["errors"][0]["code"]) == (400, "GDPR_BLACKLISTED")
    assert [one.type for one in fake.portal.happenings][-1] == "contact.privacyDeletion"


def test_lists_go_page_by_page(api: Sdk, fake: Fake) -> None:
    known = [fake.agent.contact(firstname=str(number)) for number in range(250)]
    assert [one.id for one in api.crm.contacts.get_all()] == known
    assert call(fake, "GET", "/crm/v3/objects/contacts?limit=51&propertiesWithHistory=phone")[0] == 400


def test_a_record_that_somebody_holds_is_locked_for_a_while(fake: Fake, clock: FixedClock) -> None:
    known = fake.agent.ticket("One")
    fake.agent.hold("tickets", known, seconds=2)
    body = {"properties": {"content": "x"}}
    assert call(fake, "PATCH", f"/crm/v3/objects/tickets/{known}", body)[0] == 423
    clock.forward(timedelta(seconds=3))
    assert call(fake, "PATCH", f"/crm/v3/objects/tickets/{known}", body)[0] == 200


def test_history_says_who_and_when(api: Sdk, fake: Fake) -> None:
    known = fake.agent.ticket("One")
    fake.agent.close(known)
    fake.agent.automation("tickets", known, hs_ticket_priority="LOW")
    found = api.crm.tickets.basic_api.get_by_id(
        known, properties_with_history=["hs_pipeline_stage", "hs_ticket_priority"]
    ).properties_with_history
    assert [(one.value, one.source_type) for one in found["hs_pipeline_stage"]] == [("4", "CRM_UI"), ("1", "CRM_UI")]
    assert found["hs_ticket_priority"][0].source_type == "AUTOMATION_PLATFORM"
    assert fake.agent.value("tickets", known, "closed_date")


def test_a_field_that_an_admin_drops_is_unknown_from_then_on(grown: Fake) -> None:
    good = {**GOOD, "acme_region": "emea", "acme_product": "tent"}
    assert call(grown, "POST", "/crm/v3/objects/tickets", {"properties": good})[0] == 201
    grown.agent.drop_property("tickets", "acme_product")
    status, answer, _ = call(grown, "POST", "/crm/v3/objects/tickets", {"properties": good})
    assert (status, answer["errors"][0]["code"]) == (400, "PROPERTY_DOESNT_EXIST")


def test_activities_are_made_with_what_they_belong_to(api: Sdk, fake: Fake) -> None:
    ticket = fake.agent.ticket("One")
    spec = notes.AssociationSpec(association_category="HUBSPOT_DEFINED", association_type_id=228)
    wanted = notes.SimplePublicObjectInputForCreate(
        properties={"hs_note_body": "<p>Hi</p>", "hs_timestamp": "1772442000000"},
        associations=[notes.PublicAssociationsForObject(to=notes.PublicObjectId(id=ticket), types=[spec])],
    )
    note = api.crm.objects.notes.basic_api.create(wanted)
    assert fake.portal.linked(("tickets", ticket), "notes") == [note.id]
    assert fake.agent.value("notes", note.id, "hs_timestamp") == "2026-03-02T09:00:00.000Z"
