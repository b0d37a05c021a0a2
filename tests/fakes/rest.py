"""What small pretend REST tools share: a store of records, sign-in, faults, a log of calls, errors of their own."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import orjson
from starlette.applications import Starlette
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.fakes.calls import Call, Recorded
from tests.fakes.faults import Faults, Faulty
from tests.fakes.notices import Notices

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from datetime import datetime

    from starlette.requests import Request
    from starlette.types import ASGIApp

    from bridge.clock import Clock

    Handler = Callable[[Request], Awaitable[Response]]


class Wrong(Exception):
    """An error as the tool tells it."""

    def __init__(self, status: int, body: Any = None) -> None:  # noqa: ANN401 - any JSON
        """Carry status and body."""
        self.status, self.body = status, body
        super().__init__(str(status))


@dataclass(slots=True)
class Item:
    """A record."""

    id: int
    kind: str
    fields: dict[str, Any]
    created: datetime
    changed: datetime
    by: Any
    deleted: bool = False
    merged_into: int | None = None
    files: list[str] = field(default_factory=list)


class House:
    """A tool's records and how it is reached; ``permitted`` are the headers that sign in."""

    def __init__(self, clock: Clock, permitted: Mapping[str, str], troubles: Mapping[str, Response]) -> None:
        """Start empty."""
        self.clock, self._permitted, self._troubles = clock, permitted, troubles
        self.items: dict[int, Item] = {}
        self.calls, self.faults, self.notices = list[Call](), Faults(), Notices(clock)
        self._numbers = itertools.count(101)

    def make(self, kind: str, fields: Mapping[str, Any], by: Any) -> Item:  # noqa: ANN401 - whatever names somebody there
        """Store a new record."""
        item = Item(next(self._numbers), kind, dict(fields), self.clock.now(), self.clock.now(), by)
        self.items[item.id] = item
        return item

    def touch(self, item: Item, by: Any, **fields: Any) -> None:  # noqa: ANN401 - as above
        """Change a record."""
        item.fields |= fields
        item.changed, item.by = self.clock.now(), by

    def of(self, kind: str) -> list[Item]:
        """Return the records of a kind, oldest first."""
        return [item for item in self.items.values() if item.kind == kind]

    def serve(self, base: str, routes: Mapping[str, Handler]) -> ASGIApp:
        """Return the app for ``METHOD /path`` → what answers."""
        made = []
        for name, handler in routes.items():
            method, path = name.split(" ")
            made.append(Route(base + path, self._signed(handler), methods=[method]))
        return Recorded(Faulty(Starlette(routes=made), self.faults, self._troubles), self.calls)

    def _admit(self, request: Request) -> None:
        if any(request.headers.get(name) != value for name, value in self._permitted.items()):
            raise Wrong(401, {"error": "Invalid credentials", "code": "invalid_credentials"})

    def _signed(self, handler: Handler) -> Handler:
        async def answer(request: Request) -> Response:
            try:
                self._admit(request)
                return await handler(request)
            except Wrong as wrong:
                return JSONResponse(wrong.body, wrong.status)

        return answer


async def sent(request: Request) -> dict[str, Any]:
    """Return a JSON body, which must be an object."""
    try:
        body = orjson.loads(await request.body())
    except orjson.JSONDecodeError as error:
        raise Wrong(400, {"error": "Invalid JSON"}) from error
    if not isinstance(body, dict):
        raise Wrong(400, {"error": "An object is wanted"})
    return body


def stamp(at: datetime) -> str:
    """Return a time as these tools write it."""
    return at.isoformat(timespec="seconds").replace("+00:00", "Z")
