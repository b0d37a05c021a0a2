"""The mappings for Zendesk pass their own tests and fit a fresh account."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bridge.mapping.check import check
from bridge.mapping.target import load_target_mapping
from bridge.mapping.testing import run_tests
from bridge.nouns import Thing
from tests.source_tree import ROOT

if TYPE_CHECKING:
    from tests.adapters.zendesk.accounts import Place

FOLDER = ROOT / "mappings" / "zendesk"
things = pytest.mark.parametrize("thing", [Thing.PERSON, Thing.CASE, Thing.MESSAGE])


@things
def test_each_passes_its_own_tests(thing: Thing) -> None:
    results = run_tests(load_target_mapping(FOLDER / f"{thing}.yaml"))
    assert results
    assert [str(result) for result in results if not result.passed] == []


@things
def test_each_fits_a_fresh_account(here: Place, thing: Thing) -> None:
    mapping = load_target_mapping(FOLDER / f"{thing}.yaml")
    assert check(mapping, here.target.schema(mapping.object)) == []


def test_agents_keep_what_is_theirs() -> None:
    rendered = load_target_mapping(FOLDER / "case.yaml").render({}, {})
    assert {"subject", "status", "priority", "tags"} <= rendered.create_only


def test_nobody_gets_an_address_by_which_zendesk_would_mail_them() -> None:
    assert "email" not in load_target_mapping(FOLDER / "person.yaml").fields
    assert load_target_mapping(FOLDER / "message.yaml").render({}, {}).fields["public"] is False
