"""The canary flies through an org: nobody is mailed in a plain one, a hostile one is found out, and nothing stays."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from adapters.salesforce.target import SalesforceTarget
from bridge.errors import Exit
from tests.adapters.salesforce.brand import opened
from tests.fakes.salesforce.org import DuplicateRule, Trouble, hostile, plain
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


def test_the_admin_who_is_a_contact_already_is_the_requester_and_stays(tmp_path: Path) -> None:
    org = plain()
    org.duplicates.append(DuplicateRule("Contact", "Same_Email", ("Email",), blocks=True))
    with opened(tmp_path, org) as brand:
        admin = brand.fake.agent().create("Contact", LastName="Amsel", Email=ADDRESS)
        code, told, whole = flown(brand)
        assert code == Exit.OK, whole
        assert any(admin in line for line in told)
        assert left(brand) == ["Contact"]
        assert [row["Id"] for row in brand.fake.rows("Contact")] == [admin]


def test_of_posts_and_personas_nothing_stays_either(tmp_path: Path) -> None:
    files = {"profile": "mappings/salesforce/social_persona.yaml", "message": "mappings/salesforce/social_post.yaml"}
    with opened(tmp_path, plain(social=True), mapping_files=files) as brand:
        code, told, whole = flown(brand)
        assert code == Exit.OK, whole
        assert any("message was put" in line for line in told)
        assert left(brand) == []


def test_a_mail_that_a_flow_wrote_on_the_case_is_told_by_its_subject_and_only_once(tmp_path: Path) -> None:
    with opened(tmp_path) as brand, brand.app() as app:
        target = app.targets["org"].target
        assert isinstance(target, SalesforceTarget)
        case = brand.fake.agent().create("Case", Subject="Router")
        hands = target.agent()
        assert target.mailed(case) == []
        robot = brand.fake.agent("Automated Process")
        robot.mail(case, ADDRESS, "We have your request.")
        brand.fake.agent().mail(case, ADDRESS, "An agent's own words.")
        assert target.mailed(case) == ["“a mail”"]
        hands.note(case, "Nothing more.", author="test")
        assert target.mailed(case) == ["“a mail”"]
