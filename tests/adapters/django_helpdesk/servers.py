"""The real django-helpdesk with a target connected to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr

from adapters.django_helpdesk.settings import DjangoHelpdeskSettings
from adapters.django_helpdesk.target import DjangoHelpdeskTarget
from bridge.contracts import Surroundings
from bridge.nouns import KeyField, Thing
from tests.servers.wires import ServersClock, Wire

if TYPE_CHECKING:
    from pathlib import Path

    from tests.servers.django_helpdesk import DjangoHelpdesk

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
KEYS = {Thing.CASE: KeyField("ticket", "custom_casebridge_key"), Thing.MESSAGE: KeyField("followup", "")}


@dataclass(slots=True)
class Place:
    """A server and whoever is connected to it."""

    server: DjangoHelpdesk
    wire: Wire
    target: DjangoHelpdeskTarget
    clock: ServersClock


def place(server: DjangoHelpdesk, folder: Path, **settings: Any) -> Place:  # noqa: ANN401 - values of any setting
    """Return a target connected to a server."""
    clock, wire = ServersClock(server, MONDAY), Wire()
    known = {
        "base_url": server.url,
        "token": SecretStr(server.tokens["casebridge"]),
        "deletions_minutes": 0,
        "page": 20,
        **settings,
    }
    objects = {thing: (each,) for thing, each in KEYS.items()}
    surroundings = Surroundings("django_helpdesk", folder, clock, objects)
    target = DjangoHelpdeskTarget.through(DjangoHelpdeskSettings(**known), surroundings, wire)
    return Place(server, wire, target, clock)
