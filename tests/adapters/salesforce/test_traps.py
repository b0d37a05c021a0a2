"""The habits of Salesforce and of its library that would lose or spoil something."""

from __future__ import annotations

import json
import logging
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest
import requests
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from pydantic import SecretStr, ValidationError

from adapters.salesforce.client import Client, http_session
from adapters.salesforce.errors import Declined
from adapters.salesforce.people import stamp
from adapters.salesforce.settings import SalesforceSettings
from bridge.clock import FixedClock
from bridge.errors import AuthError, BudgetSpent, RateLimited, Transient
from bridge.keys import target_key
from bridge.nouns import FileContent, Record, Refusal, Retry, Thing, Unknown, Written
from tests.adapters.salesforce.orgs import KEY, NOON, connected, opened, settings
from tests.fakes.salesforce.org import Client as App
from tests.fakes.salesforce.org import plain
from tests.fakes.serving import running

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.fakes.salesforce.app import Fake


class Answering(requests.adapters.BaseAdapter):
    """Answers every call alike, and keeps what came."""

    def __init__(self, status: int, body: bytes, headers: Mapping[str, str] | None = None) -> None:
        """Answer so."""
        super().__init__()
        self.status, self.body, self.headers = status, body, dict(headers or {})
        self.seen: list[tuple[requests.PreparedRequest, Any]] = []

    def send(self, request: requests.PreparedRequest, *_: Any, **kwargs: Any) -> requests.Response:  # noqa: ANN401 - of requests
        """Note the call and answer."""
        self.seen.append((request, kwargs.get("timeout")))
        response = requests.Response()
        response.status_code, response._content, response.request = self.status, self.body, request
        response.url = request.url or ""
        response.headers.update(self.headers)
        return response

    def close(self) -> None:
        """Nothing is open."""


def answered(status: int, body: bytes, headers: Mapping[str, str] | None = None) -> tuple[Client, Answering]:
    adapter = Answering(status, body, headers)

    def made(_: str) -> requests.Session:
        opened_session = requests.Session()
        opened_session.mount("https://", adapter)
        return opened_session

    given = SalesforceSettings(url="https://acme.my.salesforce.com", access_token=SecretStr("secret-token"), timeout=7)
    return Client(given, FixedClock(NOON), made), adapter


def person(n: int, **fields: object) -> Record:
    values = {"LastName": f"Kern {n}", **fields}
    return Record(thing=Thing.PERSON, object="Contact", key=f"cb1-p{n}", key_field=KEY, fields=values)


def case(n: int, **fields: object) -> Record:
    values = {"Subject": f"Router {n}", **fields}
    return Record(thing=Thing.CASE, object="Case", key=f"cb1-c{n}", key_field=KEY, fields=values)


def written(outcomes: list[Any]) -> list[str]:
    assert all(isinstance(each, Written) for each in outcomes), outcomes
    return [each.ref for each in outcomes]


def headers_seen(fake: Fake) -> list[dict[str, str]]:
    """Stand before the org and note the headers of every call."""
    seen: list[dict[str, str]] = []
    inner = fake.app

    async def noting(scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401 - of ASGI
        seen.append({name.decode(): value.decode() for name, value in scope["headers"]} | {"path": scope["path"]})
        await inner(scope, receive, send)

    fake.app = noting  # type: ignore[assignment]  # one more app stands before it
    return seen


def test_an_expired_session_is_renewed_once_and_no_header_is_lost() -> None:
    fake = opened()
    seen = headers_seen(fake)
    target = connected(fake)
    (ref,) = written(target.write("Case", [case(1)]))
    fake.expire_tokens()
    seen.clear()
    changed = Record(thing=Thing.CASE, object="Case", key="cb1-c1", key_field=KEY, fields={"Subject": "x"}, ref=ref)
    fake.faults.order(None, None, None, "401")
    written(target.write("Case", [changed]))
    updates = [each for each in seen if each["path"].endswith("composite/sobjects")]
    assert len(updates) == 2
    assert {each["sforce-auto-assign"] for each in updates} == {"FALSE"}


def test_a_session_that_stays_refused_ends_in_one_error_not_in_a_circle() -> None:
    client, adapter = answered(401, b'[{"errorCode":"INVALID_SESSION_ID","message":"Session expired or invalid"}]')
    with pytest.raises(AuthError):
        client.json("GET", "limits")
    assert len(adapter.seen) == 1


def test_a_refusal_whose_body_is_no_list_is_understood() -> None:
    client, _ = answered(401, b'{"error":"invalid_grant"}')
    with pytest.raises(AuthError):
        client.json("GET", "limits")
    client, _ = answered(400, b"<html>Bad Request</html>")
    with pytest.raises(Declined):
        client.json("GET", "limits")


def test_every_call_has_a_time_limit() -> None:
    client, adapter = answered(200, b'{"ok": true}')
    client.json("GET", "limits")
    client.call("PUT", "jobs/ingest/1/batches", data=b"Id\n")
    assert [timeout for _, timeout in adapter.seen] == [(7, 7), (7, 7)]


def test_usage_is_read_from_errors_too() -> None:
    client, _ = answered(400, b'[{"errorCode":"X","message":""}]', {"Sforce-Limit-Info": "api-usage=18/5000"})
    with pytest.raises(Declined):
        client.json("GET", "limits")
    assert (client.usage.used, client.usage.total) == (18, 5000)


def test_a_spent_day_waits_for_the_day_and_a_busy_minute_for_a_minute() -> None:
    body = b'[{"errorCode":"REQUEST_LIMIT_EXCEEDED","message":"TotalRequests Limit exceeded."}]'
    with pytest.raises(BudgetSpent):
        answered(403, body, {"Sforce-Limit-Info": "api-usage=5000/5000"})[0].json("GET", "limits")
    with pytest.raises(RateLimited):
        answered(403, body, {"Sforce-Limit-Info": "api-usage=50/5000"})[0].json("GET", "limits")


def test_deliveries_stop_before_the_reserve_and_answers_at_the_share() -> None:
    org = plain()
    org.daily_calls, org.used_before = 1000, 700
    target = connected(opened(org))
    assert target.budget().daily_left == 0
    with pytest.raises(BudgetSpent):
        target.write("Contact", [person(1)])
    assert list(target.activity(target.activity_head()))
    org.used_before = 800
    late = connected(opened(org))
    late.budget()
    with pytest.raises(BudgetSpent):
        list(late.activity(late.activity_head()))


def test_jwt_bearer_signs_in_and_a_user_who_is_not_let_in_is_told_where() -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    for approved in (True, False):
        org = plain()
        org.client = App(public_key=public, approved=approved)
        fake = opened(org)
        target = connected(fake, consumer_secret="", private_key=pem, username=org.client.username)
        if approved:
            assert target.budget().daily_left is not None
        else:
            with pytest.raises(AuthError, match="pre-authorise"):
                target.budget()


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


def test_no_secret_is_logged_or_told(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    fake = opened()
    target = connected(fake)
    target.check()
    fake.faults.order("reset_before", None, "500")
    for _ in range(3):
        try:
            target.write("Contact", [person(1)])
        except Transient as error:
            caplog.handler.emit(logging.makeLogRecord({"msg": repr(error) + str(error.__cause__)}))
    told = caplog.text + repr(target) + repr(vars(target)) + repr(settings(fake))
    assert not [each for each in ("pretend-consumer-secret", "pretend.token") if each in told]


def test_settings_want_one_way_in() -> None:
    for given in (
        {},
        {"consumer_secret": "x"},
        {"private_key": "x", "consumer_key": "k"},
        {"access_token": "a", "consumer_secret": "b"},
    ):
        with pytest.raises(ValidationError):
            SalesforceSettings.model_validate({"url": "https://acme.my.salesforce.com", **given})
    with pytest.raises(ValidationError):
        SalesforceSettings.model_validate({"url": "http://acme.my.salesforce.com", "access_token": "x"})


def test_a_pretend_org_on_this_machine_is_reached_over_http() -> None:
    fake = opened()
    with running(fake.app) as address:
        given = settings(fake, url=address)
        client = Client(given, fake.clock, http_session)
        assert client.json("GET", "limits")["DailyApiRequests"]["Max"] == 100_000
        client.close()


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
