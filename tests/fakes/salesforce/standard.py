"""The standard objects, with the fields that matter to cases and their people."""

from __future__ import annotations

from tests.fakes.salesforce.fields import Field, SObject, area, choice, made_by_system, ref, text, typed, yes_no
from tests.fakes.salesforce.setup_objects import people
from tests.fakes.salesforce.system import OWNER, OWNER_OR_QUEUE, master, sobject

PROVIDERS = ("Facebook", "Twitter", "Instagram", "LinkedIn", "WhatsApp", "YouTube", "Telegram", "SMS", "Other")
ORIGINS = ("Phone", "Email", "Web")
STATUSES = ("New", "Working", "Waiting on Customer", "Escalated", "Closed")
CLOSED = ("Closed",)


def _account() -> SObject:
    named = [Field(name="Name", length=255, required=True)]
    own = [text("AccountNumber", 40), typed("phone", "Phone", 40), typed("url", "Website", 255), area("Description")]
    kinds = choice("Type", "Prospect", "Customer")
    return sobject(
        "Account", "001", *named, *own, kinds, ref("ParentId", "Account"), OWNER, master("Account"), mergeable=True
    )


def _contact() -> SObject:
    names = [text("LastName", 80, required=True), text("FirstName", 40), choice("Salutation", "Mr.", "Ms.", "Dr.")]
    phones = [typed("phone", name, 40) for name in ("Phone", "MobilePhone", "HomePhone", "OtherPhone", "Fax")]
    address = [
        text("MailingCity", 40),
        text("MailingPostalCode", 20),
        text("MailingCountry", 80),
        area("MailingStreet", 255),
    ]
    rest = [
        typed("email", "Email", 80, lookup_key=True),
        text("Title", 128),
        area("Description"),
        choice("LeadSource", "Web", "Phone"),
    ]
    consent = [yes_no("HasOptedOutOfEmail"), yes_no("DoNotCall")]
    links = [ref("AccountId", "Account"), ref("ReportsToId", "Contact"), OWNER, master("Contact")]
    name = made_by_system([text("Name", 121, required=True)])
    return sobject("Contact", "003", *name, *names, *phones, *address, *rest, *consent, *links, mergeable=True)


def _case() -> SObject:
    supplied = [
        text("SuppliedName", 80),
        typed("email", "SuppliedEmail", 80),
        text("SuppliedPhone", 40),
        text("SuppliedCompany", 80),
    ]
    words = [text("Subject", 255), area("Description"), area("Comments", 4000)]
    choices = [
        choice("Status", *STATUSES, default="New"),
        choice("Priority", "High", "Medium", "Low", default="Medium"),
        choice("Origin", *ORIGINS),
        choice("Type", "Question", "Problem"),
        choice("Reason", "Installation", "Performance", "Breakdown", "Other"),
    ]
    links = [
        ref("ContactId", "Contact"),
        ref("AccountId", "Account"),
        ref("ParentId", "Case"),
        OWNER_OR_QUEUE,
        master("Case"),
    ]
    kept = made_by_system(
        [
            text("CaseNumber", 30, lookup_key=True),
            yes_no("IsClosed", required=True),
            typed("datetime", "ClosedDate"),
            typed("email", "ContactEmail", 80),
        ]
    )
    return sobject("Case", "500", *words, *choices, *supplied, yes_no("IsEscalated"), *links, *kept, mergeable=True)


def _talk() -> list[SObject]:
    comment = [
        ref("ParentId", "Case", required=True, update=False),
        area("CommentBody", 4000, in_bytes=True),
        yes_no("IsPublished"),
    ]
    feed = [
        ref("ParentId", "Case", "Contact", "Account", required=True, update=False),
        area("Body", 10_000),
        choice("Type", "TextPost", "LinkPost", restricted=True, default="TextPost", update=False),
        typed("url", "LinkUrl", 1000),
        choice("Visibility", "InternalUsers", "AllUsers", restricted=True, default="AllUsers"),
        yes_no("IsRichText"),
    ]
    reply = [
        ref("FeedItemId", "FeedItem", required=True, update=False),
        area("CommentBody", 10_000),
        *made_by_system([ref("ParentId", "Case")]),
    ]
    mail = [
        ref("ParentId", "Case", update=False),
        yes_no("Incoming", update=False),
        choice("Status", "0", "1", "2", "3", "4", "5", restricted=True, default="5"),
        *(text(name, 4000, update=False) for name in ("FromAddress", "ToAddress", "Subject")),
        text("FromName", 1000, update=False),
        area("TextBody", update=False),
        area("HtmlBody", 131_072, update=False),
        typed("datetime", "MessageDate", update=False),
        text("MessageIdentifier", 765, update=False, lookup_key=True),
        text("ThreadIdentifier", 765, update=False),
    ]
    task = [
        ref("WhatId", "Case", "Account"),
        ref("WhoId", "Contact"),
        text("Subject"),
        area("Description"),
        choice("Status", "Not Started", "In Progress", "Completed", default="Not Started"),
        choice("Priority", "High", "Normal", "Low", default="Normal"),
        typed("date", "ActivityDate"),
        choice("TaskSubtype", "Task", "Call", "Email", restricted=True, default="Task", update=False),
        OWNER,
    ]
    return [
        sobject("CaseComment", "00a", *comment),
        sobject("FeedItem", "0D5", *feed),
        sobject("FeedComment", "0D7", *reply),
        sobject("EmailMessage", "02s", *mail),
        sobject("Task", "00T", *task),
    ]


def _files() -> list[SObject]:
    version = [
        text("Title", required=True),
        text("PathOnClient", 500, required=True, update=False),
        typed("base64", "VersionData", update=False),
        ref("FirstPublishLocationId", "Case", "Contact", "Account", update=False),
        ref("ContentDocumentId", "ContentDocument", update=False),
        *made_by_system([typed("int", "ContentSize"), text("FileExtension", 40), yes_no("IsLatest", default=True)]),
    ]
    link = [
        ref("ContentDocumentId", "ContentDocument", required=True, update=False),
        ref(
            "LinkedEntityId",
            *("Case", "Contact", "Account", "FeedItem", "FeedComment", "EmailMessage"),
            required=True,
            update=False,
            relationship="LinkedEntity",
        ),
        choice("ShareType", "V", "C", "I", restricted=True, required=True),
        choice("Visibility", "AllUsers", "InternalUsers", "SharedUsers", restricted=True, default="AllUsers"),
    ]
    return [
        sobject("ContentVersion", "068", *version),
        sobject(
            "ContentDocument",
            "069",
            *made_by_system(
                [
                    text("Title"),
                    text("FileExtension", 40),
                    typed("int", "ContentSize"),
                    ref("LatestPublishedVersionId", "ContentVersion"),
                ]
            ),
            createable=False,
        ),
        sobject("ContentDocumentLink", "06A", *link),
    ]


def standard() -> list[SObject]:
    """Return the objects that every org has."""
    return [_account(), _contact(), _case(), *_talk(), *_files(), *people()]


def social() -> list[SObject]:
    """Return the objects that only an org with Social Customer Service has."""
    post = [
        text("Name", 80, required=True),
        area("Content"),
        *(text(name) for name in ("ExternalPostId", "Handle", "Headline", "PostUrl", "Language", "Sentiment")),
        ref("PersonaId", "SocialPersona"),
        ref("ParentId", "Case", "Contact"),
        ref("WhoId", "Contact", "Account"),
        ref("ReplyToId", "SocialPost"),
        yes_no("IsOutbound", update=False),
        choice(
            "MessageType", "Comment", "Direct", "Post", "PrivateMessage", "Reply", "Retweet", "Tweet", restricted=True
        ),
        choice("Provider", *PROVIDERS, restricted=True),
        typed("datetime", "Posted"),
        OWNER_OR_QUEUE,
    ]
    persona = [
        text("Name", 255, required=True),
        text("RealName"),
        choice("Provider", *PROVIDERS, restricted=True, required=True),
        text("ExternalId"),
        ref("ParentId", "Contact", "Account", required=True),
        area("Bio"),
        *(typed("int", name) for name in ("Followers", "Following", "ListedCount", "NumberOfTweets")),
        typed("url", "ProfileUrl", 1000),
    ]
    return [sobject("SocialPost", "0ST", *post), sobject("SocialPersona", "0SP", *persona)]


PERSON_MIRROR = {
    "FirstName": "FirstName",
    "LastName": "LastName",
    "Salutation": "Salutation",
    "Phone": "Phone",
    "PersonEmail": "Email",
    "PersonMobilePhone": "MobilePhone",
    "PersonHomePhone": "HomePhone",
    "PersonTitle": "Title",
    "PersonMailingCity": "MailingCity",
}
"""Field of a person account → field of the contact behind it; custom fields go from ``X__pc`` to ``X__c``."""


def person_fields() -> list[Field]:
    """Return what an Account has besides, where Person Accounts are switched on."""
    return [
        yes_no("IsPersonAccount", create=False, update=False),
        made_by_system([ref("PersonContactId", "Contact", relationship="PersonContact")])[0],
        text("FirstName", 40),
        text("LastName", 80),
        choice("Salutation", "Mr.", "Ms.", "Dr."),
        typed("email", "PersonEmail", 80),
        typed("phone", "PersonMobilePhone", 40),
        typed("phone", "PersonHomePhone", 40),
        text("PersonTitle", 80),
        text("PersonMailingCity", 40),
    ]
