"""The receiver of webhooks: ``/hooks/<connection>``. A call is on the disk before it is answered.

It knows nobody's messages: it checks who calls, keeps the body, and answers. What it means is found out by the next sync.
"""

from __future__ import annotations

import asyncio
import sqlite3
import time
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Annotated, Any

import structlog
from fastapi import FastAPI, Path, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.requests import ClientDisconnect

from bridge.contracts import HookRequest
from bridge.errors import CasebridgeError
from bridge.inbox import Call, digest_of
from bridge.masking import masked, masked_value
from bridge.web.keeper import Keeper
from bridge.web.limits import Bucket
from bridge.web.metrics import Metrics

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping
    from datetime import datetime

    from bridge.clock import Clock
    from bridge.contracts import Hook
    from bridge.inbox import Inbox

log = structlog.get_logger()

_DESCRIPTION = "Networks deliver what customers say to /hooks/<connection>; each in its own shape, signed."
_ANSWERS: Mapping[int | str, dict[str, str]] = {
    200: {"description": "It is on the disk."},
    401: {"description": "The signature or its time is not right."},
    404: {"description": "There is no such connection."},
    405: {"description": "Calls are posted; this is no handshake either."},
    408: {"description": "The body did not come to its end in time."},
    413: {"description": "The body is too large."},
    429: {"description": "Too many calls; Retry-After says when to come again."},
    503: {"description": "The call could not be kept; send it again."},
}
_BODY = {
    "description": "What the network says, in its own shape; the signature is over these bytes.",
    "required": True,
    "content": {kind: {"schema": {}} for kind in ("application/json", "application/x-www-form-urlencoded")},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one connection may send."""

    body_bytes: int = 5_000_000
    body_seconds: float = 30.0
    """How long a body may take to come."""
    per_second: float = 200.0
    """Signed calls: what strangers send counts against nobody."""


@dataclass(slots=True)
class _Hooks:
    """What the calls of this receiver need."""

    receivers: Mapping[str, Hook]
    keeper: Keeper
    clock: Clock
    limits: Limits
    metrics: Metrics
    buckets: dict[str, Bucket] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Answer:
    """How a call is answered, and what that is called among the metrics."""

    outcome: str
    response: Response


def create_app(receivers: Mapping[str, Hook], inbox: Inbox, clock: Clock, limits: Limits | None = None) -> FastAPI:
    """Return the application for the receivers by name of their connection."""
    keeper = Keeper(inbox)
    hooks = _Hooks(
        receivers=receivers, keeper=keeper, clock=clock, limits=limits or Limits(), metrics=Metrics(inbox, clock)
    )

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        keeper.start()
        yield
        keeper.stop()

    web = FastAPI(title="Casebridge", summary=_DESCRIPTION, docs_url=None, redoc_url=None, lifespan=lifespan)
    _add_hooks(web, hooks)
    _add_health(web, hooks)
    return web


def _add_hooks(web: FastAPI, hooks: _Hooks) -> None:
    told: dict[str, Any] = {"responses": dict(_ANSWERS), "response_class": Response}

    # Two operations: a description that gives one name to both cannot be read.
    @web.get("/hooks/{connection}", operation_id="handshake", **told)
    @web.post("/hooks/{connection}", operation_id="receive", openapi_extra={"requestBody": _BODY}, **told)
    async def receive(connection: Annotated[str, Path(max_length=200)], request: Request) -> Response:
        """Take a webhook call."""
        began = time.perf_counter()
        answer = await _answer(hooks, connection, request)
        known = connection if connection in hooks.receivers else ""
        hooks.metrics.calls.labels(known, answer.outcome).inc()
        if known:
            hooks.metrics.seconds.labels(known).observe(time.perf_counter() - began)
        return answer.response


def _add_health(web: FastAPI, hooks: _Hooks) -> None:
    @web.get("/health")
    async def health() -> dict[str, str]:
        """Say that the process is alive."""
        return {"status": "alive"}

    @web.get("/ready", responses={503: {"description": "Nothing can be kept."}})
    async def ready(response: Response) -> dict[str, str]:
        """Say whether calls are kept."""
        response.status_code = 200 if hooks.keeper.alive else 503
        return {"status": "ready" if hooks.keeper.alive else "not ready"}

    @web.get("/metrics", response_class=Response)
    def metrics() -> Response:
        """Give the counters in the format of Prometheus."""
        return Response(generate_latest(hooks.metrics.registry), media_type=CONTENT_TYPE_LATEST)


async def _answer(hooks: _Hooks, connection: str, request: Request) -> _Answer:
    receiver = hooks.receivers.get(connection)
    if receiver is None:
        return _Answer("unknown", Response(status_code=404))
    now = hooks.clock.now()
    body = await _body(request, hooks.limits)
    if isinstance(body, _Answer):
        return body
    call = HookRequest(request.method, request.url.path, dict(request.query_params), dict(request.headers), body)
    try:
        if (shaken := receiver.handshake(call)) is not None:
            return _Answer("handshake", Response(shaken.body, shaken.status, media_type=shaken.content_type))
        receiver.verify(call)
    except CasebridgeError as error:
        log.info("webhook call refused", connection=connection, reason=str(error))
        return _Answer("refused", Response(status_code=401))
    return await _kept(hooks, connection, call, now)


async def _kept(hooks: _Hooks, connection: str, call: HookRequest, now: datetime) -> _Answer:
    """Put a call on the disk that is somebody's whom we know."""
    if call.method != "POST":
        return _Answer("no call", Response(status_code=405, headers={"Allow": "POST"}))
    if wait := _bucket(hooks, connection).take(time.monotonic()):
        return _Answer("too many", Response(status_code=429, headers={"Retry-After": str(int(wait) + 1)}))
    text = call.headers.get("content-type", "")
    kept = replace(call, query=masked_value(dict(call.query)), body=masked(call.body, text))
    try:
        await hooks.keeper.keep(Call(connection, now, kept, digest_of(call.body)))
    except (OSError, sqlite3.Error):
        log.exception("webhook call not kept", connection=connection)
        return _Answer("not kept", Response(status_code=503, headers={"Retry-After": "5"}))
    return _Answer("kept", Response(status_code=200))


def _bucket(hooks: _Hooks, connection: str) -> Bucket:
    return hooks.buckets.setdefault(connection, Bucket(hooks.limits.per_second))


async def _body(request: Request, limits: Limits) -> bytes | _Answer:
    """Return the body as it came, or how a call without one that can be taken is answered; no more is read than may come."""
    parts: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(limits.body_seconds):
            async for part in request.stream():
                size += len(part)
                if size > limits.body_bytes:
                    return _Answer("too large", Response(status_code=413))
                parts.append(part)
    except TimeoutError:
        return _Answer("too slow", Response(status_code=408))
    except ClientDisconnect:
        return _Answer("broken off", Response(status_code=400))  # which nobody reads
    return b"".join(parts)
