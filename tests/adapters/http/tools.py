"""Little tools of a few lines, each with one habit, and targets connected to them by manifests of a few lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
from pydantic import SecretStr

from adapters.http.settings import HttpSettings
from adapters.http.target import HttpTarget
from bridge.contracts import Surroundings
from bridge.keys import target_key
from bridge.nouns import KeyField, Record, Thing
from tests.adapters.http.connecting import monday

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from bridge.clock import FixedClock

HEAD = """
name: Little
base_url: https://little.example/api
secrets: {token: "A token."}
auth: {bearer: "{secrets.token}"}
"""
TOKEN = "little-token-90aa"


def place(
    folder: Path,
    body: str,
    answer: Callable[[httpx.Request], httpx.Response],
    *,
    keys: dict[Thing, KeyField] | None = None,
    clock: FixedClock | None = None,
    **settings: Any,  # noqa: ANN401 - values of any setting
) -> HttpTarget:
    """Return a target connected to whatever ``answer`` answers, by a manifest with ``body`` below the usual head."""
    folder.joinpath("little.yaml").write_text(HEAD + body)
    known = {"manifest": "little.yaml", "secrets": {"token": SecretStr(TOKEN)}, **settings}
    objects = {thing: (each,) for thing, each in (keys or {}).items()}
    surroundings = Surroundings("little", folder, clock or monday(), objects)
    return HttpTarget.through(HttpSettings(**known), surroundings, httpx.MockTransport(answer))


def key(anchor: str) -> str:
    """Return a key as Casebridge sends it."""
    return target_key("acme", "test", anchor)


def case(anchor: str, **fields: Any) -> Record:  # noqa: ANN401 - any field
    """Return the first delivery of a case."""
    return Record(
        thing=Thing.CASE, object="cases", key=key(anchor), key_field="our_key", fields={"title": "Router", **fields}
    )
