"""The pieces that all pretend vendors share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest
import requests
import urllib3
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from tests.fakes.calls import Call, Recorded
from tests.fakes.faults import Faults, Faulty
from tests.fakes.serving import running
from tests.fakes.transports import AppAdapter, AppPool

Caller = Callable[[str, str, bytes | None], tuple[int, bytes]]
Way = Callable[[ASGIApp], AbstractContextManager[Caller]]


class Counter:
    """An app with state: every call counts one up and answers the sum and what it was sent."""

    def __init__(self) -> None:
        """Start at nought."""
        self.count = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count."""
        request = Request(scope, receive)
        body = await request.body()
        self.count += 1
        answer = {
            "count": self.count,
            "body": body.decode(),
            "q": request.query_params.get("q"),
            "path": scope["path"],
        }
        await JSONResponse(answer)(scope, receive, send)


@contextmanager
def in_process(app: ASGIApp) -> Iterator[Caller]:
    """Call through requests without a socket."""
    with requests.Session() as session:
        session.mount("https://", AppAdapter(app))
        yield _by_requests(session, "https://acme.example")


@contextmanager
def in_process_urllib3(app: ASGIApp) -> Iterator[Caller]:
    """Call through urllib3 without a socket."""
    pool = AppPool(app)

    def call(method: str, path: str, body: bytes | None) -> tuple[int, bytes]:
        response = pool.request(method, "https://acme.example" + path, body=body)
        return response.status, response.data

    yield call


@contextmanager
def served(app: ASGIApp) -> Iterator[Caller]:
    """Call through a socket."""
    with running(app) as address, requests.Session() as session:
        yield _by_requests(session, address)


def _by_requests(session: requests.Session, base: str) -> Caller:
    def call(method: str, path: str, body: bytes | None) -> tuple[int, bytes]:
        response = session.request(method, base + path, data=body, timeout=0.3)
        return response.status_code, response.content

    return call


WAYS = pytest.mark.parametrize("way", [in_process, in_process_urllib3, served])
LOST = (requests.ConnectionError, urllib3.exceptions.ProtocolError)
SILENT = (requests.ReadTimeout, urllib3.exceptions.ReadTimeoutError)


@WAYS
def test_a_call_reaches_the_app_whole_and_its_answer_comes_back(way: Way) -> None:
    with way(Counter()) as call:
        status, body = call("POST", "/a%20b?q=1%2B1", "grüße".encode())
    assert status == 200
    assert body == '{"count":1,"body":"grüße","q":"1+1","path":"/a b"}'.encode()


@WAYS
def test_a_cut_connection_leaves_done_what_was_done_and_undone_what_was_not(
    way: Way,
) -> None:
    counter, faults = Counter(), Faults()
    faults.order("reset_before", "reset_after", None)
    with way(Faulty(counter, faults)) as call:
        for seen in (0, 1):
            with pytest.raises(LOST):
                call("POST", "/", b"x")
            assert counter.count == seen
        assert call("POST", "/", b"x")[0] == 200


@WAYS
def test_silence_ends_by_the_callers_own_time_limit_after_the_work_was_done(
    way: Way,
) -> None:
    counter, faults = Counter(), Faults()
    faults.order("timeout")
    with way(Faulty(counter, faults)) as call, pytest.raises(SILENT):
        call("POST", "/", b"x")
    assert counter.count == 1


@WAYS
def test_server_errors_are_plain_unless_the_vendor_has_words_for_them(way: Way) -> None:
    counter, faults = Counter(), Faults()
    faults.order("500", "503", "full")
    with way(Faulty(counter, faults, {"503": Response(b"busy", 503), "full": Response(b"full", 507)})) as call:
        assert call("GET", "/", None) == (500, b"Internal Server Error")
        assert call("GET", "/", None) == (503, b"busy")
        assert call("GET", "/", None) == (507, b"full")
    assert counter.count == 0


def test_faults_repeat_with_their_seed_and_come_as_often_as_they_should() -> None:
    first, again = (Faults(7, {"500": 0.1, "reset_after": 0.1}) for _ in range(2))
    drawn = [first.draw() for _ in range(2000)]
    assert drawn == [again.draw() for _ in range(2000)]
    assert 150 < drawn.count("500") < 250
    assert first.drawn["500"] == drawn.count("500")


def test_every_call_is_counted_also_one_without_an_answer() -> None:
    calls, faults = list[Call](), Faults()
    faults.order("reset_after", None)
    with in_process(Recorded(Faulty(Counter(), faults), calls)) as call:
        with pytest.raises(LOST):
            call("POST", "/a", b"four")
        call("GET", "/b", None)
    assert calls == [Call("POST", "/a", 4, 0), Call("GET", "/b", 0, 200)]
