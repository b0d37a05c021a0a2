"""Queries: what they find, page by page, and what they refuse."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from simple_salesforce import SalesforceError, format_soql

from bridge.clock import FixedClock
from tests.fakes.salesforce.app import Fake
from tests.fakes.salesforce.sdk import connected

if TYPE_CHECKING:
    from simple_salesforce.api import Salesforce


@pytest.fixture
def cases(sf: Salesforce, clock: FixedClock) -> list[str]:
    """Make four cases of two people, a minute apart."""
    people = [
        sf.Contact.create({"LastName": name, "Email": f"{name}@x.example"})["id"] for name in ("Sommer", "Winter")
    ]
    subjects = [("Router broken", 0), ("router again", 0), ("It's a bill", 1), ("100% lost", 1)]
    made = []
    for subject, person in subjects:
        clock.forward(timedelta(minutes=1))
        made.append(
            sf.Case.create({"Subject": subject, "ContactId": people[person], "Priority": "High" if person else "Low"})[
                "id"
            ]
        )
    return made


def found(sf: Salesforce, where: str, cases: list[str], rest: str = "ORDER BY CaseNumber") -> list[int]:
    """Return the numbers of the cases that a condition finds, from 0 on."""
    return [cases.index(row["Id"]) for row in sf.query(f"SELECT Id FROM Case WHERE {where} {rest}")["records"]]


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("Subject = 'ROUTER BROKEN'", [0]),
        ("Subject != 'Router broken'", [1, 2, 3]),
        ("Subject LIKE '%router%'", [0, 1]),
        (r"Subject = 'It\'s a bill'", [2]),
        ("Priority IN ('High','Urgent')", [2, 3]),
        ("Priority NOT IN ('High')", [0, 1]),
        ("Contact.LastName = 'Sommer' AND (Subject LIKE '%again' OR Subject LIKE 'nothing')", [1]),
        ("NOT Contact.LastName = 'Sommer'", [2, 3]),
        ("CreatedDate >= 2026-03-02T09:02:00Z AND CreatedDate < 2026-03-02T09:04:00Z", [1, 2]),
        ("CreatedDate > 2026-03-02T10:02:00+01:00", [2, 3]),
        ("ParentId = null AND IsClosed = false", [0, 1, 2, 3]),
        ("ClosedDate != null", []),
        ("Owner.Name = 'Support'", [0, 1, 2, 3]),
        ("Owner.Type = 'User'", []),
        ("Owner.Type = 'Queue' AND CreatedBy.Name LIKE 'Casebridge%'", [0, 1, 2, 3]),
    ],
)
def test_conditions_find_what_they_say(sf: Salesforce, cases: list[str], where: str, expected: list[int]) -> None:
    assert found(sf, where, cases) == expected


def test_rows_are_sorted_cut_and_counted(sf: Salesforce, cases: list[str]) -> None:
    assert found(sf, "IsClosed = false", cases, "ORDER BY Priority, CreatedDate DESC LIMIT 3 OFFSET 1") == [2, 1, 0]
    assert sf.query("SELECT COUNT() FROM Case WHERE Priority = 'High'")["totalSize"] == 2


def test_a_filter_by_id_takes_either_length(sf: Salesforce, cases: list[str]) -> None:
    assert found(sf, f"Id IN ('{cases[0][:15]}', '{cases[3]}')", cases) == [0, 3]


def test_the_sdks_own_quoting_is_understood(sf: Salesforce, cases: list[str]) -> None:
    query = format_soql(
        "SELECT Id FROM Case WHERE Subject IN {s} AND CreatedDate > {t}",
        s=["It's a bill", "a\\b\n"],
        t=datetime(2026, 3, 1, tzinfo=UTC),
    )
    assert [row["Id"] for row in sf.query(query)["records"]] == [cases[2]]


@settings(max_examples=40)
@given(
    st.text(st.characters(exclude_categories=("Cs", "Cc", "Z")), min_size=1, max_size=60).filter(
        lambda key: key.strip(".")
    )
)
def test_any_key_is_stored_once_and_found_again_by_address_and_by_query(key: str) -> None:
    fake = Fake(FixedClock(datetime(2026, 3, 2, tzinfo=UTC)))
    sf = connected(fake)
    address = "Casebridge_Key__c/" + quote(key, safe="")
    assert [sf.Case.upsert(address, {"Subject": subject}) for subject in ("one", "two")] == [201, 200]
    sf.Case.upsert(address + "x", {"Subject": "another"})
    found = sf.query(format_soql("SELECT Subject, Casebridge_Key__c FROM Case WHERE Casebridge_Key__c = {}", key))[
        "records"
    ]
    assert [(row["Subject"], row["Casebridge_Key__c"]) for row in found] == [("two", key)]


def test_relationships_are_rows_inside_rows_and_null_where_they_end(sf: Salesforce, cases: list[str]) -> None:
    (row,) = sf.query(f"SELECT Contact.Email, Contact.Account.Name, Account.Name FROM Case WHERE Id = '{cases[0]}'")[
        "records"
    ]
    assert row["Contact"]["Email"] == "sommer@x.example".replace("s", "S", 1)
    assert row["Contact"]["Account"] is None
    assert row["Account"] is None
    assert row["Contact"]["attributes"]["type"] == "Contact"


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("SELECT Id FROM Case WHERE", "MALFORMED_QUERY"),
        ("SELECT Id FROM Case WHERE Subject = 'a' AND Subject = 'b' OR Subject = 'c'", "MALFORMED_QUERY"),
        ("SELECT Id FROM Case GROUP BY Id", "MALFORMED_QUERY"),
        ("SELECT Id, (SELECT Id FROM CaseComments) FROM Case", "MALFORMED_QUERY"),
        ("SELECT * FROM Case", "MALFORMED_QUERY"),
        ('SELECT Id FROM Case WHERE Subject = "a"', "MALFORMED_QUERY"),
        ("SELECT Nope FROM Case", "INVALID_FIELD"),
        ("SELECT Nope.Id FROM Case", "INVALID_FIELD"),
        ("SELECT Id FROM Case WHERE Nope = 1", "INVALID_FIELD"),
        ("SELECT Id FROM Nope", "INVALID_TYPE"),
        ("SELECT Id FROM Case WHERE CreatedDate > '2026-03-02T09:00:00Z'", "INVALID_FIELD"),
        ("SELECT Id FROM Case WHERE Description = 'x'", "INVALID_FIELD"),
        ("SELECT Id FROM Case WHERE Id = 'nonsense'", "INVALID_QUERY_FILTER_OPERATOR"),
        ("SELECT Id FROM Case LIMIT 10 OFFSET 2001", "NUMBER_OUTSIDE_VALID_RANGE"),
    ],
)
def test_what_is_no_query_here_is_refused(sf: Salesforce, cases: list[str], query: str, code: str) -> None:
    assert cases
    with pytest.raises(SalesforceError) as refused:
        sf.query(query)
    assert refused.value.content[0]["errorCode"] == code


def test_pages_hold_two_thousand_rows_as_they_were_at_first(fake: Fake, sf: Salesforce) -> None:
    for number in range(4001):
        fake.world.seed("Contact", LastName=f"{number:04}")
    first = sf.query("SELECT LastName FROM Contact ORDER BY LastName")
    fake.world.seed("Contact", LastName="0000a")
    rows = [*first["records"]]
    page = first
    while not page["done"]:
        page = sf.query_more(page["nextRecordsUrl"], identifier_is_url=True)
        rows += page["records"]
    assert first["totalSize"] == 4001
    assert [row["LastName"] for row in rows] == [f"{number:04}" for number in range(4001)]
    with pytest.raises(SalesforceError, match="INVALID_QUERY_LOCATOR"):
        sf.query_more(first["nextRecordsUrl"], identifier_is_url=True)


def test_deleted_and_merged_rows_are_seen_by_query_all_only(fake: Fake, sf: Salesforce) -> None:
    master, loser = (sf.Contact.create({"LastName": name})["id"] for name in ("Sommer", "Summer"))
    case = sf.Case.create({"ContactId": loser})["id"]
    fake.agent().merge(master, loser)
    asked = f"SELECT Id, IsDeleted, MasterRecordId FROM Contact WHERE Id = '{loser}'"
    assert sf.query(asked)["records"] == []
    (row,) = sf.query(asked, include_deleted=True)["records"]
    assert (row["IsDeleted"], row["MasterRecordId"]) == (True, master)
    assert sf.Case.get(case)["ContactId"] == master


def test_the_search_index_lags_and_finds_phones_in_any_notation(sf: Salesforce, clock: FixedClock) -> None:
    record = sf.Contact.create({"LastName": "Sommer", "Phone": "030 / 123 45 67"})["id"]
    asked = "FIND {4930 1234567} IN PHONE FIELDS RETURNING Contact(Id, Phone)"
    assert sf.search(asked)["searchRecords"] == []
    clock.forward(timedelta(seconds=31))
    assert [row["Id"] for row in sf.search(asked)["searchRecords"]] == [record]


def test_an_address_longer_than_the_vendor_takes_is_refused(sf: Salesforce) -> None:
    with pytest.raises(SalesforceError) as refused:
        sf.query(
            "SELECT Id FROM Contact WHERE LastName IN (" + ",".join(f"'{number:08}'" for number in range(2000)) + ")"
        )
    assert refused.value.status == 414
