"""Properties, schemas, owners, pipelines and workflows as an adapter reads and makes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hubspot.crm import properties, schemas  # type: ignore[import-untyped]  # the SDK has no types

from tests.fakes.hubspot.sdk import Sdk, call, connected

if TYPE_CHECKING:
    from bridge.nouns import Json
    from tests.fakes.hubspot.app import Fake

TEXT = {"label": "Key", "type": "string", "fieldType": "text", "groupName": "ticketinformation"}


def make(fake: Fake, object_name: str, **given: Json) -> tuple[int, Json]:
    status, answer, _ = call(fake, "POST", f"/crm/v3/properties/{object_name}", given)
    return status, answer


def test_uniqueness_can_only_be_given_at_birth(fake: Fake, api: Sdk) -> None:
    assert make(fake, "tickets", **TEXT, name="plain_key")[0] == 201
    body = {"hasUniqueValue": True}
    assert call(fake, "PATCH", "/crm/v3/properties/tickets/plain_key", body)[0] == 400
    assert not api.crm.properties.core_api.get_by_name("tickets", "plain_key").has_unique_value


def test_ten_unique_properties_are_the_most(fake: Fake) -> None:
    made = [make(fake, "tickets", **TEXT, name=f"key_{number}", hasUniqueValue=True)[0] for number in range(11)]
    assert made == [201] * 10 + [400]


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({"name": "subject"}, 409),
        ({"name": "Upper"}, 400),
        ({"name": "hs_mine"}, 400),
        ({"name": "ok", "groupName": "nosuch"}, 400),
        ({"name": "ok", "fieldType": "select"}, 400),
        ({"name": "ok", "type": "enumeration", "fieldType": "select", "hasUniqueValue": True}, 400),
        ({}, 400),
    ],
)
def test_what_cannot_be_a_property_is_refused(fake: Fake, given: dict[str, Json], status: int) -> None:
    assert make(fake, "tickets", **(TEXT | given))[0] == status


def test_activities_of_a_grown_account_have_no_unique_properties(grown: Fake) -> None:
    assert make(grown, "notes", **(TEXT | {"groupName": "note", "name": "bridge_key"}), hasUniqueValue=True)[0] == 400


def test_hubspots_own_properties_stay_as_they_are(fake: Fake) -> None:
    assert call(fake, "PATCH", "/crm/v3/properties/tickets/subject", {"label": "Mine"})[0] == 400
    assert call(fake, "DELETE", "/crm/v3/properties/tickets/subject")[0] == 400


def test_properties_say_what_fits(api: Sdk) -> None:
    found = {one.name: one for one in api.crm.properties.core_api.get_all("tickets").results}
    assert [one.value for one in found["hs_ticket_priority"].options] == ["LOW", "MEDIUM", "HIGH", "URGENT"]
    assert found["hubspot_owner_id"].external_options
    assert not found["hubspot_owner_id"].options
    assert found["hs_object_id"].modification_metadata.read_only_value
    with pytest.raises(properties.exceptions.NotFoundException):
        api.crm.properties.core_api.get_by_name("tickets", "nosuch")


def test_owners_are_not_users_and_those_who_left_are_archived(api: Sdk) -> None:
    owners = api.crm.owners.owners_api
    (ines,) = owners.get_page(email="ines@acme.example", limit=100, archived=False).results
    assert (ines.id, ines.user_id) == ("81001", 5001)
    assert [one.email for one in owners.get_page(archived=True).results] == ["gone@acme.example"]
    assert len(owners.get_page().results) == 2


def test_pipelines_tell_which_stages_are_the_end(api: Sdk) -> None:
    support, social = api.crm.pipelines.pipelines_api.get_all("tickets").results
    assert [stage.metadata["ticketState"] for stage in support.stages] == ["OPEN", "OPEN", "OPEN", "CLOSED"]
    assert social.id == "7700"


def test_workflows_can_be_read_before_they_mail(grown: Fake) -> None:
    _, found, _ = call(grown, "GET", "/automation/v4/flows")
    whole = [call(grown, "GET", f"/automation/v4/flows/{one['id']}")[1] for one in found["results"]]
    assert [one["actions"][0]["actionTypeId"] for one in whole] == ["0-4", "0-4", "0-5"]


def test_an_object_of_the_account_works_as_any_other(fake: Fake) -> None:
    api = connected(fake)
    egg = schemas.ObjectSchemaEgg(
        name="bridge_message",
        labels=schemas.ObjectTypeDefinitionLabels(singular="Message", plural="Messages"),
        required_properties=["bridge_key"],
        associated_objects=["TICKET"],
        properties=[
            schemas.ObjectTypePropertyCreate(
                name="bridge_key", label="Key", type="string", field_type="text", has_unique_value=True
            )
        ],
    )
    made = api.crm.schemas.core_api.create(egg)
    upsert = {"inputs": [{"id": "m1", "idProperty": "bridge_key", "properties": {}}]}
    for name in (made.object_type_id, made.fully_qualified_name, "bridge_message"):
        assert call(fake, "POST", f"/crm/v3/objects/{name}/batch/upsert", upsert)[0] == 200
    assert len(fake.portal.all("bridge_message")) == 1
    assert [one.name for one in api.crm.schemas.core_api.get_all().results] == ["bridge_message"]
