"""The mappings for HubSpot pass their own tests and fit a fresh account."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bridge.mapping.check import check
from bridge.mapping.target import load_target_mapping
from bridge.mapping.testing import run_tests
from bridge.nouns import KeyField, Thing
from tests.source_tree import ROOT

if TYPE_CHECKING:
    from tests.adapters.hubspot.accounts import Place

FOLDER = ROOT / "mappings" / "hubspot"
files = pytest.mark.parametrize("file", sorted(path.stem for path in FOLDER.glob("*.yaml")))


@files
def test_each_passes_its_own_tests(file: str) -> None:
    results = run_tests(load_target_mapping(FOLDER / f"{file}.yaml", thing=Thing(file.partition(".")[0])))
    assert results
    assert [str(result) for result in results if not result.passed] == []


@files
def test_each_fits_a_fresh_account(here: Place, file: str) -> None:
    mapping = load_target_mapping(FOLDER / f"{file}.yaml", thing=Thing(file.partition(".")[0]))
    here.target.prepare([KeyField(mapping.object, mapping.key_field)], dry_run=False)
    schema = here.target.schema(mapping.object)
    assert check(mapping, schema) == []
    assert mapping.key_field in schema.fields


def test_agents_keep_what_is_theirs() -> None:
    rendered = load_target_mapping(FOLDER / "case.yaml").render({}, {})
    assert {"subject", "hs_pipeline", "hs_pipeline_stage", "hs_ticket_priority"} <= rendered.create_only
