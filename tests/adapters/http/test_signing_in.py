"""Each way to sign in sends what the tool wants, and a token is made anew before it ends or once when it is refused."""

from __future__ import annotations

import base64
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from pydantic import SecretStr

from adapters.http.settings import HttpSettings
from adapters.http.target import HttpTarget
from bridge.contracts import Surroundings
from bridge.errors import AuthError, CasebridgeError, ConfigError, Transient
from tests.adapters.http.connecting import monday

if TYPE_CHECKING:
    from pathlib import Path

    from bridge.clock import FixedClock

BODY = """
name: Little
base_url: https://little.example/api
secrets: {key: A key.}
headers: {X-Client: casebridge}
auth: %s
check: {get: /me}
objects: {cases: {thing: case, fields: {title: {}}, create: {post: /cases}}}
"""
OAUTH = "{oauth: {token_url: /token, client_id: casebridge, client_secret: '{secrets.key}', scope: tickets}}"


def connected(folder: Path, auth: str, answer: Any, clock: FixedClock) -> HttpTarget:  # noqa: ANN401 - a function
    (folder / "little.yaml").write_text(BODY % auth)
    settings = HttpSettings(manifest="little.yaml", secrets={"key": SecretStr("k-31")})
    return HttpTarget.through(settings, Surroundings("little", folder, clock), httpx.MockTransport(answer))


@pytest.mark.parametrize(
    ("auth", "name", "value"),
    [
        ("{bearer: '{secrets.key}'}", "authorization", "Bearer k-31"),
        ("{bearer: x, headers: {X-App: 'a {secrets.key}'}}", "x-app", "a k-31"),
        ("{header: {name: X-Api-Key, value: 'v1 {secrets.key}'}}", "x-api-key", "v1 k-31"),
        (
            "{basic: {user: '{secrets.key}', password: X}}",
            "authorization",
            "Basic " + base64.b64encode(b"k-31:X").decode(),
        ),
    ],
    ids=["bearer", "beside", "header", "basic"],
)
def test_each_way_has_its_header(tmp_path: Path, auth: str, name: str, value: str) -> None:
    seen: list[httpx.Headers] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers)
        return httpx.Response(200, json={})

    assert connected(tmp_path, auth, answer, monday()).check().ok
    assert (seen[0][name], seen[0]["x-client"]) == (value, "casebridge")


class Granting:
    """Grants tokens that end after a while."""

    def __init__(self, seconds: int = 3600) -> None:
        """Grant none yet; tokens last ``seconds``."""
        self.forms, self.used, self.valid, self.seconds = list[str](), list[str](), "", seconds
        self.tenants: list[str] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Answer."""
        if request.url.path == "/api/token":
            self.forms.append(request.content.decode())
            self.valid = f"t{len(self.forms)}"
            self.tenants += [request.headers["x-tenant"]] if "x-tenant" in request.headers else []
            return httpx.Response(200, json={"access_token": self.valid, "expires_in": self.seconds})
        self.used.append(request.headers["authorization"])
        return httpx.Response(200 if self.used[-1] == f"Bearer {self.valid}" else 401, json={})


def test_a_token_is_kept_until_shortly_before_it_ends(tmp_path: Path) -> None:
    granting, clock = Granting(), monday()
    target = connected(tmp_path, OAUTH, granting, clock)
    for minutes in (0, 30, 29, 1):
        clock.forward(timedelta(minutes=minutes))
        assert target.check().ok
    assert granting.used == ["Bearer t1", "Bearer t1", "Bearer t2", "Bearer t2"]
    assert granting.forms[0] == "grant_type=client_credentials&client_id=casebridge&client_secret=k-31&scope=tickets"


def test_a_token_of_a_minute_is_used_for_most_of_it(tmp_path: Path) -> None:
    granting, clock = Granting(seconds=60), monday()
    target = connected(tmp_path, OAUTH, granting, clock)
    for seconds in (0, 40, 10):
        clock.forward(timedelta(seconds=seconds))
        assert target.check().ok
    assert granting.used == ["Bearer t1", "Bearer t1", "Bearer t2"]


def test_a_token_may_want_more_than_the_usual_form(tmp_path: Path) -> None:
    granting = Granting()
    auth = OAUTH.replace("scope: tickets", "form: {audience: desk}, headers: {X-Tenant: acme}")
    assert connected(tmp_path, auth, granting, monday()).check().ok
    assert granting.forms == ["grant_type=client_credentials&client_id=casebridge&client_secret=k-31&audience=desk"]
    assert granting.tenants == ["acme"]


def test_a_key_in_the_query_goes_with_every_call_and_shows_nowhere(tmp_path: Path) -> None:
    seen: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(str(request.url))
        return httpx.Response(200, json={})

    target = connected(tmp_path, "{query: {api_key: '{secrets.key}'}}", answer, monday())
    tried = target.try_request("check", {}, send=True)
    assert seen == ["https://little.example/api/me?api_key=k-31"]
    assert "k-31" not in repr(tried)


class Sessions:
    """Begins a session for whoever shows a key, as tools do that know no OAuth."""

    def __init__(self) -> None:
        """Begin none yet."""
        self.begun, self.used = 0, list[str]()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Answer."""
        if request.url.path == "/api/initSession":
            assert request.headers["authorization"] == "user_token k-31"
            self.begun += 1
            return httpx.Response(200, json={"session_token": f"s{self.begun}"})
        self.used.append(request.headers["session-token"])
        return httpx.Response(200 if self.used[-1] == f"s{self.begun}" else 401, json={})


def test_a_session_begins_with_a_request_of_the_tools_own_and_again_when_it_is_over(tmp_path: Path) -> None:
    auth = (
        "{session: {url: /initSession, method: get, headers: {Authorization: 'user_token {secrets.key}'}, "
        "token: session_token, header: Session-Token}}"
    )
    sessions = Sessions()
    target = connected(tmp_path, auth, sessions, monday())
    target.check()
    assert target.check().ok
    sessions.begun += 1  # somebody restarted the tool
    assert target.check().ok
    assert sessions.used == ["s1", "s1", "s1", "s3"]


def test_a_token_is_asked_for_over_tls_only(tmp_path: Path) -> None:
    target = connected(tmp_path, OAUTH.replace("/token", "http://elsewhere.example/token"), Granting(), monday())
    with pytest.raises(ConfigError, match="token_url begins with https://"):
        target.try_request("check", {}, send=True)


def test_a_token_that_is_refused_is_made_anew_once(tmp_path: Path) -> None:
    granting = Granting()
    target = connected(tmp_path, OAUTH, granting, monday())
    target.check()
    granting.valid = "another"
    assert target.check().ok
    assert granting.used == ["Bearer t1", "Bearer t1", "Bearer t2"]


@pytest.mark.parametrize(
    ("response", "error"),
    [
        (httpx.Response(401, json={"error": "invalid_client"}), AuthError),
        (httpx.Response(503), Transient),
        (httpx.Response(200, text="<html>Sign in</html>"), AuthError),
    ],
)
def test_no_token_is_told_as_what_to_do(tmp_path: Path, response: httpx.Response, error: type[CasebridgeError]) -> None:
    target = connected(tmp_path, OAUTH, lambda _: response, monday())
    with pytest.raises(error, match="Little") as raised:
        target.try_request("check", {}, send=True)
    assert "k-31" not in str(raised.value)
