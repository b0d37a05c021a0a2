"""Zendesk's error bodies: what is refused, in the vendor's own words."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bridge.nouns import Json


@dataclass(slots=True)
class Declined(Exception):
    """A call, or one item of a job, that is refused."""

    status: int
    error: str
    description: str = ""
    details: Mapping[str, list[dict[str, str]]] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    def body(self) -> dict[str, Json]:
        """Return the body of an answer."""
        known = {"description": self.description, "details": dict(self.details)}
        return {"error": self.error, **{name: value for name, value in known.items() if value}}

    def item(self, index: int) -> dict[str, Json]:
        """Return the result of one item of a job, whose details are text."""
        said = "; ".join(one["description"] for many in self.details.values() for one in many) or self.description
        return {"index": index, "error": self.error, "details": said, "success": False, "status": "Failed"}


def invalid(name: str, said: str, error: str = "InvalidValue") -> Declined:
    """Say that a value of a record is not acceptable."""
    return Declined(422, "RecordInvalid", "Record validation errors", {name: [{"description": said, "error": error}]})


def not_found() -> Declined:
    """Say that a record is not there."""
    return Declined(404, "RecordNotFound", "Not found")


def forbidden(
    said: str = "You do not have access to this page. Please contact the account owner for help.",
) -> Declined:
    """Say that the caller may not do that."""
    return Declined(403, "Forbidden", said)


def limited(error: str = "TooManyRequests", *, seconds: int = 60) -> Declined:
    """Say that a limit is reached."""
    said = "Number of allowed API requests per minute exceeded"
    return Declined(429, error, said, headers={"Retry-After": str(seconds)})
