"""Bulk API 2.0: jobs run in their own time, by the clock, and say what became of each record."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from simple_salesforce import SalesforceError
from simple_salesforce.bulk2 import LineEnding, Operation

if TYPE_CHECKING:
    from simple_salesforce.api import Salesforce
    from simple_salesforce.bulk2 import _Bulk2Client

    from bridge.clock import FixedClock
    from tests.fakes.salesforce.app import Fake

KEY = "Casebridge_Key__c"


def client(sf: Salesforce, name: str = "Contact") -> _Bulk2Client:
    """Return the SDK's own client of jobs."""
    jobs: _Bulk2Client = getattr(sf.bulk2, name)._client
    return jobs


def table(text: str | bytes) -> list[dict[str, str]]:
    """Read a file of results."""
    return list(csv.DictReader(io.StringIO(text if isinstance(text, str) else text.decode())))


def started(sf: Salesforce, data: str, operation: Operation = Operation.upsert, **options: Any) -> str:  # noqa: ANN401 - the SDK's own options
    """Open a job, upload a file, close it; return its id."""
    jobs = client(sf)
    key = KEY if operation is Operation.upsert else None
    job: str = jobs.create_job(operation, external_id_field=key, **options)["id"]
    jobs.upload_job_data(job, data)
    jobs.close_job(job)
    return job


def run(sf: Salesforce, clock: FixedClock, data: str, operation: Operation = Operation.upsert) -> str:
    """Let a job run to its end."""
    job = started(sf, data, operation)
    clock.forward(timedelta(minutes=1))
    return job


def test_a_job_goes_through_its_states_by_the_clock(sf: Salesforce, clock: FixedClock) -> None:
    jobs = client(sf)
    job = started(sf, f"{KEY},LastName\nk1,Sommer\n")
    states = [jobs.get_job(job, is_query=False)["state"]]
    for seconds in (6, 20):
        clock.forward(timedelta(seconds=seconds))
        states.append(jobs.get_job(job, is_query=False)["state"])
    assert states == ["UploadComplete", "InProgress", "JobComplete"]
    with pytest.raises(SalesforceError, match="INVALIDJOBSTATE"):
        jobs.close_job(job)


def test_each_record_has_its_result_with_what_was_sent(fake: Fake, sf: Salesforce, clock: FixedClock) -> None:
    sf.Contact.create({"LastName": "Winter", KEY: "k2"})
    job = run(
        sf,
        clock,
        f"{KEY},LastName,Email\nk1,Sommer,a@x.example\nk2,Winter,b@x.example\nk3,,c@x.example\nk4,Herbst,nonsense\n",
    )
    good, bad = (
        table(getattr(sf.bulk2.Contact, name)(job)) for name in ("get_successful_records", "get_failed_records")
    )
    assert [(row[KEY], row["sf__Created"]) for row in good] == [("k1", "true"), ("k2", "false")]
    assert [row["sf__Id"] for row in good] == [
        row["Id"] for row in sorted(fake.rows("Contact"), key=lambda row: row[KEY])
    ]
    assert [row["sf__Error"] for row in bad] == [
        "REQUIRED_FIELD_MISSING:Required fields are missing: [LastName]:LastName --",
        "INVALID_EMAIL_ADDRESS:Email: invalid email address: nonsense:Email --",
    ]
    info = client(sf).get_job(job, is_query=False)
    assert (info["numberRecordsProcessed"], info["numberRecordsFailed"]) == (4, 2)


def test_an_empty_cell_says_nothing_and_na_empties_the_field(fake: Fake, sf: Salesforce, clock: FixedClock) -> None:
    sf.Contact.create({"LastName": "Sommer", "FirstName": "Greta", "Phone": "030", KEY: "k"})
    run(sf, clock, f"{KEY},FirstName,Phone,DoNotCall\nk,,#N/A,true\n")
    (row,) = fake.rows("Contact")
    assert (row["FirstName"], row["Phone"], row["DoNotCall"]) == ("Greta", None, True)


def test_parents_are_named_by_their_key_in_the_header(fake: Fake, sf: Salesforce, clock: FixedClock) -> None:
    sf.Contact.create({"LastName": "Sommer", KEY: "p"})
    jobs = client(sf, "Case")
    job = jobs.create_job(Operation.insert)["id"]
    jobs.upload_job_data(job, f'{KEY},Contact.{KEY},Subject\nc,p,"two\nlines"\n')
    jobs.close_job(job)
    clock.forward(timedelta(minutes=1))
    (row,) = fake.rows("Case")
    assert (row["ContactId"], row["Subject"]) == (fake.rows("Contact")[0]["Id"], "two\nlines")
    assert row["OwnerId"] == fake.world.system  # assignment rules run in a job only if it names one


def test_what_cannot_be_read_fails_the_whole_job(sf: Salesforce, clock: FixedClock) -> None:
    messages = [
        client(sf).get_job(run(sf, clock, data), is_query=False)["errorMessage"]
        for data in (f"{KEY},Nope\nk,x\n", "LastName\nSommer\n", f"{KEY},LastName\nk,Sommer,more\n")
    ]
    assert messages == [
        "InvalidBatch : Field name not found : Nope",
        f"InvalidBatch : Field name not found : {KEY}",
        "InvalidBatch : The number of columns differs from the header's",
    ]
    endings = run(sf, clock, f"{KEY},LastName\r\nk,x\r\n")
    assert client(sf).get_job(endings, is_query=False)["state"] == "Failed"
    fine = started(sf, f"{KEY},LastName\r\nk,x\r\n", line_ending=LineEnding.CRLF)
    clock.forward(timedelta(minutes=1))
    assert client(sf).get_job(fine, is_query=False)["state"] == "JobComplete"


def test_rows_near_by_that_share_a_key_are_refused(sf: Salesforce, clock: FixedClock) -> None:
    job = run(sf, clock, f"{KEY},LastName\nk,Sommer\nk,Winter\n")
    assert {row["sf__Error"] for row in table(sf.bulk2.Contact.get_failed_records(job))} == {
        f"DUPLICATE_VALUE:Duplicate external id specified: k:{KEY} --"
    }


def test_an_aborted_job_did_nothing_and_gives_its_records_back(fake: Fake, sf: Salesforce, clock: FixedClock) -> None:
    job = started(sf, f"{KEY},LastName\nk,Sommer\n")
    client(sf).abort_job(job, is_query=False)
    clock.forward(timedelta(minutes=1))
    assert fake.rows("Contact") == []
    assert client(sf).get_job(job, is_query=False)["state"] == "Aborted"


def test_deletions_go_by_id(fake: Fake, sf: Salesforce, clock: FixedClock) -> None:
    record = sf.Contact.create({"LastName": "Sommer"})["id"]
    run(sf, clock, f"Id\n{record}\n", Operation.delete)
    assert fake.rows("Contact") == []


def test_a_query_gives_its_rows_in_parts_by_locator(fake: Fake, sf: Salesforce, clock: FixedClock) -> None:
    for number in range(25):
        fake.world.seed("Contact", LastName=f"{number:02}", Email=f"{number}@x.example")
    jobs = client(sf)
    job = jobs.create_job(Operation.query, query="SELECT Id, LastName, Account.Name FROM Contact ORDER BY LastName")[
        "id"
    ]
    with pytest.raises(SalesforceError, match="INVALIDJOBSTATE"):
        jobs.get_query_results(job)
    clock.forward(timedelta(minutes=1))
    names, locator = [], ""
    while True:
        part = jobs.get_query_results(job, locator, 10)
        names += [row["LastName"] for row in table(part["records"])]
        locator = part["locator"]
        if not locator:
            break
    assert names == [f"{number:02}" for number in range(25)]
    with pytest.raises(SalesforceError, match="INVALID_FIELD"):
        jobs.create_job(Operation.query, query="SELECT Nope FROM Contact")
