"""Batches as the real SDK writes and reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hubspot.crm import contacts, tickets  # type: ignore[import-untyped]  # the SDK has no types

from tests.fakes.hubspot.sdk import Sdk, call, connected

if TYPE_CHECKING:
    from tests.fakes.hubspot.app import Fake

GOOD = {"subject": "Broken zip", "hs_pipeline_stage": "1"}


def upserts(key: str, *inputs: tuple[str, dict[str, str]], traced: bool = True) -> Sdk:
    return tickets.BatchInputSimplePublicObjectBatchInputUpsert(
        inputs=[
            tickets.SimplePublicObjectBatchInputUpsert(
                id=value, id_property=key, properties=given, object_write_trace_id=f"t-{value}" if traced else None
            )
            for value, given in inputs
        ]
    )


def test_an_upsert_creates_once_and_then_changes_in_any_order_of_results(api: Sdk, keyed: str) -> None:
    wanted = upserts(keyed, *((f"k{number}", GOOD) for number in range(20)))
    first, again = api.crm.tickets.batch_api.upsert(wanted), api.crm.tickets.batch_api.upsert(wanted)
    assert {one.new for one in first.results} == {True}
    assert {one.new for one in again.results} == {False}
    ids = {one.properties[keyed]: one.id for one in first.results}
    assert ids == {one.object_write_trace_id.removeprefix("t-"): one.id for one in again.results}
    assert [one.properties[keyed] for one in first.results] != [f"k{number}" for number in range(20)]


def test_a_part_that_fails_is_told_without_an_exception(api: Sdk, keyed: str) -> None:
    wanted = upserts(keyed, ("a", GOOD), ("b", {**GOOD, "nosuch": "x"}))
    answer, status, _ = api.crm.tickets.batch_api.upsert_with_http_info(wanted)
    assert status == 207
    assert [one.properties[keyed] for one in answer.results] == ["a"]
    (error,) = answer.errors
    assert answer.num_errors == 1
    assert error.category == "VALIDATION_ERROR"
    assert error.context["objectWriteTraceId"] == ["t-b"]
    assert "PROPERTY_DOESNT_EXIST" in error.message


def test_the_checks_of_the_sdk_choke_on_errors_as_they_really_are(fake: Fake, keyed: str) -> None:
    wanted = upserts(keyed, ("a", GOOD), ("b", {**GOOD, "nosuch": "x"}))
    with pytest.raises(ValueError, match="must not be `None`"):
        connected(fake, checks=True).crm.tickets.batch_api.upsert(wanted)
    assert len(fake.portal.all("tickets")) == 1


def test_without_traces_a_batch_is_done_whole_or_not_at_all(api: Sdk, fake: Fake, keyed: str) -> None:
    with pytest.raises(tickets.exceptions.ApiException) as caught:
        api.crm.tickets.batch_api.upsert(upserts(keyed, ("a", GOOD), ("b", {"subject": "x"}), traced=False))
    assert caught.value.status == 400
    assert not fake.portal.all("tickets")


def test_the_same_key_twice_in_a_batch_is_refused(api: Sdk, fake: Fake, keyed: str) -> None:
    with pytest.raises(tickets.exceptions.ApiException) as caught:
        api.crm.tickets.batch_api.upsert(upserts(keyed, ("a", GOOD), ("A", GOOD)))
    assert "Duplicate IDs" in caught.value.body
    assert not fake.portal.all("tickets")


def test_more_than_a_hundred_inputs_are_refused(api: Sdk, keyed: str) -> None:
    with pytest.raises(tickets.exceptions.ApiException) as caught:
        api.crm.tickets.batch_api.upsert(upserts(keyed, *((f"k{number}", GOOD) for number in range(101))))
    assert caught.value.status == 400


def creates(*inputs: dict[str, str], traced: bool = True) -> dict[str, Any]:
    rows = [{"properties": given} for given in inputs]
    return {"inputs": [{**row, "objectWriteTraceId": str(n)} if traced else row for n, row in enumerate(rows)]}


def test_a_key_that_is_taken_is_a_conflict_and_names_the_holder(fake: Fake, keyed: str) -> None:
    status, made, _ = call(fake, "POST", "/crm/v3/objects/tickets", {"properties": {**GOOD, keyed: "a"}})
    assert status == 201
    body = creates({**GOOD, keyed: "A"}, {**GOOD, keyed: "b"}, {**GOOD, keyed: "b"})
    status, answer, _ = call(fake, "POST", "/crm/v3/objects/tickets/batch/create", body)
    assert (status, len(answer["results"]), answer["numErrors"]) == (207, 1, 2)
    taken = next(error for error in answer["errors"] if error["context"]["objectWriteTraceId"] == ["0"])
    assert "CONFLICTING_UNIQUE_VALUE" in taken["message"]
    assert made["id"] in taken["message"]


def test_contacts_conflict_by_their_email(fake: Fake) -> None:
    known = fake.agent.contact(email="mara@example.org")
    body = {"properties": {"email": "Mara@Example.org"}}
    status, answer, _ = call(fake, "POST", "/crm/v3/objects/contacts", body)
    assert (status, answer["category"]) == (409, "CONFLICT")
    assert answer["message"] == f"Contact already exists. Existing ID: {known}"
    status, answer, _ = call(fake, "POST", "/crm/v3/objects/contacts/batch/create", creates(body["properties"]))
    assert (status, answer["errors"][0]["category"]) == (207, "CONFLICT")


def test_a_grown_account_calls_every_taken_key_a_conflict(grown: Fake) -> None:
    known = grown.agent.contact(acme_customer_no="77")
    body = {"properties": {"acme_customer_no": "77"}}
    status, answer, _ = call(grown, "POST", "/crm/v3/objects/contacts", body)
    assert (status, answer["category"]) == (409, "CONFLICT")
    assert known in answer["message"]


def test_an_upsert_by_email_blanks_what_it_does_not_name(api: Sdk, fake: Fake) -> None:
    known = fake.agent.contact(email="mara@example.org", firstname="Mara", phone="+49301")
    one = contacts.SimplePublicObjectBatchInputUpsert(
        id="mara@example.org", id_property="email", properties={"lastname": "Lind"}
    )
    api.crm.contacts.batch_api.upsert(contacts.BatchInputSimplePublicObjectBatchInputUpsert(inputs=[one]))
    assert fake.agent.value("contacts", known, "lastname") == "Lind"
    assert not fake.agent.value("contacts", known, "firstname")


def test_ids_that_are_not_there_are_errors_beside_the_rest(api: Sdk, fake: Fake) -> None:
    known = fake.agent.ticket("One")
    wanted = tickets.BatchReadInputSimplePublicObjectId(
        inputs=[tickets.SimplePublicObjectId(id=one) for one in (known, "999")],
        properties=["subject"],
        properties_with_history=[],
    )
    answer = api.crm.tickets.batch_api.read(wanted)
    assert [one.properties["subject"] for one in answer.results] == ["One"]
    assert answer.errors[0].context["ids"] == ["999"]


def test_dated_versions_answer_200_with_errors(fake: Fake) -> None:
    body = creates(GOOD, {"subject": "no stage"})
    status, answer, _ = call(fake, "POST", "/crm/objects/2026-09/tickets/batch/create", body)
    assert (status, len(answer["results"]), answer["numErrors"]) == (200, 1, 1)
    assert call(fake, "POST", "/crm/objects/2026-03/tickets/batch/create", body)[0] == 207


def test_updates_and_archives_take_many_at_once(fake: Fake) -> None:
    known = [fake.agent.ticket(f"T{number}") for number in range(3)]
    inputs = [{"id": one, "properties": {"content": "more"}} for one in known]
    assert call(fake, "POST", "/crm/v3/objects/tickets/batch/update", {"inputs": inputs})[0] == 200
    assert {fake.agent.value("tickets", one, "content") for one in known} == {"more"}
    archived = {"inputs": [{"id": one} for one in known]}
    assert call(fake, "POST", "/crm/v3/objects/tickets/batch/archive", archived)[0] == 204
    assert not fake.portal.all("tickets")


def test_a_fault_can_fail_a_part_of_a_batch(fake: Fake) -> None:
    fake.faults.order("partial")
    status, answer, _ = call(fake, "POST", "/crm/v3/objects/tickets/batch/create", creates(*[GOOD] * 4))
    assert (status, len(answer["results"]), answer["numErrors"]) == (207, 2, 2)
