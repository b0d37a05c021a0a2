"""Carry the calls of real SDKs into an ASGI app without a socket: ``requests`` and ``urllib3``."""

from __future__ import annotations

import asyncio
import io
from dataclasses import dataclass, field
from http.client import RemoteDisconnected
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

import requests
import urllib3
from requests.adapters import HTTPAdapter

from tests.fakes.faults import ConnectionCut, NoAnswer

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from starlette.types import ASGIApp, Message, Scope


@dataclass(slots=True)
class Answer:
    """What an app answered."""

    status: int = 0
    headers: urllib3.HTTPHeaderDict = field(default_factory=urllib3.HTTPHeaderDict)
    body: bytearray = field(default_factory=bytearray)

    def as_urllib3(self, method: str, url: str, *, preload: bool) -> urllib3.HTTPResponse:
        """Return it as the response that both libraries build on."""
        return urllib3.HTTPResponse(
            io.BytesIO(self.body),
            self.headers,
            self.status,
            request_method=method,
            request_url=url,
            preload_content=preload,
            decode_content=preload,
        )


def exchange(app: ASGIApp, method: str, url: str, headers: Mapping[str, str | bytes], body: bytes) -> Answer:
    """Make one call; ``ConnectionCut`` and ``NoAnswer`` come through as they are."""
    answer = Answer()

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            answer.status = message["status"]
            for name, value in message["headers"]:
                answer.headers.add(name.decode("latin-1"), value.decode("latin-1"))
        else:
            answer.body += message.get("body", b"")

    async def call() -> None:
        await app(_scope(method, url, headers), receive, send)

    asyncio.run(call())
    return answer


def _scope(method: str, url: str, headers: Mapping[str, str | bytes]) -> Scope:
    """Describe the call as ASGI does."""
    parts = urlsplit(url)
    pairs = [(name.lower().encode("latin-1"), _latin(value)) for name, value in headers.items()]
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method.upper(),
        "scheme": parts.scheme,
        "path": unquote(parts.path) or "/",
        "raw_path": parts.path.encode(),
        "root_path": "",
        "query_string": parts.query.encode(),
        "headers": [*_host(pairs, parts.netloc), *pairs],
        "client": ("127.0.0.1", 1),
        "server": (parts.hostname or "", parts.port or 443),
    }


def _host(pairs: Iterable[tuple[bytes, bytes]], netloc: str) -> list[tuple[bytes, bytes]]:
    """Return the Host header, unless the call has one."""
    return [] if any(name == b"host" for name, _ in pairs) else [(b"host", netloc.encode())]


def _latin(value: str | bytes) -> bytes:
    """Return a header's value as bytes; requests leaves some so."""
    return value if isinstance(value, bytes) else value.encode("latin-1")


def _bytes(body: Any) -> bytes:  # noqa: ANN401 - text, bytes, a file, or an iterator of either
    """Return a body of any of the forms that the libraries take."""
    if body is None:
        return b""
    if isinstance(body, str):
        return body.encode()
    if hasattr(body, "read"):
        return _bytes(body.read())
    return bytes(body) if isinstance(body, bytes | bytearray) else b"".join(_bytes(part) for part in body)


class AppAdapter(HTTPAdapter):
    """For ``requests``: ``session.mount("https://", AppAdapter(app))``."""

    def __init__(self, app: ASGIApp) -> None:
        """Carry every call into ``app``."""
        super().__init__()
        self._app = app

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,  # noqa: FBT001, FBT002 - the signature of requests
        timeout: Any = None,  # noqa: ANN401 - the signature of requests
        *args: object,
        **kwargs: object,
    ) -> requests.Response:
        """Make the call; a fault that is no answer is the error that requests raises for it."""
        del stream, timeout, args, kwargs
        method, url = request.method or "GET", request.url or ""
        try:
            answer = exchange(self._app, method, url, request.headers, _bytes(request.body))
        except ConnectionCut as cut:
            raise requests.ConnectionError(str(RemoteDisconnected("closed without response")), request=request) from cut
        except NoAnswer as silence:
            raise requests.ReadTimeout("Read timed out.", request=request) from silence
        return self.build_response(request, answer.as_urllib3(method, url, preload=False))


class AppPool(urllib3.PoolManager):
    """For ``urllib3``: stands where an SDK keeps its ``PoolManager``."""

    def __init__(self, app: ASGIApp) -> None:
        """Carry every call into ``app``."""
        super().__init__()
        self._app = app

    def urlopen(  # type: ignore[override]  # the base takes every keyword one by one
        self,
        method: str,
        url: str,
        redirect: bool = True,  # noqa: FBT001, FBT002 - the signature of urllib3
        **options: Any,  # noqa: ANN401 - the signature of urllib3
    ) -> urllib3.HTTPResponse:
        """Make the call; a fault that is no answer is the error that urllib3 raises for it."""
        del redirect
        headers: dict[str, str | bytes] = dict(options.get("headers") or {})
        try:
            answer = exchange(self._app, method, url, headers, _bytes(options.get("body")))
        except ConnectionCut as cut:
            gone = RemoteDisconnected("Remote end closed connection without response")
            raise urllib3.exceptions.ProtocolError("Connection aborted.", gone) from cut
        except NoAnswer as silence:
            pool = self.connection_from_url(url)
            raise urllib3.exceptions.ReadTimeoutError(pool, url, "Read timed out.") from silence
        return answer.as_urllib3(method, url, preload=bool(options.get("preload_content", True)))
