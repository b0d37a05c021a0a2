"""What an org and its people do by themselves: rules, flows, locks, agents, person accounts, social objects."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from simple_salesforce import SalesforceError

from tests.fakes.salesforce.app import Fake
from tests.fakes.salesforce.org import Trouble, bare, hostile, plain
from tests.fakes.salesforce.sdk import connected

if TYPE_CHECKING:
    from simple_salesforce.api import Salesforce

    from bridge.clock import FixedClock

CASE = {"Subject": "Router broken", "Region__c": "North"}
NO_ASSIGNMENT = {"Sforce-Auto-Assign": "FALSE"}


@pytest.fixture
def rough(clock: FixedClock) -> Fake:
    """Open a hostile org that leaves locks and fields alone, for one thing at a time."""
    org = hostile()
    org.trouble = Trouble()
    return Fake(clock, org)


def refusal(sf: Salesforce, name: str, values: dict[str, Any], **headers: str) -> dict[str, Any]:
    """Create a record, which must be refused; return the error."""
    with pytest.raises(SalesforceError) as refused:
        getattr(sf, name).create(values, headers=headers)
    error: dict[str, Any] = refused.value.content[0]
    return error


def test_the_assignment_rule_takes_the_case_at_every_write_unless_told_not_to(fake: Fake, sf: Salesforce) -> None:
    assigned = sf.Case.create({})["id"]
    mine = sf.Case.create({}, headers=NO_ASSIGNMENT)["id"]
    owners = {row["Id"]: row["OwnerId"] for row in fake.rows("Case")}
    assert owners == {assigned: fake.world.names["Support"], mine: fake.world.system}
    agent = fake.agent()
    agent.take(assigned)
    sf.Case.update(assigned, {"Subject": "x"}, headers=NO_ASSIGNMENT)
    assert sf.Case.get(assigned)["OwnerId"] == agent.user
    sf.Case.update(assigned, {"Subject": "y"})
    assert sf.Case.get(assigned)["OwnerId"] == fake.world.names["Support"]


def test_nobody_who_left_can_own_a_case(fake: Fake, sf: Salesforce) -> None:
    fake.world.deactivate("Ada Amsel")
    error = refusal(sf, "Case", {"OwnerId": fake.world.names["Ada Amsel"]})
    assert (error["errorCode"], error["fields"]) == ("INACTIVE_OWNER_OR_USER", ["OwnerId"])
    assert sf.query("SELECT Id FROM User WHERE IsActive = false")["totalSize"] == 1


def test_only_senders_of_web_forms_and_mails_get_the_auto_response(fake: Fake, sf: Salesforce) -> None:
    sf.Case.create({"Origin": "Social", "SuppliedEmail": "greta@customer.example"})
    assert list(fake.notices) == []
    sf.Case.create({"Origin": "Web", "SuppliedEmail": "greta@customer.example"})
    (notice,) = fake.notices.outside("pretend.example")
    assert (notice.to, notice.automation, notice.by) == (
        "greta@customer.example",
        "Auto-response of Web and Email",
        "Casebridge Integration",
    )


def test_a_rolled_back_write_mails_nobody(fake: Fake, sf: Salesforce) -> None:
    good = {"attributes": {"type": "Case"}, "Origin": "Web", "SuppliedEmail": "greta@customer.example"}
    sf.restful("composite/sobjects", method="POST", json={"allOrNone": True, "records": [good, {**good, "Nope": 1}]})
    assert list(fake.notices) == []


def test_a_hostile_org_mails_at_published_comments_and_supplied_addresses(rough: Fake) -> None:
    sf = connected(rough)
    contact = sf.Contact.create({"LastName": "Sommer", "Email": "greta@customer.example"})["id"]
    case = sf.Case.create({**CASE, "ContactId": contact})["id"]
    sf.CaseComment.create({"ParentId": case, "CommentBody": "Hello", "IsPublished": False})
    assert list(rough.notices) == []
    sf.CaseComment.create({"ParentId": case, "CommentBody": "Hello", "IsPublished": True})
    sf.Case.create({**CASE, "SuppliedEmail": "ben@customer.example"})
    assert [notice.to for notice in rough.notices] == ["greta@customer.example", "ben@customer.example"]


def test_a_hostile_org_wants_more_of_a_case_than_the_standard(rough: Fake) -> None:
    sf = connected(rough)
    assert refusal(sf, "Case", {"Subject": "x"})["message"] == "Required fields are missing: [Region__c]"
    assert refusal(sf, "Case", {**CASE, "Region__c": "East"})["errorCode"] == "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"
    error = refusal(sf, "Case", {"Region__c": "North"})
    assert (error["errorCode"], error["message"], error["fields"]) == (
        "FIELD_CUSTOM_VALIDATION_EXCEPTION",
        "A case needs a subject.",
        ["Subject"],
    )
    case = sf.Case.create({**CASE, "Status": "Closed"})["id"]
    with pytest.raises(SalesforceError, match="Closed cases are read only"):
        sf.Case.update(case, {"Subject": "y"}, headers=NO_ASSIGNMENT)
    sf.Case.update(case, {"Status": "Working"}, headers=NO_ASSIGNMENT)


def test_a_duplicate_rule_that_alerts_gives_way_to_the_header_and_one_that_blocks_does_not(rough: Fake) -> None:
    sf = connected(rough)
    known = sf.Contact.create({"LastName": "Sommer", "Phone": "030", "Email": "greta@x.example"})["id"]
    alert, block = {"LastName": "sommer", "Phone": "030"}, {"LastName": "Other", "Email": "GRETA@x.example"}
    for values, may_save in ((alert, True), (block, False)):
        error = refusal(sf, "Contact", values)
        result = error["duplicateResult"]
        assert (error["errorCode"], result["allowSave"]) == ("DUPLICATES_DETECTED", may_save)
        assert result["matchResults"][0]["matchRecords"][0]["record"]["Id"] == known
    save = {"Sforce-Duplicate-Rule-Header": "allowSave=true"}
    assert sf.Contact.create(alert, headers=save)["success"]
    assert refusal(sf, "Contact", block, **save)["errorCode"] == "DUPLICATES_DETECTED"


def test_a_held_row_refuses_its_own_writes_and_those_of_its_children(
    fake: Fake, sf: Salesforce, clock: FixedClock
) -> None:
    contact = sf.Contact.create({"LastName": "Sommer"})["id"]
    fake.world.hold(contact, timedelta(seconds=10))
    error = refusal(sf, "Case", {"ContactId": contact})
    assert (error["errorCode"], error["message"].rpartition(" ")[2]) == ("UNABLE_TO_LOCK_ROW", contact)
    clock.forward(timedelta(seconds=11))
    sf.Case.create({"ContactId": contact})


def test_rows_of_one_parent_that_lie_apart_in_a_call_meet_a_second_clients_lock(clock: FixedClock) -> None:
    org = plain()
    org.trouble = Trouble(scattered=True)
    sf = connected(Fake(clock, org))
    first, second = (sf.Contact.create({"LastName": name})["id"] for name in ("Sommer", "Winter"))

    def good(*contacts: str) -> list[bool]:
        records = [{"attributes": {"type": "Case"}, "ContactId": contact} for contact in contacts]
        return [
            result["success"] for result in sf.restful("composite/sobjects", method="POST", json={"records": records})
        ]

    assert good(first, second, first) == [True, True, False]
    assert good(first, first, second) == [True, True, True]


def test_a_hostile_org_burns_the_quota_holds_locks_and_drops_a_field(clock: FixedClock) -> None:
    fake = Fake(clock, hostile())
    sf = connected(fake)
    codes = []
    for number in range(420):
        values = {"attributes": {"type": "Case"}, **CASE, "Casebridge_Hint__c": str(number)}
        (result,) = sf.restful("composite/sobjects", method="POST", json={"records": [values]})
        codes += [error["statusCode"] for error in result["errors"]]
    assert fake.usage.used == 2 * 420
    assert set(codes) == {"UNABLE_TO_LOCK_ROW", "INVALID_FIELD"}
    assert "Casebridge_Hint__c" not in {field["name"] for field in sf.Case.describe()["fields"]}


def test_cases_show_the_present_address_of_their_contact(fake: Fake, sf: Salesforce) -> None:
    contact = sf.Contact.create({"LastName": "Sommer"})["id"]
    case = sf.Case.create({"ContactId": contact})["id"]
    fake.agent().change(contact, Email="greta@x.example")
    assert sf.Case.get(case)["ContactEmail"] == "greta@x.example"


def test_an_agent_waits_for_a_lock_where_an_interface_is_refused(fake: Fake, sf: Salesforce) -> None:
    case = sf.Case.create({})["id"]
    fake.world.hold(case, timedelta(seconds=10))
    with pytest.raises(SalesforceError, match="UNABLE_TO_LOCK_ROW"):
        sf.Case.update(case, {"Subject": "x"})
    fake.agent().take(case)
    assert fake.rows("Case")[0]["OwnerId"] == fake.world.names["Ada Amsel"]


def test_history_keeps_who_changed_what_and_names_beside_ids(fake: Fake, sf: Salesforce) -> None:
    case = sf.Case.create({}, headers=NO_ASSIGNMENT)["id"]
    fake.agent().take(case)
    fake.agent().status(case, "Closed")
    rows = sf.query("SELECT Field, OldValue, NewValue, CreatedBy.Name FROM CaseHistory ORDER BY Id")["records"]
    assert [(row["Field"], row["OldValue"], row["NewValue"]) for row in rows] == [
        ("created", None, None),
        ("Owner", fake.world.system, fake.world.names["Ada Amsel"]),
        ("Owner", "Casebridge Integration", "Ada Amsel"),
        ("Status", "New", "Closed"),
    ]
    assert rows[-1]["CreatedBy"]["Name"] == "Ada Amsel"
    assert sf.Case.get(case)["ClosedDate"]


def test_what_an_agent_writes_is_seen_when_the_transaction_ends_with_an_earlier_stamp(
    fake: Fake, sf: Salesforce, clock: FixedClock
) -> None:
    case = sf.Case.create({})["id"]
    begun = clock.now()
    fake.agent().answer(case, "We are on it", commits_after=timedelta(minutes=3))
    clock.forward(timedelta(minutes=2))
    asked = "SELECT CommentBody, IsPublished, SystemModstamp, CreatedBy.Name FROM CaseComment"
    assert sf.query(asked)["records"] == []
    clock.forward(timedelta(minutes=2))
    (row,) = sf.query(asked)["records"]
    assert (row["CommentBody"], row["IsPublished"], row["CreatedBy"]["Name"]) == ("We are on it", True, "Ada Amsel")
    assert row["SystemModstamp"] == f"{begun:%Y-%m-%dT%H:%M:%S}.000+0000"


def test_agents_mail_post_and_note_as_on_their_screens(fake: Fake, sf: Salesforce) -> None:
    case = fake.agent("Ben Birke").create("Case", Subject="A call", Origin="Phone")
    agent = fake.agent()
    agent.mail(case, "greta@customer.example", "Hello")
    agent.post(case, "Look", public=False)
    agent.note(case, "Careful")
    assert sf.query("SELECT ToAddress FROM EmailMessage WHERE Status = '3' AND Incoming = false")["totalSize"] == 1
    assert sf.query("SELECT Body FROM FeedItem WHERE Visibility = 'InternalUsers'")["totalSize"] == 1
    assert sf.query("SELECT Id FROM CaseComment WHERE IsPublished = false")["totalSize"] == 1
    agent.delete(case)
    assert sf.query("SELECT Id FROM CaseComment")["totalSize"] == 0


def test_mail_becomes_a_case_of_its_sender_without_anybody_asking(fake: Fake, sf: Salesforce) -> None:
    contact = sf.Contact.create({"LastName": "Sommer", "Email": "greta@customer.example"})["id"]
    case = fake.receive_mail("greta@customer.example", "Router", "It is broken")
    assert fake.receive_mail("greta@customer.example", "Re: Router", "Still", case=case) == case
    row = sf.Case.get(case)
    assert (row["ContactId"], row["Origin"], row["OwnerId"]) == (contact, "Email", fake.world.names["Support"])
    mails = sf.query(
        "SELECT TextBody FROM EmailMessage WHERE Incoming = true AND CreatedBy.UserType = 'AutomatedProcess'"
    )
    assert mails["totalSize"] == 2
    assert [notice.by for notice in fake.notices] == ["Automated Process"]


def test_a_person_account_brings_a_contact_of_its_own(clock: FixedClock) -> None:
    fake = Fake(clock, plain(person_accounts=True))
    sf = connected(fake)
    (person,) = sf.query(
        "SELECT Id FROM RecordType WHERE SobjectType = 'Account' AND DeveloperName = 'Person_Account'"
    )["records"]
    values = {
        "LastName": "Sommer",
        "FirstName": "Greta",
        "PersonEmail": "greta@x.example",
        "RecordTypeId": person["Id"],
    }
    account = sf.Account.create(values)["id"]
    row = sf.Account.get(account)
    contact = sf.Contact.get(row["PersonContactId"])
    assert (row["IsPersonAccount"], row["Name"], contact["Email"]) == (True, "Greta Sommer", "greta@x.example")
    sf.Account.update(account, {"PersonEmail": "new@x.example"})
    assert sf.Contact.get(row["PersonContactId"])["Email"] == "new@x.example"
    case = sf.Case.create({"ContactId": row["PersonContactId"]})["id"]
    assert sf.Case.get(case)["AccountId"] == account
    assert "IsPersonAccount" not in {field["name"] for field in connected(Fake(clock)).Account.describe()["fields"]}


def test_social_objects_are_there_where_the_org_has_them(clock: FixedClock) -> None:
    with pytest.raises(SalesforceError, match="does not exist"):
        connected(Fake(clock)).SocialPost.describe()
    fake = Fake(clock, plain(social=True))
    sf = connected(fake)
    contact = sf.Contact.create({"LastName": "Sommer"})["id"]
    persona = sf.SocialPersona.create(
        {"Name": "greta_s", "Provider": "Twitter", "ParentId": contact, "ExternalId": "77"}
    )["id"]
    case = sf.Case.create({})["id"]
    post = {
        "Name": "Post",
        "Content": "My router",
        "ParentId": case,
        "PersonaId": persona,
        "Provider": "Twitter",
        "MessageType": "Tweet",
    }
    assert sf.SocialPost.upsert("Casebridge_Key__c/m1", {**post, "Posted": "2026-03-02T09:00:00Z"}) == 201
    assert (
        refusal(sf, "SocialPost", {**post, "Provider": "Mastodon"})["errorCode"]
        == "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"
    )


def test_an_org_that_nobody_prepared_has_no_keys(clock: FixedClock) -> None:
    sf = connected(Fake(clock, bare()))
    assert refusal(sf, "Case", {"Casebridge_Key__c": "k"})["errorCode"] == "INVALID_FIELD"
