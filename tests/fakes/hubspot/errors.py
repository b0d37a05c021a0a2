"""HubSpot's error bodies: what is refused, in the vendor's own words."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from uuid import uuid5

from tests.fakes.hubspot.ids import NAMESPACE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bridge.nouns import Json


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one property's value; ``code`` is HubSpot's."""

    name: str
    message: str
    code: str

    def as_json(self) -> dict[str, Json]:
        """Return an entry of ``errors[]``."""
        return {"message": self.message, "code": self.code, "context": {"propertyName": [self.name]}}


@dataclass(slots=True)
class Declined(Exception):
    """A call, or one input of a batch, that is refused. ``more`` are further keys of the body."""

    status: int
    category: str
    message: str
    sub_category: str = ""
    context: Mapping[str, Sequence[str]] = field(default_factory=dict)
    errors: Sequence[Mapping[str, Json]] = ()
    more: Mapping[str, Json] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    def body(self, correlation: str) -> dict[str, Json]:
        """Return the body of a whole answer."""
        known = {"context": dict(self.context), "errors": list(self.errors), "subCategory": self.sub_category}
        return {
            "status": "error",
            "message": self.message,
            "correlationId": correlation,
            "category": self.category,
            **{name: value for name, value in known.items() if value},
            **self.more,
        }

    def within_batch(self, trace: str) -> dict[str, Json]:
        """Return an entry of a batch's ``errors[]``: it has no ``links``, and the SDK's own checks choke on that."""
        context = {**self.context, **({"objectWriteTraceId": [trace]} if trace else {})}
        more = {"subCategory": self.sub_category} if self.sub_category else {}
        return {"status": "error", "category": self.category, **more, "message": self.message, "context": context}


def correlation_id(number: int) -> str:
    """Return the id of the ``number``-th answer."""
    return str(uuid5(NAMESPACE, f"answer {number}"))


def invalid(message: str, *, sub: str = "", **context: Sequence[str]) -> Declined:
    """Say that a call is not acceptable."""
    return Declined(400, "VALIDATION_ERROR", message, sub, context)


def invalid_values(portal_id: int, problems: Sequence[Problem]) -> Declined:
    """Say which property values are not acceptable: as JSON within the message, and as ``errors``."""
    inner = [
        {
            "isValid": False,
            "message": problem.message,
            "error": problem.code,
            "name": problem.name,
            "localizedErrorMessage": problem.message,
            "portalId": portal_id,
        }
        for problem in problems
    ]
    return Declined(
        400,
        "VALIDATION_ERROR",
        f"Property values were not valid: {json.dumps(inner)}",
        context={"propertyName": [problem.name for problem in problems]},
        errors=[problem.as_json() for problem in problems],
    )


def required(singular: str, names: Sequence[str]) -> Declined:
    """Say which properties a new record lacks."""
    message = f"Error creating {singular.upper()}. Some required properties were not set."
    return Declined(400, "VALIDATION_ERROR", message, context={"properties": list(names)})


def not_found(what: str = "resource not found", **context: Sequence[str]) -> Declined:
    """Say that something is not there."""
    return Declined(404, "OBJECT_NOT_FOUND", what, context=context)


def missing_scopes(scopes: Sequence[str]) -> Declined:
    """Say that the key may not do that."""
    return Declined(
        403,
        "MISSING_SCOPES",
        "This app hasn't been granted all required scopes to make this call. Read more about required scopes here: "
        "https://developers.hubspot.com/scopes.",
        errors=[
            {
                "message": "One or more of the following scopes are required.",
                "context": {"requiredGranularScopes": list(scopes)},
            }
        ],
        more={"links": {"scopes": "https://developers.hubspot.com/scopes"}},
    )


def rate_limited(policy: str) -> Declined:
    """Say that a limit is reached; there is no Retry-After."""
    return Declined(
        429,
        "RATE_LIMITS",
        f"You have reached your {policy.lower()} limit.",
        more={"errorType": "RATE_LIMIT", "policyName": policy, "groupName": "publicapi:private-apps-api-calls"},
    )


def locked() -> Declined:
    """Say that the record is being written by somebody else."""
    return Declined(423, "LOCKED", "The resource is currently locked. Wait at least 2 seconds before trying again.")


def migrating(seconds: int) -> Declined:
    """Say that the account moves to another data centre."""
    message = "There is a migration in progress for this portal."
    return Declined(477, "MIGRATION_IN_PROGRESS", message, headers={"Retry-After": str(seconds)})


def troubled(status: int, message: str) -> Declined:
    """Say that the server cannot just now."""
    return Declined(status, "INTERNAL_ERROR", message)
