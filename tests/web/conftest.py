"""A project that receives webhooks, and a caller that signs as Standard Webhooks."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx
import orjson
import pytest

from bridge.clock import SystemClock
from bridge.hooked import inbox_of
from bridge.signatures import sign
from bridge.web.receiver import Limits, create_app
from cli import compose
from tests.fakes.serving import running
from tests.project import put, write_project

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from bridge.app import App
    from bridge.clock import Clock

SECRET = "a-secret-of-two-words"
HOOK = """\
  shop:
    type: webhook
    secret: ${HOOK_SECRET}
    network: reviews
"""


@dataclass
class Caller:
    """Somebody who posts to a receiver."""

    client: httpx.Client
    clock: Clock
    secret: str = SECRET

    def post(self, body: Any, *, to: str = "shop", **headers: str) -> httpx.Response:  # noqa: ANN401 - JSON or bytes
        """Post a body, signed; headers given replace those of the signature."""
        raw = body if isinstance(body, bytes) else orjson.dumps(body)
        return self.client.post(f"/hooks/{to}", content=raw, headers=self.signed(raw) | headers)

    def signed(self, raw: bytes) -> dict[str, str]:
        """Return the headers of a signed call."""
        at = str(int(self.clock.now().timestamp()))
        signature = sign(self.secret.encode(), b".".join((b"m1", at.encode(), raw)), encoding="base64")
        return {"webhook-id": "m1", "webhook-timestamp": at, "webhook-signature": f"v1,{signature}"}


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[App]:
    """Return a project with a webhook source beside its export."""
    monkeypatch.setenv("HOOK_SECRET", SECRET)
    folder = write_project(tmp_path / "project")
    put(folder, "0.jsonl", [])
    file = folder / "casebridge.yaml"
    file.write_text(file.read_text().replace("targets:", f"{HOOK}targets:"))
    composed = compose(folder)
    yield composed
    composed.close()


@pytest.fixture
def receiving(app: App) -> Iterator[Callable[..., Caller]]:
    """Return a function that begins to receive for the project."""
    with ExitStack() as stack:

        def begin(limits: Limits | None = None) -> Caller:
            receivers = {name: one.receiver for name, one in app.sources.items() if one.receiver is not None}
            url = stack.enter_context(running(create_app(receivers, inbox_of(app), app.clock, limits), lifespan="on"))
            return Caller(stack.enter_context(httpx.Client(base_url=url)), SystemClock())

        yield begin


@pytest.fixture
def caller(receiving: Callable[..., Caller]) -> Caller:
    """Return somebody who posts."""
    return receiving()
