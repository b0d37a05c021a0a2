"""An account whose admins, automations and neighbours are in the way."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from pydantic import SecretStr

from adapters.hubspot.settings import HubSpotSettings
from adapters.hubspot.target import HubSpotTarget
from bridge.contracts import Surroundings
from bridge.errors import BudgetSpent, RateLimited
from bridge.nouns import Cursor, Ended, KeyField, Presence, Refusal, Share, Thing, Unknown, Written
from tests.adapters.hubspot.accounts import KEYS, Place, contact, key, note, place, quick, refs, ticket
from tests.fakes.hubspot.org import SERVICE_KEY, hostile

if TYPE_CHECKING:
    from pathlib import Path

    from bridge.nouns import Page, Record

KEYLESS = {**KEYS, Thing.MESSAGE: KeyField("notes", "")}


@pytest.fixture
def there(tmp_path: Path) -> Place:
    """Open a hostile account, in which notes cannot have a property of ours."""
    return place(tmp_path, replace(quick(hostile()), lock_every=0, neighbour_searches=0), keys=KEYLESS)


def social(number: int, **fields: str) -> Record:
    return ticket(number, **{"hs_pipeline": "7700", "hs_pipeline_stage": "7701", "acme_region": "emea", **fields})


def test_check_tells_what_admins_require_and_what_would_mail(there: Place) -> None:
    account = there.target.check()
    text = " ".join(finding.text for finding in account.findings)
    assert "acme_region" in text
    mailing = [finding for finding in account.findings if "Thank the customer" in finding.text]
    assert [finding.ok for finding in mailing] == [False]
    assert "casebridge_key" in mailing[0].remedy


def test_a_missing_required_property_is_named_and_the_others_go(there: Place) -> None:
    outcomes = there.target.write("tickets", [ticket(1), social(2)])
    assert isinstance(outcomes[0], Refusal)
    assert outcomes[0].field == "acme_region"
    assert isinstance(outcomes[1], Written)


def test_a_validation_rule_is_told_in_its_own_words(there: Place) -> None:
    (outcome,) = there.target.write("contacts", [contact(1, phone="030 1234")])
    assert isinstance(outcome, Refusal)
    assert outcome.field == "phone"
    assert "country code" in outcome.reason


def test_messages_without_a_key_field_are_written_once_all_the_same(there: Place) -> None:
    (case,) = refs(there.target, [social(1)])
    sent = replace(note(1, case), key_field="")
    first, again = there.target.write("notes", [sent])[0], there.target.write("notes", [sent])[0]
    assert isinstance(first, Written)
    assert again == Written(first.ref, created=False)
    found = there.target.find("notes", {sent.key: case, key("never"): case}, there.clock.now())
    assert (found[sent.key].ref, found[sent.key].parent) == (first.ref, case)
    assert found[key("never")].presence is Presence.UNSURE
    assert list(there.target.keys("notes")) == [sent.key]


def test_a_contact_with_a_mail_address_that_stands_there_is_no_ours(there: Place) -> None:
    """It is told, not taken: who that is, identity decides from what contacts bring."""
    theirs = there.fake.agent.contact(email="ada1@example.org", lastname="Kern")
    refused, taken = there.target.write("contacts", [contact(1), contact(2)])
    assert isinstance(refused, Refusal)
    assert theirs in refused.reason
    assert (refused.code, refused.candidates) == (Ended.DUPLICATE, (theirs,))
    assert isinstance(taken, Written)
    assert there.fake.portal.items["contacts"][theirs].properties["lastname"] == "Kern"


def test_a_survivor_with_an_id_of_its_own_is_followed(there: Place) -> None:
    loser, winner = refs(there.target, [contact(1), contact(2)])
    survivor = there.fake.agent.merge("contacts", loser, winner)
    assert survivor not in (loser, winner)
    found = there.target.find("contacts", {key("customer:1"): "", key("customer:2"): ""}, there.clock.now())
    assert found[key("customer:1")].merged_into == survivor
    assert sorted(there.target.keys("contacts")) == sorted([key("customer:1"), key("customer:2")])
    (outcome,) = there.target.write("contacts", [replace(contact(1), ref=loser)])
    assert isinstance(outcome, Refusal)
    assert outcome.code == Ended.MERGED


def test_a_lock_lets_the_call_wait(there: Place) -> None:
    there.fake.faults.order("423")
    with pytest.raises(RateLimited):
        there.target.write("contacts", [contact(1)])


def test_records_that_fail_within_a_batch_are_looked_up_and_sent_again_alone(there: Place) -> None:
    sent = [contact(n) for n in range(6)]
    refs(there.target, [contact(9)])
    there.fake.faults.order("partial")
    outcomes = there.target.write("contacts", sent)
    assert [type(outcome) for outcome in outcomes] == [Unknown, Written, Written, Unknown, Written, Written]
    again = [record for record, outcome in zip(sent, outcomes, strict=True) if isinstance(outcome, Unknown)]
    refs(there.target, again)
    assert sorted(there.target.keys("contacts")) == sorted([key("customer:9"), *(record.key for record in sent)])


def test_a_property_that_goes_in_mid_run_sets_its_records_aside(there: Place) -> None:
    refs(there.target, [social(1, acme_product="R7")])
    there.fake.agent.drop_property("tickets", "acme_product")
    (outcome,) = there.target.write("tickets", [social(2, acme_product="R7")])
    assert isinstance(outcome, Refusal)
    assert outcome.field == "acme_product"
    assert "acme_product" not in there.target.schema("tickets").fields


def test_the_reserve_of_the_account_is_not_touched(tmp_path: Path) -> None:
    """A fifth of the day is the neighbours', a tenth is for answers: those are still read."""
    here = place(tmp_path, replace(quick(), daily=1_000, neighbour_daily=680))
    numbers = iter(range(1_000))
    with pytest.raises(BudgetSpent) as spent:
        all(here.target.write("contacts", [contact(n)]) for n in numbers)
    assert 290 <= here.fake.access.org.daily - here.fake.access.used <= 300
    assert spent.value.until > here.clock.now()
    assert spent.value.share is Share.DELIVER
    assert here.target.budget().daily_left == 0
    list(here.target.activity(here.target.activity_head()))
    here.fake.access.burn(100)
    list(here.target.activity(here.target.activity_head()))
    with pytest.raises(BudgetSpent) as nothing:
        list(here.target.activity(here.target.activity_head()))
    assert nothing.value.share is Share.ANSWER


def test_imports_take_their_share_over_all_processes(tmp_path: Path) -> None:
    here = place(tmp_path, replace(quick(), daily=100))
    for number in range(3_000):
        here.fake.agent.contact(lastname=f"Kern {number}")
    settings = HubSpotSettings(token=SecretStr(SERVICE_KEY))
    around = Surroundings("hubspot", tmp_path, here.clock, {thing: (each,) for thing, each in KEYS.items()})
    pages: list[Page] = []
    for _ in range(3):
        process = HubSpotTarget.through(settings, around, here.wire)
        process.schema("contacts")
        with pytest.raises(BudgetSpent, match="reading contacts"):
            pages.extend(process.contacts(pages[-1].cursor if pages else Cursor()))
    assert len(pages) == 20
    assert process.find("contacts", {key("never"): ""}, here.clock.now())
    assert here.target.write("contacts", [contact(1)])


def test_no_customer_is_mailed_where_no_workflow_of_the_pipeline_mails(there: Place) -> None:
    (person,) = refs(there.target, [contact(1)])
    (case,) = refs(there.target, [social(1, contact=person)])
    refs(there.target, [replace(note(1, case), key_field="")])
    assert list(there.fake.notices) == []
