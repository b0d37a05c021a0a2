"""What differs from one organisation to the next: objects, switches, automations, limits. Plain ones and a hostile one."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from tests.fakes.salesforce import standard
from tests.fakes.salesforce.fields import (
    Field,
    SObject,
    area,
    choice,
    key_field,
    master,
    number,
    ref,
    text,
    typed,
    yes_no,
)
from tests.fakes.salesforce.system import sobject

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.fakes.salesforce.errors import Json

KEY = "Casebridge_Key__c"


@dataclass(frozen=True, slots=True)
class Client:
    """An External Client App: what it signs in with, and as whom it runs."""

    key: str = "3MVG9-pretend-consumer-key"
    secret: str = "pretend-consumer-secret"
    username: str = "casebridge@pretend.example"
    public_key: str | None = None
    """PEM of the key that signs JWT assertions; None: the app takes none."""
    approved: bool = True
    """False: the admin has not pre-authorised the user for the app."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A validation rule: ``broken`` gets the new row and the old one, which is empty when it is created."""

    sobject: str
    message: str
    broken: Callable[[Json, Json], bool]
    field: str | None = None


@dataclass(frozen=True, slots=True)
class DuplicateRule:
    """A duplicate rule: rows equal in all ``fields`` are one. ``blocks`` False is the action "Alert"."""

    sobject: str
    name: str
    fields: tuple[str, ...]
    blocks: bool = False


@dataclass(frozen=True, slots=True)
class Flow:
    """A flow that mails: ``address`` gets the row before (empty at creation) and after, and says whom to mail, if anybody."""

    sobject: str
    name: str
    subject: str
    address: Callable[[Json, Json], str | None]
    told: bool = True
    """False: it is no flow, but a rule that no interface tells of."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """What a hostile org does while one works."""

    burned_per_call: int = 0
    """Calls that a second client takes of the day's allocation for each of ours."""
    lock_every: int = 0
    """At each n-th write of ours it holds the parent of the row (or the row), for ``lock_for``; 0 never."""
    lock_for: timedelta = timedelta(seconds=12)
    scattered: bool = False
    """It writes to the same parents: one that comes up again in a call, after others did, it has locked meanwhile."""
    vanishing: Mapping[int, tuple[str, str]] = field(default_factory=dict)
    """Number of the write before which an admin deletes a field: (object, field)."""


@dataclass(slots=True)
class Org:
    """One organisation; every fake needs one of its own."""

    objects: dict[str, SObject]
    client: Client = field(default_factory=Client)
    host: str = "pretend.my.salesforce.com"
    versions: tuple[str, ...] = ("59.0", "64.0", "65.0", "66.0", "67.0", "68.0")
    person_accounts: bool = False
    daily_calls: int = 100_000
    used_before: int = 0
    session: timedelta = timedelta(hours=2)
    assignment: Callable[[Json], str | None] = lambda _row: "Support"
    """The active assignment rule of cases: the name of a queue, or None to leave the owner."""
    rules: list[Rule] = field(default_factory=list)
    duplicates: list[DuplicateRule] = field(default_factory=list)
    flows: list[Flow] = field(default_factory=list)
    record_types: dict[str, tuple[str, ...]] = field(default_factory=dict)
    queues: tuple[str, ...] = ("Support", "Social")
    agents: tuple[str, ...] = ("Ada Amsel", "Ben Birke")
    trouble: Trouble = field(default_factory=Trouble)
    bulk_waits: timedelta = timedelta(seconds=5)
    bulk_takes: timedelta = timedelta(seconds=20)

    def sobject(self, name: str, *, tooling: bool = False) -> SObject | None:
        """Return an object by its name in any case, of the data or of the Tooling API."""
        named = (known for known in self.objects.values() if known.name.casefold() == name.casefold())
        return next((known for known in named if known.tooling == tooling), None)

    def by_prefix(self, prefix: str) -> SObject | None:
        """Return the object whose ids begin so."""
        return next((known for known in self.objects.values() if known.prefix == prefix), None)

    def add(self, sobject: str, *fields: Field) -> Org:
        """Give an object more fields, or others of the same names."""
        self.objects[sobject].fields.update({known.name: known for known in fields})
        return self

    def restrict(self, sobject: str, name: str, *values: str) -> Org:
        """Make a picklist take nothing but ``values``."""
        known = self.objects[sobject].fields[name]
        return self.add(sobject, replace(known, values=values, restricted=True))


def bare(*, person_accounts: bool = False, social: bool = False) -> Org:
    """Return an org as it is before anybody prepared it: without fields for our keys."""
    found = [*standard.standard(), *(standard.social() if social else ())]
    org = Org({known.name: known for known in found}, person_accounts=person_accounts)
    org.record_types["Case"] = ("Support Case",)
    org.flows.append(Flow("Case", "Auto-response of Web and Email", "We have your request", _web_or_mail, told=False))
    if person_accounts:
        org.record_types["Account"] = ("Business Account", "Person Account")
        org.add("Account", ref("RecordTypeId", "RecordType"), *standard.person_fields())
        org.add("Contact", yes_no("IsPersonAccount", create=False, update=False))
    org.add("Case", ref("RecordTypeId", "RecordType"))
    return org


def plain(*, person_accounts: bool = False, social: bool = False) -> Org:
    """Return a friendly org, prepared: our keys, the object of messages, nothing required beyond the standard."""
    org = bare(person_accounts=person_accounts, social=social)
    for name in (
        "Contact",
        "Account",
        "Case",
        "Task",
        "EmailMessage",
        "ContentVersion",
        *(("SocialPost", "SocialPersona") if social else ()),
    ):
        org.add(name, key_field(KEY))
    org.add("Case", area("Casebridge_Answer__c", 2_000))
    org.objects["Casebridge_Message__c"] = message_object()
    return org


def message_object() -> SObject:
    """Return a custom object that can hold a message under our key."""
    fields: list[Any] = [
        number(),
        key_field(KEY),
        master("Case__c", "Case"),
        ref("Contact__c", "Contact"),
        area("Text__c", 131_072),
        *(text(f"{name}__c") for name in ("Author", "Network", "Channel", "Kind", "Direction")),
        typed("url", "Permalink__c", 255),
        yes_no("Public__c"),
        typed("datetime", "Sent_At__c"),
        typed("double", "Rating__c"),
    ]
    return sobject("Casebridge_Message__c", "a0B", *fields)


def hostile(*, person_accounts: bool = False, social: bool = False) -> Org:
    """Return an org that has had many admins.

    ``Region__c`` is required on cases and restricted; so is Origin. Contacts with the same e-mail are refused, those with
    the same last name and phone are questioned. A flow mails whatever stands in SuppliedEmail, and the contact at each
    published comment. Closed cases are read only but for their status. A second client spends calls and holds locks,
    and after a while somebody deletes ``Casebridge_Hint__c``.
    """
    org = plain(person_accounts=person_accounts, social=social)
    org.add("Case", choice("Region__c", "North", "South", restricted=True, required=True), text("Casebridge_Hint__c"))
    org.restrict("Case", "Origin", "Phone", "Email", "Web", "Social").restrict(
        "Case", "Priority", "High", "Medium", "Low"
    )
    org.record_types["Case"] = ("Support Case", "Complaint")
    org.duplicates += [
        DuplicateRule("Contact", "Same_Email", ("Email",), blocks=True),
        DuplicateRule("Contact", "Same_Name_And_Phone", ("LastName", "Phone")),
    ]
    org.rules += [
        Rule("Case", "A case needs a subject.", lambda new, _old: not new.get("Subject"), "Subject"),
        Rule("Case", "Closed cases are read only.", _changes_closed),
        Rule(
            "Contact",
            "Phone numbers begin with + or 0.",
            lambda new, _old: (new.get("Phone") or "0")[0] not in "+0",
            "Phone",
        ),
    ]
    org.flows += [
        Flow(
            "Case",
            "Greet the sender",
            "Thank you for your message",
            lambda old, new: None if old else new.get("SuppliedEmail"),
        ),
        Flow("CaseComment", "Tell the contact of a comment", "Your case has news", _contact_of_published),
    ]
    org.trouble = Trouble(
        burned_per_call=1, lock_every=9, scattered=True, vanishing={400: ("Case", "Casebridge_Hint__c")}
    )
    org.daily_calls = 20_000
    return org


def _web_or_mail(old: Json, new: Json) -> str | None:
    """Say whom the auto-response rule answers: the sender of a web form or a mail."""
    return new.get("SuppliedEmail") if not old and new.get("Origin") in ("Web", "Email") else None


def _contact_of_published(old: Json, new: Json) -> str | None:
    """Say whom a comment is mailed to: the case's contact, once it is published."""
    return new.get("ContactEmail") if new.get("IsPublished") and not old.get("IsPublished") else None


def _changes_closed(new: Json, old: Json) -> bool:
    """Say whether more than the status of a closed case changes."""
    bookkeeping = {"Status", "IsClosed", "ClosedDate", "LastModifiedDate", "LastModifiedById", "SystemModstamp"}
    return bool(old.get("IsClosed")) and any(new.get(name) != old.get(name) for name in {*new, *old} - bookkeeping)
