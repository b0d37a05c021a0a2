"""Calls and replies between the web and the org, and the table of addresses that leads one to the other."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote

import orjson

from tests.fakes.salesforce.errors import ApiError, Json, not_found
from tests.fakes.salesforce.world import Actor

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from tests.fakes.salesforce.state import State

LONGEST_ADDRESS = 16_384


@dataclass(frozen=True, slots=True)
class Call:
    """One call below ``/services/data/vXX.X``; ``address`` is in parts, each unquoted; header names are in lower case."""

    method: str
    version: str
    address: tuple[str, ...]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes | Json | list[Any] | None
    user: str
    at: datetime

    @property
    def actor(self) -> Actor:
        """Return who writes, as the call's headers say."""
        allowed = self.headers.get("sforce-duplicate-rule-header", "").replace(" ", "").casefold()
        assign = self.headers.get("sforce-auto-assign", "true").strip().casefold() != "false"
        return Actor(self.user, self.at, auto_assign=assign, allow_save="allowsave=true" in allowed)

    def json(self) -> Any:  # noqa: ANN401 - any JSON
        """Return the body; raises as the vendor does for one that cannot be read."""
        if not isinstance(self.body, bytes):
            return self.body
        if not self.headers.get("content-type", "").startswith("application/json"):
            message = "Content-Type header specified is not supported. Supported content types: application/json."
            raise ApiError("UNSUPPORTED_MEDIA_TYPE", message, status=415)
        try:
            return orjson.loads(self.body)
        except orjson.JSONDecodeError as error:
            raise ApiError("JSON_PARSER_ERROR", str(error)) from error

    def object(self) -> Json:
        """Return the body, which must be an object."""
        body = self.json()
        if not isinstance(body, dict):
            raise ApiError(
                "JSON_PARSER_ERROR", "The HTTP entity body is required, but this request has no entity body."
            )
        return body

    def within(self, method: str, address: str, body: Json | None, headers: Mapping[str, str]) -> Call:
        """Return a call inside this one, by the same user."""
        version, parts, query = split(address)
        return replace(
            self,
            method=method,
            version=version,
            address=parts,
            query=query,
            body=body,
            headers={**self.headers, **headers},
        )


@dataclass(frozen=True, slots=True)
class Reply:
    """What a call gets: JSON, or text or bytes of another type."""

    body: Any = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    media: str = "application/json;charset=UTF-8"

    def raw(self) -> bytes:
        """Return the body as it goes out."""
        if self.body is None:
            return b""
        return self.body if isinstance(self.body, bytes) else orjson.dumps(self.body)


def refused(error: ApiError) -> Reply:
    """Return an error as a call's reply."""
    if error.status == 300:
        return Reply([f"/services/data/sobjects/{record}" for record in error.message.split(",")], 300)
    return Reply(error.body(), error.status)


def split(address: str) -> tuple[str, tuple[str, ...], dict[str, str]]:
    """Return version, parts and query of an address below ``/services/data``; an escaped slash splits no part."""
    raw, _, query = address.partition("?")
    parts = [unquote(part) for part in raw.strip("/").split("/")]
    if parts[:2] != ["services", "data"] or len(parts) < 3 or not parts[2].startswith("v"):
        raise not_found()
    return parts[2][1:], tuple(parts[3:]), dict(parse_qsl(query, keep_blank_values=True))


class Routes:
    """Addresses and who answers at them; ``{}`` stands for any one part, which is handed over."""

    def __init__(self) -> None:
        """Start without any."""
        self._known: list[tuple[str, Sequence[str], Callable[..., Reply]]] = []

    def at(self, method: str, pattern: str) -> Callable[[Callable[..., Reply]], Callable[..., Reply]]:
        """Return a decorator that puts a handler at an address."""

        def put(handler: Callable[..., Reply]) -> Callable[..., Reply]:
            self._known.append((method, pattern.split("/"), handler))
            return handler

        return put

    def answer(self, state: State, call: Call) -> Reply:
        """Let the right handler answer; an error it raises is the reply."""
        try:
            handler, given = self._handler(call)
            return handler(state, call, *given)
        except ApiError as error:
            return refused(error)

    def _handler(self, call: Call) -> tuple[Callable[..., Reply], list[str]]:
        """Return who answers, and the parts of the address that vary."""
        address_known = False
        for method, pattern, handler in self._known:
            if not _fits(pattern, call.address):
                continue
            address_known = True
            if method == call.method:
                return handler, [part for part, wanted in zip(call.address, pattern, strict=True) if wanted == "{}"]
        if address_known:
            raise ApiError("METHOD_NOT_ALLOWED", f"HTTP Method '{call.method}' not allowed.", status=405)
        raise not_found()


def _fits(pattern: Sequence[str], address: Sequence[str]) -> bool:
    """Say whether an address has this pattern."""
    return len(pattern) == len(address) and all(
        wanted in ("{}", part) for wanted, part in zip(pattern, address, strict=True)
    )


ROUTES = Routes()
