"""The pretend Zendesk: ``Fake(clock).app`` is an ASGI app that a client can be pointed at."""

from __future__ import annotations

import json
from email.utils import format_datetime
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from starlette.responses import JSONResponse, Response
from starlette.routing import Match, Route

from tests.fakes.calls import Call, Recorded
from tests.fakes.faults import Faults, Faulty
from tests.fakes.notices import Notices
from tests.fakes.zendesk import account_api, identities, imports, tickets_api, users_api
from tests.fakes.zendesk.access import Access
from tests.fakes.zendesk.agent import Agent
from tests.fakes.zendesk.asked import Asked, House
from tests.fakes.zendesk.errors import Declined, limited
from tests.fakes.zendesk.jobs import Jobs
from tests.fakes.zendesk.org import Org, plain
from tests.fakes.zendesk.state import State

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

    from bridge.clock import Clock

ROOT = "/api/v2"
FILES = "/attachments/token/"
STORAGE = "storage.zendesk-files.example"
WAYS = (*users_api.WAYS, *identities.WAYS, *tickets_api.WAYS, *imports.WAYS, *account_api.WAYS)
TROUBLES = {
    "401": Declined(401, "Couldn't authenticate you"),
    "409": Declined(409, "Conflict", "The record was updated by somebody else at the same time"),
    "429": limited(seconds=30),
    "429_jobs": limited("TooManyJobs", seconds=15),
    "500": Declined(500, "InternalError", "An internal error has occurred"),
    "503": Declined(503, "ServiceUnavailable", "Please try again in a moment", headers={"Retry-After": "5"}),
}
"""Kinds of faults that have words of their own; ``killed`` lets the next job end half done, without results."""


class Fake:
    """A pretend Zendesk account.

    ``agent`` is a person in the browser; ``state`` what is stored; ``jobs`` what is done later; ``notices`` the mail that
    requesters would get.
    """

    def __init__(self, clock: Clock, org: Org | None = None) -> None:
        """Set up an account without tickets, by default ``plain()``."""
        self.notices, self.calls, self.faults = Notices(clock), list[Call](), Faults()
        self.state = State(clock, org or plain(), self.notices)
        self.access, self.jobs, self.agent = Access(self.state), Jobs(self.state), Agent(self.state)
        door: ASGIApp = Door(House(self.state, self.access, self.jobs))
        answers: dict[str, ASGIApp] = {kind: _refusal(trouble, {}) for kind, trouble in TROUBLES.items()}
        self.app: ASGIApp = Recorded(Faulty(door, self.faults, answers), self.calls)


class Door:
    """The app itself: one call after the other."""

    def __init__(self, house: House) -> None:
        """Stand before the account."""
        self._house = house
        self._routes = [(Route(ROOT + path, _no_endpoint, methods=[method]), handler) for method, path, handler in WAYS]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one call; the account stands still meanwhile."""
        body = await _body(receive)
        state = self._house.state
        with state.lock:
            self._house.jobs.run_due()
            response = self._answered(scope, body)
            response.headers["Date"] = format_datetime(state.clock.now(), usegmt=True)
        await response(scope, receive, send)

    def _answered(self, scope: Scope, body: bytes) -> Response:
        headers: dict[str, str] = {}
        try:
            if scope["path"].startswith(FILES):
                return self._file(scope)
            status, answer = self._handled(scope, body, headers)
        except Declined as declined:
            return _refusal(declined, headers)
        return (
            Response(status_code=status, headers=headers) if answer is None else JSONResponse(answer, status, headers)
        )

    def _file(self, scope: Scope) -> Response:
        """Send whoever may read a file to the storage, which is another house's and wants no credentials."""
        given = {name.decode().lower(): value.decode("latin-1") for name, value in scope["headers"]}
        token = scope["path"].removeprefix(FILES).strip("/")
        if given["host"] == STORAGE:
            content = self._house.state.contents[token]
            return Response(status_code=400) if "authorization" in given else Response(content)
        self._house.access.check(given.get("authorization", ""))
        known = token in self._house.state.contents
        return Response(None, 302, {"Location": f"https://{STORAGE}{FILES}{token}/"}) if known else Response(None, 404)

    def _handled(self, scope: Scope, body: bytes, headers: dict[str, str]) -> tuple[int, object]:
        given = {name.decode().lower(): value.decode("latin-1") for name, value in scope["headers"]}
        self._house.jobs.kill_next += (scope.get("state") or {}).get("fault") == "killed"
        if scope["path"] == "/oauth/tokens":
            form = given.get("content-type", "").startswith("application/x-www-form-urlencoded")
            return 200, self._house.access.grant(dict(parse_qsl(body.decode())) if form else json.loads(body))
        self._house.access.check(given.get("authorization", ""))
        headers |= self._house.access.count()
        path = scope["path"].removesuffix(".json")
        for route, handler in self._routes:
            match, more = route.matches({"type": "http", "method": scope["method"], "path": path, "root_path": ""})
            if match is Match.FULL:
                query = dict(parse_qsl(scope["query_string"].decode(), keep_blank_values=True))
                return handler(Asked(self._house, more["path_params"], query, body, given, headers))
        raise Declined(404, "InvalidEndpoint", "Not found")


def _refusal(declined: Declined, headers: dict[str, str]) -> JSONResponse:
    return JSONResponse(declined.body(), declined.status, {**headers, **declined.headers})


async def _body(receive: Receive) -> bytes:
    parts = bytearray()
    while True:
        message = await receive()
        parts += message.get("body", b"")
        if not message.get("more_body"):
            return bytes(parts)


def _no_endpoint() -> None:
    """Stand for the endpoints of routes that only match."""
