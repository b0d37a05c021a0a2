"""What an old connector left in an org with Social Customer Service is taken over: its cases, posts and personas."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bridge.nouns import Cursor, PersonSeen
from tests.adapters.salesforce.brand import opened as branded
from tests.adapters.salesforce.orgs import connected, later, opened
from tests.fakes.salesforce.org import plain

if TYPE_CHECKING:
    from pathlib import Path

    from tests.fakes.salesforce.app import Fake

POST = "https://twitter.example/greta_s/status/17"
TWEET = {"id": "17", "text": "My router is broken.", "permalink": "https://x.example/greta_s/status/17"}


def greta(fake: Fake) -> tuple[str, str]:
    """Let an old connector make a contact and her persona; return both ids."""
    agent = fake.agent()
    contact = agent.create("Contact", LastName="Sommer")
    persona = agent.create("SocialPersona", Name="greta_s", Provider="Twitter", ExternalId="u1", ParentId=contact)
    return contact, persona


def old_case(fake: Fake, contact: str, persona: str, **post: str) -> str:
    case = fake.agent().create("Case", Subject="Router", Origin="Phone", ContactId=contact)
    fake.agent().create("SocialPost", Name="Tweet", ParentId=case, PersonaId=persona, Provider="Twitter", **post)
    return case


def identifiers(fake: Fake, cursor: Cursor) -> dict[str, set[str]]:
    events = [event for page in connected(fake).contacts(cursor) for event in page.events]
    people = [event.person for event in events if isinstance(event, PersonSeen)]
    return {person.native_id: {str(each.identifier) for each in person.shown} for person in people}


def test_a_contact_is_known_by_the_id_that_her_persona_has_on_the_network() -> None:
    fake = opened(plain(social=True))
    contact, _ = greta(fake)
    assert identifiers(fake, Cursor()) == {contact: {"uid:x:u1", "handle:x:greta_s"}}


def test_a_persona_that_comes_later_is_read_with_its_contact_and_costs_no_call_of_its_own() -> None:
    fake = opened(plain(social=True))
    contact = fake.agent().create("Contact", LastName="Sommer")
    target = connected(fake)
    cursor = list(target.contacts(Cursor()))[-1].cursor
    later(fake, timedelta(hours=1))
    fake.agent().create("SocialPersona", Name="greta_s", Provider="Twitter", ExternalId="u1", ParentId=contact)
    assert identifiers(fake, cursor) == {contact: {"uid:x:u1", "handle:x:greta_s"}}
    later(fake, timedelta(hours=1))
    cursor = list(target.contacts(cursor))[-1].cursor
    fake.calls.clear()
    list(target.contacts(cursor))
    assert len(fake.calls) == 1


def test_a_bulk_import_brings_the_personas_along() -> None:
    fake = opened(plain(social=True))
    contact, _ = greta(fake)
    events = [event for page in connected(fake, bulk_contacts_from=1).contacts(Cursor()) for event in page.events]
    people = {each.person.native_id: each.person for each in events if isinstance(each, PersonSeen)}
    assert "uid:x:u1" in {str(each.identifier) for each in people[contact].shown}


def test_a_case_whose_contact_is_known_by_its_post_only_is_hers_all_the_same() -> None:
    fake = opened(plain(social=True))
    contact, persona = greta(fake)
    case = fake.agent().create("Case", Subject="Router", Origin="Phone")
    fake.agent().create("SocialPost", Name="Tweet", ParentId=case, PersonaId=persona, ExternalPostId="17")
    (snapshot,) = [each for page in connected(fake).cases(Cursor()) for each in page.cases]
    assert (snapshot.ref, snapshot.person_ref) == (case, contact)


@pytest.mark.parametrize("named", [{"PostUrl": TWEET["permalink"]}, {"ExternalPostId": "17", "PostUrl": POST}])
def test_a_post_that_stands_in_an_old_case_makes_no_second_one(tmp_path: Path, named: dict[str, str]) -> None:
    with branded(tmp_path, plain(social=True)) as brand:
        case = old_case(brand.fake, *greta(brand.fake), **named)
        brand.fake.agent().take(case)
        brand.fake.agent().status(case, "Working")
        brand.say(TWEET)
        brand.sync()
        (row,) = brand.fake.rows("Case")
        assert (row["Id"], row["Status"], row["OwnerId"]) == (case, "Working", brand.fake.agent().user)
        assert row["Subject"] == "Router"
        assert [message["Case__c"] for message in brand.fake.rows("Casebridge_Message__c")] == [case]
        assert len(brand.fake.rows("Contact")) == 1
