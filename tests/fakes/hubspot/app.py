"""The pretend HubSpot: ``Fake(clock).app`` is an ASGI app that the real SDK can be pointed at."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from starlette.responses import JSONResponse, Response
from starlette.routing import Match, Route

from tests.fakes.calls import Call, Recorded
from tests.fakes.faults import Faults, Faulty
from tests.fakes.hubspot import (
    account_api,
    associations_api,
    batches_api,
    definitions_api,
    records_api,
    search_api,
)
from tests.fakes.hubspot.access import TEN_SECONDLY, Access
from tests.fakes.hubspot.asked import Asked, Way
from tests.fakes.hubspot.errors import Declined, correlation_id, invalid, locked, migrating, rate_limited, troubled
from tests.fakes.hubspot.org import Org, plain
from tests.fakes.hubspot.portal import INTEGRATION, Actor, Portal
from tests.fakes.hubspot.styles import classic
from tests.fakes.notices import Notices

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.types import ASGIApp, Receive, Scope, Send

    from bridge.clock import Clock
    from bridge.nouns import Json

WAYS: tuple[Way, ...] = (
    *batches_api.WAYS,
    *search_api.WAYS,
    *associations_api.WAYS,
    *records_api.WAYS,
    *definitions_api.WAYS,
    *account_api.WAYS,
)
TROUBLES = {
    "401": Declined(401, "EXPIRED_AUTHENTICATION", "The OAuth token used to make this call expired 1 second(s) ago."),
    "423": locked(),
    "429": rate_limited(TEN_SECONDLY),
    "429_daily": rate_limited("DAILY"),
    "477": migrating(30),
    "500": troubled(500, "There was a problem with the request."),
    "502": troubled(502, "Bad gateway"),
    "503": troubled(503, "Service unavailable"),
    "524": troubled(524, "A timeout occurred"),
}
"""Kinds of faults that have words of their own; ``partial`` fails each third input of a batch that has trace ids."""


class Fake:
    """A pretend HubSpot account."""

    def __init__(self, clock: Clock, org: Org | None = None) -> None:
        """Set up an account without records, by default ``plain()``."""
        self.org = org or plain()
        self.notices, self.calls, self.faults = Notices(clock), list[Call](), Faults()
        self.portal = Portal(clock, self.org, self.notices)
        self.access = Access(clock, self.org)
        door: ASGIApp = Door(self.portal, self.access)
        answers = {kind: _answer(trouble, "", {}) for kind, trouble in TROUBLES.items()}
        self.app: ASGIApp = Recorded(Faulty(door, self.faults, answers), self.calls)


class Door:
    """Where calls come in: who is it, how often, and which handler."""

    def __init__(self, portal: Portal, access: Access) -> None:
        """Stand before the account."""
        self._portal, self._access = portal, access
        self._routes = [(way, Route(way.path, _no_endpoint, methods=[way.method])) for way in WAYS]
        self._answers = self._writes = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one call; the account stands still meanwhile."""
        body = await _body(receive)
        with self._portal.lock:
            self._answers += 1
            response = self._answered(scope, body)
        await response(scope, receive, send)

    def _answered(self, scope: Scope, body: bytes) -> Response:
        headers: dict[str, str] = {}
        try:
            return self._handled(scope, body, headers)
        except Declined as declined:
            return _answer(declined, correlation_id(self._answers), headers)

    def _handled(self, scope: Scope, body: bytes, headers: dict[str, str]) -> Response:
        path, version = classic(scope["path"])
        given = {name.decode().lower(): value.decode("latin-1") for name, value in scope["headers"]}
        if (scope["method"], path) == ("POST", "/oauth/v1/token"):
            return JSONResponse(self._access.refresh(dict(parse_qsl(body.decode()))))
        caller = self._access.caller(given.get("authorization", ""))
        way, found = self._way(scope["method"], path)
        if way.search:
            self._access.count_search(caller)
        else:
            headers |= self._access.count(caller)
        asked = Asked(
            self._portal,
            self._access,
            found,
            dict(parse_qsl(scope["query_string"].decode(), keep_blank_values=True)),
            _parsed(body, given.get("content-type", "")),
            Actor(INTEGRATION, caller.app),
            version,
            scope.get("state", {}).get("fault") or "",
        )
        self._access.check_scope(caller, way.scope(asked))
        self._neighbour_lock(way)
        status, answer = way.handler(asked)
        return (
            JSONResponse(answer, status, headers)
            if answer is not None
            else Response(status_code=status, headers=headers)
        )

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
        if way.scope is not None and way.method != "GET" and not way.search and not way.path.endswith("/read"):
            self._writes += 1
            if self._portal.org.lock_every and self._writes % self._portal.org.lock_every == 0:
                raise locked()


def _answer(declined: Declined, correlation: str, headers: Mapping[str, str]) -> Response:
    return JSONResponse(declined.body(correlation), declined.status, {**headers, **declined.headers})


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
