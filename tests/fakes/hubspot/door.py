"""Where calls come in: who is it, how often, and which handler."""

from __future__ import annotations

import json
from email.utils import format_datetime
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Match, Route

from tests.fakes.hubspot import (
    account_api,
    associations_api,
    batches_api,
    channels_api,
    definitions_api,
    files_api,
    hooks,
    records_api,
    search_api,
    threads_api,
    transfers_api,
    window,
)
from tests.fakes.hubspot.asked import Asked, House, Way
from tests.fakes.hubspot.errors import Declined, correlation_id, invalid, locked
from tests.fakes.hubspot.portal import INTEGRATION, Actor
from tests.fakes.hubspot.styles import classic

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.types import Receive, Scope, Send

    from bridge.nouns import Json
    from tests.fakes.hubspot.access import Caller

WAYS: tuple[Way, ...] = (
    *batches_api.WAYS,
    *search_api.WAYS,
    *associations_api.WAYS,
    *records_api.WAYS,
    *definitions_api.WAYS,
    *account_api.WAYS,
    *channels_api.WAYS,
    *threads_api.WAYS,
    *transfers_api.WAYS,
    *files_api.WAYS,
    *hooks.WAYS,
    *window.WAYS,
)
LONGEST_ADDRESS = 8_000
"""Characters of path and query."""


class Door:
    """The app itself: one call after the other."""

    def __init__(self, house: House) -> None:
        """Stand before the account."""
        self._house = house
        self._routes = [(way, Route(way.path, _no_endpoint, methods=[way.method])) for way in WAYS]
        self._answers = self._writes = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one call; the account stands still meanwhile."""
        body = await _body(receive)
        with self._house.portal.lock:
            self._answers += 1
            response = self._answered(scope, body)
            response.headers["Date"] = format_datetime(self._house.portal.clock.now(), usegmt=True)
        await response(scope, receive, send)

    def _answered(self, scope: Scope, body: bytes) -> Response:
        headers: dict[str, str] = {}
        try:
            return self._handled(scope, body, headers)
        except Declined as declined:
            return refusal(declined, correlation_id(self._answers), headers)

    def _handled(self, scope: Scope, body: bytes, headers: dict[str, str]) -> Response:
        if len(scope["path"]) + len(scope["query_string"]) > LONGEST_ADDRESS:
            raise Declined(414, "URI_TOO_LONG", "The URI of the request is too long.")
        path, version = classic(scope["path"])
        given = {name.decode().lower(): value.decode("latin-1") for name, value in scope["headers"]}
        way, found = self._way(scope["method"], path or "/")
        caller = None if way.open else self._counted(way, given.get("authorization", ""), headers)
        content_type = given.get("content-type", "")
        asked = Asked(
            house=self._house,
            path=found,
            query=_query(scope["query_string"].decode()),
            body=_parsed(body, content_type),
            actor=Actor(INTEGRATION, caller.app if caller else ""),
            version=version,
            fault=scope.get("state", {}).get("fault") or "",
            content_type=content_type,
            address=f"{scope['scheme']}://{given.get('host', '')}",
        )
        if caller:
            self._house.access.check_scope(caller, way.scope(asked))
        self._neighbour_lock(way)
        return _response(*way.handler(asked), headers)

    def _counted(self, way: Way, authorization: str, headers: dict[str, str]) -> Caller:
        """Return who calls, after the call was counted; raises ``Declined``."""
        caller = self._house.access.caller(authorization)
        if way.search:
            self._house.access.count_search(caller)
        else:
            headers |= self._house.access.count(caller)
        return caller

    def _way(self, method: str, path: str) -> tuple[Way, Mapping[str, str]]:
        """Return the handler of a path; raises ``Declined`` for none."""
        other = False
        for way, route in self._routes:
            match, more = route.matches({"type": "http", "method": method, "path": path, "root_path": ""})
            if match is Match.FULL:
                return way, more["path_params"]
            other = other or match is Match.PARTIAL
        if other:
            raise Declined(405, "METHOD_NOT_ALLOWED", "HTTP 405 Method Not Allowed")
        raise Declined(404, "OBJECT_NOT_FOUND", f"Unable to find a route for {path}")

    def _neighbour_lock(self, way: Way) -> None:
        """Find a record locked by the other client, now and then."""
        if (
            way.method != "GET"
            and way.path.startswith(records_api.ALL)
            and not (way.search or way.path.endswith("/read"))
        ):
            self._writes += 1
            every = self._house.portal.org.lock_every
            if every and self._writes % every == 0:
                raise locked()


def refusal(declined: Declined, correlation: str = "", headers: Mapping[str, str] | None = None) -> Response:
    """Return what is refused as an answer."""
    return JSONResponse(declined.body(correlation), declined.status, {**(headers or {}), **declined.headers})


def _response(status: int, answer: Json, headers: Mapping[str, str]) -> Response:
    if answer is None:
        return Response(status_code=status, headers=headers)
    if isinstance(answer, str):
        return PlainTextResponse(answer, status, headers, media_type="text/plain")
    return JSONResponse(answer, status, headers)


def _query(given: str) -> dict[str, str]:
    """Return the parameters; one that comes several times is a list, by commas."""
    found: dict[str, list[str]] = parse_qs(given, keep_blank_values=True)
    return {name: ",".join(values) for name, values in found.items()}


def _parsed(body: bytes, content_type: str) -> Json:
    """Return the JSON of a body; other bodies come as they are."""
    if not body or "json" not in content_type:
        return body or None
    try:
        return json.loads(body)
    except ValueError as error:
        raise invalid("Invalid input JSON on line 1, column 1: unexpected character") from error


async def _body(receive: Receive) -> bytes:
    parts = bytearray()
    while True:
        message = await receive()
        parts += message.get("body", b"")
        if not message.get("more_body"):
            return bytes(parts)


def _no_endpoint() -> None:
    """Stand for the endpoints of routes that only match."""
