"""The habits of Salesforce and of its library that would lose or spoil something."""

from __future__ import annotations

import logging
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
from adapters.salesforce.settings import SalesforceSettings
from bridge.clock import FixedClock
from bridge.errors import AuthError, BudgetSpent, RateLimited, Transient
from bridge.nouns import Record, Thing
from tests.adapters.salesforce.orgs import KEY, NOON, case, connected, opened, person, settings, written
from tests.fakes.salesforce.org import Client as App
from tests.fakes.salesforce.org import plain
from tests.fakes.serving import running

if TYPE_CHECKING:
    from collections.abc import Mapping

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
