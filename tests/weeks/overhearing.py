"""Who stands at the door of a pretend CRM: hears every secret that goes through it, and can slam it or talk nonsense."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from starlette.responses import JSONResponse

if TYPE_CHECKING:
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
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message.get("body", b""), bool(message.get("more_body"))
        signing_in = scope["path"].endswith("/token")
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

        async def again() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        async def listened(message: Message) -> None:
            if signing_in and message["type"] == "http.response.body":
                answer = json.loads(message["body"])
                self.heard |= {answer[name] for name in TOLD if answer.get(name)}
            await send(message)

        await self._app(scope, again, listened)

    def _headers(self, scope: Scope) -> None:
        for name, value in scope["headers"]:
            if name == b"authorization":
                kind, _, credentials = value.decode().partition(" ")
                self.heard.add(credentials)
                if kind == "Basic":
                    self.heard.add(base64.b64decode(credentials).decode())
