"""The mappings that come with the program pass their own tests and fit their targets."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.desk.schema import objects
from adapters.desk.settings import CustomFields
from adapters.memory.schema import SCHEMA
from bridge.mapping.check import check
from bridge.mapping.target import load_target_mapping
from bridge.mapping.testing import run_tests
from bridge.nouns import Thing

FOLDER = Path(__file__).parents[3] / "mappings"
SCHEMAS = {"desk": objects(CustomFields()), "memory": SCHEMA}
FILES = [(target, thing) for target in SCHEMAS for thing in (Thing.PERSON, Thing.CASE, Thing.MESSAGE)]


@pytest.mark.parametrize(("target", "thing"), FILES)
def test_a_shipped_mapping_passes_its_own_tests(target: str, thing: Thing) -> None:
    results = run_tests(load_target_mapping(FOLDER / target / f"{thing}.yaml"))
    assert results
    assert [str(result) for result in results if not result.passed] == []


@pytest.mark.parametrize(("target", "thing"), FILES)
def test_a_shipped_mapping_fits_its_target(target: str, thing: Thing) -> None:
    mapping = load_target_mapping(FOLDER / target / f"{thing}.yaml")
    schema = SCHEMAS[target][mapping.object]
    assert check(mapping, schema) == []
    assert mapping.key_field in schema.fields


def test_shipped_cases_leave_agents_their_fields() -> None:
    for target in SCHEMAS:
        rendered = load_target_mapping(FOLDER / target / "case.yaml").render({}, {})
        assert {"subject", "status", "priority", "queue", "reason"} <= rendered.create_only
