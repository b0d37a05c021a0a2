"""What the vendor works out by itself, object by object, before and after a row is stored."""

from __future__ import annotations

from base64 import b64decode
from typing import TYPE_CHECKING

from tests.fakes.salesforce.errors import ApiError
from tests.fakes.salesforce.standard import CLOSED, PERSON_MIRROR

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.fakes.salesforce.errors import Json
    from tests.fakes.salesforce.world import Actor, World


def _case(world: World, old: Json, row: Json) -> Json:
    """Give a case its number, take account and address from its contact, keep closing in step with the status."""
    contact = world.row(row.get("ContactId")) or {}
    closed = row.get("Status") in CLOSED
    ended = (old.get("ClosedDate") or row["SystemModstamp"]) if closed else None
    number = row.get("CaseNumber") or f"{world.db.count(world.org.objects['Case']):08}"
    account = row.get("AccountId") or contact.get("AccountId")
    known = {"ContactEmail": contact.get("Email"), "AccountId": account, "CaseNumber": number}
    return {**row, **known, "IsClosed": closed, "ClosedDate": ended}


def _contact(_world: World, _old: Json, row: Json) -> Json:
    """Put the name together."""
    return {**row, "Name": " ".join(filter(None, (row.get("FirstName"), row.get("LastName"))))}


def _account(world: World, _old: Json, row: Json) -> Json:
    """Tell persons from businesses, by record type or by their having a last name."""
    if not world.org.person_accounts:
        return row
    person = row.get("RecordTypeId") == world.names["Person Account"]
    if row.get("LastName") and not person:
        barred = ["LastName"]
        raise ApiError("INVALID_FIELD_FOR_INSERT_UPDATE", "Unable to create/update fields: LastName.", barred)
    if person and not row.get("LastName"):
        raise ApiError("REQUIRED_FIELD_MISSING", "Required fields are missing: [LastName]", ["LastName"])
    named = {"Name": " ".join(filter(None, (row.get("FirstName"), row.get("LastName"))))} if person else {}
    return {**row, **named, "IsPersonAccount": person}


def _file(world: World, _old: Json, row: Json) -> Json:
    """Give a first version its document, and measure what it holds."""
    documents = world.org.objects["ContentDocument"]
    if not row.get("VersionData"):
        raise ApiError("REQUIRED_FIELD_MISSING", "Required fields are missing: [VersionData]", ["VersionData"])
    if not row.get("ContentDocumentId"):
        system = {
            name: row[name]
            for name in (
                "CreatedDate",
                "CreatedById",
                "LastModifiedDate",
                "LastModifiedById",
                "SystemModstamp",
                "IsDeleted",
            )
        }
        document = {**dict.fromkeys(documents.fields), **system, "Id": world.db.mint(documents), "Title": row["Title"]}
        world.db.put(documents, {**document, "LatestPublishedVersionId": row["Id"]})
        row = {**row, "ContentDocumentId": document["Id"]}
    measured = {
        "ContentSize": len(b64decode(row["VersionData"])),
        "FileExtension": row["PathOnClient"].rpartition(".")[2],
    }
    world.db.put(documents, {**(world.row(row["ContentDocumentId"]) or {}), **measured})
    return {**row, **measured, "IsLatest": True}


def _comment_below(world: World, _old: Json, row: Json) -> Json:
    """Put a comment below a post into the record that the post is about."""
    return {**row, "ParentId": (world.row(row["FeedItemId"]) or {}).get("ParentId")}


def _persona_contact(world: World, row: Json, actor: Actor) -> None:
    """Keep the contact behind a person account like the account."""
    if not row.get("IsPersonAccount"):
        return
    accounts, contacts = world.org.objects["Account"], world.org.objects["Contact"]
    own = {name: name.removesuffix("__pc") + "__c" for name in accounts.fields if name.endswith("__pc")}
    mirrored = {theirs: row.get(mine) for mine, theirs in (PERSON_MIRROR | own).items()}
    contact = world.row(row.get("PersonContactId")) or {
        **world.blank(contacts, actor),
        "Id": world.db.mint(contacts),
        "OwnerId": row["OwnerId"],
    }
    world.db.put(
        contacts,
        {
            **contact,
            **mirrored,
            "Name": row["Name"],
            "IsPersonAccount": True,
            "AccountId": row["Id"],
            "SystemModstamp": row["SystemModstamp"],
        },
    )
    world.db.put(accounts, {**row, "PersonContactId": contact["Id"]})


def _first_place(world: World, row: Json, actor: Actor) -> None:
    """Link a file to the record that it was published to."""
    place, links = row.get("FirstPublishLocationId"), world.org.objects["ContentDocumentLink"]
    if place and not world.db.find(links, links.fields["ContentDocumentId"], row["ContentDocumentId"]):
        values = {
            "ContentDocumentId": row["ContentDocumentId"],
            "LinkedEntityId": place,
            "ShareType": "V",
            "Visibility": "AllUsers",
        }
        world.db.put(links, {**world.blank(links, actor), **values, "Id": world.db.mint(links)})


def _granted(world: World, row: Json, _actor: Actor) -> None:
    """Let a field be seen that a permission set of ours reads."""
    sobject, _, name = str(row["Field"]).partition(".")
    if row["PermissionsRead"] and sobject in world.org.objects:
        world.org.objects[sobject].hidden.discard(name)


def _address_of_cases(world: World, row: Json, _actor: Actor) -> None:
    """Keep the address that cases show like their contact's; the cases themselves are not changed by that."""
    cases = world.org.objects["Case"]
    for case in world.db.find(cases, cases.fields["ContactId"], row["Id"]):
        if case["ContactEmail"] != row.get("Email"):
            world.db.put(cases, {**case, "ContactEmail": row.get("Email")})


BEFORE: dict[str, Callable[[World, Json, Json], Json]] = {
    "Case": _case,
    "Contact": _contact,
    "Account": _account,
    "ContentVersion": _file,
    "FeedComment": _comment_below,
}
AFTER: dict[str, Callable[[World, Json, Actor], None]] = {
    "Contact": _address_of_cases,
    "Account": _persona_contact,
    "ContentVersion": _first_place,
    "FieldPermissions": _granted,
}
