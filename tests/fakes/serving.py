"""Serve a pretend vendor on the loopback, for SDKs that want a socket and for storms over processes."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from contextlib import contextmanager
from email.utils import formatdate
from typing import TYPE_CHECKING, Any, Literal

import uvicorn

from tests.fakes.faults import ConnectionCut, NoAnswer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.types import ASGIApp, Message, Receive, Scope, Send


@contextmanager
def running(app: ASGIApp, *, port: int = 0, lifespan: Literal["on", "off"] = "off") -> Iterator[str]:
    """Serve ``app`` in a thread and give its address, ``http://127.0.0.1:PORT``; 0 takes a free port.

    ``lifespan``: whether it has something to begin and to end.
    """
    listening = socket.create_server(("127.0.0.1", port))
    # Connections inherit it; without it each answer of two parts waits 40 ms for an acknowledgement.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    server = uvicorn.Server(
        uvicorn.Config(
            Abrupt(app),
            http="h11",
            ws="none",
            loop="asyncio",
            lifespan=lifespan,
            log_config=None,
            log_level="critical",
            access_log=False,
            date_header=False,
            timeout_graceful_shutdown=1,
        )
    )
    thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
    thread.start()
    try:
        while not server.started and thread.is_alive():
            time.sleep(0.005)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
        listening.close()


class Abrupt:
    """Turn the faults that are no answer into what they are on a wire; date answers that have no date of their own."""

    def __init__(self, app: ASGIApp) -> None:
        """Stand before ``app``."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Cut the connection, or hold it until the caller gives up."""

        async def dated(message: Message) -> None:
            if message["type"] == "http.response.start" and b"date" not in dict(message["headers"]):
                message["headers"] = [*message["headers"], (b"date", formatdate(usegmt=True).encode())]
            await send(message)

        try:
            await self._app(scope, receive, dated)
        except ConnectionCut:
            _cycle(send).transport.abort()
            await asyncio.sleep(0)  # the server notices the loss, and so sends nothing of its own
        except NoAnswer:
            while (await receive())["type"] != "http.disconnect":
                pass


def _cycle(send: Send) -> Any:  # noqa: ANN401 - uvicorn's own request cycle, which it does not export
    """Return what holds the connection: ``send`` is a method of it."""
    return send.__self__  # type: ignore[attr-defined]  # a bound method, which the protocol does not tell
