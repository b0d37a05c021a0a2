"""The reference of mappings tells all there is, and its examples work."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bridge import documents
from bridge.mapping.entries import TargetFieldEntry, TestEntry
from bridge.mapping.paths import PATHS
from bridge.mapping.rows import load_row_mapping
from bridge.mapping.target import compile_target_mapping
from bridge.mapping.testing import run_tests
from bridge.nouns import Thing

PAGE = (Path(__file__).parents[3] / "docs" / "reference" / "mappings.md").read_text(encoding="utf-8")
VERBS = [
    f"| `{info.alias or name}` | {info.description} |"
    for model in (TargetFieldEntry, TestEntry)
    for name, info in model.model_fields.items()
]
ROWS = [*VERBS, *(f"| `{path}` | {spec.type} | {spec.description} |" for path, spec in PATHS[Thing.MESSAGE].items())]


@pytest.mark.parametrize("row", ROWS)
def test_every_key_and_path_is_in_the_reference(row: str) -> None:
    assert row in PAGE.splitlines()


def test_the_reference_tells_of_no_other() -> None:
    assert {line for line in PAGE.splitlines() if line.startswith("| `")} == set(ROWS)


def test_the_examples_of_the_reference_pass_their_tests() -> None:
    target, rows = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    for mapping in (
        compile_target_mapping(documents.parse(target, "case.yaml"), thing=Thing.CASE),
        load_row_mapping(documents.parse(rows, "rows.yaml")),
    ):
        assert [(result.name, result.message) for result in run_tests(mapping) if not result.passed] == []
