"""Errors in the vendor's own words; one exception carries them to whatever shape the interface wants."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Json = dict[str, Any]


@dataclass
class ApiError(Exception):
    """One error: a code that programs read and a message that people read."""

    code: str
    message: str
    fields: Sequence[str] = ()
    status: int = 400
    extra: Mapping[str, Any] = field(default_factory=dict)

    def body(self) -> list[Json]:
        """Return it as a call's answer has it."""
        named = {"fields": list(self.fields)} if self.fields else {}
        return [{**self.extra, "message": self.message, "errorCode": self.code, **named}]

    def item(self) -> Json:
        """Return it as one item of a collection has it: the same without what is beside it."""
        return {"statusCode": self.code, "message": self.message, "fields": list(self.fields)}

    def cell(self) -> str:
        """Return it as a bulk result's ``sf__Error`` has it."""
        return f"{self.code}:{self.message}:{','.join(self.fields)} --"


def not_found() -> ApiError:
    """Return what an unknown address gets."""
    return ApiError("NOT_FOUND", "The requested resource does not exist", status=404)


def is_deleted() -> ApiError:
    """Return what a record in the recycle bin gets."""
    return ApiError("ENTITY_IS_DELETED", "entity is deleted", status=404)


def expired() -> ApiError:
    """Return what a token gets that is unknown or too old."""
    return ApiError("INVALID_SESSION_ID", "Session expired or invalid", status=401)


def limit_exceeded() -> ApiError:
    """Return what every call gets once the day's allocation is spent."""
    return ApiError("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.", status=403)


def locked(record: str) -> ApiError:
    """Return what a write gets while another transaction holds ``record``."""
    return ApiError("UNABLE_TO_LOCK_ROW", f"unable to obtain exclusive access to this record or 1 records: {record}")


def no_such_column(name: str, sobject: str) -> ApiError:
    """Return what a write with an unknown field gets."""
    return ApiError("INVALID_FIELD", f"No such column '{name}' on sobject of type {sobject}")


def rolled_back() -> ApiError:
    """Return what the good records of an all-or-none call get when one is bad."""
    return ApiError(
        "ALL_OR_NONE_OPERATION_ROLLED_BACK",
        "Record rolled back because not all records were valid and the request was using AllOrNone header",
    )
