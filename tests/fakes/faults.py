"""Faults that a pretend vendor makes, asked for once a call, drawn from a seed or ordered by name."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, field
from random import Random
from threading import Lock
from typing import TYPE_CHECKING

from starlette.responses import PlainTextResponse

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.types import ASGIApp, Message, Receive, Scope, Send


class ConnectionCut(Exception):
    """The connection is closed without an answer; what the server did before stays done."""


class NoAnswer(Exception):
    """No answer ever comes; the caller's own time limit is what ends the call."""


@dataclass(slots=True)
class Faults:
    """Kinds of faults and how probable each is on one call; the sum is at most 1.

    ``reset_before``  the connection is cut before anything was done
    ``reset_after``   everything was done, then the connection is cut
    ``timeout``       everything was done, but no answer comes
    ``500``, ``503``  the server says so before it did anything
    Any other kind belongs to a vendor.
    """

    seed: int = 0
    probabilities: Mapping[str, float] = field(default_factory=dict)
    drawn: Counter[str] = field(default_factory=Counter)
    _ordered: deque[str | None] = field(default_factory=deque)
    _random: Random = field(init=False)
    _lock: Lock = field(default_factory=Lock)

    def __post_init__(self) -> None:
        """Start the generator."""
        self._random = Random(self.seed)

    def order(self, *kinds: str | None) -> None:
        """Let the next calls meet exactly these, before chance has its turn again; None means no fault."""
        self._ordered.extend(kinds)

    def draw(self) -> str | None:
        """Return the fault of the next call, if it has one."""
        with self._lock:
            kind = self._ordered.popleft() if self._ordered else self._by_chance()
            self.drawn.update([kind] if kind else [])
            return kind

    def _by_chance(self) -> str | None:
        """Draw from the probabilities."""
        point = self._random.random()
        for kind, probability in self.probabilities.items():
            point -= probability
            if point < 0:
                return kind
        return None


PLAIN: Mapping[str, ASGIApp] = {
    "500": PlainTextResponse("Internal Server Error", 500),
    "503": PlainTextResponse("Service Unavailable", 503),
}


class Faulty:
    """An app that fails as ``faults`` say.

    ``answers`` holds the vendor's own words for a kind (any Starlette response is an app); a kind that has no
    answer and is not general goes on to the app as ``request.state.fault``, for faults inside a call.
    """

    def __init__(self, app: ASGIApp, faults: Faults, answers: Mapping[str, ASGIApp] | None = None) -> None:
        """Stand before ``app``."""
        self._app, self._faults, self._answers = app, faults, {**PLAIN, **(answers or {})}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the call through, or not."""
        kind = self._faults.draw()
        if kind == "reset_before":
            raise ConnectionCut
        if kind in ("reset_after", "timeout"):
            await self._app(scope, receive, _unheard)
            raise ConnectionCut if kind == "reset_after" else NoAnswer
        if kind in self._answers:
            await self._answers[kind](scope, receive, send)
            return
        scope.setdefault("state", {})["fault"] = kind
        await self._app(scope, receive, send)


async def _unheard(message: Message) -> None:
    """Take an answer that never arrives."""
