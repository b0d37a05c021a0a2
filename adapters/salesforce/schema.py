"""An object's description in our words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bridge.nouns import FieldSchema, ObjectSchema

if TYPE_CHECKING:
    from collections.abc import Mapping

_TYPES: Mapping[str, str] = {
    "textarea": "text",
    "encryptedstring": "string",
    "int": "integer",
    "long": "integer",
    "double": "number",
    "currency": "number",
    "percent": "number",
    "boolean": "boolean",
    "datetime": "datetime",
    "reference": "reference",
    "id": "reference",
}
"""Their type → ours; any other is a string."""
_CHOICES = frozenset({"picklist", "combobox"})
_SEVERAL = "multipicklist"


def object_schema(described: Mapping[str, Any]) -> ObjectSchema:
    """Return the schema of a description."""
    return ObjectSchema(described["name"], {each["name"]: _field(each) for each in described["fields"]})


def required(described: Mapping[str, Any]) -> list[str]:
    """Return the fields that a new record must have."""
    return [each["name"] for each in described["fields"] if _required(each)]


def _field(each: Mapping[str, Any]) -> FieldSchema:
    closed = each["type"] in _CHOICES and bool(each.get("restrictedPicklist"))
    values = tuple(value["value"] for value in each.get("picklistValues") or () if value.get("active", True))
    return FieldSchema(
        name=each["name"],
        type="picklist" if closed else "list" if each["type"] == _SEVERAL else _TYPES.get(each["type"], "string"),
        length=(each.get("length") or None) if each["type"] not in {_SEVERAL, "reference", "id"} else None,
        picklist=values if closed else (),
        required=_required(each),
        createable=bool(each.get("createable")),
        updateable=bool(each.get("updateable")),
        refers_to=next(iter(each.get("referenceTo") or ()), ""),
    )


def _required(each: Mapping[str, Any]) -> bool:
    kept = each.get("nillable", True) or each.get("defaultedOnCreate") or each["type"] == "boolean"
    return bool(each.get("createable")) and not kept
