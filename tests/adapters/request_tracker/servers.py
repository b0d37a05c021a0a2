"""The real Request Tracker with a target connected to it, and wires that lose calls."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import httpx
from pydantic import SecretStr

from adapters.request_tracker.settings import RequestTrackerSettings
from adapters.request_tracker.target import RequestTrackerTarget
from bridge.clock import FixedClock
from bridge.contracts import Surroundings
from bridge.nouns import KeyField, Thing

if TYPE_CHECKING:
    from pathlib import Path

    from tests.servers.request_tracker import RequestTracker

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
KEYS = {
    Thing.PERSON: KeyField("User", "Name"),
    Thing.CASE: KeyField("Ticket", "CF.{Casebridge Key}"),
    Thing.MESSAGE: KeyField("Transaction", "CF.{Casebridge Key}"),
}


class ServersClock(FixedClock):
    """A clock that the server goes by, too."""

    def __init__(self, server: RequestTracker) -> None:
        """Begin on Monday."""
        super().__init__(MONDAY)
        self._server = server
        server.at(MONDAY)

    def forward(self, by: timedelta) -> None:
        """Put both forward."""
        super().forward(by)
        self._server.at(self.now())


class Wire(httpx.BaseTransport):
    """Carries calls to the server, or loses some."""

    def __init__(self) -> None:
        """Lose nothing yet."""
        self.lose = ""
        """``401``, ``429``, ``nobody``, ``request``: the next call. ``response``: of all that is written until it is well."""
        self.calls: list[tuple[str, str]] = []
        self.inner = httpx.HTTPTransport()
        self._uses = 0

    def trouble(self, lose: str) -> None:
        """Lose something of what the target does when it is used next."""
        self.lose, self._uses = lose, 0

    def used(self) -> None:
        """Note that the target is used, and be well when it is used again."""
        self._uses += 1
        if self._uses > 1:
            self.lose = ""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Make the call, or lose it."""
        self.calls.append((request.method, request.url.path.removeprefix("/REST/2.0/")))
        lose = self.lose
        if lose in {"401", "429", "nobody"}:
            self.lose = ""
            if lose == "nobody":
                raise httpx.ConnectError("Connection refused", request=request)
            return httpx.Response(int(lose), headers={"Retry-After": "17"}, json={"message": "no"}, request=request)
        if lose and is_write(request):
            if lose == "request":
                self.lose = ""
                raise httpx.ReadTimeout("timed out", request=request)
            self.inner.handle_request(request).read()
            raise httpx.ReadTimeout("timed out", request=request)
        return self.inner.handle_request(request)

    def close(self) -> None:
        """Close the connections."""
        self.inner.close()


def is_write(request: httpx.Request) -> bool:
    """Tell a call that writes from one that searches."""
    last = request.url.path.rsplit("/", 1)[-1]
    return request.method in {"POST", "PUT", "DELETE"} and last not in {
        "users",
        "tickets",
        "transactions",
        "attachments",
    }


@dataclass(slots=True)
class Place:
    """A server and whoever is connected to it."""

    server: RequestTracker
    wire: Wire
    target: RequestTrackerTarget
    clock: ServersClock


def place(server: RequestTracker, folder: Path, **settings: Any) -> Place:  # noqa: ANN401 - values of any setting
    """Return a target connected to a server."""
    clock, wire = ServersClock(server), Wire()
    known = {
        "base_url": server.url,
        "token": SecretStr(server.tokens["casebridge"]),
        "user": "casebridge",
        "queues": ("Social",),
        **settings,
    }
    objects = {thing: (each,) for thing, each in KEYS.items()}
    surroundings = Surroundings("request_tracker", folder, clock, objects)
    target = RequestTrackerTarget.through(RequestTrackerSettings(**known), surroundings, wire)
    return Place(server, wire, target, clock)
