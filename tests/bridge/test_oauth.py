"""A person allows it once; tokens are renewed from then on, once each, and nothing of them is shown."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, parse_qsl, urlsplit

import httpx
import pytest
import respx
from pydantic import SecretStr

from bridge.errors import AuthError, Transient
from bridge.oauth import Provider, Tokens
from bridge.safe import MemorySafe, Secrets
from tests.willing import Willing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bridge.clock import FixedClock

TOKEN_URL = "https://net.example/token"
BACK = "http://127.0.0.1:1/"
PROVIDER = Provider(
    name="support",
    authorize_url="https://net.example/allow?tenant=7",
    token_url=TOKEN_URL,
    client_id="app",
    client_secret=SecretStr("hush-app"),
    scopes=("read", "write"),
    parameters={"access_type": "offline"},
)


@pytest.fixture
def network() -> Iterator[respx.MockRouter]:
    """Stand in for the provider's token address."""
    with respx.mock(base_url="https://net.example") as router:
        yield router


@pytest.fixture
def tokens(clock: FixedClock) -> Tokens:
    """Return tokens that nobody has signed in for."""
    return Tokens(PROVIDER, MemorySafe(), clock, httpx.Client())


def given(**values: object) -> httpx.Response:
    """Return an answer of the token address."""
    return httpx.Response(200, json={"access_token": "hush-a", "refresh_token": "hush-r", "expires_in": 3600} | values)


def test_a_person_allows_it_and_the_code_is_changed_for_tokens(tokens: Tokens, network: respx.MockRouter) -> None:
    route = network.post("/token").mock(return_value=given())
    person = Willing(back=BACK)
    tokens.sign_in(person)
    assert tokens.access() == "hush-a"
    query = dict(parse_qsl(urlsplit(person.address).query))
    form = {name: values[0] for name, values in parse_qs(route.calls[0].request.content.decode()).items()}
    challenge = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).decode().rstrip("=")
    assert (query["tenant"], query["scope"], query["access_type"]) == ("7", "read write", "offline")
    assert (query["code_challenge"], query["code_challenge_method"]) == (challenge, "S256")
    assert (form["code"], form["redirect_uri"], form["client_secret"]) == ("c0de", BACK, "hush-app")
    assert "hush" not in person.address


def test_a_provider_that_wants_to_know_where_the_browser_comes_back_to_is_told_before(
    tokens: Tokens, network: respx.MockRouter
) -> None:
    route = network.post("/token").mock(return_value=given())
    person, told = Willing(back=BACK), list[str]()

    def registered(back: str) -> Provider:
        told.append(back)
        return replace(PROVIDER, client_id="made-for-this")

    tokens.sign_in(person, registered)
    form = {name: values[0] for name, values in parse_qs(route.calls[0].request.content.decode()).items()}
    assert (told, form["client_id"]) == ([BACK], "made-for-this")
    assert dict(parse_qsl(urlsplit(person.address).query))["client_id"] == "made-for-this"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"state": "another"}, "does not belong to this sign-in"),
        ({"code": "", "error": "access_denied"}, "was not allowed: access_denied"),
        ({"code": ""}, "was not allowed: it gave no code"),
    ],
)
def test_who_does_not_allow_it_is_told(tokens: Tokens, changes: dict[str, str], said: str) -> None:
    with pytest.raises(AuthError, match=said):
        tokens.sign_in(Willing(back=BACK, changes=changes))


def test_tokens_are_renewed_before_they_end_and_a_new_refresh_token_is_kept(
    clock: FixedClock, network: respx.MockRouter
) -> None:
    safe = MemorySafe()
    tokens = Tokens(PROVIDER, safe, clock, httpx.Client())
    route = network.post("/token").mock(side_effect=[given(), given(access_token="hush-b", refresh_token="hush-s")])
    tokens.sign_in(Willing(back=BACK))
    clock.forward(timedelta(minutes=59))
    assert [tokens.access(), tokens.access()] == ["hush-b", "hush-b"]
    assert b"refresh_token=hush-r" in route.calls[1].request.content
    assert safe.read().values["refresh_token"] == "hush-s"


def test_a_refresh_token_that_is_not_given_anew_stays(clock: FixedClock, network: respx.MockRouter) -> None:
    safe = MemorySafe()
    safe.keep(Secrets({"access_token": "hush-a", "refresh_token": "hush-r"}, clock.now()))
    network.post("/token").mock(return_value=httpx.Response(200, json={"access_token": "hush-b"}))
    assert Tokens(PROVIDER, safe, clock, httpx.Client()).access() == "hush-b"
    assert safe.read().values == {"access_token": "hush-b", "refresh_token": "hush-r"}


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (httpx.Response(400, json={"error": "invalid_grant"}), AuthError),
        (httpx.Response(200, json={}), AuthError),
        (httpx.Response(200, text="<html>"), AuthError),
        (httpx.Response(503), Transient),
        (httpx.ConnectError("hush-r"), Transient),
    ],
)
def test_what_the_provider_refuses_says_how_to_sign_in_and_shows_no_secret(
    clock: FixedClock, network: respx.MockRouter, answer: httpx.Response | Exception, error: type[Exception]
) -> None:
    safe = MemorySafe()
    safe.keep(Secrets({"access_token": "hush-a", "refresh_token": "hush-r"}, clock.now()))
    network.post("/token").mock(side_effect=[answer])
    with pytest.raises(error) as caught:
        Tokens(PROVIDER, safe, clock, httpx.Client()).access()
    assert "hush" not in str(caught.value)
    assert error is Transient or "casebridge connect support" in str(caught.value)


def test_nobody_has_signed_in_yet(tokens: Tokens) -> None:
    with pytest.raises(AuthError, match="casebridge connect support"):
        tokens.access()
