"""The JSON Schemas accept what loads and mark what does not, so that editors tell it while one types."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from bridge import documents
from bridge.mapping.schema import mapping_schema, object_mapping_schema, row_mapping_schema
from bridge.mapping.target import load_target_mapping
from bridge.nouns import FieldSchema, ObjectSchema, Thing

FOLDER = Path(__file__).parents[3] / "mappings"
SHIPPED = sorted(FOLDER.glob("*/*.yaml"))
TICKET = ObjectSchema(
    "Ticket",
    {
        "title": FieldSchema(name="title", length=80),
        "origin": FieldSchema(name="origin", type="picklist", picklist=("Web", "Social")),
        "made": FieldSchema(name="made", createable=False),
    },
)


def faults(schema: dict[str, Any], text: str) -> int:
    Draft202012Validator.check_schema(schema)
    return len(list(Draft202012Validator(schema).iter_errors(documents.parse(text, "m.yaml").data)))


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: f"{file.parent.name}/{file.name}")
def test_the_schema_accepts_our_own_mappings(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert faults(mapping_schema(), text) == 0
    assert faults(mapping_schema(load_target_mapping(file).thing), text) == 0


@pytest.mark.parametrize(
    "field",
    [
        "{from: message.text, truncat: 3}",
        "{from: message.txt}",
        "{from: [message.text, message.txt]}",
        "{from: message.text, value: 3}",
        "{truncate: 3}",
        "{from: message.text, truncate: 0}",
        "{from: message.text, write: always}",
        "{func: no_colon}",
        "{func: 'a:b', args: [message.txt]}",
        "{ref: owner}",
        "{from: message.text, lower: 'yes'}",
        "{from: message.text, type: int}",
    ],
)
def test_the_schema_marks_what_does_not_load(field: str) -> None:
    assert faults(mapping_schema(), f"object: T\nfields: {{a: {field}}}\n") > 0


@pytest.mark.parametrize(
    "field",
    [
        "{from: message.extra.anything}",
        "{from: [message.text, case.subject]}",
        "{value: null}",
        "{func: 'a.b:c', args: [case.id]}",
    ],
)
def test_the_schema_accepts_what_loads(field: str) -> None:
    assert faults(mapping_schema(), f"object: T\nfields: {{a: {field}}}\n") == 0


def test_misspelt_keys_of_the_file_are_marked() -> None:
    assert faults(mapping_schema(), "objct: T\nfields: {a: {value: 1}}\n") > 0


def test_a_schema_for_one_thing_knows_its_paths_only() -> None:
    assert faults(mapping_schema(Thing.PERSON), "object: T\nfields: {a: {from: customer.name}}\n") == 0
    assert faults(mapping_schema(Thing.PERSON), "object: T\nfields: {a: {from: case.subject}}\n") > 0


@pytest.mark.parametrize(
    ("field", "fine"),
    [
        ("title: {from: message.text, truncate: 80}", True),
        ("title: {from: message.text, truncate: 81}", False),
        ("titel: {from: message.text}", False),
        ("origin: {value: Web}", True),
        ("origin: {value: Wep}", False),
        ("origin: {from: message.network, map: {x: Social, '*': Web}, default: Web}", True),
        ("origin: {from: message.network, map: {x: Socail}}", False),
        ("made: {value: us}", False),
    ],
)
def test_a_schema_of_an_object_knows_fields_lengths_and_choices(field: str, *, fine: bool) -> None:
    assert (faults(object_mapping_schema(TICKET), f"object: Ticket\nfields: {{{field}}}\n") == 0) is fine


def test_a_schema_of_an_object_is_for_that_object() -> None:
    assert faults(object_mapping_schema(TICKET), "object: Task\nfields: {title: {value: x}}\n") > 0


@pytest.mark.parametrize(
    ("field", "fine"),
    [
        ("id: {from: Any Column}", True),
        ("extra.anything: {from: x}", True),
        ("author.handle: {from: x}", True),
        ("authr.handle: {from: x}", False),
        ("id: {from: x, write: overwrite}", False),
        ("id: {ref: person}", False),
    ],
)
def test_a_schema_of_rows_knows_the_fields_of_messages(field: str, *, fine: bool) -> None:
    assert (faults(row_mapping_schema(), f"fields: {{{field}}}\n") == 0) is fine


def test_a_schema_of_rows_knows_the_fields_of_people() -> None:
    assert (
        faults(row_mapping_schema("people"), "fields: {id: {from: x}, handles.x: {from: y}, emails: {from: z}}\n") == 0
    )
    assert faults(row_mapping_schema("people"), "fields: {text: {from: x}}\n") > 0


def test_every_verb_is_explained() -> None:
    for name, entry in mapping_schema()["$defs"]["TargetFieldEntry"]["properties"].items():
        assert entry.get("description"), name
