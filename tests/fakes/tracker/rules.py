"""What the tracker's records may hold."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


class Wrong(Exception):
    """An error as the API tells it."""

    def __init__(self, status: int, code: str, message: str, name: str = "") -> None:
        """Name the attribute to blame, if one is."""
        self.status, self.code, self.field = status, code, name
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Collection:
    """A kind of records: attribute → type, or the choices."""

    attributes: dict[str, Any]
    required: tuple[str, ...] = ()
    defaults: dict[str, Any] = field(default_factory=dict)
    references: dict[str, str] = field(default_factory=dict)


COLLECTIONS = {
    "people": Collection({"name": str, "mail": str, "phone": str, "external_key": str}, ("name",)),
    "tickets": Collection(
        {
            "title": str,
            "body": str,
            "state": ("new", "pending", "done"),
            "prio": (1, 2, 3),
            "reporter": int,
            "assignee": str,
            "labels": list,
            "related": list,
            "external_key": str,
        },
        ("title",),
        {"state": "new", "labels": [], "related": []},
        {"reporter": "people"},
    ),
    "comments": Collection(
        {"ticket": str, "text": str, "internal": bool, "via": str},
        ("ticket", "text"),
        {"internal": True},
        {"ticket": "tickets"},
    ),
}
LONGEST = {"title": 120, "name": 80}


def checked(kind: str, given: dict[str, Any], *, creating: bool) -> None:
    """Refuse what does not fit."""
    collection = COLLECTIONS[kind]
    for name, value in given.items():
        wanted = collection.attributes.get(name)
        if wanted is None:
            raise Wrong(422, "unknown_attribute", f"{kind} have no attribute {name}.", name)
        if isinstance(wanted, tuple):
            if value not in wanted:
                raise Wrong(422, "choice", f"{name} is one of {wanted}.", name)
        elif value is not None and type(value) is not wanted:
            raise Wrong(422, "type", f"{name} is a {wanted.__name__}.", name)
        if isinstance(value, str) and len(value) > LONGEST.get(name, 100_000):
            raise Wrong(422, "length", f"{name} is too long.", name)
    for name in collection.required if creating else ():
        if not given.get(name):
            raise Wrong(422, "missing", f"{name} is missing.", name)
