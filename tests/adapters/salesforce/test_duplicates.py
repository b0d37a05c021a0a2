"""Duplicate rules: overruled only where that is switched on and may be; else our identity decides, or a person does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from adapters.salesforce.wording import refusal
from bridge.nouns import Ended, Record, Refusal, Thing, Written
from tests.adapters.salesforce.brand import opened as branded
from tests.adapters.salesforce.orgs import KEY, connected, opened
from tests.fakes.salesforce.org import DuplicateRule, plain

if TYPE_CHECKING:
    from pathlib import Path

    from tests.adapters.salesforce.brand import Brand
    from tests.fakes.salesforce.app import Fake

GRETA = {"id": "1", "text": "Where is my parcel?", "author": {"id": "u1", "handle": "greta_s", "name": "Greta Sommer"}}


def guarded(*, blocks: bool) -> Fake:
    org = plain()
    org.duplicates.append(DuplicateRule("Contact", "Same_Name", ("LastName",), blocks=blocks))
    return opened(org)


def person(n: int, name: str) -> Record:
    return Record(thing=Thing.PERSON, object="Contact", key=f"cb1-p{n}", key_field=KEY, fields={"LastName": name})


def test_a_rule_that_alerts_is_overruled_where_that_is_switched_on_and_nowhere_else() -> None:
    fake = guarded(blocks=False)
    there = fake.agent().create("Contact", LastName="Kern")
    (refused,) = connected(fake).write("Contact", [person(1, "Kern")])
    assert isinstance(refused, Refusal)
    assert (refused.code, refused.candidates) == (Ended.DUPLICATE, (there,))
    (outcome,) = connected(fake, allow_duplicates=True).write("Contact", [person(1, "Kern")])
    assert isinstance(outcome, Written)
    assert outcome.created


def test_a_rule_that_blocks_is_never_overruled_and_names_whom_it_means() -> None:
    fake = guarded(blocks=True)
    there = fake.agent().create("Contact", LastName="Kern")
    (refused,) = connected(fake, allow_duplicates=True).write("Contact", [person(1, "Kern")])
    assert isinstance(refused, Refusal)
    assert (refused.code, refused.candidates) == (Ended.DUPLICATE, (there,))
    assert [row["Id"] for row in fake.rows("Contact")] == [there]


def test_thirty_refused_of_many_are_named_in_two_more_calls_and_the_others_are_written() -> None:
    fake = guarded(blocks=True)
    names = {fake.agent().create("Contact", LastName=f"Kern {n}"): f"cb1-p{n}" for n in range(30)}
    target = connected(fake)
    target.budget()
    before = len(fake.calls)
    outcomes = target.write("Contact", [person(n, f"Kern {n}") for n in range(200)])
    refused = [each for each in outcomes if isinstance(each, Refusal)]
    assert [each.candidates for each in refused] == [(ref,) for ref in names]
    assert sum(isinstance(each, Written) for each in outcomes) == 170
    assert len(fake.calls) - before == 1 + 1 + 2  # a look-up, a collection, and 25 at a time


@pytest.mark.parametrize(
    "result", [{}, {"duplicateResult": None}, {"duplicateResult": {"matchResults": [{"matchRecords": [{}]}]}}]
)
def test_matches_that_the_integration_user_may_not_see_are_nobody(result: dict[str, object]) -> None:
    told = refusal({"errorCode": "DUPLICATES_DETECTED", "message": "Use one of these records?", **result}, "Contact")
    assert (told.code, told.candidates) == (Ended.DUPLICATE, ())


def test_matches_of_another_object_are_no_candidates() -> None:
    record = {"record": {"attributes": {"type": "Lead"}, "Id": "00QCb0000000001IAA"}}
    result = {"matchResults": [{"entityType": "Lead", "matchRecords": [record]}]}
    fault = {"errorCode": "DUPLICATES_DETECTED", "message": "?", "duplicateResult": result}
    assert refusal(fault, "Contact").candidates == ()


def contacts_of_cases(brand: Brand) -> list[str | None]:
    return [row["ContactId"] for row in brand.fake.rows("Case")]


def test_whom_the_rule_means_waits_for_a_person_until_our_identity_links_the_contact(tmp_path: Path) -> None:
    org = plain()
    org.duplicates.append(DuplicateRule("Contact", "Same_Name", ("LastName",), blocks=True))
    with branded(tmp_path, org) as brand:
        there = brand.fake.agent().create("Contact", LastName="Greta Sommer")
        brand.say({**GRETA, "author": {**GRETA["author"], "email": "greta@example.org"}})
        brand.sync()
        assert [row["Id"] for row in brand.fake.rows("Contact")] == [there]
        assert contacts_of_cases(brand) == [None]
        assert there in brand.run("customers", "suggestions").output
        brand.fake.agent().change(there, Email="greta@example.org")
        brand.sync()
        assert [row["Id"] for row in brand.fake.rows("Contact")] == [there]
        assert contacts_of_cases(brand) == [there]
        assert there not in brand.run("customers", "suggestions").output
