"""Values of records: checked before they are sent, because Request Tracker drops in silence what it does not like."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from adapters.request_tracker.names import LIST, PICKLIST, REQUESTOR, custom_name
from bridge.nouns import Reference, Refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from bridge.nouns import FieldSchema, ObjectSchema, Record

_MAIL = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+")
_NONE = "1970-01-01T00:00:00Z"
"""How Request Tracker says that there is no time."""


def checked(record: Record, schema: ObjectSchema, required: Iterable[str] = ()) -> dict[str, Any] | Refusal:
    """Return a record's values as they are sent and read back, or the first that cannot be."""
    sent: dict[str, Any] = {}
    for name, value in record.fields.items():
        field = schema.fields.get(name)
        if field is None:
            return _unknown(name, schema)
        if value is None:
            continue
        wrong = _wrong(field, value)
        if wrong:
            return Refusal(f"{name} {wrong}", field=name, code="invalid")
        sent[name] = _plain(field, value)
    missing = [name for name in required if record.fields.get(name) in (None, "") and name != record.key_field]
    if missing and not record.ref:
        return Refusal(f"{missing[0]} must be filled: write it into the mapping.", field=missing[0], code="required")
    return sent


def required_of(schema: ObjectSchema) -> set[str]:
    """Return the fields that a new record needs."""
    return {name for name, field in schema.fields.items() if field.required}


def present(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of a ticket, user or transaction as it was read, by the names that mappings use."""
    values = {name: _read(name, value) for name, value in row.items() if name != "CustomFields"}
    for each in row.get("CustomFields") or ():
        found = [_time(value) for value in each["values"]]
        values[f"CF.{{{each['name']}}}"] = found
    return values


def same(field: FieldSchema, sent: Any, found: Any) -> bool:  # noqa: ANN401 - values of any field
    """Tell whether what was sent stands there."""
    if isinstance(found, list) and field.type != LIST:
        found = found[0] if found else ""
    if field.type == LIST:
        return sorted(map(str, sent)) == sorted(map(str, found or []))
    if field.type == "datetime":
        return _instant(sent) == _instant(found)
    return str(sent).replace("\r\n", "\n").strip() == str(found if found is not None else "").strip()


def is_empty(found: Any) -> bool:  # noqa: ANN401 - values of any field
    """Tell whether a field holds nothing."""
    return found in (None, "", [], [""])


def custom_values(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the custom fields among values, by their own names."""
    return {custom_name(name): value for name, value in values.items() if custom_name(name)}


def own_values(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values that are in no custom field."""
    return {name: value for name, value in values.items() if not custom_name(name)}


def _unknown(name: str, schema: ObjectSchema) -> Refusal:
    if custom_name(name):
        reason = (
            f"The queue has no custom field {custom_name(name)}: create it under Admin > Custom Fields, tick the queue "
            "under Applies to, and let our user see and modify it under Group or User Rights."
        )
    else:
        reason = f"Request Tracker's {schema.name} has no field {name} that we write; take it out of the mapping."
    return Refusal(reason, field=name, code="unknown_field")


def _wrong(field: FieldSchema, value: Any) -> str:  # noqa: ANN401 - values of any field
    if isinstance(value, Reference):
        return (
            ""
            if field.refers_to and value.ref.isdecimal()
            else "refers to somebody whom Request Tracker does not have."
        )
    return _CHECKS.get(field.type, _text)(field, value)


def _text(field: FieldSchema, value: Any) -> str:  # noqa: ANN401 - values of any field
    if not isinstance(value, str):
        return f"takes a text, not {type(value).__name__}."
    if field.length is not None and len(value) > field.length:
        return f"is longer than {field.length} characters: write truncate: {field.length} into the mapping."
    if field.name == "EmailAddress" and value and not _MAIL.fullmatch(value):
        return f"is no mail address: {value!r}."
    if "\n" in value and field.type == "string":
        return "takes one line: write collapse_ws: true into the mapping."
    return ""


def _number(field: FieldSchema, value: Any) -> str:  # noqa: ANN401, ARG001 - values of any field
    return "" if isinstance(value, int) and not isinstance(value, bool) else "takes a whole number."


def _time_given(field: FieldSchema, value: Any) -> str:  # noqa: ANN401, ARG001 - values of any field
    return "" if _instant(value) else "takes a time with its zone, as in 2026-03-02T09:00:00Z."


def _picked(field: FieldSchema, value: Any) -> str:  # noqa: ANN401 - values of any field
    if isinstance(value, str) and value in field.picklist:
        return ""
    return f"does not offer {value!r}, only {', '.join(field.picklist[:12])}; map to one of them."


def _several(field: FieldSchema, value: Any) -> str:  # noqa: ANN401 - values of any field
    if not isinstance(value, (list, tuple)) or not all(isinstance(each, str) for each in value):
        return "takes a list of texts."
    return next((_picked(field, each) for each in value if field.picklist and _picked(field, each)), "")


_CHECKS: Mapping[str, Callable[[FieldSchema, Any], str]] = {
    "integer": _number,
    "datetime": _time_given,
    PICKLIST: _picked,
    LIST: _several,
    "reference": lambda field, _value: f"takes a reference: write ref: person for {field.name}.",
}


def _plain(field: FieldSchema, value: Any) -> Any:  # noqa: ANN401 - values of any field
    if isinstance(value, Reference):
        return value.ref
    if field.type == "datetime":
        at = _instant(value)
        return f"{at:%Y-%m-%d %H:%M:%S}" if at else value
    return list(value) if isinstance(value, tuple) else value


def _instant(value: Any) -> datetime | None:  # noqa: ANN401 - values of any field
    if isinstance(value, datetime):
        return value.astimezone(UTC) if value.tzinfo else None
    if not isinstance(value, str) or value == _NONE:
        return None
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        return None
    if at.tzinfo is None:
        # What we send is without a zone, in UTC; what mappings write has one.
        return at.replace(tzinfo=UTC) if re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", value) else None
    return at.astimezone(UTC)


def _read(name: str, value: Any) -> Any:  # noqa: ANN401 - values of any field
    if name == REQUESTOR:
        return str(value[0]["id"]) if value else ""
    if isinstance(value, dict):
        return value.get("Name") or value.get("id")
    if name in {"Priority", "TimeWorked"}:
        return int(value or 0)
    return _time(value)


def _time(value: Any) -> Any:  # noqa: ANN401 - values of any field
    return "" if value == _NONE else value
