"""JSON Schemas of mapping files, for editors: generic, and for one object of a target as the target describes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from bridge.mapping.entries import SOURCES, RowEntry, TargetEntry
from bridge.mapping.paths import PATHS
from bridge.mapping.rows import row_fields

if TYPE_CHECKING:
    from pydantic import BaseModel

    from bridge.mapping.rows import What
    from bridge.nouns import FieldSchema, ObjectSchema, Thing

Schema: TypeAlias = dict[str, Any]

_DRAFT = "https://json-schema.org/draft/2020-12/schema"


def mapping_schema(thing: Thing | None = None) -> Schema:
    """Return the schema of a target mapping; the default knows all paths, ``thing`` only those of its own."""
    schema = _schema(TargetEntry, "Casebridge mapping", "TargetFieldEntry")
    _with_paths(schema["$defs"]["TargetFieldEntry"], thing)
    return schema


def object_mapping_schema(target_object: ObjectSchema, thing: Thing | None = None) -> Schema:
    """Return the schema of a mapping to this very object: its fields by name, with their picklists and lengths."""
    schema = mapping_schema(thing)
    schema["title"] = f"Casebridge mapping to {target_object.name}"
    schema["properties"]["object"] = {"const": target_object.name}
    schema["properties"]["key"] = {"enum": sorted(target_object.fields)}
    schema["properties"]["fields"] = {
        "type": "object",
        "minProperties": 1,
        "additionalProperties": False,
        "properties": {name: _field(field) for name, field in target_object.fields.items() if field.createable},
    }
    return schema


def row_mapping_schema(what: What = "messages") -> Schema:
    """Return the schema of a mapping of rows: the fields of the message or person format by name."""
    schema = _schema(RowEntry, f"Casebridge mapping of rows to {what}", "FieldEntry")
    names = row_fields(what)
    field = {"$ref": "#/$defs/FieldEntry"}
    schema["properties"]["fields"] |= {
        "properties": {
            name: {"description": text, "allOf": [field]} for name, text in names.items() if "*" not in name
        },
        "patternProperties": {f"^{name[:-2]}\\..": field for name in names if "*" in name},
        "additionalProperties": False,
    }
    return schema


def _schema(model: type[BaseModel], title: str, field: str) -> Schema:
    """Return the model's schema; a field has exactly one source."""
    schema = model.model_json_schema(by_alias=True)
    known = schema["$defs"][field]["properties"]
    schema["$defs"][field]["oneOf"] = [{"required": [name]} for name in SOURCES if name in known]
    return {"$schema": _DRAFT, **schema, "title": title}


def _with_paths(field: Schema, thing: Thing | None) -> None:
    """Let ``from`` and ``args`` complete and check paths: those of ``thing``, or of everything."""
    every = {name: spec for paths in PATHS.values() for name, spec in paths.items()}
    known = every if thing is None else PATHS[thing]
    path = {
        "anyOf": [
            *({"const": name, "description": spec.description} for name, spec in known.items() if "*" not in name),
            *({"type": "string", "pattern": f"^{name[:-1]}.".replace(".", r"\.", 2)} for name in known if "*" in name),
        ]
    }
    properties = field["properties"]
    properties["from"] |= {"anyOf": [path, {"type": "array", "items": path, "minItems": 1}]}
    properties["args"]["items"] = path


def _field(field: FieldSchema) -> Schema:
    size = f", at most {field.length} {field.length_unit}" if field.length else ""
    must = ", required" if field.required else ""
    schema: Schema = {"description": f"{field.type}{size}{must}", "allOf": [{"$ref": "#/$defs/TargetFieldEntry"}]}
    if field.picklist:
        choice = {"enum": list(field.picklist)}
        schema["properties"] = {"value": choice, "default": choice, "map": {"additionalProperties": choice}}
    if field.length:
        schema.setdefault("properties", {})["truncate"] = {"maximum": field.length}
    return schema
