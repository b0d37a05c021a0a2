"""What a write does where Salesforce has habits of its own: locks, owners, races, lost and half answers."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

from adapters.salesforce.people import stamp
from bridge.keys import target_key
from bridge.nouns import FileContent, Record, Refusal, Retry, Thing, Unknown, Written
from tests.adapters.salesforce.orgs import KEY, NOON, case, connected, opened, person, written

if TYPE_CHECKING:
    from pathlib import Path


def test_assignment_rules_run_at_creation_and_we_own_nothing() -> None:
    fake = opened()
    target = connected(fake)
    refs = written(target.write("Case", [case(n) for n in range(3)]))
    written(target.write("Contact", [person(1)]))
    assert fake.world.system not in {row["OwnerId"] for name in ("Case", "Contact") for row in fake.rows(name)}
    fake.agent().take(refs[0])
    update = Record(
        thing=Thing.CASE, object="Case", key="cb1-c0", key_field=KEY, fields={"Type": "Problem"}, ref=refs[0]
    )
    written(target.write("Case", [update]))
    assert fake.rows("Case")[0]["OwnerId"] == fake.agent().user


def test_an_owner_who_left_is_replaced_by_the_queue() -> None:
    fake = opened()
    fake.org.assignment = lambda _row: None
    fake.world.deactivate("Ben Birke")
    gone = fake.world.names["Ben Birke"]
    (refusal,) = connected(fake).write("Case", [case(1, OwnerId=gone)])
    assert isinstance(refusal, Refusal)
    assert "fallback_queue" in refusal.reason
    queue = fake.world.names["Social"]
    written(connected(fake, fallback_queue=queue).write("Case", [case(1, OwnerId=gone)]))
    assert fake.rows("Case")[0]["OwnerId"] == queue


def test_a_lock_is_waited_out_and_the_others_are_written() -> None:
    fake = opened()
    target = connected(fake)
    (contact,) = written(target.write("Contact", [person(1)]))
    fake.world.hold(contact, timedelta(seconds=20))
    outcomes = target.write("Case", [case(1, ContactId=contact), case(2)])
    assert [type(each) for each in outcomes] == [Retry, Written]


def test_a_race_for_one_key_is_adopted_by_looking_it_up() -> None:
    fake = opened()
    first, second = connected(fake), connected(fake)
    (ref,) = written(first.write("Contact", [person(1)]))
    assert second.write("Contact", [person(1, LastName="Other")])[0] == first.write("Contact", [person(1)])[0]
    assert [row["Id"] for row in fake.rows("Contact")] == [ref]


def test_one_bad_row_of_many_stops_no_other() -> None:
    target = connected(opened())
    records = [person(n) for n in range(450)]
    records[7] = person(7, no_such_field="x")
    outcomes = target.write("Contact", records)
    assert isinstance(outcomes[7], Refusal)
    assert outcomes[7].field == "no_such_field"
    assert sum(isinstance(each, Written) for each in outcomes) == 449


def test_a_lost_answer_in_the_middle_leaves_nothing_doubled() -> None:
    fake = opened()
    target = connected(fake)
    target.budget()
    records = [person(n) for n in range(450)]
    fake.faults.order(None, "reset_after")
    assert {type(each) for each in target.write("Contact", records)} == {Unknown}
    found = target.find("Contact", {each.key: "" for each in records}, NOON)
    assert all(each.refs for each in found.values())
    assert len(fake.rows("Contact")) == 450


def test_a_thousand_of_each_take_few_calls() -> None:
    fake = opened()
    target = connected(fake)
    target.budget()
    people = written(target.write("Contact", [person(n) for n in range(1000)]))
    cases = written(target.write("Case", [case(n, ContactId=ref) for n, ref in enumerate(people)]))
    messages = [
        Record(
            thing=Thing.MESSAGE,
            object="Casebridge_Message__c",
            key=f"cb1-m{n}",
            key_field=KEY,
            fields={"Text__c": "x"},
            parent=ref,
        )
        for n, ref in enumerate(cases)
    ]
    written(target.write("Casebridge_Message__c", messages))
    assert len(fake.calls) <= 18


def test_times_are_sent_in_utc_whatever_zone_they_came_in() -> None:
    """A time without a zone makes an address that Salesforce does not read; one with another zone means another hour."""
    there = datetime(2026, 3, 2, 3, 0, tzinfo=timezone(timedelta(hours=5)))
    assert stamp(there) == "2026-03-01T22:00:00Z"
    fake = opened()
    target = connected(fake)
    (home,) = written(target.write("Case", [case(1)]))
    fields = {"Text__c": "x", "Sent_At__c": there}
    name = "Casebridge_Message__c"
    message = Record(thing=Thing.MESSAGE, object=name, key="cb1-m", key_field=KEY, fields=fields, parent=home)
    written(target.write(name, [message]))
    assert fake.rows(name)[0]["Sent_At__c"] == "2026-03-01T22:00:00.000+0000"


def test_looking_for_many_keys_makes_no_address_that_is_too_long() -> None:
    fake = opened()
    target = connected(fake)
    keys = {target_key("acme", "test", str(n)): "" for n in range(1500)}
    assert len(target.find("Contact", keys, NOON)) == 1500
    assert len(target.find("Contact", dict(list(keys.items())[:200]), NOON)) == 200


def test_a_file_that_is_too_large_for_a_call_is_put_there_by_hand(tmp_path: Path) -> None:
    fake = opened()
    target = connected(fake)
    (home,) = written(target.write("Case", [case(1)]))
    film = FileContent(key="f1", name="film.mp4", mime="video/mp4", size=40_000_000, path=str(tmp_path / "film.mp4"))
    fields = {"Text__c": "x"}
    name = "Casebridge_Message__c"
    message = Record(
        thing=Thing.MESSAGE, object=name, key="cb1-m", key_field=KEY, fields=fields, parent=home, files=(film,)
    )
    (refused,) = target.write(name, [message])
    assert isinstance(refused, Refusal)
    assert "upload it by hand at https://" in refused.reason
    assert len(fake.rows(name)) == 1


def test_an_answer_with_fewer_results_than_rows_tells_nothing_of_any_row() -> None:
    """Half an answer must not give outcomes to the wrong rows."""
    fake = opened()
    inner = fake.app

    async def halving(scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401 - of ASGI
        async def half(message: Any) -> None:  # noqa: ANN401 - of ASGI
            if message["type"] == "http.response.body" and scope["path"].endswith("composite/sobjects"):
                message = {**message, "body": json.dumps(json.loads(message["body"])[:1]).encode()}
            if message["type"] == "http.response.start":
                message = {**message, "headers": [each for each in message["headers"] if each[0] != b"content-length"]}
            await send(message)

        await inner(scope, receive, half)

    fake.app = halving  # type: ignore[assignment]  # one more app stands before it
    outcomes = connected(fake).write("Contact", [person(1), person(2)])
    assert [type(each) for each in outcomes] == [Unknown, Unknown]


def test_of_five_collections_in_one_call_the_one_that_lacks_results_is_unknown_and_the_others_are_written() -> None:
    fake = opened()
    inner = fake.app

    async def losing(scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401 - of ASGI
        async def without(message: Any) -> None:  # noqa: ANN401 - of ASGI
            if message["type"] == "http.response.body" and b"compositeResponse" in message["body"]:
                body = json.loads(message["body"])
                parts = [part for part in body["compositeResponse"] if isinstance(part["body"], list)]
                if len(parts) == 3:  # collections, no queries
                    parts[1]["body"] = []
                message = {**message, "body": json.dumps(body).encode()}
            if message["type"] == "http.response.start":
                message = {**message, "headers": [each for each in message["headers"] if each[0] != b"content-length"]}
            await send(message)

        await inner(scope, receive, without)

    fake.app = losing  # type: ignore[assignment]  # one more app stands before it
    target = connected(fake)
    target.budget()
    outcomes = target.write("Contact", [person(n) for n in range(401)])
    kinds = [type(each) for each in outcomes]
    assert kinds == [Written] * 200 + [Unknown] * 200 + [Written]


def test_a_collection_that_is_declined_as_a_whole_is_taken_apart_in_few_calls() -> None:
    """An org that declines all for one unknown field: what does not fit the schema is refused, the others are written."""
    fake = opened()
    inner, declined = fake.app, []

    async def strict(scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401 - of ASGI
        body = b""
        if scope["method"] == "POST" and scope["path"].endswith("composite/sobjects"):
            body = (await receive())["body"]
        if b"no_such_field" in body:
            declined.append(scope["path"])
            text = b'[{"errorCode":"INVALID_FIELD","message":"No such column \'no_such_field\' on sobject of type Contact"}]'
            await send(
                {"type": "http.response.start", "status": 400, "headers": [(b"content-type", b"application/json")]}
            )
            await send({"type": "http.response.body", "body": text})
            return

        async def again() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False} if body else await receive()

        await inner(scope, again, send)

    fake.app = strict  # type: ignore[assignment]  # one more app stands before it
    records = [person(n, **({"no_such_field": "x"} if n % 2 else {})) for n in range(100)]
    outcomes = connected(fake).write("Contact", records)
    assert [type(each) for each in outcomes] == [Written, Refusal] * 50
    assert {each.field for each in outcomes if isinstance(each, Refusal)} == {"no_such_field"}
    assert len(declined) == 1
