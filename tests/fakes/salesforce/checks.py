"""What a value must be to get into a field; anything else is refused in the vendor's words."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from tests.fakes.salesforce.errors import ApiError, no_such_column

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.fakes.salesforce.errors import Json
    from tests.fakes.salesforce.fields import Field, SObject

_ADDRESS = re.compile(r"[^@\s<>(),;:]+@[^@\s<>(),;:.]+(\.[^@\s<>(),;:.]+)+")


def stamp(at: datetime) -> str:
    """Return a time as the interface writes it; such texts sort by time."""
    utc = at.astimezone(UTC)
    return f"{utc:%Y-%m-%dT%H:%M:%S}.{utc.microsecond // 1000:03}+0000"


def written(sobject: SObject, body: Json, *, creating: bool) -> Json:
    """Return the fields of a write by their right names, each value checked; references are only looked at for their form."""
    values: Json = {}
    barred: list[str] = []
    for name, value in body.items():
        field = sobject.field(name)
        if field is None:
            raise no_such_column(name, sobject.name)
        if not (field.create if creating else field.update):
            barred.append(field.name)
        else:
            values[field.name] = checked(field, value)
    if barred:
        raise ApiError(
            "INVALID_FIELD_FOR_INSERT_UPDATE",
            f"Unable to create/update fields: {', '.join(barred)}. Please check the security settings of this field and"
            " verify that it is read/write for your profile or permission set.",
            barred,
        )
    return values


def checked(field: Field, value: Any) -> Any:  # noqa: ANN401 - a field's value is any JSON scalar
    """Return a value as it is stored; blank text is none."""
    if isinstance(value, dict | list):
        raise _unreadable(field, value)
    if isinstance(value, str):
        value = value.strip() or None
    return None if value is None else _KINDS.get(field.kind, _text)(field, value)


def _text(field: Field, value: object) -> str:
    """Take text, no longer than the field."""
    words = str(value) if not isinstance(value, bool) else str(value).lower()
    length = len(words.encode()) if field.in_bytes else len(words)
    if field.length and length > field.length:
        message = f"{field.name}: data value too large: {words[:255]} (max length={field.length})"
        raise ApiError("STRING_TOO_LONG", message, [field.name])
    return words


def _email(field: Field, value: object) -> str:
    """Take an address."""
    address = _text(field, value)
    if not _ADDRESS.fullmatch(address):
        raise ApiError("INVALID_EMAIL_ADDRESS", f"{field.name}: invalid email address: {address}", [field.name])
    return address


def _choice(field: Field, value: object) -> str:
    """Take one of the values where the field is restricted, else any."""
    chosen = _text(field, value)
    if field.restricted and chosen not in field.values:
        message = f"{field.name}: bad value for restricted picklist field: {chosen}"
        raise ApiError("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", message, [field.name])
    return chosen


def _boolean(field: Field, value: object) -> bool:
    """Take true or false."""
    if not isinstance(value, bool):
        raise _unreadable(field, value)
    return value


def _number(field: Field, value: object) -> float | int:
    """Take a number, a whole one where the field has no places."""
    if isinstance(value, bool) or not isinstance(value, int | float) or (field.kind == "int" and value != int(value)):
        raise _unreadable(field, value)
    return value


def _datetime(field: Field, value: object) -> str:
    """Take a time with its zone; one without is refused."""
    try:
        at = datetime.fromisoformat(str(value))
    except ValueError:
        raise _unreadable(field, value) from None
    if at.tzinfo is None:
        raise _unreadable(field, value)
    return stamp(at)


def _date(field: Field, value: object) -> str:
    """Take a day."""
    try:
        return date.fromisoformat(str(value)[:10]).isoformat()
    except ValueError:
        raise _unreadable(field, value) from None


def _unreadable(field: Field, value: object) -> ApiError:
    """Return what a value of the wrong type gets."""
    shown = {
        str: "VALUE_STRING",
        bool: "VALUE_TRUE",
        int: "VALUE_NUMBER_INT",
        dict: "START_OBJECT",
        list: "START_ARRAY",
    }
    return ApiError(
        "JSON_PARSER_ERROR",
        f"Cannot deserialize instance of {field.kind} from {shown.get(type(value), 'VALUE_NUMBER_FLOAT')} value {value}"
        " or request may be missing a required field at [line:1, column:1]",
    )


_KINDS: dict[str, Callable[[Field, Any], Any]] = {
    "email": _email,
    "picklist": _choice,
    "boolean": _boolean,
    "double": _number,
    "int": _number,
    "datetime": _datetime,
    "date": _date,
}
