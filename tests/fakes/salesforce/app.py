"""A pretend Salesforce: one app, one org, strict as the vendor, stateful, with the time of the clock it is given."""

from __future__ import annotations

from threading import RLock
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from tests.fakes.calls import Call as Recorded
from tests.fakes.calls import Recorded as Recording
from tests.fakes.faults import Faults, Faulty
from tests.fakes.salesforce import collection, composite, extracts, ingest, oauth, queries, records, tooling, window
from tests.fakes.salesforce.agents import Agent, receive
from tests.fakes.salesforce.errors import ApiError, expired, limit_exceeded, locked, not_found
from tests.fakes.salesforce.org import Org, plain
from tests.fakes.salesforce.protocol import LONGEST_ADDRESS, ROUTES, Call, Reply, refused, split
from tests.fakes.salesforce.state import State, Usage
from tests.fakes.salesforce.world import World

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.types import ASGIApp

    from bridge.clock import Clock
    from tests.fakes.salesforce.errors import Json
    from tests.fakes.salesforce.fields import SObject

INTERFACES = (
    collection,
    composite,
    extracts,
    ingest,
    queries,
    records,
    tooling,
)  # importing them puts them into ROUTES
ORGANISATION = "00DCb0000000001AAA"
METHODS = ["GET", "POST", "PATCH", "PUT", "DELETE", "HEAD"]
FAULTS = {
    "403_limit": JSONResponse(limit_exceeded().body(), 403),
    "500": JSONResponse(ApiError("UNKNOWN_EXCEPTION", "An unexpected error occurred.").body(), 500),
    "503": JSONResponse(ApiError("SERVER_UNAVAILABLE", "Server Unavailable").body(), 503),
    "html": PlainTextResponse("<html><body>Down for maintenance</body></html>", 503, media_type="text/html"),
}


class Fake:
    """One org. ``faults`` knows besides the general kinds ``401``, ``403_limit``, ``lock``, ``refuse`` and ``html``."""

    def __init__(self, clock: Clock, org: Org | None = None, faults: Faults | None = None) -> None:
        """Open the org."""
        self.org = org or plain()
        self.clock = clock
        self.world = World(self.org, clock)
        self.notices = self.world.notices
        self.usage = Usage(clock, self.org.daily_calls, self.org.used_before)
        self.state = State(self.world, self.usage)
        self.faults = faults or Faults()
        self.calls: list[Recorded] = []
        self._lock = RLock()
        routes = [
            Route("/", self._window, methods=["GET"]),
            Route("/services/oauth2/token", self._token, methods=["POST"]),
            Route("/services/oauth2/userinfo", self._userinfo, methods=["GET", "POST"]),
            Route("/services/data", self._versions, methods=["GET"]),
            Route("/services/data/", self._versions, methods=["GET"]),
            Route("/services/data/{rest:path}", self._data, methods=METHODS),
        ]
        self.app: ASGIApp = Recording(Faulty(Starlette(routes=routes), self.faults, FAULTS), self.calls)

    def agent(self, name: str = "Ada Amsel") -> Agent:
        """Return one of the people who work here."""
        return Agent(self.world, name)

    def receive_mail(self, sender: str, subject: str, text: str, *, case: str = "", **values: object) -> str:
        """Let a customer's mail come in, which the org makes into a case by itself, with ``values``; return the case's id."""
        return receive(self.world, sender, subject, text, case=case, **values)

    def rows(self, sobject: str, *, deleted: bool = False) -> list[Json]:
        """Return an object's rows as they are stored, for a test to look at."""
        self.world.settle()
        return list(self.world.db.rows(self.object(sobject), deleted=deleted))

    def object(self, name: str) -> SObject:
        """Return an object of the org."""
        return self.org.objects[name]

    def expire_tokens(self) -> None:
        """End every session."""
        self.state.tokens.clear()

    async def _window(self, _request: Request) -> Response:
        """Show what the org holds, to somebody with a browser."""
        with self._lock:
            self.world.settle()
            return PlainTextResponse(window.page(self.world))

    async def _token(self, request: Request) -> Response:
        """Answer at the token endpoint, which counts no call."""
        body = await request.body()
        with self._lock:
            return _response(oauth.token(self.state, _address(request), request.headers, body))

    async def _userinfo(self, request: Request) -> Response:
        """Tell who the token is."""
        bearer = request.headers.get("authorization", "").removeprefix("Bearer ")
        if bearer not in self.state.tokens:
            return PlainTextResponse("Bad_OAuth_Token", 403)
        name = self.org.client.username
        return JSONResponse({"user_id": self.world.system, "organization_id": ORGANISATION, "preferred_username": name})

    async def _versions(self, _request: Request) -> Response:
        """List the versions; no token is needed."""
        versions = [{"label": f"Release {v}", "url": f"/services/data/v{v}", "version": v} for v in self.org.versions]
        return JSONResponse(versions)

    async def _data(self, request: Request) -> Response:
        """Answer a call of the interfaces."""
        body = await request.body()
        raw = request.scope["raw_path"].decode("latin-1")
        address = f"{raw}?{request.url.query}"
        if len(address) > LONGEST_ADDRESS:
            return PlainTextResponse("URI Too Long", 414)
        with self._lock:
            return _response(self._answer(request, address, body))

    def _answer(self, request: Request, address: str, body: bytes) -> Reply:
        """Let time pass, check token and allocation, and hand the call on."""
        self.world.settle()
        self._struck(request.scope.get("state", {}).get("fault"))
        try:
            version, parts, query = split(address)
            self._authorise(request, version)
        except ApiError as error:
            return refused(error)
        self.usage.burn(1 + self.org.trouble.burned_per_call)
        headers = dict(request.headers)
        call = Call(request.method, version, parts, query, headers, body, self.world.system, self.clock.now())
        reply = ROUTES.answer(self.state, call)
        return Reply(reply.body, reply.status, {**reply.headers, "Sforce-Limit-Info": self.usage.header()}, reply.media)

    def _authorise(self, request: Request, version: str) -> None:
        """Refuse a call without a living token, beyond the day's allocation, or of a version that there is not."""
        granted = self.state.tokens.get(request.headers.get("authorization", "").removeprefix("Bearer "))
        if granted is None or granted + self.org.session < self.clock.now():
            raise expired()
        if self.usage.spent:
            raise limit_exceeded()
        if version not in self.org.versions:
            raise not_found()

    def _struck(self, fault: str | None) -> None:
        """Do what a fault inside a call means."""
        if fault == "401":
            self.expire_tokens()
        elif fault == "lock":
            self.world.strike = locked("001XXXXXXXXXXXXXXX")
        elif fault == "refuse":
            message = "Trigger of this organisation: execution of BeforeInsert caused by: System.NullPointerException"
            self.world.strike = ApiError("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", message)
        else:
            self.world.strike = None


def _address(request: Request) -> str:
    """Return scheme and host of a call: an org answers where it is called."""
    return f"{request.url.scheme}://{request.headers.get('host', '')}"


def _response(reply: Reply) -> Response:
    """Return a reply as it goes out."""
    kept: dict[str, Any] = {"media_type": reply.media} if reply.body is not None else {}
    return Response(reply.raw(), reply.status, dict(reply.headers), **kept)
