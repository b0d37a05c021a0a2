"""The real SDK, its calls carried into a pretend account without a socket."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, TypeAlias

from hubspot import HubSpot  # type: ignore[import-untyped]  # the SDK has no types

from tests.fakes.hubspot.org import SERVICE_KEY
from tests.fakes.transports import AppPool, exchange

if TYPE_CHECKING:
    from types import ModuleType

    from bridge.nouns import Json
    from tests.fakes.hubspot.app import Fake

Sdk: TypeAlias = Any
"""Things of the SDK, which has no types."""


def connected(fake: Fake, token: str = SERVICE_KEY, *, checks: bool = False) -> Sdk:
    """Return a client; ``checks`` are the SDK's own of what it receives, on by default there."""

    def factory(package: ModuleType, name: str, config: dict[str, Any]) -> Sdk:
        configuration = package.Configuration()
        configuration.access_token = config["access_token"]
        configuration.client_side_validation = checks
        client = package.ApiClient(configuration)
        client.rest_client.pool_manager = AppPool(fake.app)
        return getattr(package, name)(api_client=client)

    return HubSpot(access_token=token, api_factory=factory)


def call(
    fake: Fake, method: str, path: str, body: Json = None, *, token: str = SERVICE_KEY
) -> tuple[int, Json, dict[str, str]]:
    """Make one call as the documentation writes it; returns status, body and headers."""
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    sent = json.dumps(body).encode() if body is not None else b""
    answer = exchange(fake.app, method, f"https://api.hubapi.com{path}", headers, sent)
    text = bytes(answer.body)
    is_json = "json" in answer.headers.get("content-type", "")
    return answer.status, json.loads(text) if is_json else text.decode() or None, dict(answer.headers)
