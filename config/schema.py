"""JSON Schemas of what people write: the project file, rules, mappings, messages and persons."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bridge import registry
from bridge.mapping.schema import mapping_schema, row_mapping_schema
from bridge.message_format import json_schema
from bridge.registry import Role
from bridge.triage.file import TriageFile
from config.project import project_model

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import BaseModel


def project_schema() -> dict[str, Any]:
    """Return the schema of ``casebridge.yaml`` with the settings of every adapter that can be loaded."""
    model = project_model(_settings(Role.SOURCE), _settings(Role.TARGET))
    return _plain(model, "Casebridge project file")


def schemas() -> Mapping[str, Any]:
    """Return the schemas by the name that ``casebridge schema`` takes."""
    return {
        "project": project_schema(),
        "triage": _plain(TriageFile, "Casebridge triage rules"),
        "mapping": mapping_schema(),
        "rows": row_mapping_schema("messages"),
        "people": row_mapping_schema("people"),
        "message": json_schema("message"),
        "person": json_schema("person"),
        **_brought(),
    }


def _plain(model: type[BaseModel], title: str) -> dict[str, Any]:
    schema = model.model_json_schema(by_alias=True, mode="validation")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": title}


def _brought() -> dict[str, Any]:
    """Return the schemas of what people write for single adapters, such as manifests."""
    formats: dict[str, type[BaseModel]] = {}
    for each in registry.registrations():
        formats |= getattr(each.adapter, "formats", {})
    return {name: _plain(model, f"Casebridge {name}") for name, model in formats.items()}


def _settings(role: Role) -> dict[str, type[BaseModel]]:
    found: dict[str, type[BaseModel]] = {}
    for each in registry.registrations():
        if each.role is role and each.adapter is not None:
            found[each.kind] = each.adapter.settings_model  # type: ignore[attr-defined] # the registry checked its class
    return found
