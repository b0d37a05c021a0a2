"""Whatever calls: no server error, no lost body, nothing that stops the next one."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import httpx
import orjson
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import status_code_conformance

from adapters.webhook.settings import WebhookSettings
from adapters.webhook.source import WebhookReceiver, WebhookSource
from bridge import signatures
from bridge.clock import SystemClock
from bridge.contracts import HookRequest, Surroundings
from bridge.engine import sync
from bridge.errors import AuthError
from bridge.hooked import inbox_of
from bridge.ledger import ledger
from bridge.masking import masked
from bridge.nouns import Broken, Said
from bridge.runs import SyncOptions
from bridge.web.receiver import Limits
from tests.adapters.mutations import mutated
from tests.web.conftest import SECRET

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import requests

    from bridge.app import App
    from bridge.nouns import SourceEvent
    from tests.web.conftest import Caller

ONE_APP = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
"""The receiver goes on from call to call: that is the point."""
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
MESSAGE = st.fixed_dictionaries(
    {"id": st.text(), "network": st.text(), "text": st.text()},
    optional={"sent_at": st.text(), "author": JSON, "attachments": JSON, "answers": JSON, "rating": JSON, "kind": JSON},
)
BODY = st.binary() | (JSON | MESSAGE | st.lists(MESSAGE, max_size=3)).map(lambda data: json.dumps(data).encode())
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


def test_no_call_that_the_openapi_allows_is_a_server_error(app: App, receiving: Callable[..., Caller]) -> None:
    caller = receiving(Limits(per_second=1e6))
    api = schemathesis.openapi.from_url(str(caller.client.base_url.join("/openapi.json")))
    operations = [found.ok() for found in api.get_all_operations()]
    assert {operation.path for operation in operations} == {"/hooks/{connection}", "/health", "/ready", "/metrics"}
    for operation in operations:
        _try_out(operation, caller)
    assert inbox_of(app).backlog()["shop"].calls > 1


def _try_out(operation: schemathesis.APIOperation, caller: Caller) -> None:
    def signing(request: requests.PreparedRequest) -> requests.PreparedRequest:
        raw = request.body or b""
        request.headers.update(caller.signed(raw.encode() if isinstance(raw, str) else raw))
        return request

    @settings(max_examples=40, deadline=None, database=None)
    @given(case=operation.as_strategy(), known=st.booleans(), ours=st.booleans())
    def call(case: schemathesis.Case, *, known: bool, ours: bool) -> None:
        if known and case.path_parameters:
            case.path_parameters["connection"] = "shop"
        response = case.call(auth=signing if ours else None)
        case.validate_response(response, checks=[not_a_server_error, status_code_conformance])

    call()


@ONE_APP
@given(body=BODY)
def test_any_signed_body_is_kept_as_it_came(app: App, caller: Caller, body: bytes) -> None:
    assert caller.post(body).status_code == 200
    kept = {each.request.body for each in inbox_of(app).waiting("shop", 100_000)}
    assert masked(body, "") in kept


@ONE_APP
@given(
    name=st.text(alphabet=st.characters(min_codepoint=33, max_codepoint=126)),
    value=st.text(st.characters(max_codepoint=255)),
)
def test_no_header_and_no_address_is_a_server_error(caller: Caller, name: str, value: str) -> None:
    with suppress(httpx.HTTPError, httpx.InvalidURL, UnicodeEncodeError, ValueError):  # what no client can send
        for method in ("GET", "POST", "PUT", "DELETE"):
            said = caller.client.request(
                method, f"/hooks/{name}", content=b"{}", headers=[(name.encode() or b"x", value.encode("latin-1"))]
            )
            assert said.status_code in {200, 401, 404, 405, 307, 400, 422}
    assert caller.client.get("/health").json() == {"status": "alive"}


@ONE_APP
@given(body=BODY)
def test_any_body_becomes_messages_or_says_why_not(app: App, body: bytes) -> None:
    receiver = app.sources["shop"].receiver
    assert receiver is not None
    events = receiver.parse(HookRequest("POST", "/hooks/shop", {}, {}, body)).events
    assert all(isinstance(event, (Said, Broken)) for event in events)
    assert events or orjson.loads(body) == []


MAPPED = {
    "network": "facebook",
    "records": "entry.*.changes.*.value",
    "mapping": {
        "fields": {
            "id": {"from": "comment_id"},
            "text": {"from": "message"},
            "sent_at": {"from": "created_time", "parse_time": "epoch"},
            "author.id": {"from": "from.id"},
            "author.name": {"from": "from.name"},
            "permalink": {"from": "post.permalink_url"},
        }
    },
}
TOLD = {
    "object": "page",
    "entry": [
        {
            "id": "1",
            "changes": [
                {
                    "field": "feed",
                    "value": {
                        "comment_id": "7_8",
                        "message": "My parcel is broken.",
                        "created_time": 1772442000,
                        "from": {"id": "55", "name": "Lena W"},
                        "post": {"permalink_url": "https://social.example/7"},
                    },
                }
            ],
        }
    ],
}


def understood(folder: Path, payload: Any) -> tuple[SourceEvent, ...]:  # noqa: ANN401 - any JSON
    """Return what a body of a vendor becomes."""
    settings = WebhookSettings.model_validate({"secret": SECRET, **MAPPED})
    source = WebhookSource(settings, Surroundings("pages", folder, SystemClock()))
    return WebhookReceiver(source).parse(HookRequest("POST", "/hooks/pages", {}, {}, orjson.dumps(payload))).events


def test_each_message_of_a_vendors_call_is_found_wherever_it_stands(tmp_path: Path) -> None:
    (change,) = TOLD["entry"][0]["changes"]  # type: ignore[index] # the shape is above
    second = {"value": change["value"] | {"comment_id": "7_9"}}
    several = {"entry": [{"changes": [change, second]}, {"changes": []}, {"changes": None}]}
    first, other, odd = understood(tmp_path, several)
    assert isinstance(first, Said)
    assert isinstance(other, Said)
    assert (first.message.native_id, other.message.native_id) == ("7_8", "7_9")
    assert (first.message.text, first.message.author and first.message.author.id) == ("My parcel is broken.", "55")
    assert isinstance(odd, Broken)
    assert understood(tmp_path, {"entry": []}) == ()


@ONE_APP
@given(payload=mutated([TOLD]))
def test_any_body_of_a_vendor_is_read_through_a_mapping_or_kept(tmp_path: Path, payload: Any) -> None:  # noqa: ANN401 - any JSON
    for event in understood(tmp_path, payload):
        match event:
            case Said(message):
                assert message.native_id
                assert message.sent_at is None or message.sent_at.tzinfo is not None
            case Broken(raw=raw):
                assert raw
            case other:
                pytest.fail(f"became {other}")


def test_what_was_kept_of_strangers_is_stored_or_set_aside_by_a_sync(app: App, caller: Caller) -> None:
    @settings(max_examples=40, deadline=None, database=None)
    @given(body=BODY)
    def post(body: bytes) -> None:
        assert caller.post(body).status_code == 200

    post()
    sync(app, None, SyncOptions())
    assert inbox_of(app).backlog() == {}
    assert ledger(app).balanced


@given(st.binary(), st.sampled_from(["", "application/json", "application/x-www-form-urlencoded", "text/plain"]))
def test_masking_any_body_never_fails_and_changes_nothing_that_holds_no_digits(body: bytes, kind: str) -> None:
    hidden = masked(body, kind)
    assert masked(hidden, kind) == hidden
    if sum(chr(byte).isdigit() for byte in body) < 12:
        assert hidden is body


@given(JSON)
def test_masking_keeps_everything_that_is_no_card_number(data: Any) -> None:  # noqa: ANN401 - any JSON
    body = orjson.dumps({"text": "4111 1111 1111 1111", "rest": data})
    hidden = orjson.loads(masked(body, "application/json"))
    assert "4111 1111 1111 1111" not in hidden["text"]
    assert hidden.keys() == {"text", "rest"}


@given(st.text())
def test_any_time_of_a_signature_is_taken_or_refused(seconds: str) -> None:
    with suppress(AuthError):
        signatures.require_fresh(seconds, NOW)
        assert abs(float(seconds) - NOW.timestamp()) <= 300


@given(st.lists(st.text()), st.lists(st.text(), min_size=1))
def test_any_signature_is_ours_or_refused(given_ones: list[str], expected: list[str]) -> None:
    if set(given_ones) & set(expected):
        signatures.require(given_ones, expected)
    else:
        with pytest.raises(AuthError):
            signatures.require(given_ones, expected)


@given(st.dictionaries(st.text(), st.text()), st.text())
def test_any_header_is_found_whatever_its_letters_or_is_empty(headers: dict[str, str], name: str) -> None:
    found = signatures.header(HookRequest("POST", "/", {}, headers, b""), name)
    assert found == "" or found in headers.values()
