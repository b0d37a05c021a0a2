"""A call as the handlers of a pretend HubSpot see it, and the table that leads there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.fakes.hubspot.errors import invalid

if TYPE_CHECKING:
    from bridge.nouns import Json
    from tests.fakes.hubspot.access import Access
    from tests.fakes.hubspot.definitions import ObjectType
    from tests.fakes.hubspot.inbox import Inbox
    from tests.fakes.hubspot.portal import Actor, Portal
    from tests.fakes.hubspot.transfers import Transfers


@dataclass(frozen=True, slots=True)
class House:
    """The parts of an account."""

    portal: Portal
    access: Access
    inbox: Inbox
    transfers: Transfers


@dataclass(frozen=True, slots=True)
class Asked:
    """One call: what stood in its path, query and body, who calls, and which version of the API they named."""

    house: House
    path: Mapping[str, str]
    query: Mapping[str, str]
    body: Json
    actor: Actor
    version: str = ""
    fault: str = ""
    content_type: str = ""
    address: str = ""

    @property
    def portal(self) -> Portal:
        """Return the records."""
        return self.house.portal

    @property
    def kind(self) -> ObjectType:
        """Return the object of the path."""
        return self.portal.type(self.path["object"])

    def several(self, name: str) -> list[str]:
        """Return a parameter of the query that is a list, by commas."""
        return [one for one in self.query.get(name, "").split(",") if one]

    def flag(self, name: str) -> bool:
        """Tell whether a parameter of the query says true, in any case: the SDK writes ``True``."""
        return self.query.get(name, "").casefold() == "true"

    def limit(self, most: int, otherwise: int = 10) -> int:
        """Return the page size, which may not be more than ``most``."""
        given = self.query.get("limit", str(otherwise))
        if not given.isdigit() or not 1 <= int(given) <= most:
            raise invalid(f"limit must be between 1 and {most}, but was {given}")
        return int(given)

    def mapping(self) -> Mapping[str, Json]:
        """Return the body, which must be an object."""
        if not isinstance(self.body, dict):
            raise invalid("Invalid input JSON on line 1, column 1: expected an object")
        return self.body


Reply = tuple[int, "Json"]
"""Status and body; a body of None is empty."""
Handler = Callable[[Asked], Reply]
Scopes = Callable[[Asked], str]
"""Which scope a call needs; empty for none."""


@dataclass(frozen=True, slots=True)
class Way:
    """One method of one path."""

    method: str
    path: str
    handler: Handler
    scope: Scopes = lambda _: ""
    search: bool = False
    open: bool = False
    """Whether it takes no key."""


def reading(asked: Asked) -> str:
    """Return the scope that reading the object of the path needs."""
    return asked.kind.read_scope


def changing(asked: Asked) -> str:
    """Return the scope that writing the object of the path needs."""
    return asked.kind.write_scope


def defining(asked: Asked) -> str:
    """Return the scope that changing the properties of the object needs."""
    return asked.kind.schema_scope


def always(scope: str) -> Scopes:
    """Return a need of one scope."""
    return lambda _: scope


def page(rows: list[Json], after: str, limit: int, **more: Json) -> dict[str, Json]:
    """Return the rows from ``after`` on, and where to go on if there are more."""
    start = int(after) if after.isdigit() else 0
    end = start + limit
    paging = {"paging": {"next": {"after": str(end), "link": f"?after={end}"}}} if end < len(rows) else {}
    return {"results": rows[start:end], **more, **paging}
