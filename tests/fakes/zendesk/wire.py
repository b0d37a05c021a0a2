"""Carries the calls of ``httpx`` into an app without a socket, or loses one on its way there or back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx

from tests.fakes.faults import ConnectionCut, NoAnswer
from tests.fakes.transports import exchange

if TYPE_CHECKING:
    from starlette.types import ASGIApp


class Wire(httpx.BaseTransport):
    """A transport for ``httpx.Client``."""

    def __init__(self, app: ASGIApp) -> None:
        """Carry every call into ``app`` and lose nothing yet."""
        self._app = app
        self.lose = ""
        """What becomes of the next call: ``request`` or ``response`` is lost, or there is ``nobody``."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Make the call; a fault that is no answer is the error that httpx raises for it."""
        lose, self.lose = self.lose, ""
        if lose == "nobody":
            raise httpx.ConnectError("Connection refused", request=request)
        if lose == "request":
            raise httpx.ReadTimeout("The read operation timed out", request=request)
        body = request.read()
        try:
            answer = exchange(self._app, request.method, str(request.url), dict(request.headers), body)
        except ConnectionCut as cut:
            raise httpx.RemoteProtocolError("Server disconnected without sending a response.", request=request) from cut
        except NoAnswer as silence:
            raise httpx.ReadTimeout("The read operation timed out", request=request) from silence
        if lose == "response":
            raise httpx.ReadTimeout("The read operation timed out", request=request)
        return httpx.Response(answer.status, headers=list(answer.headers.items()), content=bytes(answer.body))
