"""What goes wrong in an org while one works: said in plain words, mended by a person, and then everything stands once."""

from __future__ import annotations

import shutil
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bridge.errors import BudgetSpent
from bridge.nouns import Amendment, AmendmentKind, Record, Refusal, Retry, Share, Thing, Written
from tests.adapters.salesforce.brand import opened as branded
from tests.adapters.salesforce.orgs import KEY, connected, opened
from tests.fakes.salesforce.fields import text
from tests.fakes.salesforce.org import Trouble, plain
from tests.source_tree import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from tests.adapters.salesforce.brand import Brand

CASE = Record(thing=Thing.CASE, object="Case", key="cb1-c", key_field=KEY, fields={"Subject": "Router"})


def said(number: int) -> list[dict[str, object]]:
    author = {"handle": "greta_s"}
    return [{"id": f"{n}", "text": f"Parcel {n}?", "author": {**author, "id": f"u{n}"}} for n in range(number)]


def states(brand: Brand) -> Counter[tuple[str, str]]:
    return Counter((thing, state) for thing, state, _ in brand.deliveries())


def copy_mappings(folder: Path) -> Path:
    shutil.copytree(ROOT / "mappings" / "salesforce", folder / "mappings" / "salesforce")
    case = folder / "mappings" / "salesforce" / "case.yaml"
    case.write_text(case.read_text().partition("tests:")[0])
    return case


def test_a_field_that_an_admin_deletes_in_mid_run_is_named_and_what_was_refused_goes_when_the_mapping_is_mended(
    tmp_path: Path,
) -> None:
    org = plain().add("Case", text("Hint__c"))
    org.trouble = Trouble(vanishing={70: ("Case", "Hint__c")})  # in the middle of the cases
    with branded(tmp_path, org) as brand:
        case = copy_mappings(tmp_path)
        whole = case.read_text()
        case.write_text(whole.replace("fields:\n", "fields:\n  Hint__c: {value: social}\n", 1))
        brand.say(*said(50))
        brand.sync()
        told = states(brand)
        assert told["person", "delivered"] == 50
        assert told["case", "refused"] > 0
        assert told["case", "delivered"] + told["case", "refused"] == 50
        reasons = {reason for thing, state, reason in brand.deliveries() if (thing, state) == ("case", "refused")}
        assert all("Case has no field Hint__c" in reason for reason in reasons), reasons
        assert "Case has no field 'Hint__c'" in brand.run("mapping", "check").output
        case.write_text(whole)
        assert brand.run("deliveries", "retry", "--where", "state=refused").exit_code == 0
        brand.sync()
        assert states(brand) == {("person", "delivered"): 50, ("case", "delivered"): 50, ("message", "delivered"): 50}
        assert len(brand.fake.rows("Case")) == 50


def test_full_storage_stops_deliveries_and_nothing_is_set_aside_but_deletions_go_on() -> None:
    fake = opened()
    target = connected(fake)
    (outcome,) = target.write("Case", [CASE])
    assert isinstance(outcome, Written)
    fake.world.full = True
    with pytest.raises(BudgetSpent, match="storage is full") as stopped:
        target.write("Case", [replace(CASE, key=f"cb1-{n}") for n in range(450)])
    assert stopped.value.share is Share.DELIVER
    withdraw = Amendment(kind=AmendmentKind.WITHDRAW, thing=Thing.CASE, ref=outcome.ref, key="cb1-w")
    assert isinstance(target.amend([withdraw])[0], Written)


def test_what_was_written_before_the_storage_was_full_is_told_so() -> None:
    fake = opened()
    target = connected(fake)
    (there,) = target.write("Case", [CASE])
    assert isinstance(there, Written)
    fake.world.full = True
    outcomes = target.write("Case", [replace(CASE, ref=there.ref), replace(CASE, key="cb1-new")])
    assert [type(each) for each in outcomes] == [Written, Retry]


def test_deliveries_that_waited_for_storage_go_on_by_themselves(tmp_path: Path) -> None:
    with branded(tmp_path) as brand:
        brand.fake.world.full = True
        brand.say(*said(3))
        report = brand.sync()
        assert any("storage is full" in problem for problem in report.problems)
        assert {state for _, state, _ in brand.deliveries()} == {"pending"}
        brand.fake.world.full = False
        brand.clock.forward(timedelta(hours=2))
        brand.sync()
        assert {state for _, state, _ in brand.deliveries()} == {"delivered"}


def test_rows_of_one_parent_stand_side_by_side_so_that_nobody_locks_them_in_between() -> None:
    org = plain()
    org.trouble = Trouble(scattered=True)
    fake = opened(org)
    target = connected(fake)
    people = [
        Record(thing=Thing.PERSON, object="Contact", key=f"cb1-p{n}", key_field=KEY, fields={"LastName": "Kern"})
        for n in range(3)
    ]
    refs = [outcome.ref for outcome in target.write("Contact", people) if isinstance(outcome, Written)]
    cases = [replace(CASE, key=f"cb1-c{n}", fields={"Subject": "x", "ContactId": refs[n % 3]}) for n in range(30)]
    outcomes = target.write("Case", cases)
    assert all(isinstance(each, Written) for each in outcomes)
    stored = {row["Id"]: row[KEY] for row in fake.rows("Case")}
    assert [stored[each.ref] for each in outcomes if isinstance(each, Written)] == [case.key for case in cases]


def test_a_bulk_load_is_accepted_and_settled_by_the_next_run(tmp_path: Path) -> None:
    org = plain()
    org.bulk_takes = timedelta(minutes=30)
    with branded(tmp_path, org, bulk_from=20) as brand:
        brand.say(*said(60))
        brand.sync()
        assert states(brand)["person", "accepted"] == 60
        assert not [call for call in brand.fake.calls if call.path.endswith("composite/sobjects")]
        for _ in range(5):
            brand.clock.forward(timedelta(hours=1))
            brand.sync()
        assert states(brand) == {("person", "delivered"): 60, ("case", "delivered"): 60, ("message", "delivered"): 60}
        for name in ("Contact", "Case", "Casebridge_Message__c"):
            assert len({row[KEY] for row in brand.fake.rows(name)}) == len(brand.fake.rows(name)) == 60


def test_a_row_that_a_bulk_load_refuses_is_set_aside_with_its_reason(tmp_path: Path) -> None:
    with branded(tmp_path, plain().restrict("Case", "Origin", "Email"), bulk_from=2) as brand:
        brand.say(*said(4))
        for _ in range(5):
            brand.sync()
            brand.clock.forward(timedelta(minutes=2))
        refused = [reason for thing, state, reason in brand.deliveries() if (thing, state) == ("case", "refused")]
        assert len(refused) == 4
        assert all("Origin does not take this value" in reason for reason in refused)


def test_a_restricted_picklist_that_lost_a_value_is_told_by_mapping_check_before_records_are_refused(
    tmp_path: Path,
) -> None:
    with branded(tmp_path, plain().restrict("Case", "Origin", "Phone", "Email", "Social")) as brand:
        copy_mappings(tmp_path)
        assert "Origin" not in brand.run("mapping", "check").output
        brand.fake.org.restrict("Case", "Origin", "Phone", "Email")
        assert "'Social'" in brand.run("mapping", "check").output


def test_an_unknown_owner_is_a_refusal_that_names_the_setting() -> None:
    fake = opened()
    fake.org.assignment = lambda _row: None
    fake.world.deactivate("Ada Amsel")
    person = Record(thing=Thing.PERSON, object="Contact", key="cb1-p", key_field=KEY, fields={"LastName": "Kern"})
    (refused,) = connected(fake).write("Contact", [person])
    assert isinstance(refused, Refusal)
    assert "no active user" in refused.reason
