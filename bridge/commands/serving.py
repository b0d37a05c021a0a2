"""``casebridge serve``: the receiver of webhooks."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Annotated

import structlog
import typer

from bridge.commands.context import app, note
from bridge.errors import ConfigError
from bridge.hooked import inbox_of

if TYPE_CHECKING:
    from bridge.contracts import Hook

_MISSING = "The receiver needs FastAPI, uvicorn and the Prometheus client: pip install 'casebridge[serve]'."


def serve(
    ctx: typer.Context,
    host: Annotated[str, typer.Option(help="Address to listen on; put a proxy with TLS before it.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65_535, help="Port; 0 for a free one.")] = 8_080,
    max_body: Annotated[int, typer.Option("--max-body", min=1_000, help="Largest body, in bytes.")] = 5_000_000,
    per_second: Annotated[
        float, typer.Option("--per-second", min=0.1, help="Calls a second of one connection.")
    ] = 200.0,
) -> None:
    """Receive webhooks: what comes is on the disk before it is answered.

    Each connection has its address, /hooks/<connection>; the next sync takes from the inbox what came.

    Example: casebridge serve --port 8080
    """
    try:
        import uvicorn  # noqa: PLC0415 - an extra

        from bridge.web.receiver import Limits, create_app  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise ConfigError(_MISSING) from error
    composed = app(ctx)
    heard = ((name, setup.receiver) for name, setup in composed.sources.items())
    told = ((name, setup.listener) for name, setup in composed.targets.items())
    receivers: dict[str, Hook] = {name: hook for name, hook in (*told, *heard) if hook is not None}
    if not receivers:
        message = "No connection of this project receives webhooks; a source of type webhook does."
        raise ConfigError(message)
    port = port or _free_port(host)
    for name in receivers:
        note(ctx, f"Receiving at http://{host}:{port}/hooks/{name}")
    limits = Limits(body_bytes=max_body, per_second=per_second)
    web = create_app(receivers, inbox_of(composed), composed.clock, limits)
    structlog.get_logger().info("receiving", host=host, port=port, connections=sorted(receivers))
    uvicorn.run(web, host=host, port=port, log_level="warning", server_header=False, timeout_graceful_shutdown=10)


def _free_port(host: str) -> int:
    with socket.create_server((host, 0)) as free:
        return int(free.getsockname()[1])
