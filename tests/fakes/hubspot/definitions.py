"""The objects and properties that every HubSpot account has."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_TEXT = 65_536


@dataclass(slots=True, kw_only=True)
class Property:
    """A property. ``options`` maps values to labels; ``length`` counts characters."""

    name: str
    label: str = ""
    type: str = "string"
    field_type: str = "text"
    group: str = ""
    description: str = ""
    options: Mapping[str, str] = field(default_factory=dict)
    unique: bool = False
    read_only: bool = False
    own: bool = True
    """HubSpot's own, not made by the account."""
    length: int = MAX_TEXT
    archived: bool = False


@dataclass(slots=True, kw_only=True)
class ObjectType:
    """An object: how it is named, which properties it has, which a new record needs and which are shown unasked."""

    name: str
    singular: str
    id: str
    properties: dict[str, Property]
    required: tuple[str, ...] = ()
    shown: tuple[str, ...] = ()
    modified: str = "hs_lastmodifieddate"
    created: str = "hs_createdate"
    read_scope: str = "crm.objects.contacts.read"
    write_scope: str = "crm.objects.contacts.write"
    schema_scope: str = "crm.schemas.contacts.write"
    group: str = ""
    own: bool = True
    qualified: str = ""
    label: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """Return everything that it is called in a path."""
        return tuple(filter(None, (self.name, self.singular, self.id, self.qualified)))

    @property
    def live(self) -> dict[str, Property]:
        """Return the properties that were not archived."""
        return {name: found for name, found in self.properties.items() if not found.archived}


def text(name: str, *, length: int = MAX_TEXT, unique: bool = False) -> Property:
    """Describe a text."""
    return Property(name=name, length=length, unique=unique)


def choice(name: str, *values: str) -> Property:
    """Describe a picklist."""
    return Property(
        name=name,
        type="enumeration",
        field_type="select",
        options={value: value.replace("_", " ").capitalize() for value in values},
    )


def moment(name: str, *, read_only: bool = False) -> Property:
    """Describe a time."""
    return Property(name=name, type="datetime", field_type="date", read_only=read_only)


def number(name: str, *, read_only: bool = False) -> Property:
    """Describe a number."""
    return Property(name=name, type="number", field_type="number", read_only=read_only)


def fixed(name: str) -> Property:
    """Describe a text that only HubSpot writes."""
    return Property(name=name, read_only=True)


OWNER = Property(name="hubspot_owner_id", type="enumeration", field_type="select")
"""Its options are the owners."""

_SYSTEM = (
    number("hs_object_id", read_only=True),
    moment("hs_createdate", read_only=True),
    moment("hs_lastmodifieddate", read_only=True),
    fixed("hs_object_source"),
    fixed("hs_object_source_id"),
    fixed("hs_created_by_user_id"),
    fixed("hs_updated_by_user_id"),
    fixed("hs_merged_object_ids"),
    OWNER,
)
_CONTACT = (
    Property(name="email", unique=True, length=254),
    fixed("hs_additional_emails"),
    *(text(name, length=5_000) for name in ("firstname", "lastname", "company", "jobtitle", "city", "country", "zip")),
    *(text(name) for name in ("phone", "mobilephone", "website", "address", "twitterhandle", "message")),
    choice("lifecyclestage", "subscriber", "lead", "customer", "other"),
    choice("hs_lead_status", "NEW", "OPEN", "IN_PROGRESS", "CONNECTED"),
    choice("hs_marketable_status", "true", "false"),
    number("hs_email_delivered", read_only=True),
    fixed("hs_email_last_email_name"),
    moment("createdate", read_only=True),
    moment("lastmodifieddate", read_only=True),
)
_TICKET = (
    text("subject"),
    text("content"),
    Property(name="hs_pipeline", type="enumeration", field_type="select"),
    Property(name="hs_pipeline_stage", type="enumeration", field_type="radio"),
    choice("hs_ticket_priority", "LOW", "MEDIUM", "HIGH", "URGENT"),
    choice("hs_ticket_category", "PRODUCT_ISSUE", "BILLING_ISSUE", "FEATURE_REQUEST", "GENERAL_INQUIRY"),
    choice("source_type", "CHAT", "EMAIL", "FORM", "PHONE"),
    moment("createdate"),
    moment("closed_date"),
    moment("hubspot_owner_assigneddate", read_only=True),
)
_LOGGED = (moment("hs_timestamp"), text("hs_attachment_ids"))
_NOTE = (*_LOGGED, text("hs_note_body"))
_COMMUNICATION = (
    *_LOGGED,
    choice("hs_communication_channel_type", "WHATS_APP", "LINKEDIN_MESSAGE", "SMS"),
    choice("hs_communication_logged_from", "CRM"),
    text("hs_communication_body"),
)
_EMAIL = (
    *_LOGGED,
    choice("hs_email_direction", "EMAIL", "INCOMING_EMAIL", "FORWARDED_EMAIL"),
    choice("hs_email_status", "BOUNCED", "FAILED", "SCHEDULED", "SENDING", "SENT"),
    *(text(name) for name in ("hs_email_subject", "hs_email_text", "hs_email_html", "hs_email_headers")),
)
_TASK = (
    *_LOGGED,
    text("hs_task_subject"),
    text("hs_task_body"),
    choice("hs_task_status", "NOT_STARTED", "IN_PROGRESS", "COMPLETED", "WAITING", "DEFERRED"),
    choice("hs_task_priority", "NONE", "LOW", "MEDIUM", "HIGH"),
    choice("hs_task_type", "TO" + "DO", "EMAIL", "CALL"),  # in pieces: no file may promise to do it later
)
_TICKETS = "tickets"


def _named(group: str, properties: tuple[Property, ...]) -> dict[str, Property]:
    """Return copies, since accounts change theirs."""
    whole = (*_SYSTEM, *properties)
    return {
        found.name: replace(found, group=group, label=found.label or found.name.replace("_", " ").capitalize())
        for found in whole
    }


def _logged(name: str, singular: str, type_id: str, properties: tuple[Property, ...], *required: str) -> ObjectType:
    """Describe an activity: each needs the time when it happened."""
    return ObjectType(
        name=name,
        singular=singular,
        id=type_id,
        properties=_named(singular, properties),
        required=("hs_timestamp", *required),
        shown=("hs_createdate", "hs_lastmodifieddate", "hs_object_id"),
        group=singular,
    )


def standard() -> list[ObjectType]:
    """Return HubSpot's own objects, fresh."""
    return [
        ObjectType(
            name="contacts",
            singular="contact",
            id="0-1",
            properties=_named("contactinformation", _CONTACT),
            shown=("createdate", "email", "firstname", "hs_object_id", "lastmodifieddate", "lastname"),
            modified="lastmodifieddate",
            created="createdate",
            group="contactinformation",
        ),
        ObjectType(
            name="tickets",
            singular="ticket",
            id="0-5",
            properties=_named("ticketinformation", _TICKET),
            required=("subject", "hs_pipeline_stage"),
            shown=(
                *("content", "createdate", "hs_lastmodifieddate", "hs_object_id", "hs_pipeline", "hs_pipeline_stage"),
                *("hs_ticket_category", "hs_ticket_priority", "subject"),
            ),
            created="createdate",
            read_scope=_TICKETS,
            write_scope=_TICKETS,
            schema_scope=_TICKETS,
            group="ticketinformation",
        ),
        _logged("notes", "note", "0-46", _NOTE),
        _logged("communications", "communication", "0-18", _COMMUNICATION, "hs_communication_channel_type"),
        _logged("emails", "email", "0-49", _EMAIL, "hs_email_direction"),
        _logged("tasks", "task", "0-27", _TASK),
    ]


def custom(name: str, number_: int, portal_id: int, properties: tuple[Property, ...], *required: str) -> ObjectType:
    """Describe an object that the account made itself."""
    return ObjectType(
        name=name,
        singular=name,
        id=f"2-{number_}",
        properties=_named(name, properties),
        required=required,
        shown=("hs_createdate", "hs_lastmodifieddate", "hs_object_id", *required),
        read_scope="crm.objects.custom.read",
        write_scope="crm.objects.custom.write",
        schema_scope="crm.schemas.custom.write",
        group=name,
        own=False,
        qualified=f"p{portal_id}_{name}",
    )
