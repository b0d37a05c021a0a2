"""The mappings for django-helpdesk pass their own tests, and fit a server as it is set up."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bridge.mapping.check import check
from bridge.mapping.target import load_target_mapping
from bridge.mapping.testing import run_tests
from bridge.nouns import Thing
from tests.source_tree import ROOT

if TYPE_CHECKING:
    from tests.adapters.django_helpdesk.servers import Place

FOLDER = ROOT / "mappings" / "django_helpdesk"
things = pytest.mark.parametrize("thing", [Thing.CASE, Thing.MESSAGE])


@things
def test_each_passes_its_own_tests(thing: Thing) -> None:
    results = run_tests(load_target_mapping(FOLDER / f"{thing}.yaml"))
    assert results
    assert [str(result) for result in results if not result.passed] == []


@pytest.mark.real
@things
def test_each_fits_a_server(here: Place, thing: Thing) -> None:
    mapping = load_target_mapping(FOLDER / f"{thing}.yaml")
    schema = here.target.schema(mapping.object)
    assert check(mapping, schema) == []
    assert not mapping.key_field or mapping.key_field in schema.fields


def test_agents_keep_what_is_theirs() -> None:
    rendered = load_target_mapping(FOLDER / "case.yaml").render({}, {})
    assert {"queue", "title", "status", "priority"} <= rendered.create_only


def test_nobody_becomes_a_submitter_whom_the_site_would_mail() -> None:
    rendered = load_target_mapping(FOLDER / "case.yaml").render({"customer.email": "ada@example.org"}, {})
    assert "submitter_email" not in rendered.fields
