"""Which records may be associated, by which type ids, and doing it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.fakes.hubspot.errors import Declined, invalid
from tests.fakes.hubspot.times import iso
from tests.fakes.hubspot.workflows import enrol

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bridge.nouns import Json
    from tests.fakes.hubspot.definitions import ObjectType
    from tests.fakes.hubspot.labels import Label
    from tests.fakes.hubspot.portal import Item, Name, Portal

_ACTIVITIES = frozenset({"notes", "communications", "emails", "tasks"})


@dataclass(frozen=True, slots=True)
class Wish:
    """An association that is asked for."""

    to: Name
    label: Label
    back: Label


def wishes(portal: Portal, kind: ObjectType, given: Iterable[Json]) -> list[Wish]:
    """Return the associations that a new record shall have; raises ``Declined``."""
    return [wish for one in given for wish in _wished(portal, kind, one)]


def _wished(portal: Portal, kind: ObjectType, one: Json) -> list[Wish]:
    to_id = str((one.get("to") or {}).get("id", ""))
    specs = [(str(spec.get("associationCategory")), spec.get("associationTypeId")) for spec in one.get("types") or ()]
    if not specs:
        raise invalid("association types must not be empty")
    found = [
        other for other in portal.types.values() if all(spec in portal.labels.between(kind, other) for spec in specs)
    ]
    if not found:
        raise invalid(f"One or more association types {specs} are not valid from {kind.name}")
    other = next((one for one in found if portal.standing(one.name, to_id)), found[0])
    return [wish(portal, kind, other, to_id, spec) for spec in specs]


def wish(portal: Portal, kind: ObjectType, other: ObjectType, to_id: str, label: Label) -> Wish:
    """Return one association to a record that must stand; raises ``Declined``."""
    if label not in portal.labels.between(kind, other):
        raise invalid(f"Association type {label[1]} of {label[0]} is not valid from {kind.name} to {other.name}")
    found = portal.standing(other.name, to_id)
    if found is None:
        raise absent(other, to_id, "TO")
    return Wish((other.name, found.id), label, portal.labels.back(kind, other, label))


def absent(kind: ObjectType, item_id: str, side: str) -> Declined:
    """Say that one side of an association is not there."""
    return Declined(
        404,
        "OBJECT_NOT_FOUND",
        f"No {kind.singular} with ID {item_id} exists",
        f"crm.associations.{side}_OBJECT_NOT_FOUND",
        {"objectType": [kind.singular], "id": [item_id]},
    )


def grant(portal: Portal, item: Item, wanted: Sequence[Wish]) -> None:
    """Associate; activities that are logged bump the record's time of change, and tickets meet their workflows."""
    for one in wanted:
        portal.link((item.object, item.id), one.to, one.label, one.back)
        there = portal.items[one.to[0]][one.to[1]]
        if item.object in _ACTIVITIES and there.object not in _ACTIVITIES:
            _bump(portal, there)
        for ticket in (item, there):
            if ticket.object == "tickets" and ticket.properties:
                enrol(portal, ticket)


def _bump(portal: Portal, item: Item) -> None:
    item.properties[portal.types[item.object].modified] = iso(portal.clock.now())
    item.updated_at = portal.clock.now()
    portal.index(item)
