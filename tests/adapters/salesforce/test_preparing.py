"""An org is prepared as far as the API can, and the rest is said, step by step; what is shipped fits together."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from adapters.salesforce import foreign, people
from adapters.salesforce.preparing import PACKAGE as SHIPPED
from adapters.salesforce.target import SalesforceTarget
from bridge.clock import FixedClock
from bridge.contracts import Surroundings
from bridge.mapping.target import load_target_mapping
from bridge.nouns import KeyField
from tests.adapters.salesforce.orgs import KEY, OBJECTS, connected, later, opened, session, settings
from tests.fakes.salesforce.org import bare, hostile, plain
from tests.source_tree import ROOT

PACKAGE = SHIPPED / "source"


def test_an_org_that_has_everything_needs_nothing() -> None:
    steps = connected(opened()).prepare(list(OBJECTS.values()), dry_run=False)
    assert [step.done for step in steps] == [True, True, True]


def test_a_bare_org_gets_its_fields_and_the_rest_by_hand() -> None:
    fake = opened(bare())
    target = connected(fake)
    planned = target.prepare(list(OBJECTS.values()), dry_run=True)
    assert [step.done for step in planned] == [False, False, False]
    assert KEY not in fake.org.objects["Case"].fields
    steps = target.prepare(list(OBJECTS.values()), dry_run=False)
    assert [step.done for step in steps] == [True, True, False]
    assert "sf project deploy start" in steps[2].manual
    assert fake.org.objects["Case"].fields[KEY].unique


def test_a_field_that_no_api_can_make_is_said() -> None:
    (step,) = connected(opened()).prepare([KeyField("Case", "OrderNumber")], dry_run=False)
    assert (step.done, bool(step.manual)) == (False, True)


def test_check_says_what_is_wrong_and_how_to_mend_it() -> None:
    account = connected(opened(bare()), case_owner="").check()
    wrong = [finding for finding in account.findings if not finding.ok]
    assert {finding.text.split()[0] for finding in wrong} >= {"Contact", "Case", "case_owner"}
    assert all(finding.remedy for finding in wrong)


def test_check_warns_of_required_fields_and_of_a_day_that_is_used_up() -> None:
    org = hostile()
    org.used_before = 19_000
    findings = connected(opened(org)).check().findings
    assert any("Region__c" in finding.text for finding in findings)
    assert any("API calls" in finding.text and not finding.ok for finding in findings)


def test_check_knows_person_accounts_and_social_posts() -> None:
    texts = [finding.text for finding in connected(opened(plain(person_accounts=True, social=True))).check().findings]
    assert any("Person Accounts" in text for text in texts)
    assert any("SocialPost" in text for text in texts)


def test_check_finds_owners_who_left_and_ids_that_are_no_queue() -> None:
    fake = opened()
    fake.world.deactivate("Ada Amsel")
    regular = fake.world.seed("Group", Name="Sales", DeveloperName="Sales", Type="Regular")
    for owner, said in (
        (regular, "no queue of cases"),
        ("Support", "no active user"),
        ("00GCb0000000099IAA", "no id"),
        (fake.world.system, "belong to us"),
    ):
        findings = connected(fake, case_owner=owner).check().findings
        wrong = {finding.text.partition(" ")[0]: finding for finding in findings if not finding.ok}
        assert set(wrong) == {"case_owner", "record_owner"}
        assert said in wrong["case_owner"].text
        assert "no active user" in wrong["record_owner"].text
        assert all(finding.remedy for finding in wrong.values())


def test_check_names_the_flows_that_may_mail_and_where_to_look_for_what_is_not_told() -> None:
    told = [finding.text for finding in connected(opened(hostile())).check().findings if "flows that" in finding.text]
    assert any("Greet_the_sender" in text and "Case Auto-Response Rules" in text for text in told)


def test_check_names_the_rights_that_are_missing() -> None:
    fake = opened()
    fake.org.objects["Case"].createable = False
    wrong = [finding for finding in connected(fake).check().findings if not finding.ok]
    assert any("Case (case) is not createable for us" in finding.text for finding in wrong)
    assert all("permission set" in finding.remedy for finding in wrong)


def test_check_names_the_fields_that_rights_hide_from_readings() -> None:
    fake = opened()
    fake.org.objects["Case"].hidden |= {"SuppliedEmail", "Subject"}
    fake.org.objects["Contact"].hidden.add("MobilePhone")
    wrong = {finding.text: finding.remedy for finding in connected(fake).check().findings if not finding.ok}
    assert set(wrong) == {
        "the integration user does not see MobilePhone of Contact",
        "the integration user does not see Subject, SuppliedEmail of Case",
    }
    assert all("Field Permissions" in remedy for remedy in wrong.values())


def test_the_permission_set_lets_us_use_what_mappings_fill_and_readings_ask_for() -> None:
    """Person accounts and posts have fields that an org without them has not: there ``check`` says what to tick."""
    granted = fields_granted(PACKAGE)
    org = plain()
    filled = [
        load_target_mapping(ROOT / "mappings" / "salesforce" / f"{name}.yaml") for name in ("person", "case", "message")
    ]
    used = {(each.object, field) for each in filled for field in (*each.fields, each.key_field)}
    used |= {("Case", field) for field in foreign.READ} | {("Contact", field) for field in people.CONTACT}
    free = {("Contact", "FirstName"), ("Contact", "LastName"), ("Case", "Status")}  # no right hides these
    wanted = {
        f"{name}.{field}"
        for name, field in used - free
        if org.objects[name].fields[field].described()["permissionable"]
    }
    assert wanted - granted == set()


def test_check_tells_how_far_the_clocks_are_apart_and_not_how_long_ago_it_signed_in() -> None:
    fake = opened()
    for slow, ok in ((timedelta(), True), (timedelta(minutes=3), False)):
        ours = FixedClock(fake.clock.now() - slow)
        surroundings = Surroundings("org", Path(), ours, {thing: (each,) for thing, each in OBJECTS.items()})
        target = SalesforceTarget(settings(fake), surroundings, lambda _: session(fake))
        target.budget()
        ours.forward(timedelta(minutes=30))
        later(fake, timedelta(minutes=30))
        (finding,) = [finding for finding in target.check().findings if "clocks" in finding.text]
        assert (finding.ok, f"{slow.seconds} s apart" in finding.text) == (ok, True)


def test_check_without_a_way_in_says_only_that() -> None:
    (finding,) = connected(opened(), consumer_secret="wrong").check().findings
    assert not finding.ok
    assert "wrong" not in finding.text.replace("is wrong", "")


@pytest.mark.parametrize("file", ["message", "case", "person"])
def test_the_shipped_package_has_every_field_of_ours_that_the_shipped_mappings_fill(file: str) -> None:
    mapping = load_target_mapping(ROOT / "mappings" / "salesforce" / f"{file}.yaml")
    folder = PACKAGE / "objects" / mapping.object / "fields"
    made = {name(path) for path in folder.iterdir()}
    assert {each for each in (*mapping.fields, mapping.key_field) if each.endswith("__c")} <= made


def test_the_permission_set_lets_us_use_every_field_that_the_package_makes() -> None:
    granted = fields_granted(PACKAGE)
    for path in PACKAGE.glob("objects/*/fields/*.xml"):
        kind = next(node.text for node in read(path).iter() if node.tag.endswith("}type"))
        assert f"{path.parent.parent.name}.{name(path)}" in granted or kind == "MasterDetail"


def fields_granted(folder: Path) -> set[str]:
    """Return the fields that the permission sets of a folder let their people see."""
    sets = folder.rglob("*.permissionset-meta.xml")
    return {node.text or "" for path in sets for node in read(path).iter() if node.tag.endswith("}field")}


def name(path: Path) -> str:
    return path.name.partition(".")[0]


def read(path: Path) -> ET.Element:
    return ET.fromstring(path.read_text(encoding="utf-8"))  # noqa: S314 - our own file
