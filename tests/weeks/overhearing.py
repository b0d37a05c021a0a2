"""Who stands at the door of a pretend CRM: hears every secret that goes through it, and can slam it or talk nonsense."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from starlette.responses import JSONResponse

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

FORM = ("assertion", "client_secret", "refresh_token")
TOLD = ("access_token", "refresh_token")
NONSENSE = {"results": [["nonsense"]], "records": [["nonsense"]]}


class Overhearing:
    """An app whose callers' secrets are noted: headers, parts of them, what sign-ins send and what they get."""

    def __init__(self, app: ASGIApp) -> None:
        """Stand before ``app``."""
        self._app = app
        self.heard: set[str] = set()
        self.refuses = False
        """Let nobody in any more."""
        self.raves = False
        """Answer every call, but the sign-in, with something that no CRM says."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Listen, and hand the call on, or not."""
        body = await _whole(receive)
        signing_in = scope["path"].endswith(("/token", "/oauth/tokens"))
        self._headers(scope)
        if signing_in:
            form = parse_qs(body.decode())
            self.heard |= {value for name in FORM for value in form.get(name, ())}
        if self.refuses:
            await JSONResponse({"error": "invalid_client", "message": "no"}, 401)(scope, receive, send)
            return
        if self.raves and not signing_in:
            await JSONResponse(NONSENSE)(scope, receive, send)
            return

        async def listened(message: Message) -> None:
            if signing_in and message["type"] == "http.response.body":
                answer = json.loads(message["body"])
                self.heard |= {answer[name] for name in TOLD if answer.get(name)}
            await send(message)

        await self._app(scope, _again(body), listened)

    def _headers(self, scope: Scope) -> None:
        for name, value in scope["headers"]:
            if name == b"authorization":
                kind, _, credentials = value.decode().partition(" ")
                self.heard.add(credentials)
                if kind == "Basic":
                    self.heard.add(base64.b64decode(credentials).decode())


class Meanwhile:
    """An app whose people do something just before the next call that makes a case."""

    def __init__(self, app: ASGIApp) -> None:
        """Stand before ``app``."""
        self._app = app
        self.doing: Callable[[], object] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Do it, once, and pass the call on."""
        body = await _whole(receive)
        if self.doing is not None and scope["method"] == "POST" and _makes_a_case(scope["path"], body):
            doing, self.doing = self.doing, None
            doing()
        await self._app(scope, _again(body), send)


def _makes_a_case(path: str, body: bytes) -> bool:
    salesforce = "/composite" in path and b'"Case"' in body and b"Subject" in body
    return salesforce or path.endswith(("/tickets/batch/create", "/api/v2/tickets", "/tickets/create_many"))


async def _whole(receive: Receive) -> bytes:
    body, more = b"", True
    while more:
        message = await receive()
        body, more = body + message.get("body", b""), bool(message.get("more_body"))
    return body


def _again(body: bytes) -> Receive:
    async def again() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return again
