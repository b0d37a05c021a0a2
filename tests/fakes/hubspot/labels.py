"""The types of association: HubSpot's own between its objects, and labels that an account made."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.fakes.hubspot.definitions import ObjectType

Label = tuple[str, int]
"""A type of association: category and id."""
HUBSPOT, USER = "HUBSPOT_DEFINED", "USER_DEFINED"
_PAIRS = {
    ("contacts", "tickets"): (15, 16),
    ("notes", "contacts"): (202, 201),
    ("notes", "tickets"): (228, 227),
    ("communications", "contacts"): (81, 82),
    ("communications", "tickets"): (84, 83),
    ("emails", "contacts"): (198, 197),
    ("emails", "tickets"): (224, 223),
    ("tasks", "contacts"): (204, 203),
    ("tasks", "tickets"): (230, 229),
    ("tickets", "tickets"): (452, 452),
    ("contacts", "contacts"): (449, 449),
}
"""Type ids of the unlabelled associations, there and back."""


class Labels:
    """The types of association between two objects; those that the account made have numbers of their own."""

    def __init__(self) -> None:
        """Start with HubSpot's own."""
        self._made: dict[tuple[str, str], dict[Label, tuple[str, Label]]] = {}
        self._next = 101

    def between(self, one: ObjectType, other: ObjectType) -> dict[Label, str]:
        """Return the types from ``one`` to ``other`` and their names; empty if the two cannot be associated."""
        own = {unlabelled(one, other): ""} if associable(one, other) else {}
        return own | {label: name for label, (name, _) in self._made.get((one.name, other.name), {}).items()}

    def back(self, one: ObjectType, other: ObjectType, label: Label) -> Label:
        """Return the type of the same association seen from the other side."""
        made = self._made.get((one.name, other.name), {})
        return made[label][1] if label in made else unlabelled(other, one)

    def make(self, one: ObjectType, other: ObjectType, name: str) -> tuple[Label, Label]:
        """Add a label between two objects, both ways."""
        there, back = (USER, self._next), (USER, self._next + 1)
        self._next += 2
        self._made.setdefault((one.name, other.name), {})[there] = (name, back)
        self._made.setdefault((other.name, one.name), {})[back] = (name, there)
        return there, back


def associable(one: ObjectType, other: ObjectType) -> bool:
    """Tell whether two objects can be associated at all."""
    return not (one.own and other.own) or any(
        pair in _PAIRS for pair in ((one.name, other.name), (other.name, one.name))
    )


def unlabelled(one: ObjectType, other: ObjectType) -> Label:
    """Return the default type from ``one`` to ``other``; custom objects have numbers made from their ids."""
    if (one.name, other.name) in _PAIRS:
        return HUBSPOT, _PAIRS[one.name, other.name][0]
    if (other.name, one.name) in _PAIRS:
        return HUBSPOT, _PAIRS[other.name, one.name][1]
    return USER, int(one.id.partition("-")[2]) % 1_000 * 100 + int(other.id.partition("-")[2]) % 100
