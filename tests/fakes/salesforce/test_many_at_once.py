"""Collections and composite calls: each record has its own result, and one call is one call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from simple_salesforce import Salesforce, SalesforceError

if TYPE_CHECKING:
    from tests.fakes.salesforce.app import Fake

KEY = "Casebridge_Key__c"


def case(key: str, **values: Any) -> dict[str, Any]:  # noqa: ANN401 - any field
    """Return a case as a collection has it."""
    return {"attributes": {"type": "Case"}, KEY: key, **values}


def collect(
    sf: Salesforce, method: str, *records: dict[str, Any], path: str = "composite/sobjects", all_or_none: bool = False
) -> list[Any]:
    """Send a collection; return its results."""
    answer: list[Any] = sf.restful(path, method=method, json={"allOrNone": all_or_none, "records": list(records)})
    return answer


def upsert(sf: Salesforce, *records: dict[str, Any]) -> list[Any]:
    """Upsert cases by our key."""
    return collect(sf, "PATCH", *records, path=f"composite/sobjects/Case/{KEY}")


def test_good_records_are_stored_beside_bad_ones_and_results_keep_their_order(fake: Fake, sf: Salesforce) -> None:
    results = collect(sf, "POST", case("a"), case("b", Subject="x" * 300), case("c"))
    assert [result["success"] for result in results] == [True, False, True]
    assert results[1]["errors"][0]["statusCode"] == "STRING_TOO_LONG"
    assert results[1]["errors"][0]["fields"] == ["Subject"]
    assert [row[KEY] for row in fake.rows("Case")] == ["a", "c"]


def test_all_or_none_keeps_nothing_and_tells_which_one_was_bad(fake: Fake, sf: Salesforce) -> None:
    results = collect(sf, "POST", case("a"), case("b", Nope=1), all_or_none=True)
    assert [result["errors"][0]["statusCode"] for result in results] == [
        "ALL_OR_NONE_OPERATION_ROLLED_BACK",
        "INVALID_FIELD",
    ]
    assert fake.rows("Case") == []
    assert collect(sf, "POST", case("a"))[0]["success"]


def test_an_insert_whose_key_exists_is_refused_with_the_id_that_has_it(sf: Salesforce) -> None:
    (first,) = collect(sf, "POST", case("a"))
    (second,) = collect(sf, "POST", case("a"))
    assert second["errors"][0] == {
        "statusCode": "DUPLICATE_VALUE",
        "message": f"duplicate value found: {KEY} duplicates value on record with id: {first['id'][:15]}",
        "fields": [],
    }


def test_upserts_that_share_a_key_in_a_call_are_refused_all_of_them(sf: Salesforce) -> None:
    results = upsert(sf, case("a"), case("b"), case("a"))
    assert [result["success"] for result in results] == [False, True, False]
    assert results[0]["errors"][0]["message"] == "Duplicate external id specified: a"
    assert [result["created"] for result in upsert(sf, case("b"), case("c"))] == [False, True]


def test_records_find_their_parents_by_the_parents_key(fake: Fake, sf: Salesforce) -> None:
    sf.Contact.create({"LastName": "Sommer", KEY: "p"})
    upsert(sf, case("a", Contact={KEY: "p"}))
    message = {"attributes": {"type": "Casebridge_Message__c"}, KEY: "m", "Case__r": {KEY: "a"}, "Text__c": "Hello"}
    assert collect(sf, "POST", message)[0]["success"]
    assert fake.rows("Case")[0]["ContactId"] == fake.rows("Contact")[0]["Id"]
    assert fake.rows("Casebridge_Message__c")[0]["Case__c"] == fake.rows("Case")[0]["Id"]


def test_updates_reads_and_deletions_go_by_id(fake: Fake, sf: Salesforce) -> None:
    first, second = (result["id"] for result in collect(sf, "POST", case("a"), case("b")))
    results = collect(sf, "PATCH", {"attributes": {"type": "Case"}, "id": first, "Subject": "new"}, case("x"))
    assert [result["success"] for result in results] == [True, False]
    assert results[1]["errors"][0]["statusCode"] == "MISSING_ARGUMENT"
    read = sf.restful(
        "composite/sobjects/Case", method="POST", json={"ids": [first, "500Cb0000000009IAA"], "fields": ["Subject"]}
    )
    assert [row and row["Subject"] for row in read] == ["new", None]
    deleted = sf.restful(
        "composite/sobjects", method="DELETE", params={"ids": f"{first},{second}", "allOrNone": "false"}
    )
    assert [result["success"] for result in deleted] == [True, True]
    again = sf.restful("composite/sobjects", method="DELETE", params={"ids": first, "allOrNone": "false"})
    assert again[0]["errors"][0]["statusCode"] == "ENTITY_IS_DELETED"
    assert fake.rows("Case") == []


def test_a_collection_takes_two_hundred_and_no_more(sf: Salesforce) -> None:
    assert len(collect(sf, "POST", *(case(str(number)) for number in range(200)))) == 200
    with pytest.raises(SalesforceError, match="cannot submit more than 200 records"):
        collect(sf, "POST", *(case(str(number)) for number in range(201)))


def composite(sf: Salesforce, *requests: dict[str, Any], all_or_none: bool = True) -> list[Any]:
    """Make a composite call; return its answers."""
    answer = sf.restful("composite", method="POST", json={"allOrNone": all_or_none, "compositeRequest": list(requests)})
    parts: list[Any] = answer["compositeResponse"]
    return parts


def one(reference: str, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return one call of a composite."""
    call = {"method": method, "url": f"/services/data/v66.0/{path}", "referenceId": reference}
    return call if body is None else {**call, "body": body}


def test_later_calls_of_a_composite_use_what_earlier_ones_answered(fake: Fake, sf: Salesforce) -> None:
    before = fake.usage.used
    answers = composite(
        sf,
        one("person", "POST", "sobjects/Contact", {"LastName": "Sommer"}),
        one("case", "POST", "sobjects/Case", {"ContactId": "@{person.id}", "Subject": "x"}),
        one("look", "GET", "query?q=SELECT+Id+FROM+Case+WHERE+ContactId='@{person.id}'"),
        one("change", "PATCH", "sobjects/Case/@{look.records[0].Id}", {"Subject": "y"}),
    )
    assert [answer["httpStatusCode"] for answer in answers] == [201, 201, 200, 204]
    assert [answer["referenceId"] for answer in answers] == ["person", "case", "look", "change"]
    assert fake.rows("Case")[0]["Subject"] == "y"
    assert fake.usage.used == before + 1


def test_one_bad_call_of_a_composite_undoes_the_others_if_that_was_asked(fake: Fake, sf: Salesforce) -> None:
    calls = (
        one("good", "POST", "sobjects/Contact", {"LastName": "Sommer"}),
        one("bad", "POST", "sobjects/Contact", {}),
    )
    after = one("after", "POST", "sobjects/Case", {"ContactId": "@{bad.id}"})
    undone = composite(sf, *calls, after)
    assert [answer["body"][0]["errorCode"] for answer in undone] == [
        "PROCESSING_HALTED",
        "REQUIRED_FIELD_MISSING",
        "PROCESSING_HALTED",
    ]
    assert fake.rows("Contact") == []
    kept = composite(sf, *calls, after, all_or_none=False)
    assert [answer["httpStatusCode"] for answer in kept] == [201, 400, 400]
    assert len(fake.rows("Contact")) == 1


def test_a_composite_takes_five_collections_which_makes_a_thousand_records_a_call(fake: Fake, sf: Salesforce) -> None:
    def collection(number: int) -> dict[str, Any]:
        body = {"allOrNone": False, "records": [case(f"{number}-{each}") for each in range(200)]}
        return one(f"c{number}", "POST", "composite/sobjects", body)

    calls = len(fake.calls)
    assert all(part["httpStatusCode"] == 200 for part in composite(sf, *map(collection, range(5)), all_or_none=False))
    assert (len(fake.rows("Case")), len(fake.calls) - calls) == (1000, 1)
    with pytest.raises(SalesforceError, match="LIMIT_EXCEEDED"):
        composite(sf, *map(collection, range(6)))


def test_faults_can_strike_one_record_of_a_call(fake: Fake, sf: Salesforce) -> None:
    for fault, code in (("lock", "UNABLE_TO_LOCK_ROW"), ("refuse", "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY")):
        fake.faults.order(fault)
        results = collect(sf, "POST", case(fault), case(fault + "2"))
        assert [result["success"] for result in results] == [False, True]
        assert results[0]["errors"][0]["statusCode"] == code
