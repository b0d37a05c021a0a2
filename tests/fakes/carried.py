"""Carry the calls of ``httpx`` into an ASGI app without a socket, or lose them on their way."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx

from tests.fakes.faults import ConnectionCut, NoAnswer
from tests.fakes.transports import exchange

if TYPE_CHECKING:
    from datetime import datetime

    from starlette.types import ASGIApp

    from bridge.clock import Clock


class Carried(httpx.BaseTransport):
    """For ``httpx.Client(transport=…)``."""

    def __init__(self, app: ASGIApp, clock: Clock, *, searches: str = "") -> None:
        """Lose nothing yet; a POST to a path that ends with ``searches`` changes nothing either."""
        self._app, self._clock, self._searches = app, clock, searches
        self._lose, self._from = "", clock.now()

    def lose(self, what: str) -> None:
        """Lose ``request`` or ``response`` of every change until the clock moves, or let the next call find ``nobody``."""
        self._lose, self._from = what, self._clock.now()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Make the call, or lose it."""
        lose = self._losing(request, self._clock.now())
        if lose == "nobody":
            self._lose = ""
            message = "Connection refused"
            raise httpx.ConnectError(message, request=request)
        message = "The read operation timed out"
        if lose == "request":
            raise httpx.ReadTimeout(message, request=request)
        try:
            answer = exchange(self._app, request.method, str(request.url), dict(request.headers), request.read())
        except ConnectionCut as cut:
            gone = "Server disconnected without sending a response."
            raise httpx.RemoteProtocolError(gone, request=request) from cut
        except NoAnswer as silence:
            raise httpx.ReadTimeout(message, request=request) from silence
        if lose == "response":
            raise httpx.ReadTimeout(message, request=request)
        return httpx.Response(
            answer.status, headers=list(answer.headers.items()), content=bytes(answer.body), request=request
        )

    def _losing(self, request: httpx.Request, now: datetime) -> str:
        if self._lose in ("request", "response") and (now != self._from or not self._changes(request)):
            return ""
        return self._lose

    def _changes(self, request: httpx.Request) -> bool:
        searching = self._searches and request.url.path.endswith(self._searches)
        return request.method != "GET" and not searching
