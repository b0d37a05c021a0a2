"""Tokens: who gets one, how long it lasts, what every call costs."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
import requests
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from simple_salesforce import (
    Salesforce,
    SalesforceAuthenticationFailed,
    SalesforceExpiredSession,
    SalesforceRefusedRequest,
)

from bridge.clock import FixedClock, SystemClock
from tests.fakes.salesforce.app import Fake
from tests.fakes.salesforce.org import Client, plain
from tests.fakes.salesforce.sdk import connected, session_to
from tests.fakes.serving import running

TOKEN = "https://pretend.my.salesforce.com/services/oauth2/token"


def _pem(key: rsa.RSAPrivateKey) -> tuple[str, str]:
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return private.decode(), public.decode()


@pytest.fixture(scope="module")
def keys() -> tuple[str, str]:
    """Give a private key and its public one."""
    return _pem(rsa.generate_private_key(65537, 2048))


def _by_jwt(fake: Fake, private: str) -> Salesforce:
    client = fake.org.client
    return Salesforce(
        username=client.username,
        consumer_key=client.key,
        privatekey=private,
        instance_url="pretend.my",
        version="66.0",
        session=session_to(fake),
    )


def test_a_signed_assertion_is_a_way_in(keys: tuple[str, str]) -> None:
    fake = Fake(SystemClock(), plain())
    fake.org.client = Client(public_key=keys[1])
    assert _by_jwt(fake, keys[0]).limits()["DailyApiRequests"]["Remaining"] > 0


def test_an_assertion_of_another_key_or_of_an_unapproved_user_is_not(keys: tuple[str, str]) -> None:
    fake = Fake(SystemClock(), plain())
    other, _ = _pem(rsa.generate_private_key(65537, 2048))
    fake.org.client = Client(public_key=keys[1])
    with pytest.raises(SalesforceAuthenticationFailed, match="invalid assertion"):
        _by_jwt(fake, other)
    fake.org.client = replace(fake.org.client, approved=False)
    with (
        pytest.warns(UserWarning, match="may need to authorize"),
        pytest.raises(SalesforceAuthenticationFailed, match="hasn't approved this consumer"),
    ):
        _by_jwt(fake, keys[0])


def test_an_assertion_that_lasts_too_long_or_is_over_is_refused(keys: tuple[str, str], clock: FixedClock) -> None:
    fake = Fake(clock, plain())
    fake.org.client = Client(public_key=keys[1])
    with pytest.raises(SalesforceAuthenticationFailed, match="expire"):
        _by_jwt(fake, keys[0])


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({"grant_type": "client_credentials", "client_id": "nobody", "client_secret": "x"}, "invalid_client_id"),
        ({"grant_type": "client_credentials", "client_id": Client().key, "client_secret": "wrong"}, "invalid_client"),
        ({"grant_type": "password", "username": "a", "password": "b"}, "unsupported_grant_type"),
    ],
)
def test_wrong_credentials_are_told_apart(session: requests.Session, form: dict[str, str], error: str) -> None:
    answer = session.post(TOKEN, data=form, timeout=5)
    assert answer.status_code in (400, 401)
    assert answer.json()["error"] == error


def test_client_credentials_want_the_organisations_own_address(session: requests.Session) -> None:
    client = Client()
    form = {"grant_type": "client_credentials", "client_id": client.key, "client_secret": client.secret}
    answer = session.post("https://login.salesforce.com/services/oauth2/token", data=form, timeout=5)
    assert answer.json() == {"error": "invalid_grant", "error_description": "request not supported on this domain"}


def test_versions_are_listed_without_a_token(session: requests.Session) -> None:
    versions = session.get("https://pretend.my.salesforce.com/services/data/", timeout=5).json()
    assert {"label": "Release 66.0", "url": "/services/data/v66.0", "version": "66.0"} in versions


def test_a_token_expires_after_the_orgs_session(fake: Fake, clock: FixedClock) -> None:
    token = connected(fake).session_id
    direct = Salesforce(
        session_id=token, instance_url="https://pretend.my.salesforce.com", version="66.0", session=session_to(fake)
    )
    assert direct.query("SELECT Id FROM Case")["totalSize"] == 0
    clock.forward(timedelta(hours=3))
    with pytest.raises(SalesforceExpiredSession) as expired:
        direct.query("SELECT Id FROM Case")
    assert expired.value.content == [{"message": "Session expired or invalid", "errorCode": "INVALID_SESSION_ID"}]


def test_every_answer_tells_what_the_whole_organisation_used(fake: Fake, sf: Salesforce) -> None:
    fake.usage.burn(40)
    sf.query("SELECT Id FROM Case")
    assert (sf.api_usage["api-usage"].used, sf.api_usage["api-usage"].total) == (41, 100_000)


def test_a_spent_allocation_refuses_all_calls_until_a_day_has_passed(
    fake: Fake, sf: Salesforce, clock: FixedClock
) -> None:
    fake.usage.burn(100_000)
    with pytest.raises(SalesforceRefusedRequest) as refused:
        sf.query("SELECT Id FROM Case")
    assert refused.value.content[0]["errorCode"] == "REQUEST_LIMIT_EXCEEDED"
    clock.forward(timedelta(hours=24))
    assert sf.query("SELECT Id FROM Case")["totalSize"] == 0


def test_faults_inside_the_vendors_own_words(fake: Fake, sf: Salesforce) -> None:
    fake.faults.order("403_limit")
    with pytest.raises(SalesforceRefusedRequest, match="TotalRequests Limit exceeded"):
        sf.restful("limits")
    fake.faults.order("401")
    sf.restful("limits")  # the SDK signs in again by itself
    assert [call.path.rsplit("/", 1)[1] for call in fake.calls[-3:]] == ["limits", "token", "limits"]


def test_it_answers_on_a_socket_as_in_process(fake: Fake) -> None:
    client = fake.org.client
    with running(fake.app) as address:
        form = {"grant_type": "client_credentials", "client_id": client.key, "client_secret": client.secret}
        granted = requests.post(f"{address}/services/oauth2/token", data=form, timeout=5).json()
        assert granted["instance_url"] == address
        bearer = {"Authorization": f"Bearer {granted['access_token']}"}
        created = requests.patch(
            f"{address}/services/data/v66.0/sobjects/Case/Casebridge_Key__c/x%2F1",
            json={"Subject": "Hello"},
            headers=bearer,
            timeout=5,
        )
    assert (created.status_code, created.headers["Sforce-Limit-Info"]) == (201, "api-usage=1/100000")
    assert fake.rows("Case")[0]["Casebridge_Key__c"] == "x/1"
