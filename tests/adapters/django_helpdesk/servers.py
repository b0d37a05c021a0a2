"""The real django-helpdesk with a target connected to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr

from adapters.django_helpdesk.settings import DjangoHelpdeskSettings
from adapters.django_helpdesk.target import DjangoHelpdeskTarget
from bridge.contracts import Surroundings
from bridge.keys import target_key
from bridge.nouns import KeyField, Record, Thing, Written
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


def key(anchor: str) -> str:
    """Return a key as Casebridge sends it."""
    return target_key("acme", "test", anchor)


def ticket(number: int, **fields: Any) -> Record:  # noqa: ANN401 - any field
    """Return the first delivery of a case."""
    given = {"queue": 1, "title": f"Router {number} broken", "description": "It blinks.", "priority": 3, **fields}
    name = KEYS[Thing.CASE].field
    return Record(thing=Thing.CASE, object="ticket", key=key(f"case:{number}"), key_field=name, fields=given)


def message(number: int, parent: str, **fields: Any) -> Record:  # noqa: ANN401 - any field
    """Return the first delivery of a message."""
    given = {"comment": f"It blinks {number} times.", **fields}
    return Record(
        thing=Thing.MESSAGE, object="followup", key=key(f"message:{number}"), key_field="", fields=given, parent=parent
    )


def refs(target: DjangoHelpdeskTarget, *records: Record) -> list[str]:
    """Write records that must all be taken; return their numbers."""
    outcomes = target.write(records[0].object, records)
    assert all(isinstance(outcome, Written) for outcome in outcomes), outcomes
    return [outcome.ref for outcome in outcomes if isinstance(outcome, Written)]
