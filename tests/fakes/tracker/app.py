"""A tracker that nobody has heard of: OAuth, envelopes, cursors, versions, tombstones, merges, a lagging search.

``Tracker(clock).app`` is an ASGI app; ``agent`` is a person in the browser.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.fakes.calls import Call, Recorded
from tests.fakes.faults import Faults, Faulty
from tests.fakes.forms import form_of
from tests.fakes.notices import Notices
from tests.fakes.tracker.agent import Agent
from tests.fakes.tracker.rules import COLLECTIONS, Wrong, checked

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import datetime

    from starlette.requests import Request
    from starlette.types import ASGIApp

    from bridge.clock import Clock

CLIENT, SECRET, TOKEN = "casebridge", "tracker-secret-1f0c", "tracker-token-77ab"
PAGE = 20
TROUBLES = {
    "401": JSONResponse({"error": {"code": "token_expired", "message": "The token has expired."}}, 401),
    "429": JSONResponse({"error": {"code": "slow_down", "message": "Slow down."}}, 429, {"Retry-After": "7"}),
    "503": JSONResponse({"error": {"code": "maintenance", "message": "Back soon."}}, 503),
}


@dataclass(slots=True)
class Item:
    """A record: ``version`` is its ETag."""

    id: str
    kind: str
    fields: dict[str, Any]
    created: datetime
    changed: datetime
    by: str
    version: int = 1
    deleted: bool = False
    merged_into: str = ""
    files: list[str] = field(default_factory=list)


class Tracker:
    """The tracker and all that it holds."""

    def __init__(self, clock: Clock, *, lag: timedelta = timedelta()) -> None:
        """Start empty."""
        self.clock, self.lag = clock, lag
        self.items: dict[str, dict[str, Item]] = {kind: {} for kind in COLLECTIONS}
        self.calls, self.faults, self.notices = list[Call](), Faults(), Notices(clock)
        self.agent = Agent(self)
        self._numbers = itertools.count(1001)
        routes = [
            Route("/api/oauth/token", self._token, methods=["POST"]),
            Route("/api/whoami", self._signed(self._whoami)),
            Route("/api/{kind}", self._signed(self._list)),
            Route("/api/{kind}", self._signed(self._create), methods=["POST"]),
            Route("/api/{kind}/{id}", self._signed(self._read)),
            Route("/api/{kind}/{id}", self._signed(self._update), methods=["PATCH"]),
            Route("/api/{kind}/{id}", self._signed(self._delete), methods=["DELETE"]),
            Route("/api/{kind}/{id}/files", self._signed(self._attach), methods=["POST"]),
        ]
        self.app: ASGIApp = Recorded(Faulty(Starlette(routes=routes), self.faults, TROUBLES), self.calls)

    def make(self, kind: str, fields: dict[str, Any], by: str) -> Item:
        """Store a new record."""
        now, number = self.clock.now(), str(next(self._numbers))
        item = Item(number, kind, {**COLLECTIONS[kind].defaults, **fields}, now, now, by)
        self.items[kind][number] = item
        return item

    def touch(self, item: Item, by: str, **fields: Any) -> None:  # noqa: ANN401 - any JSON
        """Change a record."""
        item.fields |= fields
        item.changed, item.by, item.version = self.clock.now(), by, item.version + 1

    def shown(self, item: Item) -> dict[str, Any]:
        """Return a record as the API shows it."""
        stamps = {"created": item.created.isoformat(), "changed": item.changed.isoformat()}
        ended = {"deleted": item.deleted, "merged_into": item.merged_into or None}
        return {"id": int(item.id), **stamps, **ended, "by": item.by, "files": item.files, "attributes": item.fields}

    # --- what the API does ---

    async def _token(self, request: Request) -> Response:
        fields, _ = await form_of(request)
        form = dict(fields)
        if (form.get("client_id"), form.get("client_secret")) != (CLIENT, SECRET):
            return JSONResponse({"error": "invalid_client"}, 401)
        return JSONResponse({"access_token": TOKEN, "expires_in": 3600})

    def _signed(self, then: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            if request.headers.get("authorization") != f"Bearer {TOKEN}":
                return _error(401, "token_unknown", "Who are you?")
            try:
                return await then(request)
            except Wrong as wrong:
                return _error(wrong.status, wrong.code, str(wrong), wrong.field)

        return answer

    async def _whoami(self, request: Request) -> Response:  # noqa: ARG002 - as routes want it
        return JSONResponse({"login": "casebridge", "company": "Tracker of Acme"})

    async def _list(self, request: Request) -> Response:
        every, query = list(self.items[_kind(request)].values()), request.query_params
        if wanted := query.get("filter[external_key]"):
            known = self.clock.now() - self.lag
            every = [each for each in every if each.fields.get("external_key") == wanted and each.created <= known]
        elif parent := query.get("ticket"):
            self._living("tickets", parent)
            every = [each for each in every if each.fields["ticket"] == parent and not each.deleted]
        elif since := query.get("changed_since"):
            every = [each for each in every if _stamp(each.changed) >= since]
            every.sort(key=lambda each: (each.changed, int(each.id)))
        after = int(query.get("cursor") or 0)
        page = every[after : after + PAGE]
        more = str(after + PAGE) if len(every) > after + PAGE else None
        return JSONResponse({"data": [self.shown(each) for each in page], "next": more})

    async def _read(self, request: Request) -> Response:
        item = self._living(_kind(request), request.path_params["id"], merged=True)
        return JSONResponse({"data": self.shown(item)}, headers={"ETag": f'"{item.version}"'})

    async def _create(self, request: Request) -> Response:
        kind, fields = _kind(request), await _attributes(request)
        checked(kind, fields, creating=True)
        self._references(kind, fields)
        item = self.make(kind, fields, "api:casebridge")
        return JSONResponse({"data": self.shown(item)}, 201)

    async def _update(self, request: Request) -> Response:
        kind, fields = _kind(request), await _attributes(request)
        item = self._living(kind, request.path_params["id"])
        if request.headers.get("if-match") != f'"{item.version}"':
            raise Wrong(412, "stale", "Somebody was faster.")
        checked(kind, fields, creating=False)
        self._references(kind, fields)
        self.touch(item, "api:casebridge", **fields)
        return Response(status_code=204)

    async def _delete(self, request: Request) -> Response:
        item = self._living(_kind(request), request.path_params["id"])
        item.deleted = True
        self.touch(item, "api:casebridge")
        return Response(status_code=204)

    async def _attach(self, request: Request) -> Response:
        item = self._living(_kind(request), request.path_params["id"])
        _, files = await form_of(request)
        item.files += [file.name for file in files if file.part == "upload"]
        return JSONResponse({}, 201)

    def _living(self, kind: str, ref: str, *, merged: bool = False) -> Item:
        item = self.items[kind].get(ref)
        if item is None:
            raise Wrong(404, "not_found", f"There is no {kind} {ref}.")
        if item.deleted:
            raise Wrong(410, "gone", f"{kind} {ref} is gone.")
        if item.merged_into and not merged:
            raise Wrong(409, "merged", f"{kind} {ref} is now {item.merged_into}.")
        return item

    def _references(self, kind: str, fields: dict[str, Any]) -> None:
        for name, to in COLLECTIONS[kind].references.items():
            if fields.get(name) is not None:
                try:
                    self._living(to, str(fields[name]))
                except Wrong as wrong:
                    raise Wrong(
                        422 if wrong.status == 404 and name != "ticket" else wrong.status, wrong.code, str(wrong), name
                    ) from wrong


def _kind(request: Request) -> str:
    kind = str(request.path_params["kind"])
    if kind not in COLLECTIONS:
        raise Wrong(404, "not_found", "There is nothing here.")
    return kind


async def _attributes(request: Request) -> dict[str, Any]:
    body = await request.json()
    if not isinstance(body, dict) or set(body) != {"attributes"}:
        raise Wrong(400, "envelope", "A body is {attributes: {…}}.")
    return dict(body["attributes"])


def _stamp(at: datetime) -> str:
    return at.isoformat(timespec="seconds").replace("+00:00", "Z")


def _error(status: int, code: str, message: str, name: str = "") -> Response:
    return JSONResponse({"error": {"code": code, "message": message, "attribute": name or None}}, status)
