"""One call of the API: what was asked, and the parts of the account that it reaches."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from tests.fakes.zendesk.errors import Declined, not_found

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from tests.fakes.zendesk.access import Access
    from tests.fakes.zendesk.jobs import Jobs
    from tests.fakes.zendesk.state import Row, State

Answer = tuple[int, Any]
Way: TypeAlias = "tuple[str, str, Callable[[Asked], Answer]]"
"""Method, path, and what answers."""
MANY = 100


@dataclass(frozen=True, slots=True)
class House:
    """The parts of the account that calls reach."""

    state: State
    access: Access
    jobs: Jobs
    replays: dict[str, tuple[bytes, Row, datetime]] = field(default_factory=dict)
    """Idempotency key → body, answer, time."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One call."""

    house: House
    path: Mapping[str, str]
    query: dict[str, str]
    raw: bytes
    headers: Mapping[str, str]
    answered: dict[str, str]
    """Headers of the answer."""

    @property
    def state(self) -> State:
        """Return what is stored."""
        return self.house.state

    def part(self, name: str) -> Any:  # noqa: ANN401 - any JSON
        """Return what stands under a name in the body."""
        try:
            given = json.loads(self.raw)[name]
        except (ValueError, KeyError, TypeError) as error:
            raise Declined(400, "InvalidRequest", f"{name} is missing from the request") from error
        return given

    def number(self) -> int:
        """Return the id of the address."""
        if not self.path["id"].isdecimal():
            raise not_found()
        return int(self.path["id"])

    def many(self, name: str) -> list[str]:
        """Return the values of a parameter, by commas."""
        found = [each for each in self.query.get(name, "").split(",") if each]
        if len(found) > MANY:
            raise Declined(400, "TooManyValues", f"{MANY} values at most")
        return found


def page_of(asked: Asked, name: str, rows: list[Row]) -> Row:
    size, after = int(asked.query.get("page[size]", MANY)), int(asked.query.get("page[after]") or 0)
    following = after + min(size, MANY)
    return {name: rows[after:following], "meta": {"has_more": following < len(rows), "after_cursor": str(following)}}
