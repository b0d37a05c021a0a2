"""The app that comes along asks for the least that works; a scope that is missing is named by ``check``."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bridge.nouns import Amendment, AmendmentKind, Cursor, FileContent, Thing, Written
from tests.adapters.hubspot.accounts import contact, key, note, place, quick, refs, ticket
from tests.fakes.hubspot.org import SERVICE_KEY
from tests.source_tree import ROOT

if TYPE_CHECKING:
    from pathlib import Path

APP = ROOT / "adapters" / "hubspot" / "package" / "src" / "app" / "app-hsmeta.json"
AUTH = json.loads(APP.read_text(encoding="utf-8"))["config"]["auth"]
NEEDED = frozenset(AUTH["requiredScopes"])
SEEN_BY_CHECK = sorted(NEEDED - {"crm.objects.contacts.write", "crm.schemas.contacts.write"})
"""What shows without writing."""


def test_with_what_the_app_asks_for_everything_works(tmp_path: Path) -> None:
    here = place(tmp_path, replace(quick(), tokens={SERVICE_KEY: NEEDED}))
    assert [finding.text for finding in here.target.check().findings if not finding.ok] == []
    path = tmp_path / "receipt.txt"
    path.write_text("paid")
    file = FileContent("0f" * 16, "receipt.txt", "text/plain", 4, str(path))
    (person,) = refs(here.target, [contact(1)])
    one, two = refs(here.target, [ticket(1, contact=person, hubspot_owner_id="81001"), ticket(2)])
    refs(here.target, [replace(note(1, one), files=(file,))])
    link = Amendment(kind=AmendmentKind.LINK, thing=Thing.CASE, ref=one, other_ref=two, key=key("link"))
    gone = Amendment(kind=AmendmentKind.WITHDRAW, thing=Thing.CASE, ref=two, key=key("withdraw"))
    assert all(isinstance(outcome, Written) for outcome in here.target.amend([link, gone]))
    for stream in (here.target.contacts, here.target.cases, here.target.activity):
        assert list(stream(Cursor()))  # type: ignore[operator]  # each yields pages of its own kind


@pytest.mark.parametrize("scope", SEEN_BY_CHECK)
def test_check_names_the_scope_that_is_missing(tmp_path: Path, scope: str) -> None:
    here = place(tmp_path, replace(quick(), tokens={SERVICE_KEY: NEEDED - {scope}}), prepared=False)
    wrong = [f"{each.text} {each.remedy}" for each in here.target.check().findings if not each.ok]
    assert any(scope in text for text in wrong)


def test_the_page_names_every_scope() -> None:
    page = (ROOT / "docs" / "targets" / "hubspot.md").read_text(encoding="utf-8")
    assert [scope for scope in (*NEEDED, *AUTH["optionalScopes"]) if f"`{scope}`" not in page] == []
