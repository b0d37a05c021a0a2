"""HubSpot's words and ours: objects, properties of ours, what is read of each object."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bridge.nouns import Thing

if TYPE_CHECKING:
    from collections.abc import Mapping

CONTACTS, TICKETS, NOTES, COMMUNICATIONS = "contacts", "tickets", "notes", "communications"
EMAILS = "emails"
"""Read only, where agents answer by them."""
CHANNEL = "channel_messages"
"""No object of HubSpot's but the messages of a custom channel, where a mapping delivers to it."""
OBJECTS = (CONTACTS, TICKETS, NOTES, COMMUNICATIONS)
THINGS: Mapping[Thing, str] = {Thing.PERSON: CONTACTS, Thing.CASE: TICKETS, Thing.MESSAGE: NOTES}
"""Where a thing is delivered to unless a mapping says otherwise."""
KEY = "casebridge_key"
"""Carries our key, where no mapping names another property."""
AMENDED = "casebridge_amended"
"""On tickets: the amendments that were done, so that none is done twice. On notes: the one that the note is, unique."""
TAGS = "casebridge_tags"
ANSWER = "casebridge_answer"
"""On tickets: how it stands with the agent's last answer."""
MERGED = "hs_merged_object_ids"
CONTACT = "contact"
"""No property but the associated contact; mappings fill it with ``ref: person``."""
TEXT = {NOTES: "hs_note_body", COMMUNICATIONS: "hs_communication_body"}
"""Where a message's text stands, as HTML."""
FILES = "hs_attachment_ids"
MODIFIED = {CONTACTS: "lastmodifieddate"}
"""Objects whose time of change has a name of its own."""
MARKETING = "hs_marketable_status"
"""Never written: marketing contacts cost money, and that is not ours to decide."""

READ: Mapping[str, tuple[str, ...]] = {
    CONTACTS: (
        *("firstname", "lastname", "email", "hs_additional_emails", "phone", "mobilephone", "website", "twitterhandle"),
        *("address", "zip", "city", "createdate", "lastmodifieddate"),
    ),
    TICKETS: (
        *("subject", "content", "hs_pipeline", "hs_pipeline_stage", "hs_ticket_priority", "hubspot_owner_id"),
        *("createdate", "closed_date", "hs_lastmodifieddate"),
    ),
    NOTES: ("hs_note_body", "hs_timestamp", FILES, "hs_lastmodifieddate"),
    COMMUNICATIONS: ("hs_communication_body", "hs_communication_channel_type", "hs_timestamp", FILES),
}


def modified(object_name: str) -> str:
    """Return the property that holds when a record changed last."""
    return MODIFIED.get(object_name, "hs_lastmodifieddate")
