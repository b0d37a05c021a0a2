"""What stands between an adapter and a real server in tests: one clock for both, and a wire that loses calls."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import httpx

from bridge.clock import FixedClock

if TYPE_CHECKING:
    from datetime import datetime, timedelta


class HasClock(Protocol):
    """A server whose clock can be set."""

    def at(self, now: datetime) -> None:
        """Set it."""
        ...


class ServersClock(FixedClock):
    """A clock that the server goes by, too."""

    def __init__(self, server: HasClock, now: datetime) -> None:
        """Set both."""
        super().__init__(now)
        self._server = server
        server.at(now)

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
        self.calls.append((request.method, request.url.path))
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
