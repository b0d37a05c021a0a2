"""The canary flies through an org: nobody is mailed in a plain one, a hostile one is found out, and nothing stays."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from bridge.errors import Exit
from tests.adapters.salesforce.brand import opened
from tests.fakes.salesforce.org import Trouble, hostile, plain
from tests.source_tree import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from tests.adapters.salesforce.brand import Brand

ADDRESS = "admin@example.com"
MADE = ("Contact", "Case", "Casebridge_Message__c", "CaseComment", "SocialPost", "SocialPersona")


def flown(brand: Brand) -> tuple[int, list[str], str]:
    brand.say({"id": "1", "text": "Where is my parcel?"})
    result = brand.run("check", "--canary", ADDRESS)
    return result.exit_code, [line for line in result.stdout.splitlines() if "canary: " in line], result.stdout


def left(brand: Brand) -> list[str]:
    return [name for name in MADE if name in brand.fake.org.objects and brand.fake.rows(name)]


def test_a_plain_org_mails_nobody_and_nothing_of_the_test_stays(tmp_path: Path) -> None:
    with opened(tmp_path, plain()) as brand:
        code, told, whole = flown(brand)
        assert code == Exit.OK, whole
        for step in ("was created", "message was put", "note was written", "was closed", "opened again", "answered"):
            assert any(step in line and "nobody was mailed" in line for line in told), step
        assert left(brand) == []
        assert list(brand.fake.notices) == []


def test_an_org_that_mails_is_found_out_at_the_step_that_sets_it_off(tmp_path: Path) -> None:
    org = hostile()
    org.trouble = Trouble()
    with opened(tmp_path, org) as brand:
        shutil.copytree(ROOT / "mappings" / "salesforce", tmp_path / "mappings" / "salesforce")
        mapping = tmp_path / "mappings" / "salesforce" / "case.yaml"
        text = mapping.read_text().partition("tests:")[0]
        mapping.write_text(text.replace("fields:\n", "fields:\n  Region__c: {value: North, write: create_only}\n", 1))
        code, told, whole = flown(brand)
        assert code == Exit.CONFIG, whole
        (line,) = [line for line in told if "the requester was told" in line]
        assert "answered in public" in line
        assert [notice.to for notice in brand.fake.notices] == [ADDRESS]
        assert left(brand) == []
