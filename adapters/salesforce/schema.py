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
    needed = required(described)
    fields = {each["name"]: _field(each, required=each["name"] in needed) for each in described["fields"]}
    return ObjectSchema(described["name"], fields)


def required(described: Mapping[str, Any]) -> list[str]:
    """Return the fields that a new record must have; a person account has its names instead of Name."""
    named = [each["name"] for each in described["fields"] if _required(each)]
    persons = any(each["name"] == "IsPersonAccount" for each in described["fields"])
    return [name for name in named if not (persons and name == "Name")]


def _field(each: Mapping[str, Any], *, required: bool) -> FieldSchema:
    closed = each["type"] in _CHOICES and bool(each.get("restrictedPicklist"))
    values = tuple(value["value"] for value in each.get("picklistValues") or () if value.get("active", True))
    return FieldSchema(
        name=each["name"],
        type="picklist" if closed else "list" if each["type"] == _SEVERAL else _TYPES.get(each["type"], "string"),
        length=(each.get("length") or None) if each["type"] not in {_SEVERAL, "reference", "id"} else None,
        picklist=values if closed else (),
        required=required,
        createable=bool(each.get("createable")),
        updateable=bool(each.get("updateable")),
        refers_to=next(iter(each.get("referenceTo") or ()), ""),
    )


def _required(each: Mapping[str, Any]) -> bool:
    kept = each.get("nillable", True) or each.get("defaultedOnCreate") or each["type"] == "boolean"
    return bool(each.get("createable")) and not kept
