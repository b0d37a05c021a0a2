"""The published JSON Schemas are those that the models give, and accept what we ship."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from bridge import documents
from config import schema as schemas

FOLDER = Path(schemas.__file__).parent
FILES = {
    "project": "casebridge",
    "triage": "triage",
    "mapping": "mapping",
    "rows": "rows",
    "people": "people",
    "manifest": "manifest",
}


@pytest.mark.parametrize("name", FILES)
def test_the_published_schema_is_the_generated_one(name: str) -> None:
    published = json.loads((FOLDER / "schemas" / f"{FILES[name]}.schema.json").read_text(encoding="utf-8"))
    assert published == schemas.schemas()[name], f"write it anew: casebridge schema {name} > config/schemas/…"


def test_the_starter_fits_its_schema() -> None:
    starter = documents.load(FOLDER / "starter" / "casebridge.yaml")
    jsonschema.validate(starter.data, schemas.project_schema())


def test_the_schema_knows_the_settings_of_every_adapter_and_describes_every_key() -> None:
    published = schemas.project_schema()
    for definition in published["$defs"].values():
        for key, field in definition.get("properties", {}).items():
            assert "description" in field or "$ref" in field, key
    assert "path" in published["$defs"]["FileSource"]["properties"]
