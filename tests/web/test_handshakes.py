"""Vendors make sure of an address before they call it; nobody else learns anything there, or has anything signed."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import TYPE_CHECKING

import httpx
import pytest

from bridge.hooked import inbox_of
from bridge.web.receiver import create_app
from cli import compose
from tests.fakes.serving import running
from tests.project import put, write_project

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bridge.app import App

SECRET, TOKEN = "the-secret-of-the-app", "typed-beside-the-address"
HOOKS = """\
  pages:
    type: webhook
    signature: meta
    secret: ${HOOK_SECRET}
    verify_token: ${HOOK_TOKEN}
    network: facebook
  posts: {type: webhook, signature: x, secret: "${HOOK_SECRET}", network: x}
  company: {type: webhook, signature: linkedin, secret: "${HOOK_SECRET}", network: linkedin}
  shop: {type: webhook, secret: "${HOOK_SECRET}", network: reviews}
"""
BODY = b'{"id": "7", "text": "Never again."}'


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[App]:
    """Return a project that three networks call."""
    monkeypatch.setenv("HOOK_SECRET", SECRET)
    monkeypatch.setenv("HOOK_TOKEN", TOKEN)
    folder = write_project(tmp_path / "project")
    put(folder, "0.jsonl", [])
    file = folder / "casebridge.yaml"
    file.write_text(file.read_text().replace("targets:", f"{HOOKS}targets:"))
    composed = compose(folder)
    yield composed
    composed.close()


@pytest.fixture
def client(app: App) -> Iterator[httpx.Client]:
    """Return somebody who calls."""
    receivers = {name: one.receiver for name, one in app.sources.items() if one.receiver is not None}
    web = create_app(receivers, inbox_of(app), app.clock)
    with running(web, lifespan="on") as url, httpx.Client(base_url=f"{url}/hooks") as one:
        yield one


def mac(signed: bytes) -> bytes:
    """Return the signature that all three networks write in their own ways."""
    return hmac.new(SECRET.encode(), signed, hashlib.sha256).digest()


def meta_asks(token: str, **changes: str) -> dict[str, str]:
    """Return what Meta sends when the address is typed."""
    return {"hub.mode": "subscribe", "hub.verify_token": token, "hub.challenge": "1158201444"} | changes


def test_meta_gets_its_challenge_back_for_the_token_that_was_typed(client: httpx.Client) -> None:
    answer = client.get("/pages", params=meta_asks(TOKEN))
    assert (answer.status_code, answer.text) == (200, "1158201444")
    assert answer.headers["content-type"].startswith("text/plain")


def test_x_gets_its_token_signed_with_the_consumer_secret(client: httpx.Client) -> None:
    answer = client.get("/posts", params={"crc_token": "NDgzYzA2-_9="})
    assert answer.json() == {"response_token": f"sha256={base64.b64encode(mac(b'NDgzYzA2-_9=')).decode()}"}


def test_linkedin_gets_its_code_signed_with_the_client_secret(client: httpx.Client) -> None:
    code = "890e4665-4dfe-4ab1-b689-ed553bceeed0"
    answer = client.get("/company", params={"challengeCode": code})
    assert answer.json() == {"challengeCode": code, "challengeResponse": mac(code.encode()).hex()}


@pytest.mark.parametrize(
    ("connection", "query"),
    [
        ("pages", meta_asks("another-token")),
        ("pages", meta_asks("")),
        ("pages", meta_asks(TOKEN, **{"hub.challenge": "<script>alert(1)</script>"})),
        ("pages", meta_asks(TOKEN, **{"hub.mode": "unsubscribe"})),
        ("posts", {"crc_token": BODY.decode()}),
        ("posts", {"crc_token": ""}),
        ("company", {"challengeCode": f"hmacsha256={BODY.decode()}"}),
        ("company", {"challengeCode": "hmacsha256=7"}),
        ("shop", meta_asks(TOKEN)),
        ("shop", {"crc_token": "NDgz"}),
    ],
)
def test_who_asks_for_anything_else_is_refused_without_a_reason(
    client: httpx.Client, connection: str, query: dict[str, str]
) -> None:
    answer = client.get(f"/{connection}", params=query)
    assert (answer.status_code, answer.content) == (401, b"")


@pytest.mark.parametrize(
    ("connection", "headers"),
    [
        ("pages", {"X-Hub-Signature-256": f"sha256={mac(BODY).hex()}"}),
        ("posts", {"x-twitter-webhooks-signature": f"sha256={base64.b64encode(mac(BODY)).decode()}"}),
        ("company", {"X-LI-Signature": mac(b"hmacsha256=" + BODY).hex()}),
    ],
)
def test_what_a_network_signs_in_its_own_way_is_kept_and_nothing_else(
    app: App, client: httpx.Client, connection: str, headers: dict[str, str]
) -> None:
    assert client.post(f"/{connection}", content=BODY + b" ", headers=headers).status_code == 401
    assert client.post(f"/{connection}", content=BODY, headers=headers).status_code == 200
    assert [each.request.body for each in inbox_of(app).waiting(connection, 10)] == [BODY]


def test_what_a_handshake_had_signed_is_taken_for_no_call(app: App, client: httpx.Client) -> None:
    signature = client.get("/posts", params={"crc_token": "1234567"}).json()["response_token"]
    headers = {"x-twitter-webhooks-signature": signature}
    assert client.post("/posts", content=b"1234567", headers=headers).status_code == 401
    code = client.get("/company", params={"challengeCode": "1234567"}).json()["challengeResponse"]
    assert client.post("/company", content=b"1234567", headers={"X-LI-Signature": code}).status_code == 401
    assert inbox_of(app).backlog() == {}


def test_meta_and_its_verify_token_belong_together(app: App) -> None:
    settings = app.sources["shop"].source.settings_model
    for wrong in ({"signature": "meta"}, {"verify_token": TOKEN}):
        with pytest.raises(ValueError, match="belong together"):
            settings.model_validate({"secret": SECRET, **wrong})
