"""What an admin sees and does: statuses, flows, rules, who one is, metadata deployed from a folder."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
import requests
from simple_salesforce import SalesforceError

from tests.fakes.salesforce.app import Fake
from tests.fakes.salesforce.metadata import deploy
from tests.fakes.salesforce.org import bare, hostile
from tests.fakes.salesforce.sdk import connected
from tests.source_tree import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from simple_salesforce.api import Salesforce

    from bridge.clock import FixedClock

XML = '<?xml version="1.0" encoding="UTF-8"?>\n<{0} xmlns="http://soap.sforce.com/2006/04/metadata">{1}</{0}>\n'


def test_the_org_tells_of_its_statuses_flows_and_rules(clock: FixedClock) -> None:
    sf = connected(Fake(clock, hostile()))
    closed = sf.query("SELECT ApiName FROM CaseStatus WHERE IsClosed = true")["records"]
    flows = sf.query(
        "SELECT ApiName FROM FlowDefinitionView WHERE IsActive = true AND TriggerObjectOrEventLabel IN ('Case', 'Case Comment')"
    )["records"]
    rules = sf.query("SELECT DeveloperName FROM DuplicateRule WHERE SobjectType = 'Contact'")["records"]
    broken = sf.restful("tooling/query", params={"q": "SELECT ErrorMessage FROM ValidationRule WHERE Active = true"})[
        "records"
    ]
    assert [row["ApiName"] for row in closed] == ["Closed"]
    assert [row["ApiName"] for row in flows] == ["Greet_the_sender", "Tell_the_contact_of_a_comment"]
    assert len(rules) == 2
    assert "A case needs a subject." in {row["ErrorMessage"] for row in broken}
    with pytest.raises(SalesforceError, match="INVALID_TYPE"):
        sf.query("SELECT Id FROM ValidationRule")


def test_a_token_tells_who_it_is(fake: Fake, sf: Salesforce, session: requests.Session) -> None:
    address = "https://pretend.my.salesforce.com/services/oauth2/userinfo"
    told = session.get(address, headers={"Authorization": f"Bearer {sf.session_id}"}, timeout=5)
    assert told.json()["user_id"] == fake.world.system
    assert session.get(address, timeout=5).status_code == 403


def test_it_can_be_started_by_hand_and_tells_how_to_sign_in() -> None:
    command = [sys.executable, "-m", "tests.fakes.salesforce", "--port", "0", "--org", "bare"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as served:
        assert served.stdout is not None
        address = served.stdout.readline().split()[5]
        told: dict[str, str] = {}
        while "SALESFORCE_USER" not in told:
            name, _, value = served.stdout.readline().rstrip().partition("=")
            told[name] = value
        form = {
            "grant_type": "client_credentials",
            "client_id": told["SALESFORCE_KEY"],
            "client_secret": told["SALESFORCE_SECRET"],
        }
        granted = requests.post(f"{address}/services/oauth2/token", data=form, timeout=5).json()
        served.terminate()  # a shell that runs tests in the background lets nothing be interrupted
    assert granted["instance_url"] == address


def test_somebody_with_a_browser_sees_what_came_of_it(fake: Fake, sf: Salesforce, session: requests.Session) -> None:
    contact = sf.Contact.create({"LastName": "Sommer", "Email": "greta@customer.example"})["id"]
    case = sf.Case.create({"Subject": "Router broken", "ContactId": contact})["id"]
    sf.Casebridge_Message__c.create({"Case__c": case, "Text__c": "It blinks"})
    fake.agent().note(case, "Look at the cable")
    shown = session.get("https://pretend.my.salesforce.com/", timeout=5).text
    for expected in (
        "Router broken",
        "owner Support, contact Sommer",
        "'It blinks'",
        "'Look at the cable'",
        "greta@customer.example",
    ):
        assert expected in shown


def _package(folder: Path) -> Path:
    """Write a package: an object with a key and a reference, a permission set that lets the key be seen."""
    fields = folder / "objects" / "Talk__c" / "fields"
    fields.mkdir(parents=True)
    key = "<label>Key</label><type>Text</type><length>64</length><externalId>true</externalId><unique>true</unique>"
    case = "<label>Case</label><type>Lookup</type><referenceTo>Case</referenceTo><relationshipName>Talks</relationshipName>"
    right = "<fieldPermissions><editable>true</editable><field>Talk__c.Key__c</field><readable>true</readable></fieldPermissions>"
    (fields.parent / "Talk__c.object-meta.xml").write_text(
        XML.format("CustomObject", "<label>Talk</label>"), encoding="utf-8"
    )
    (fields / "Key__c.field-meta.xml").write_text(XML.format("CustomField", key), encoding="utf-8")
    (fields / "Case__c.field-meta.xml").write_text(XML.format("CustomField", case), encoding="utf-8")
    (folder / "Set.permissionset-meta.xml").write_text(XML.format("PermissionSet", right), encoding="utf-8")
    return folder


def test_a_deployed_package_is_there_as_far_as_its_permission_set_shows_it(clock: FixedClock, tmp_path: Path) -> None:
    org = bare()
    assert deploy(org, _package(tmp_path)) == ["Talk__c.Case__c"]
    sf = connected(Fake(clock, org))
    assert sf.Talk__c.upsert("Key__c/k", {"Name": "first"}) == 201
    assert {field["name"] for field in sf.Talk__c.describe()["fields"]} >= {"Key__c", "Name", "OwnerId"}
    with pytest.raises(SalesforceError, match="No such column 'Case__c'"):
        sf.Talk__c.create({"Case__c": None})


def test_what_belongs_to_a_case_is_numbered_and_goes_with_it(fake: Fake, sf: Salesforce) -> None:
    case = sf.Case.create({})["id"]
    message = sf.Casebridge_Message__c.create({"Case__c": case, "Text__c": "Hello"})["id"]
    assert sf.Casebridge_Message__c.get(message)["Name"] == "00000001"
    with pytest.raises(SalesforceError, match="INVALID_FIELD_FOR_INSERT_UPDATE"):
        sf.Casebridge_Message__c.update(message, {"Case__c": case})
    sf.Case.delete(case)
    assert fake.rows("Casebridge_Message__c") == []


def test_a_deleted_document_takes_its_versions_along_and_a_deleted_case_does_not(fake: Fake, sf: Salesforce) -> None:
    case = sf.Case.create({})["id"]
    for title in ("one", "two"):
        sf.ContentVersion.create(
            {"Title": title, "PathOnClient": "a.txt", "VersionData": "aGk=", "FirstPublishLocationId": case}
        )
    sf.ContentDocument.delete(fake.rows("ContentDocument")[0]["Id"])
    assert [row["Title"] for row in fake.rows("ContentVersion")] == ["two"]
    sf.Case.delete(case)
    assert len(fake.rows("ContentVersion")) == 1
    assert fake.rows("ContentDocumentLink") == []
