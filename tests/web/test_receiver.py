"""A call is kept before it is answered, once, if it is signed; nothing else of it is anybody's business."""

from __future__ import annotations

import asyncio
import base64
import socket
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from pydantic import SecretStr

from adapters.webhook.settings import WebhookSettings
from adapters.webhook.source import WebhookReceiver, WebhookSource
from bridge.clock import SystemClock
from bridge.contracts import HookRequest, Surroundings
from bridge.errors import AuthError
from bridge.hooked import inbox_of
from bridge.inbox import Call
from bridge.web.keeper import Keeper
from bridge.web.receiver import Limits
from tests.web.conftest import Caller

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from bridge.app import App

REVIEW = {"id": "7", "text": "Never again.", "kind": "review", "sent_at": "2026-03-01T10:00:00Z"}


def bodies(app: App) -> list[bytes]:
    """Return what waits in the inbox."""
    return [each.request.body for each in inbox_of(app).waiting("shop", 1_000)]


def test_a_signed_call_is_on_the_disk_when_it_is_answered(app: App, caller: Caller) -> None:
    assert caller.post(b'{"id": "7"}').status_code == 200
    assert bodies(app) == [b'{"id": "7"}']


def test_a_call_that_is_repeated_is_kept_once_also_after_it_was_taken(app: App, caller: Caller) -> None:
    for _ in range(2):
        assert caller.post(REVIEW).status_code == 200
    (waiting,) = inbox_of(app).waiting("shop", 10)
    inbox_of(app).taken([waiting.id], app.clock.now())
    assert caller.post(REVIEW).status_code == 200
    assert bodies(app) == []


@pytest.mark.parametrize(
    "headers",
    [
        {"webhook-signature": "v1,AAAA"},
        {"webhook-signature": ""},
        {"webhook-timestamp": "1"},
        {"webhook-timestamp": "tomorrow"},
        {"webhook-id": "m2"},
    ],
)
def test_a_call_that_is_not_signed_is_refused_without_a_reason_and_not_kept(
    app: App, caller: Caller, headers: dict[str, str]
) -> None:
    answer = caller.post(REVIEW, **headers)
    assert (answer.status_code, answer.content) == (401, b"")
    assert bodies(app) == []


def test_a_signature_is_good_for_five_minutes(app: App, caller: Caller) -> None:
    class Late:
        """A clock that is six minutes behind."""

        def now(self) -> Any:  # noqa: ANN401 - a datetime
            return app.clock.now() - timedelta(minutes=6)

    caller.clock = Late()  # type: ignore[assignment] # only now is called
    assert caller.post(REVIEW).status_code == 401


def test_an_unknown_connection_is_not_found_whatever_it_sends(caller: Caller) -> None:
    assert caller.post(REVIEW, to="shpo").status_code == 404
    assert caller.client.get("/hooks/feed").status_code == 404


def test_a_body_that_is_too_large_is_not_read_to_its_end(app: App, receiving: Callable[[Limits], Caller]) -> None:
    caller = receiving(Limits(body_bytes=1_000))
    assert caller.post(b"x" * 1_001).status_code == 413
    assert caller.post(b"x" * 1_000).status_code == 200
    assert len(bodies(app)) == 1


def test_who_calls_too_often_is_told_when_to_come_again(receiving: Callable[[Limits], Caller]) -> None:
    caller = receiving(Limits(per_second=0.2))
    assert caller.post(REVIEW).status_code == 200
    answer = caller.post(REVIEW)
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) >= 1


def test_what_strangers_send_uses_up_nobodys_calls(app: App, receiving: Callable[[Limits], Caller]) -> None:
    caller = receiving(Limits(per_second=0.2))
    for _ in range(5):
        assert caller.post(REVIEW, **{"webhook-signature": "v1,AAAA"}).status_code == 401
    assert caller.post(REVIEW).status_code == 200
    assert len(bodies(app)) == 1


def test_a_body_that_does_not_come_to_its_end_is_not_waited_for(
    app: App, receiving: Callable[[Limits], Caller]
) -> None:
    caller = receiving(Limits(body_seconds=0.1))
    with socket.create_connection((caller.client.base_url.host, caller.client.base_url.port or 80)) as slow:
        slow.sendall(b"POST /hooks/shop HTTP/1.1\r\nHost: here\r\nContent-Length: 10\r\n\r\n{")
        assert b"408" in slow.recv(1_000).split(b"\r\n")[0]
    assert bodies(app) == []


def test_who_hangs_up_in_the_middle_is_no_error_of_ours(receiving: Callable[[Limits], Caller]) -> None:
    caller = receiving(Limits())
    with socket.create_connection((caller.client.base_url.host, caller.client.base_url.port or 80)) as gone:
        gone.sendall(b"POST /hooks/shop HTTP/1.1\r\nHost: here\r\nContent-Length: 10\r\n\r\n{")
    told = 'casebridge_hooks_total{connection="shop",outcome="broken off"} 1.0'
    for _ in range(500):
        if told in caller.client.get("/metrics").text:
            break
    else:
        pytest.fail("nobody noticed")


def test_a_secret_as_standard_webhooks_write_it_is_bytes_in_base64(tmp_path: Path) -> None:
    settings = WebhookSettings(secret=SecretStr("whsec_" + base64.b64encode(b"sixteen letters or more").decode()))
    around = Surroundings("shop", tmp_path, SystemClock())
    receiver = WebhookReceiver(WebhookSource(settings, around))
    headers = Caller(httpx.Client(), SystemClock(), "sixteen letters or more").signed(b"{}")
    receiver.verify(HookRequest("POST", "/hooks/shop", {}, headers, b"{}"))
    with pytest.raises(AuthError):
        receiver.verify(HookRequest("POST", "/hooks/shop", {}, headers, b"{ }"))


def test_card_numbers_are_masked_before_the_body_is_kept_and_ids_are_not(app: App, caller: Caller) -> None:
    talk = {"id": "4111111111111111", "text": "4111 1111 1111 1111", "message": "5555555555554444"}
    assert caller.post(talk).status_code == 200
    (body,) = bodies(app)
    assert body == b'{"id":"4111111111111111","text":"[card ending 1111]","message":"[card ending 4444]"}'


@pytest.mark.parametrize("blank", ["\\u00a0", "\\u0020", "\u00a0", " - ", "\u2011"])
def test_a_card_number_is_masked_however_json_writes_it(app: App, caller: Caller, blank: str) -> None:
    card = blank.join(["4111", "1111", "1111", "1111"])
    caller.post(f'{{"id": 1, "text": "my {card} card"}}'.encode())
    (body,) = bodies(app)
    assert body == b'{"id":1,"text":"my [card ending 1111] card"}'


def test_a_card_number_in_the_address_is_masked_and_an_id_is_not(app: App, caller: Caller) -> None:
    raw = b"{}"
    query = {"note": "4111 1111 1111 1111", "id": "4111111111111111"}
    assert caller.client.post("/hooks/shop", content=raw, params=query, headers=caller.signed(raw)).status_code == 200
    (call,) = inbox_of(app).waiting("shop", 10)
    assert call.request.query == {"note": "[card ending 1111]", "id": "4111111111111111"}


def test_a_body_that_is_deep_beyond_reason_is_kept_masked(app: App, caller: Caller) -> None:
    deep = b"[" * 900 + b'"4111 1111 1111 1111"' + b"]" * 900
    assert caller.post(deep).status_code == 200
    assert bodies(app) == [deep.replace(b"4111 1111 1111 1111", b"[card ending 1111]")]


def test_credentials_in_headers_are_not_kept(app: App, caller: Caller) -> None:
    caller.post(REVIEW, authorization="Bearer hush", cookie="hush")
    (call,) = inbox_of(app).waiting("shop", 10)
    assert "hush" not in str(call.request.headers)


def test_health_readiness_and_metrics_tell_how_things_stand(caller: Caller) -> None:
    caller.post(REVIEW)
    caller.post(REVIEW, **{"webhook-signature": "v1,AAAA"})
    assert caller.client.get("/health").json() == {"status": "alive"}
    assert caller.client.get("/ready").json() == {"status": "ready"}
    text = caller.client.get("/metrics").text
    assert 'casebridge_hooks_total{connection="shop",outcome="kept"} 1.0' in text
    assert 'casebridge_hooks_total{connection="shop",outcome="refused"} 1.0' in text
    assert 'casebridge_inbox_waiting{connection="shop"} 1.0' in text


def test_a_call_that_cannot_be_kept_is_to_be_sent_again(
    app: App, caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bridge.inbox.Inbox.keep", _full)
    assert caller.post(REVIEW).status_code == 503
    monkeypatch.undo()
    assert caller.post(REVIEW).status_code == 200
    assert len(bodies(app)) == 1


def test_where_nothing_is_written_any_more_nobody_waits_for_ever(app: App) -> None:
    keeper = Keeper(inbox_of(app))
    keeper.start()
    keeper.stop()
    call = Call("shop", app.clock.now(), HookRequest("POST", "/hooks/shop", {}, {}, b"{}"), "d1")
    with pytest.raises(OSError, match="nothing is written"):
        asyncio.run(keeper.keep(call))
    assert bodies(app) == []


def _full(*_: object) -> int:
    raise OSError(28, "No space left on device")
