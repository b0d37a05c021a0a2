"""Many messages of one case take few calls, and none of them overtakes another."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bridge.nouns import Record, Refusal, Retry, Thing, Unknown, Written
from tests.adapters.salesforce.brand import opened as branded
from tests.adapters.salesforce.orgs import KEY, connected, later, opened
from tests.fakes.salesforce.org import Rule, Trouble, plain

if TYPE_CHECKING:
    from pathlib import Path

    from adapters.salesforce.target import SalesforceTarget
    from tests.fakes.salesforce.app import Fake

NAME = "Casebridge_Message__c"


def message(parent: str, n: int, text: str = "x") -> Record:
    key = f"cb1-{parent[-6:]}-{n:04}"
    return Record(thing=Thing.MESSAGE, object=NAME, key=key, key_field=KEY, fields={"Text__c": text}, parent=parent)


def cases(fake: Fake, count: int) -> list[str]:
    return [fake.agent().create("Case", Subject=f"Case {n}") for n in range(count)]


def told(fake: Fake) -> dict[str, list[str]]:
    """Return the keys in each case in the order in which they were put there."""
    found: dict[str, list[str]] = defaultdict(list)
    for row in sorted(fake.rows(NAME), key=lambda row: str(row["Name"])):
        found[row["Case__c"]].append(row[KEY])
    return dict(found)


def delivered(target: SalesforceTarget, records: list[Record]) -> int:
    """Write until nothing is left to be tried again; returns how often."""
    times = 0
    while records:
        times += 1
        assert times < 50
        outcomes = target.write(NAME, records)
        records = [each for each, outcome in zip(records, outcomes, strict=True) if isinstance(outcome, Retry)]
    return times


def test_ten_messages_of_each_of_a_hundred_cases_take_two_calls() -> None:
    fake = opened()
    target = connected(fake)
    target.budget()
    homes = cases(fake, 100)
    records = [message(home, n) for n in range(10) for home in homes]
    fake.calls.clear()
    outcomes = target.write(NAME, records)
    assert all(isinstance(each, Written) for each in outcomes)
    assert len(fake.calls) <= 3  # the look-up in chunks of 1,000 keys, the cases, and five collections in one
    assert told(fake) == {home: [message(home, n).key for n in range(10)] for home in homes}


def test_a_refused_message_is_a_gap_and_those_of_other_cases_go_in_the_same_write() -> None:
    org = plain()
    org.rules.append(Rule(NAME, "No shouting.", lambda new, _old: new.get("Text__c") == "LOUD", "Text__c"))
    fake = opened(org)
    one, other = cases(fake, 2)
    records = [message(one, 0), message(one, 1, "LOUD"), message(one, 2), message(other, 0), message(other, 1)]
    outcomes = connected(fake).write(NAME, records)
    assert [type(each) for each in outcomes] == [Written, Refusal, Written, Written, Written]
    assert told(fake)[one] == [records[0].key, records[2].key]


def test_messages_of_a_case_that_somebody_holds_wait_together_and_others_go() -> None:
    fake = opened()
    one, other = cases(fake, 2)
    fake.world.hold(one, timedelta(seconds=20))
    records = [message(home, n) for home in (one, other) for n in range(3)]
    target = connected(fake)
    outcomes = target.write(NAME, records)
    assert [type(each) for each in outcomes] == [Retry, Retry, Retry, Written, Written, Written]
    later(fake, timedelta(minutes=2))
    assert delivered(target, records[:3]) == 1
    assert told(fake) == {home: [message(home, n).key for n in range(3)] for home in (one, other)}


def test_more_than_a_collection_of_one_case_goes_in_several_writes() -> None:
    fake = opened()
    (home,) = cases(fake, 1)
    records = [message(home, n) for n in range(450)]
    assert delivered(connected(fake), records) == 3
    assert told(fake) == {home: [each.key for each in records]}


def test_after_a_lost_answer_all_is_unknown_and_found() -> None:
    fake = opened()
    target = connected(fake)
    target.budget()
    records = [message(home, n) for home in cases(fake, 2) for n in range(3)]
    fake.faults.order(None, "reset_after")
    assert {type(each) for each in target.write(NAME, records)} == {Unknown}
    found = target.find(NAME, {each.key: each.parent for each in records}, fake.clock.now())
    assert all(each.ref for each in found.values())


@pytest.mark.parametrize("lock_every", [3, 7])
def test_order_holds_while_a_second_client_holds_locks(lock_every: int) -> None:
    org = plain()
    org.trouble = Trouble(lock_every=lock_every, lock_for=timedelta(seconds=1))
    fake = opened(org)
    target, homes = connected(fake), cases(fake, 6)
    records = [message(home, n) for n in range(5) for home in homes]
    left = list(records)
    for _ in range(200):
        outcomes = target.write(NAME, left) if left else []
        left = [each for each, outcome in zip(left, outcomes, strict=True) if isinstance(outcome, Retry)]
        later(fake, timedelta(seconds=5))
    assert left == []
    assert told(fake) == {home: [message(home, n).key for n in range(5)] for home in homes}


def test_a_long_conversation_is_delivered_in_a_few_calls_and_in_its_order(tmp_path: Path) -> None:
    with branded(tmp_path) as brand:
        now = brand.clock.now()
        times = [(now + timedelta(seconds=n)).isoformat() for n in range(30)]
        said = [{"id": f"{n:02}", "text": f"Parcel {n}?", "sent_at": at} for n, at in enumerate(times)]
        brand.say(*({**each, "thread": "t1", "kind": "direct", "public": False} for each in said))
        brand.sync()
        texts = [row["Text__c"] for row in sorted(brand.fake.rows(NAME), key=lambda row: str(row["Name"]))]
        assert texts == [f"Parcel {n}?" for n in range(30)]
        assert sum(call.method == "POST" for call in brand.fake.calls if "/composite" in call.path) <= 8
