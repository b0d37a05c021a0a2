"""One Request Tracker as everything else here sees it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import quote

from adapters.request_tracker.client import Client
from adapters.request_tracker.looking import Finder
from adapters.request_tracker.names import KEY, NAME, THINGS, USER
from adapters.request_tracker.schema import Schemas
from bridge.nouns import Actor, KeyField

if TYPE_CHECKING:
    from collections.abc import Mapping

    import httpx

    from adapters.request_tracker.settings import RequestTrackerSettings
    from bridge.contracts import Surroundings


@dataclass(slots=True)
class Tracker:
    """Settings, client, and what was read through it."""

    client: Client
    settings: RequestTrackerSettings
    surroundings: Surroundings
    schemas: Schemas
    finder: Finder
    privileged: dict[str, bool] = field(default_factory=dict)
    """Who of those met lately is staff."""

    @classmethod
    def of(
        cls, settings: RequestTrackerSettings, surroundings: Surroundings, transport: httpx.BaseTransport | None
    ) -> Tracker:
        """Connect; opens nothing."""
        client = Client(settings, surroundings.clock, transport)
        keys = _key_fields(surroundings)
        return cls(client, settings, surroundings, Schemas(client, settings), Finder(client, settings, keys))

    def status(self, word: str) -> str:
        """Return our word for a status."""
        return "closed" if word in self.settings.closed else "waiting" if word in self.settings.waiting else "open"

    def actor(self, name: str) -> Actor:
        """Tell who somebody is: staff is privileged, everybody else a customer."""
        if name == self.settings.user:
            return Actor.US
        if name == "RT_System" or name in self.settings.automations:
            return Actor.AUTOMATION
        return Actor.AGENT if self.is_staff(name) else Actor.CUSTOMER

    def is_staff(self, name: str) -> bool:
        """Tell whether somebody is privileged, asking once."""
        if name not in self.privileged:
            found = self.client.found(f"user/{quote(name, safe='')}") or {}
            self.privileged[name] = bool(found.get("Privileged"))
        return self.privileged[name]

    def url(self, ref: str) -> str:
        """Return where a person sees a ticket."""
        return f"{self.settings.base_url}/Ticket/Display.html?id={ref}"


def _key_fields(surroundings: Surroundings) -> Mapping[str, KeyField]:
    """Return the key field of each object: a mapping's, else ours; users are found by their names always."""
    told = {each.object: each for fields in surroundings.objects.values() for each in fields if each.field}
    ours = {name: KeyField(name, NAME if name == USER else KEY) for name in THINGS.values()}
    return {**ours, **{name: each for name, each in told.items() if name != USER}}
