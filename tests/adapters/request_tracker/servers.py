"""The real Request Tracker with a target connected to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr

from adapters.request_tracker.settings import RequestTrackerSettings
from adapters.request_tracker.target import RequestTrackerTarget
from bridge.contracts import Surroundings
from bridge.nouns import KeyField, Thing
from tests.servers.wires import ServersClock, Wire

if TYPE_CHECKING:
    from pathlib import Path

    from tests.servers.request_tracker import RequestTracker

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
KEYS = {
    Thing.PERSON: KeyField("User", "Name"),
    Thing.CASE: KeyField("Ticket", "CF.{Casebridge Key}"),
    Thing.MESSAGE: KeyField("Transaction", "CF.{Casebridge Key}"),
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
    clock, wire = ServersClock(server, MONDAY), Wire()
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
