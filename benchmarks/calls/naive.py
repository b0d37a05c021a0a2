"""A client as one writes it in an hour: the same SDK, one record a call, nothing looked up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx

from tests.fakes.hubspot.sdk import connected as hubspot
from tests.fakes.salesforce.sdk import connected as salesforce
from tests.fakes.zendesk.access import BASIC
from tests.fakes.zendesk.wire import Wire

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tests.fakes.hubspot.app import Fake as HubSpot
    from tests.fakes.salesforce.app import Fake as Salesforce
    from tests.fakes.zendesk.app import Fake as Zendesk

TO_CONTACT, TO_TICKET = 16, 228
"""HubSpot's types of association: a ticket's to its contact, a note's to its ticket."""


def into_salesforce(
    fake: Salesforce, people: Sequence[Mapping[str, Any]], changed: Sequence[int]
) -> Callable[[], None]:
    """Deliver a contact, a case and a message for each person; return what then changes a contact and a message of some."""
    org, done = salesforce(fake), []
    for person in people:
        contact = org.Contact.create({"LastName": person["name"], "Email": person["email"]})["id"]
        case = org.Case.create({"Subject": person["text"][:80], "ContactId": contact})["id"]
        message = org.Casebridge_Message__c.create({"Case__c": case, "Text__c": person["text"]})["id"]
        done.append((contact, message))

    def change() -> None:
        for number in changed:
            contact, message = done[number]
            org.Contact.update(contact, {"MobilePhone": people[number]["phone"]})
            org.Casebridge_Message__c.update(message, {"Text__c": people[number]["edited"]})

    return change


def into_hubspot(fake: HubSpot, people: Sequence[Mapping[str, Any]], changed: Sequence[int]) -> Callable[[], None]:
    """Deliver a contact, a ticket and a note for each person; return what then changes a contact and a note of some."""
    crm, done = hubspot(fake).crm, []
    for person in people:
        fake.portal.clock.sleep(1)  # else the account's limit of ten seconds ends it
        contact = crm.contacts.basic_api.create(
            {"properties": {"lastname": person["name"], "email": person["email"]}}
        ).id
        ticket = {"subject": person["text"][:80], "hs_pipeline": "0", "hs_pipeline_stage": "1"}
        case = crm.tickets.basic_api.create({"properties": ticket, "associations": _linked(contact, TO_CONTACT)}).id
        note = {"hs_note_body": person["text"], "hs_timestamp": person["sent_at"]}
        message = crm.objects.notes.basic_api.create({"properties": note, "associations": _linked(case, TO_TICKET)}).id
        done.append((contact, message))

    def change() -> None:
        for number in changed:
            fake.portal.clock.sleep(1)
            contact, message = done[number]
            crm.contacts.basic_api.update(contact, {"properties": {"phone": people[number]["phone"]}})
            crm.objects.notes.basic_api.update(message, {"properties": {"hs_note_body": people[number]["edited"]}})

    return change


def into_zendesk(fake: Zendesk, people: Sequence[Mapping[str, Any]], changed: Sequence[int]) -> Callable[[], None]:
    """Deliver a user, a ticket and a comment for each person; return what then changes a user and a comment of some."""
    door, done = httpx.Client(transport=Wire(fake.app), base_url="https://acme.example/api/v2"), []
    door.headers["Authorization"] = BASIC

    def call(method: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
        fake.state.clock.sleep(1)  # else the account's limit of a minute ends it
        answer: dict[str, Any] = door.request(method, path, json=body).raise_for_status().json()
        return answer

    for person in people:
        user = call("POST", "/users", {"user": {"name": person["name"], "email": person["email"]}})["user"]["id"]
        text = {"body": person["text"], "public": False}
        given = {"subject": person["text"][:80], "requester_id": user, "comment": text}
        ticket = call("POST", "/tickets", {"ticket": given})["ticket"]["id"]
        call("PUT", f"/tickets/{ticket}", {"ticket": {"comment": text}})
        done.append((user, ticket))

    def change() -> None:
        for number in changed:
            user, ticket = done[number]
            call("PUT", f"/users/{user}", {"user": {"phone": people[number]["phone"]}})
            call(
                "PUT",
                f"/tickets/{ticket}",
                {"ticket": {"comment": {"body": people[number]["edited"], "public": False}}},
            )

    return change


def _linked(record: str, kind: int) -> list[dict[str, Any]]:
    return [{"to": {"id": record}, "types": [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": kind}]}]
