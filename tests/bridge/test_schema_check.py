"""Values are held against a schema as a strict target does, and the first that does not fit is named."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.nouns import FieldSchema, ObjectSchema, Reference, Thing
from bridge.schema_check import first_violation, length

SCHEMA = ObjectSchema(
    "Case",
    {
        field.name: field
        for field in (
            FieldSchema(name="subject", length=5, required=True),
            FieldSchema(name="wire", length=4, length_unit="utf16"),
            FieldSchema(name="octets", length=4, length_unit="bytes"),
            FieldSchema(name="status", type="picklist", picklist=("new", "closed")),
            FieldSchema(name="count", type="integer"),
            FieldSchema(name="rating", type="number"),
            FieldSchema(name="public", type="boolean"),
            FieldSchema(name="at", type="datetime"),
            FieldSchema(name="tags", type="list"),
            FieldSchema(name="person", type="reference", refers_to="Person"),
            FieldSchema(name="key", updateable=False),
            FieldSchema(name="owner", createable=False),
        )
    },
)


def code(fields: dict[str, Any], *, creating: bool = False) -> str:
    refusal = first_violation(SCHEMA, fields, creating=creating)
    return refusal.code if refusal else ""


@pytest.mark.parametrize(
    "fields",
    [
        {"subject": "fünf!"},
        {"wire": "👍👍"},
        {"octets": "üü"},
        {"status": "new", "count": 0, "rating": 1, "public": False, "tags": ["a"]},
        {"rating": 1.5, "tags": ()},
        {"at": datetime(2026, 3, 2, tzinfo=UTC)},
        {"at": "2026-03-02T08:00:00+01:00"},
        {"at": "2026-03-02T08:00:00Z"},
        {"person": Reference(Thing.PERSON, "cb1-x", "U-1")},
        {"person": "U-1"},
        {"status": None, "tags": None},
        {},
    ],
)
def test_what_fits_passes(fields: dict[str, Any]) -> None:
    assert code(fields) == ""


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"nothing": 1}, "unknown_field"),
        ({"subject": "sechs!"}, "too_long"),
        ({"wire": "👍👍x"}, "too_long"),
        ({"octets": "üüx"}, "too_long"),
        ({"subject": 5}, "wrong_type"),
        ({"subject": ""}, "missing"),
        ({"subject": None}, "missing"),
        ({"subject": "\ud83d"}, "not_text"),
        ({"status": "solved"}, "not_in_picklist"),
        ({"status": ""}, "not_in_picklist"),
        ({"count": "1"}, "wrong_type"),
        ({"count": True}, "wrong_type"),
        ({"count": 1.0}, "wrong_type"),
        ({"rating": True}, "wrong_type"),
        ({"public": 1}, "wrong_type"),
        ({"at": "2026-03-02T08:00:00"}, "wrong_type"),
        ({"at": "tomorrow"}, "wrong_type"),
        ({"at": 1_772_438_400}, "wrong_type"),
        ({"tags": "a"}, "wrong_type"),
        ({"tags": [1]}, "wrong_type"),
        ({"person": 1}, "wrong_type"),
        ({"key": "x"}, "read_only"),
    ],
)
def test_what_does_not_fit_is_named(fields: dict[str, Any], expected: str) -> None:
    refusal = first_violation(SCHEMA, fields, creating=False)
    assert refusal is not None
    assert (refusal.code, refusal.field) == (expected, next(iter(fields)))
    assert refusal.reason


def test_a_new_record_needs_what_is_required_and_may_carry_its_key() -> None:
    assert code({"key": "x"}, creating=True) == "missing"
    assert code({"key": "x", "subject": "Hello"}, creating=True) == ""
    assert code({"owner": "x", "subject": "Hello"}, creating=True) == "read_only"


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_lengths_are_what_the_encodings_make_of_them(text: str) -> None:
    assert length(text, "characters") == len(text)
    assert length(text, "utf16") == len(text) + sum(ord(character) > 0xFFFF for character in text)
    assert length(text, "bytes") == len(text.encode())


@given(
    st.dictionaries(st.sampled_from([*SCHEMA.fields, "other"]), st.none() | st.integers() | st.text() | st.booleans())
)
def test_any_values_are_judged_without_an_error(fields: dict[str, Any]) -> None:
    first_violation(SCHEMA, fields, creating=True)
    first_violation(SCHEMA, fields, creating=False)
