"""Contacts and person accounts: read at first in bulk, then as they change; merged and deleted ones told."""

from __future__ import annotations

from datetime import timedelta
from itertools import islice
from typing import TYPE_CHECKING

import pytest

from bridge.nouns import Cursor, KeyField, PersonDeleted, PersonMerged, PersonSeen, Record, Reference, Thing, Written
from identity.model import IdentifierKind
from tests.adapters.salesforce.orgs import KEY, OBJECTS, connected, later, opened
from tests.fakes.salesforce.fields import text
from tests.fakes.salesforce.org import plain

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bridge.nouns import Page
    from tests.fakes.salesforce.app import Fake


def seen(pages: Iterable[Page]) -> list[str]:
    return [each.person.native_id for page in pages for each in page.events if isinstance(each, PersonSeen)]


def handles(pages: Iterable[Page]) -> set[str]:
    people = [event.person for page in pages for event in page.events if isinstance(event, PersonSeen)]
    shown = [each.identifier for person in people for each in person.shown]
    return {f"{each.scope}:{each.value}" for each in shown if each.kind is IdentifierKind.HANDLE}


def filled(count: int) -> tuple[Fake, list[str]]:
    fake = opened()
    agent = fake.agent()
    return fake, [
        agent.create("Contact", LastName=f"Kern {n}", Email=f"kern{n}@customers.example") for n in range(count)
    ]


def test_a_large_org_is_read_by_one_bulk_query_which_resumes_where_it_was_broken_off() -> None:
    fake, refs = filled(4500)
    target = connected(fake, bulk_contacts_from=100)
    first = list(islice(target.contacts(Cursor()), 1))
    began = len(fake.calls)
    rest = list(connected(fake, bulk_contacts_from=100).contacts(first[-1].cursor))
    assert sorted({*seen(first), *seen(rest)}) == sorted(refs)
    assert not [each for each in fake.calls[began:] if each.method == "POST" and "jobs" in each.path]


def test_a_bulk_query_that_salesforce_forgot_is_begun_anew() -> None:
    fake, refs = filled(30)
    target = connected(fake, bulk_contacts_from=10)
    forgotten = Cursor('{"since": "2026-03-02T11:55:00Z", "job": "750Cb0000000099IAA", "locator": "x"}')
    assert set(seen(target.contacts(forgotten))) == set(refs)


def test_only_what_changed_is_read_again_with_an_overlap() -> None:
    fake, refs = filled(3)
    target = connected(fake)
    cursor = list(target.contacts(Cursor()))[-1].cursor
    later(fake, timedelta(hours=1))
    fake.agent().change(refs[0], LastName="Vogel")
    pages = list(target.contacts(cursor))
    assert refs[0] in seen(pages)
    later(fake, timedelta(hours=1))
    pages = list(target.contacts(pages[-1].cursor))
    assert seen(pages) == [refs[0]]
    cursor = pages[-1].cursor
    assert seen(target.contacts(cursor)) == []
    fake.agent().merge(refs[1], refs[2])
    fake.agent().delete(refs[0])
    events = [event for page in target.contacts(cursor) for event in page.events]
    assert [event.native_id for event in events if isinstance(event, PersonDeleted)] == [refs[0]]
    assert [(event.loser, event.winner) for event in events if isinstance(event, PersonMerged)] == [(refs[2], refs[1])]


def test_a_person_account_is_a_person_and_its_contact_stands_on_the_case() -> None:
    fake = opened(plain(person_accounts=True))
    target = connected(fake, OBJECTS | {Thing.PERSON: KeyField("Account", KEY)})
    person = Record(
        thing=Thing.PERSON,
        object="Account",
        key="cb1-p",
        key_field=KEY,
        fields={"LastName": "Kern", "PersonEmail": "kern@customers.example"},
    )
    (outcome,) = target.write("Account", [person])
    assert isinstance(outcome, Written), outcome
    (account,) = fake.rows("Account")
    assert account["IsPersonAccount"]
    reference = Reference(Thing.PERSON, "cb1-p", outcome.ref)
    fields = {"Subject": "Router", "ContactId": reference}
    case = Record(thing=Thing.CASE, object="Case", key="cb1-c", key_field=KEY, fields=fields)
    assert isinstance(target.write("Case", [case])[0], Written)
    assert fake.rows("Case")[0]["ContactId"] == account["PersonContactId"]
    assert seen(target.contacts(Cursor())) == [outcome.ref]


def test_a_person_that_is_not_written_yet_is_referred_to_by_its_key() -> None:
    fake = opened()
    target = connected(fake)
    person = Record(thing=Thing.PERSON, object="Contact", key="cb1-p", key_field=KEY, fields={"LastName": "Kern"})
    target.write("Contact", [person])
    fields = {"Subject": "Router", "ContactId": Reference(Thing.PERSON, "cb1-p", "")}
    case = Record(thing=Thing.CASE, object="Case", key="cb1-c", key_field=KEY, fields=fields)
    assert isinstance(target.write("Case", [case])[0], Written)
    assert fake.rows("Case")[0]["ContactId"] == fake.rows("Contact")[0]["Id"]


@pytest.mark.parametrize("bulk", [1, 1000])
def test_handles_are_read_of_the_fields_that_are_named(bulk: int) -> None:
    org = plain()
    org.add("Contact", text("Bluesky__c"))
    fake = opened(org)
    fake.agent().create("Contact", LastName="Kern", Bluesky__c="@Ada.Example")
    fake.agent().create("Contact", LastName="Vogel")
    target = connected(fake, handles={"bluesky": "Bluesky__c"}, bulk_contacts_from=bulk)
    assert handles(target.contacts(Cursor())) == {"bluesky:ada.example"}


def test_a_field_for_handles_that_contacts_do_not_have_is_missed_by_the_check() -> None:
    target = connected(opened(), handles={"bluesky": "Bluesky__c"})
    wrong = [finding.text for finding in target.check().findings if not finding.ok]
    assert "the integration user does not see Bluesky__c of Contact" in wrong


@pytest.mark.parametrize("bulk_from", [1, 1000])
def test_an_address_is_read_where_wanted_for_public_answers_not_to_tell_it(bulk_from: int) -> None:
    fake = opened()
    place = {"MailingStreet": "Erlengrund 7", "MailingPostalCode": "48155", "MailingCity": "Münster"}
    fake.agent().create("Contact", LastName="Kern", **place)
    wanted = connected(fake, bulk_contacts_from=bulk_from, address=tuple(place))
    assert set(addresses(wanted.contacts(Cursor()))) == {"Erlengrund 7, 48155 Münster"}
    assert set(addresses(connected(fake).contacts(Cursor()))) == {None}
    fake.org.objects["Contact"].hidden.add("MailingStreet")
    told = [finding.text for finding in wanted.check().findings if not finding.ok]
    assert told == ["the integration user does not see MailingStreet of Contact"]


def addresses(pages: Iterable[Page]) -> list[object]:
    people = [event.person for page in pages for event in page.events if isinstance(event, PersonSeen)]
    return [person.extra.get("address") for person in people]
