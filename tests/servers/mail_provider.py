"""A provider of mailboxes that takes no passwords: a person allows an application, tokens end and are renewed, and are used up."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlencode, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator

CLIENT, SECRET = "casebridge-of-acme", "clients-own-secret"
SECONDS = 3600
"""How long an access token is good for, as it says."""


@dataclass
class Provider:
    """Who may do what."""

    port: int = 0
    user: str = ""
    """Who is at the browser."""
    challenges: dict[str, str] = field(default_factory=dict)
    """Code → what its verifier must come to."""
    access: dict[str, str] = field(default_factory=dict)
    """Access token → mailbox."""
    refresh: dict[str, str] = field(default_factory=dict)
    """Refresh token → mailbox; each is good once."""
    asked: list[str] = field(default_factory=list)
    """The kinds of grants that tokens were asked for with."""

    @property
    def url(self) -> str:
        """Return where it is."""
        return f"http://127.0.0.1:{self.port}"

    def owner(self, token: str) -> str:
        """Return whose mailbox an access token opens, empty for none."""
        return self.access.get(token, "")

    def end_access(self) -> None:
        """Let all access tokens be worth nothing, whatever was said of how long they last."""
        self.access.clear()

    def withdraw(self) -> None:
        """Take back what the person has allowed."""
        self.access.clear()
        self.refresh.clear()

    def allow(self, query: dict[str, str]) -> str:
        """Return the address that the browser goes back to after the person has agreed."""
        code = secrets.token_urlsafe(16)
        self.challenges[code] = query["code_challenge"]
        return f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state']})}"

    def tokens(self, form: dict[str, str]) -> tuple[int, dict[str, object]]:
        """Answer an application that asks for tokens."""
        self.asked.append(form.get("grant_type", ""))
        if (form.get("client_id"), form.get("client_secret")) != (CLIENT, SECRET):
            return 401, {"error": "invalid_client"}
        mailbox = self._granted(form)
        if not mailbox:
            return 400, {"error": "invalid_grant"}
        access, refresh = secrets.token_urlsafe(16), secrets.token_urlsafe(16)
        self.access, self.refresh[refresh] = {access: mailbox}, mailbox
        return 200, {"access_token": access, "refresh_token": refresh, "expires_in": SECONDS}

    def _granted(self, form: dict[str, str]) -> str:
        if form["grant_type"] == "refresh_token":
            return self.refresh.pop(form["refresh_token"], "")
        hashed = hashlib.sha256(form["code_verifier"].encode()).digest()
        fits = base64.urlsafe_b64encode(hashed).decode().rstrip("=") == self.challenges.pop(form["code"], "")
        return self.user if fits else ""


@contextmanager
def running() -> Iterator[Provider]:
    """Listen on a free port of loopback."""
    provider = Provider()

    class Handler(BaseHTTPRequestHandler):
        """The provider's pages."""

        def do_GET(self) -> None:
            """Let the person at the browser agree at once."""
            query = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
            self.send_response(302)
            self.send_header("Location", provider.allow(query))
            self.end_headers()

        def do_POST(self) -> None:
            """Give tokens to an application, or tell a mail server whose a token is."""
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = {name: values[0] for name, values in parse_qs(body).items()}
            if self.path == "/token":
                status, answer = provider.tokens(form)
            else:
                mailbox = provider.owner(form.get("token", ""))
                status, answer = 200, {"active": bool(mailbox), "email": mailbox}
            content = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        provider.port = server.server_port
        Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield provider
        finally:
            server.shutdown()
