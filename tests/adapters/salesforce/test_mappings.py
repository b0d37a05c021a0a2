"""The mappings that come with the program fit a fresh org."""

from __future__ import annotations

from pathlib import Path

import pytest

from bridge.mapping.check import check
from bridge.mapping.target import load_target_mapping
from bridge.mapping.testing import run_tests
from tests.adapters.salesforce.orgs import connected, opened
from tests.fakes.salesforce.org import plain

FILES = sorted((Path(__file__).parents[3] / "mappings" / "salesforce").glob("*.yaml"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_shipped_mapping_passes_its_own_tests_and_fits_the_org(path: Path) -> None:
    mapping = load_target_mapping(path)
    results = run_tests(mapping)
    assert results
    assert [str(result) for result in results if not result.passed] == []
    schema = connected(opened(plain(person_accounts="account" in path.stem, social=True))).schema(mapping.object)
    assert check(mapping, schema) == []
    assert mapping.key_field in schema.fields


def test_agents_keep_their_fields() -> None:
    rendered = load_target_mapping(FILES[0].parent / "case.yaml").render({}, {})
    assert {"Subject", "Status", "Priority", "Origin"} <= rendered.create_only
