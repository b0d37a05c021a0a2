"""What an organisation has made of its Freshdesk: fields of its own, required ones, contacts that stand there already."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from bridge.mapping.check import check
from bridge.mapping.target import load_target_mapping
from bridge.nouns import CaseEvent, Cursor, Ended, Refusal, Thing, What, Written
from tests.adapters.http.harness_freshdesk import AGENT, FreshdeskHarness
from tests.conformance.writing import case_for, record, write
from tests.source_tree import ROOT

if TYPE_CHECKING:
    from pathlib import Path

MAPPING = ROOT / "mappings" / "freshdesk" / "case.yaml"


def test_a_field_that_an_admin_made_and_requires_is_asked_for_before_tickets_are_refused(tmp_path: Path) -> None:
    harness = FreshdeskHarness(tmp_path)
    harness.fake.custom["cf_region"] = {
        "required_for_agents": True,
        "type": "custom_dropdown",
        "choices": ["North", "South"],
    }
    target = FreshdeskHarness.connect(tmp_path, harness)
    (problem,) = check(load_target_mapping(MAPPING), target.schema("tickets"))
    assert "requires 'custom_fields.cf_region'" in problem.message
    sent = record(harness, Thing.CASE, "a")
    refusals = [
        target.write("tickets", [each])[0]
        for each in (sent, replace(sent, fields={**sent.fields, "custom_fields.cf_region": "East"}))
    ]
    assert [each.field for each in refusals if isinstance(each, Refusal)] == ["custom_fields.cf_region"] * 2
    (made,) = target.write("tickets", [replace(sent, fields={**sent.fields, "custom_fields.cf_region": "North"})])
    assert isinstance(made, Written)


def test_a_contact_with_the_same_address_is_named_for_a_person_or_identity_to_decide(tmp_path: Path) -> None:
    harness = FreshdeskHarness(tmp_path)
    ref = harness.foreign_person("Ada Kern", "ada.kern@example.com")
    sent = record(harness, Thing.PERSON, "ada")
    (refusal,) = write(harness, replace(sent, fields={**sent.fields, "email": "ada.kern@example.com"}))
    assert isinstance(refusal, Refusal)
    assert (refusal.code, refusal.candidates, refusal.field) == (Ended.DUPLICATE, (ref,), "email")


def test_a_status_of_the_accounts_own_is_told_in_its_own_word_also_where_ours_stays_the_same(tmp_path: Path) -> None:
    harness = FreshdeskHarness(tmp_path)
    ref = case_for(harness)
    cursor = list(harness.target.activity(Cursor()))[-1].cursor
    told = []
    for status in (6, 7):
        harness.clock.forward(timedelta(minutes=5))
        harness.fake.touch(harness.fake.items[int(ref)], AGENT, status=status)
        pages = list(harness.target.activity(cursor))
        told += [item for page in pages for item in page.items if isinstance(item, CaseEvent)]
        cursor = pages[-1].cursor
    assert [(each.what, each.value, each.native) for each in told] == [
        (What.STATUS, "open", "6"),
        (What.STATUS, "open", "7"),
    ]


def test_a_ticket_of_nobody_belongs_to_the_common_contact_and_nobody_is_mailed(tmp_path: Path) -> None:
    harness = FreshdeskHarness(tmp_path)
    ref = case_for(harness)
    assert harness.fake.items[int(ref)].fields["unique_external_id"] == "casebridge-social"
    assert list(harness.fake.notices) == []
