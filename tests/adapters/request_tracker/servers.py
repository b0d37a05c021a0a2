"""The real Request Tracker with a target connected to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr

from adapters.request_tracker.settings import RequestTrackerSettings
from adapters.request_tracker.target import RequestTrackerTarget
from bridge.contracts import Surroundings
from bridge.keys import target_key
from bridge.nouns import KeyField, Record, Thing, Written
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


def key(anchor: str) -> str:
    """Return a key as Casebridge sends it."""
    return target_key("acme", "test", anchor)


def user(number: int, **fields: Any) -> Record:  # noqa: ANN401 - any field
    """Return the first delivery of a person."""
    given = {"RealName": f"Ada Kern {number}", **fields}
    return Record(thing=Thing.PERSON, object="User", key=key(f"customer:{number}"), key_field="Name", fields=given)


def ticket(number: int, **fields: Any) -> Record:  # noqa: ANN401 - any field
    """Return the first delivery of a case."""
    given = {"Queue": "Social", "Subject": f"Router {number} broken", "Content": "It blinks.", **fields}
    name = KEYS[Thing.CASE].field
    return Record(thing=Thing.CASE, object="Ticket", key=key(f"case:{number}"), key_field=name, fields=given)


def message(number: int, parent: str, **fields: Any) -> Record:  # noqa: ANN401 - any field
    """Return the first delivery of a message."""
    given = {"Content": f"It blinks {number} times.", **fields}
    return Record(
        thing=Thing.MESSAGE,
        object="Transaction",
        key=key(f"message:{number}"),
        key_field=KEYS[Thing.MESSAGE].field,
        fields=given,
        parent=parent,
    )


def refs(target: RequestTrackerTarget, *records: Record) -> list[str]:
    """Write records that must all be taken; return their numbers."""
    outcomes = target.write(records[0].object, records)
    assert all(isinstance(outcome, Written) for outcome in outcomes), outcomes
    return [outcome.ref for outcome in outcomes if isinstance(outcome, Written)]
