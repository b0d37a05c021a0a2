"""Storms: faults of every kind, several clients at once; whatever happens, what the org holds makes sense."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import requests
from simple_salesforce import SalesforceError

from tests.fakes.faults import Faults
from tests.fakes.salesforce.app import Fake
from tests.fakes.salesforce.sdk import connected, session_to

if TYPE_CHECKING:
    from simple_salesforce.api import Salesforce

    from bridge.clock import FixedClock

KINDS = ("reset_before", "reset_after", "timeout", "500", "503", "401", "403_limit", "lock", "refuse", "html")
KEY = "Casebridge_Key__c"


def persist(sf: Salesforce, wanted: list[str]) -> None:
    """Upsert cases until each of them is known to stand."""
    left = list(wanted)
    while left:
        records = [{"attributes": {"type": "Case"}, KEY: key, "Subject": key} for key in left[:20]]
        try:
            results = sf.restful(f"composite/sobjects/Case/{KEY}", method="PATCH", json={"records": records})
        except (SalesforceError, requests.RequestException):
            continue
        left = [record[KEY] for record, result in zip(records, results, strict=True) if not result["success"]] + left[
            20:
        ]


def test_persistence_ends_in_each_record_exactly_once_whatever_fails(clock: FixedClock) -> None:
    fake = Fake(clock, faults=Faults(11))
    sf = connected(fake)
    fake.faults.probabilities = dict.fromkeys(KINDS, 0.03)
    wanted = [f"case-{number}" for number in range(1000)]
    persist(sf, wanted)
    assert sorted(row[KEY] for row in fake.rows("Case")) == sorted(wanted)
    assert len(fake.faults.drawn) > 5
    assert fake.usage.used <= len(fake.calls)


def test_several_clients_at_once_get_one_record_for_each_key(clock: FixedClock) -> None:
    fake = Fake(clock, faults=Faults(3))
    sf = connected(fake)
    token = sf.session_id

    def work(_number: int) -> list[Any]:
        client = type(sf)(
            session_id=token, instance_url="https://pretend.my.salesforce.com", version="66.0", session=session_to(fake)
        )
        persist(client, [f"shared-{number}" for number in range(100)])
        return [client.query("SELECT COUNT() FROM Case")["totalSize"]]

    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(work, range(4))) == [[100]] * 4
    assert len({row["CaseNumber"] for row in fake.rows("Case")}) == 100


def test_what_was_rolled_back_leaves_no_trace_in_any_index(clock: FixedClock) -> None:
    fake = Fake(clock)
    sf = connected(fake)
    contact = sf.Contact.create({"LastName": "Sommer", "Email": "a@x.example"})["id"]
    body = {
        "allOrNone": True,
        "compositeRequest": [
            {
                "method": "PATCH",
                "url": f"/services/data/v66.0/sobjects/Contact/{contact}",
                "referenceId": "a",
                "body": {"Email": "b@x.example"},
            },
            {
                "method": "POST",
                "url": "/services/data/v66.0/sobjects/Case",
                "referenceId": "b",
                "body": {KEY: "k", "ContactId": contact},
            },
            {"method": "POST", "url": "/services/data/v66.0/sobjects/Case", "referenceId": "c", "body": {"Nope": 1}},
        ],
    }
    sf.restful("composite", method="POST", json=body)
    assert sf.query("SELECT Id FROM Contact WHERE Email = 'b@x.example'")["totalSize"] == 0
    assert sf.query("SELECT Id FROM Contact WHERE Email = 'a@x.example'")["totalSize"] == 1
    assert sf.query(f"SELECT Id FROM Case WHERE ContactId = '{contact}'")["totalSize"] == 0
    assert sf.Case.create({KEY: "k"})["success"]
    assert [row["Field"] for row in fake.rows("CaseHistory")] == ["created"]
