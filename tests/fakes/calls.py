"""The calls that a pretend vendor received: what a budget is counted by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send


@dataclass(frozen=True, slots=True)
class Call:
    """One call: ``size`` is its body in bytes, ``status`` what was answered, 0 for nothing."""

    method: str
    path: str
    size: int
    status: int


class Recorded:
    """An app whose calls are written to ``calls``, also those that get no answer."""

    def __init__(self, app: ASGIApp, calls: list[Call]) -> None:
        """Stand before ``app``."""
        self._app, self._calls = app, calls

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count what comes in and what goes out."""
        size, status = 0, 0

        async def counted() -> Message:
            nonlocal size
            message = await receive()
            size += len(message.get("body", b""))
            return message

        async def noted(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            await send(message)

        try:
            await self._app(scope, counted, noted)
        finally:
            self._calls.append(Call(scope["method"], scope["path"], size, status))
