"""Whether field values fit an object's schema: what a strict target refuses, value by value."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from bridge.nouns import Reference, Refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bridge.nouns import FieldSchema, Json, ObjectSchema


def first_violation(schema: ObjectSchema, fields: Mapping[str, Json | Reference], *, creating: bool) -> Refusal | None:
    """Return why ``fields`` cannot be written, for the first field that is to blame, or None.

    Codes: unknown_field, missing, read_only, wrong_type, too_long, not_in_picklist, not_text.
    Whether a reference leads anywhere is for the target to say.
    """
    for name, value in fields.items():
        field = schema.fields.get(name)
        if field is None:
            known = ", ".join(schema.fields)
            return Refusal(f"{schema.name} has no field {name!r}; it has: {known}", name, "unknown_field")
        refusal = _violation(field, value, creating=creating)
        if refusal is not None:
            return refusal
    return _missing(schema, fields) if creating else None


def length(value: str, unit: str) -> int:
    """Measure text in ``characters``, ``utf16`` units or UTF-8 ``bytes``."""
    if unit == "bytes":
        return len(value.encode())
    if unit == "utf16":
        return len(value.encode("utf-16-le")) // 2
    return len(value)


def _missing(schema: ObjectSchema, fields: Mapping[str, Json | Reference]) -> Refusal | None:
    for name, field in schema.fields.items():
        if field.required and fields.get(name) in (None, ""):
            return Refusal(f"{schema.name}.{name} is required", name, "missing")
    return None


def _violation(field: FieldSchema, value: Json | Reference, *, creating: bool) -> Refusal | None:
    if not (field.createable if creating else field.updateable):
        return Refusal(f"{field.name} cannot be {'set' if creating else 'changed'}", field.name, "read_only")
    if value is None:
        emptied = field.required and not creating
        return Refusal(f"{field.name} is required", field.name, "missing") if emptied else None
    if not _TYPES[field.type](value):
        return Refusal(f"{field.name} takes a {field.type}, not {_shown(value)}", field.name, "wrong_type")
    return _text_violation(field, value) if isinstance(value, str) else None


def _text_violation(field: FieldSchema, value: str) -> Refusal | None:
    if not _encodable(value):
        return Refusal(f"{field.name} holds half a character (a lone surrogate)", field.name, "not_text")
    if field.required and not value:
        return Refusal(f"{field.name} is required", field.name, "missing")
    if field.type == "picklist" and value not in field.picklist:
        allowed = ", ".join(field.picklist)
        return Refusal(f"{field.name} is one of {allowed}, not {value[:40]!r}", field.name, "not_in_picklist")
    if field.length is not None and length(value, field.length_unit) > field.length:
        size = length(value, field.length_unit)
        return Refusal(f"{field.name} takes {field.length} {field.length_unit}, not {size}", field.name, "too_long")
    return None


def _encodable(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _is_time(value: Json) -> bool:
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return False
    return isinstance(value, datetime) and value.tzinfo is not None


def _is_number(value: Json) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


_TYPES: dict[str, Callable[[Json], bool]] = {
    "string": lambda value: isinstance(value, str),
    "text": lambda value: isinstance(value, str),
    "picklist": lambda value: isinstance(value, str),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "number": _is_number,
    "boolean": lambda value: isinstance(value, bool),
    "datetime": _is_time,
    "reference": lambda value: isinstance(value, (str, Reference)),
    "list": lambda value: isinstance(value, (list, tuple)) and all(isinstance(each, str) for each in value),
}
"""Field type → whether a value has it; a time is an aware datetime or its ISO 8601 form with a zone."""


def _shown(value: Json | Reference) -> str:
    return f"a {type(value).__name__}"
