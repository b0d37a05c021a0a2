"""Records: what gets in, in which words the rest is refused, what is read back."""

from __future__ import annotations

import base64
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
from simple_salesforce import Salesforce, SalesforceError, SalesforceMoreThanOneRecord, SalesforceResourceNotFound

from tests.fakes.salesforce.fields import area, text, yes_no

if TYPE_CHECKING:
    from bridge.clock import FixedClock
    from tests.fakes.salesforce.app import Fake


def refusal(sf: Salesforce, name: str, values: dict[str, Any]) -> tuple[str, str, list[str]]:
    """Create a record, which must be refused; return code, message, fields."""
    with pytest.raises(SalesforceError) as refused:
        getattr(sf, name).create(values)
    error = refused.value.content[0]
    return error["errorCode"], error["message"], error.get("fields", [])


CONTACT = {"LastName": "Sommer"}
REFUSALS: list[tuple[str, dict[str, Any], str, str]] = [
    ("Contact", {"FirstName": "Greta"}, "REQUIRED_FIELD_MISSING", "Required fields are missing: [LastName]"),
    ("Contact", {"LastName": "  "}, "REQUIRED_FIELD_MISSING", "Required fields are missing: [LastName]"),
    ("Contact", {**CONTACT, "Nope__c": 1}, "INVALID_FIELD", "No such column 'Nope__c' on sobject of type Contact"),
    ("Contact", {**CONTACT, "Email": "greta"}, "INVALID_EMAIL_ADDRESS", "Email: invalid email address: greta"),
    (
        "Contact",
        {**CONTACT, "FirstName": "x" * 41},
        "STRING_TOO_LONG",
        f"FirstName: data value too large: {'x' * 41} (max length=40)",
    ),
    (
        "Contact",
        {**CONTACT, "AccountId": "500Cb0000000001IAA"},
        "MALFORMED_ID",
        "Account ID: id value of incorrect type: 500Cb0000000001IAA",
    ),
    (
        "Contact",
        {**CONTACT, "AccountId": "001Cb0000000009IAA"},
        "INVALID_CROSS_REFERENCE_KEY",
        "invalid cross reference id",
    ),
    ("Case", {"CaseNumber": "7"}, "INVALID_FIELD_FOR_INSERT_UPDATE", "Unable to create/update fields: CaseNumber."),
    (
        "Case",
        {"IsEscalated": "yes"},
        "JSON_PARSER_ERROR",
        "Cannot deserialize instance of boolean from VALUE_STRING value yes",
    ),
    (
        "Case",
        {"Contact": {"Casebridge_Key__c": "nobody"}},
        "INVALID_FIELD",
        "Foreign key external ID: nobody not found for field Casebridge_Key__c",
    ),
    (
        "Case",
        {"Contact": {"LastName": "Sommer"}},
        "INVALID_FIELD",
        "Field name provided, LastName does not match an External ID for Contact",
    ),
    (
        "EmailMessage",
        {"MessageDate": "2026-03-02T09:00:00"},
        "JSON_PARSER_ERROR",
        "Cannot deserialize instance of datetime",
    ),
    ("FeedItem", {"Body": "x", "ParentId": None}, "REQUIRED_FIELD_MISSING", "Required fields are missing: [ParentId]"),
    ("CaseHistory", {}, "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "entity type cannot be inserted: CaseHistory"),
]


@pytest.mark.parametrize(("name", "values", "code", "message"), REFUSALS)
def test_what_does_not_fit_is_refused_in_the_vendors_words(
    sf: Salesforce, name: str, values: dict[str, Any], code: str, message: str
) -> None:
    refused = refusal(sf, name, values)
    assert refused[0] == code
    assert refused[1].startswith(message)


def test_a_comment_is_measured_in_bytes_other_text_in_characters(sf: Salesforce) -> None:
    case = sf.Case.create({"Subject": "ä" * 255})["id"]
    assert refusal(sf, "CaseComment", {"ParentId": case, "CommentBody": "ä" * 2001})[0] == "STRING_TOO_LONG"
    sf.CaseComment.create({"ParentId": case, "CommentBody": "ä" * 2000})


def test_a_restricted_picklist_takes_its_values_only(fake: Fake, sf: Salesforce) -> None:
    sf.Case.create({"Origin": "Carrier pigeon"})
    fake.org.restrict("Case", "Origin", "Phone", "Email", "Web")
    code, message, fields = refusal(sf, "Case", {"Origin": "Social"})
    assert (code, fields) == ("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", ["Origin"])
    assert message == "Origin: bad value for restricted picklist field: Social"


def test_keys_tell_case_where_the_field_does_and_clash_where_it_does_not(fake: Fake, sf: Salesforce) -> None:
    fake.org.add("Case", text("Folding__c", external_id=True, unique=True))
    first = sf.Case.create({"Casebridge_Key__c": "Ab", "Folding__c": "Ab"})["id"]
    sf.Case.create({"Casebridge_Key__c": "aB", "Folding__c": "other"})
    code, message, _ = refusal(sf, "Case", {"Folding__c": "aB"})
    assert (code, message) == (
        "DUPLICATE_VALUE",
        f"duplicate value found: Folding__c duplicates value on record with id: {first[:15]}",
    )


def test_an_upsert_says_whether_it_created_and_wants_the_key_in_the_address_only(sf: Salesforce) -> None:
    address = "Casebridge_Key__c/" + quote("case/ü+1", safe="")
    assert [sf.Case.upsert(address, {"Subject": "one"}), sf.Case.upsert(address, {"Subject": "two"})] == [201, 200]
    assert sf.Case.get(address)["Subject"] == "two"
    with pytest.raises(SalesforceError, match="should not be specified in the sobject data"):
        sf.Case.upsert(address, {"Casebridge_Key__c": "case/ü+1"})


def test_a_key_that_is_not_unique_answers_with_all_that_have_it(fake: Fake, sf: Salesforce) -> None:
    fake.org.add("Case", text("Loose__c", external_id=True))
    for _ in range(2):
        sf.Case.create({"Loose__c": "x"})
    with pytest.raises(SalesforceMoreThanOneRecord) as several:
        sf.Case.get_by_custom_id("Loose__c", "x")
    assert len(several.value.content) == 2


def test_a_deleted_record_stays_deleted_and_does_not_hold_its_key(sf: Salesforce) -> None:
    record = sf.Case.create({"Casebridge_Key__c": "k", "Subject": "spam"})["id"]
    assert sf.Case.delete(record) == 204
    for again in (
        lambda: sf.Case.get(record),
        lambda: sf.Case.update(record, {"Subject": "x"}),
        lambda: sf.Case.delete(record),
    ):
        with pytest.raises(SalesforceResourceNotFound) as gone:
            again()
        assert gone.value.content == [{"message": "entity is deleted", "errorCode": "ENTITY_IS_DELETED"}]
    assert sf.Case.upsert("Casebridge_Key__c/k", {"Subject": "new"}) == 201


def test_somebody_with_cases_cannot_be_deleted(sf: Salesforce) -> None:
    contact = sf.Contact.create(CONTACT)["id"]
    sf.Case.create({"ContactId": contact})
    with pytest.raises(SalesforceError, match="DELETE_FAILED"):
        sf.Contact.delete(contact)


def test_unknown_addresses_objects_and_methods_have_their_own_answers(sf: Salesforce) -> None:
    with pytest.raises(SalesforceResourceNotFound, match="The requested resource does not exist"):
        sf.Nothing__c.describe()
    with pytest.raises(SalesforceError) as refused:
        sf.restful("limits", method="PUT")
    assert refused.value.status == 405
    with pytest.raises(SalesforceResourceNotFound, match="external ID field does not exist"):
        sf.Case.get("not-an-id")


def test_describe_shows_what_a_mapping_is_checked_against(sf: Salesforce) -> None:
    fields = {field["name"]: field for field in sf.Case.describe()["fields"]}
    key = fields["Casebridge_Key__c"]
    assert (key["externalId"], key["unique"], key["caseSensitive"], key["length"], key["type"]) == (
        True,
        True,
        True,
        255,
        "string",
    )
    assert [value["value"] for value in fields["Priority"]["picklistValues"]] == ["High", "Medium", "Low"]
    assert (fields["ContactId"]["referenceTo"], fields["ContactId"]["relationshipName"]) == (["Contact"], "Contact")
    assert not fields["ContactEmail"]["createable"]
    assert {known["name"]: known["keyPrefix"] for known in sf.describe()["sobjects"]}["Case"] == "500"


def test_a_field_made_by_the_tooling_interface_is_seen_once_a_right_is_granted(fake: Fake, sf: Salesforce) -> None:
    metadata = {
        "label": "Key",
        "type": "Text",
        "length": 255,
        "externalId": True,
        "unique": True,
        "caseSensitive": True,
    }
    wanted = {"FullName": "Contact.Other_Key__c", "Metadata": metadata}
    assert sf.toolingexecute("sobjects/CustomField", method="POST", data=wanted)["success"]
    assert refusal(sf, "Contact", {**CONTACT, "Other_Key__c": "x"})[0] == "INVALID_FIELD"
    (right,) = sf.query("SELECT Id FROM PermissionSet WHERE Name = 'Casebridge'")["records"]
    grant = {
        "ParentId": right["Id"],
        "SobjectType": "Contact",
        "Field": "Contact.Other_Key__c",
        "PermissionsRead": True,
        "PermissionsEdit": True,
    }
    sf.FieldPermissions.create(grant)
    sf.Contact.create({**CONTACT, "Other_Key__c": "x"})
    with pytest.raises(SalesforceError, match="DUPLICATE_DEVELOPER_NAME"):
        sf.toolingexecute("sobjects/CustomField", method="POST", data=wanted)
    assert fake.rows("Contact")[0]["Other_Key__c"] == "x"


def test_a_file_hangs_on_its_case_and_comes_back_as_it_was(fake: Fake, sf: Salesforce) -> None:
    case = sf.Case.create({})["id"]
    content = base64.b64encode(b"\x89PNG picture").decode()
    version = sf.ContentVersion.create(
        {"Title": "Screen", "PathOnClient": "screen.png", "VersionData": content, "FirstPublishLocationId": case}
    )["id"]
    links = sf.query(f"SELECT ContentDocumentId FROM ContentDocumentLink WHERE LinkedEntityId = '{case}'")["records"]
    row = sf.ContentVersion.get(version)
    assert [link["ContentDocumentId"] for link in links] == [row["ContentDocumentId"]]
    assert (row["ContentSize"], row["FileExtension"]) == (12, "png")
    answer = sf.session.get(f"https://{sf.sf_instance}{row['VersionData']}", headers=sf.headers, timeout=5)
    assert answer.content == b"\x89PNG picture"
    assert refusal(sf, "ContentVersion", {"Title": "x", "PathOnClient": "x.png"})[0] == "REQUIRED_FIELD_MISSING"
    assert len(fake.rows("ContentDocument")) == 1


def test_what_changed_and_what_went_is_told_by_window(sf: Salesforce, clock: FixedClock) -> None:
    start = clock.now()
    kept, gone = (sf.Case.create({})["id"] for _ in range(2))
    clock.forward(timedelta(minutes=2))
    sf.Case.delete(gone)
    clock.forward(timedelta(minutes=5))
    end = clock.now()
    assert sf.Case.updated(start, end)["ids"] == [kept]
    assert [row["id"] for row in sf.Case.deleted(start, end)["deletedRecords"]] == [gone]
    with pytest.raises(SalesforceError, match="more than 30 days ago"):
        sf.Case.updated(start - timedelta(days=31), end)


def test_long_text_can_be_kept_and_not_filtered_by(fake: Fake, sf: Salesforce) -> None:
    fake.org.add("Case", area("Notes__c", 500), yes_no("Flag__c"))
    sf.Case.create({"Notes__c": "x", "Flag__c": True})
    assert sf.query("SELECT Notes__c FROM Case WHERE Flag__c = true")["records"][0]["Notes__c"] == "x"
    with pytest.raises(SalesforceError, match="can not be filtered in a query call"):
        sf.query("SELECT Id FROM Case WHERE Notes__c = 'x'")
