"""The mappings for tools that are connected by manifests pass their own tests and fit the manifests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from adapters.http import manifest
from adapters.http.objects import View
from bridge.mapping.check import check
from bridge.mapping.target import load_target_mapping
from bridge.mapping.testing import run_tests
from tests.source_tree import ROOT

if TYPE_CHECKING:
    from pathlib import Path

NAMES = sorted(path.stem for path in manifest.SHIPPED.glob("*.yaml"))
FILES = [path for name in NAMES for path in sorted((ROOT / "mappings" / name).glob("*.yaml"))]
files = pytest.mark.parametrize("file", FILES, ids=lambda path: f"{path.parent.name}-{path.stem}")


@pytest.mark.parametrize("name", NAMES)
def test_each_manifest_has_mappings(name: str) -> None:
    assert {"case", "message"} <= {path.stem for path in FILES if path.parent.name == name}


@files
def test_each_passes_its_own_tests(file: Path) -> None:
    results = run_tests(load_target_mapping(file))
    assert results
    assert [str(result) for result in results if not result.passed] == []


@files
def test_each_fits_its_manifest(file: Path) -> None:
    mapping = load_target_mapping(file)
    loaded = manifest.load(file.parent.name, ROOT)
    says = loaded.manifest.objects[mapping.object]
    assert says.thing is mapping.thing
    schema = View(mapping.object, says, loaded, mapping.key_field, "").schema()
    assert check(mapping, schema) == []
    assert mapping.key_field in schema.fields or mapping.key_field == ""


@pytest.mark.parametrize(
    ("name", "theirs"),
    [
        ("freshdesk", {"subject", "status", "priority", "requester_id"}),
        ("zammad", {"title", "group", "state", "priority"}),
        ("jira-service-management", {"fields.summary", "fields.priority.name"}),
    ],
)
def test_agents_keep_what_is_theirs(name: str, theirs: set[str]) -> None:
    rendered = load_target_mapping(ROOT / "mappings" / name / "case.yaml").render({}, {})
    assert theirs <= rendered.create_only
