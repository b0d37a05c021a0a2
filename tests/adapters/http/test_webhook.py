"""A flow tool is told everything once, signed, in order of attempts; what it takes twice it knows by its id."""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import httpx
import orjson
import pytest
from pydantic import SecretStr

from adapters.http.settings import HttpSettings
from adapters.http.target import HttpTarget
from bridge.commands import logs
from bridge.contracts import Strategy, Surroundings
from bridge.errors import AuthError, RateLimited, Transient
from bridge.nouns import Amendment, AmendmentKind, KeyField, Record, Reference, Refusal, Thing, Written
from tests.adapters.http.connecting import monday
from tests.adapters.http.tools import key

if TYPE_CHECKING:
    from pathlib import Path

SECRET = "flow-secret-that-both-sides-know"
URL = "https://flows.example/hooks/17?sig=abc"
CASE = Record(
    thing=Thing.CASE,
    object="case",
    key=key("case:1"),
    key_field="",
    fields={"subject": "Router broken", "status": "open", "person": Reference(Thing.PERSON, key("p"), key("p"))},
    idempotency_key="try-1",
)


class Flow:
    """A receiver as Standard Webhooks describe it."""

    def __init__(self) -> None:
        """Wait for calls."""
        self.clock, self.events, self.answers = monday(), dict[str, Any](), list[httpx.Response | Exception]()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Check the signature, and take each id once."""
        assert str(request.url) == URL
        sent_id, stamp = request.headers["webhook-id"], request.headers["webhook-timestamp"]
        content = f"{sent_id}.{stamp}.".encode() + request.content
        digest = hmac.new(SECRET.encode(), content, hashlib.sha256).digest()
        assert request.headers["webhook-signature"] == "v1," + base64.b64encode(digest).decode()
        assert abs(int(stamp) - self.clock.now().timestamp()) < 300
        answer = self.answers.pop(0) if self.answers else httpx.Response(202)
        if isinstance(answer, Exception) or answer.is_success:
            self.events.setdefault(sent_id, orjson.loads(request.content))
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture
def flow() -> Flow:
    return Flow()


@pytest.fixture
def target(flow: Flow, tmp_path: Path) -> HttpTarget:
    settings = HttpSettings(manifest="webhook", secrets={"url": SecretStr(URL), "signing": SecretStr(SECRET)})
    objects = {thing: (KeyField(thing.value, ""),) for thing in (Thing.PERSON, Thing.CASE, Thing.MESSAGE)}
    surroundings = Surroundings("flows", tmp_path, flow.clock, objects)
    return HttpTarget.through(settings, surroundings, httpx.MockTransport(flow))


def test_a_case_is_told_with_its_key_as_its_id(target: HttpTarget, flow: Flow) -> None:
    assert target.write("case", [CASE]) == [Written(CASE.key, created=True)]
    assert flow.events == {
        "try-1": {
            "id": "try-1",
            "type": "case.created",
            "occurred_at": "2026-03-02T09:00:00Z",
            "data": {"key": CASE.key, "subject": "Router broken", "status": "open", "person": key("p")},
        }
    }


def test_a_message_names_its_case_and_an_update_what_changed(target: HttpTarget, flow: Flow) -> None:
    message = Record(
        thing=Thing.MESSAGE, object="message", key=key("m"), key_field="", fields={"text": "Hi"}, parent=CASE.key
    )
    target.write("message", [message])
    target.write("case", [replace(CASE, ref=CASE.key, fields={"status": "closed"}, idempotency_key="try-2")])
    assert flow.events[key("m")]["data"] == {"key": key("m"), "case": CASE.key, "text": "Hi"}
    assert (flow.events["try-2"]["type"], flow.events["try-2"]["data"]) == (
        "case.updated",
        {"key": CASE.key, "status": "closed"},
    )


def test_what_nobody_answered_is_sent_again_under_the_same_id(target: HttpTarget, flow: Flow) -> None:
    """The receiver knows it by its id, so there is nothing to look up and nothing doubled."""
    flow.answers = [httpx.ReadTimeout("no answer")]
    with pytest.raises(Transient, match="sent again under the same key"):
        target.write("case", [CASE])
    flow.clock.forward(timedelta(minutes=30))
    assert target.write("case", [CASE]) == [Written(CASE.key, created=True)]
    assert list(flow.events) == ["try-1"]
    assert target.idempotency["case"].strategy is Strategy.VENDOR_HEADER


@pytest.mark.parametrize(
    ("status", "raised"),
    [(429, RateLimited), (503, Transient), (500, Transient), (408, Transient), (425, Transient), (410, AuthError)],
)
def test_trouble_waits_and_a_flow_that_is_gone_stops(
    target: HttpTarget, flow: Flow, status: int, raised: type[Exception]
) -> None:
    flow.answers = [httpx.Response(status, headers={"Retry-After": "5"})]
    with pytest.raises(raised):
        target.write("case", [CASE])
    assert flow.events == {}


def test_what_it_has_already_is_written_and_what_it_refuses_is_set_aside(target: HttpTarget, flow: Flow) -> None:
    flow.answers = [httpx.Response(409), httpx.Response(422, json={"error": "no such queue"})]
    assert target.write("case", [CASE, replace(CASE, key=key("case:2"))]) == [
        Written(CASE.key, created=True),
        Refusal("Webhook: no such queue (422)."),
    ]


@pytest.mark.parametrize("kind", list(AmendmentKind))
def test_each_amendment_is_told(target: HttpTarget, flow: Flow, kind: AmendmentKind) -> None:
    amendment = Amendment(
        kind=kind, thing=Thing.CASE, ref=CASE.key, key=f"amend-{kind}", other_ref=key("other"), text="moved"
    )
    assert target.amend([amendment]) == [Written(CASE.key, created=True)]
    (event,) = flow.events.values()
    assert event["data"]["key"] == CASE.key


def test_no_secret_is_shown(target: HttpTarget, caplog: pytest.LogCaptureFixture) -> None:
    """The address is one, too: whoever knows it can call the flow."""
    logs.configure(level="debug", as_json=False)
    caplog.set_level(0)
    tried = target.try_request("case.create", {"fields.subject": "x"}, send=True)
    shown = [repr(target), repr(target.tool.client), repr(target.check()), repr(tried), caplog.text]
    assert not [text for text in shown if SECRET in text or "sig=abc" in text]
