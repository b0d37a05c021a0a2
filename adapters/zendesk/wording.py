"""Zendesk's refusals in plain words, each with what to do about it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

TOKENS = "Admin Center > Apps and integrations > APIs > API tokens"
CLIENTS = "Admin Center > Apps and integrations > APIs > OAuth clients"
_FIELDS_OF_TICKETS = "Admin Center > Objects and rules > Tickets > Fields"

LABELS: Mapping[str, str] = {
    "Description": "description",
    "Comment": "description",
    "Body": "description",
    "Requester": "requester_id",
    "Assignee": "assignee_id",
    "Group": "group_id",
    "Brand": "brand_id",
    "Ticket form": "ticket_form_id",
    "Subject": "subject",
    "Status": "status",
    "Priority": "priority",
    "Type": "type",
    "Tags": "tags",
    "Email": "email",
    "Name": "name",
    "Phone": "phone",
    "Phone number": "phone",
    "External": "external_id",
    "External id": "external_id",
    "Organization": "organization_id",
    "Role": "role",
    "Details": "details",
    "Notes": "notes",
    "Locale": "locale",
    "Time zone": "time_zone",
}
"""Zendesk's labels at the beginning of a sentence → the field."""
_ALIASES: Mapping[str, str] = {
    "comment": "description",
    "base": "",
    "external": "external_id",
    "requester": "requester_id",
}
_LABEL = re.compile(r"^([A-Z][\w ]*?):\s*")

_PATTERNS: tuple[tuple[str, str], ...] = (
    (
        "is suspended",
        "the requester is suspended in Zendesk. Unsuspend them (Customers > Suspended users), then casebridge retry",
    ),
    (
        "closed prevents",
        "the ticket is closed for good and takes nothing more. By hand: create a follow-up of it in Zendesk",
    ),
    (
        "already being used",
        "another user has this {name} already. Read the users again (casebridge sync), then decide under casebridge customers suggestions",
    ),
    ("already been taken", "another record has this {name} already"),
    ("too long", "{name} is too long ({said}); truncate it in the mapping"),
    ("too short", "{name} is empty; give it a default in the mapping"),
    ("cannot be blank", "{name} is empty; give it a default in the mapping"),
    (
        "not properly formatted",
        "{name} is no valid mail address; leave it out with omit_if_empty or correct it at its source",
    ),
    ("not one of the allowed values", "Zendesk does not offer this value for {name}; correct map: in the mapping"),
    (
        "not a valid option",
        f"the drop-down does not offer this value ({{said}}): add it under {_FIELDS_OF_TICKETS}, or correct map: in the mapping",
    ),
    (
        "not an agent",
        "{name} is not an agent who can be assigned; leave it out of the mapping, or give the agent a seat and group",
    ),
    (
        "does not exist or is not active",
        f"{{said}}: create or activate it under {_FIELDS_OF_TICKETS}, or take it out of the mapping",
    ),
    ("was deleted", "{name} refers to a user who was deleted in Zendesk"),
    (
        "not closed",
        "the user still has open tickets. By hand: solve or reassign them, then delete the user under Customers",
    ),
    ("is required", "{name} is required in this account; fill it in the mapping ({said})"),
    ("needed", "{name} is required in this account; fill it in the mapping ({said})"),
    ("not a valid role", "Casebridge makes end users only; take role out of the mapping"),
)
"""What Zendesk's sentence holds → what to do."""
_CODES: Mapping[str, str] = {
    "RecordNotFound": "the record is not there any more in Zendesk",
    "InvalidEndpoint": "this account has no such function; correct url, or ask Zendesk whether the plan has it",
    "IdempotentRequestError": "the same delivery came with another body; run casebridge deliveries retry",
    "TooManyValues": "Zendesk takes fewer records at once; please report this",
    "InvalidValue": "Zendesk does not take {name} as it is: {said}",
    "BlankValue": "{name} is required; fill it in the mapping",
    "DuplicateValue": "another record has this {name} already",
    "ValueTooLong": "{name} is too long; truncate it in the mapping",
    "AttachmentTooLarge": "the file is larger than Zendesk takes (50 MB); it stays with Casebridge",
    "status 413": "what is sent is larger than Zendesk takes (50 MB); it stays with Casebridge",
    "PermissionDenied": f"the credentials may not do that; the token must be an admin's ({TOKENS})",
    "Forbidden": f"the credentials may not do that; the token must be an admin's ({TOKENS})",
    "TicketLocked": "the ticket is locked by Zendesk for a moment",
}


def field_of(name: str, said: str) -> str:
    """Return the field that a refusal means: by its name, else by the label at the beginning."""
    known = _ALIASES.get(name, name)
    found = _LABEL.match(said)
    return known or (LABELS.get(found[1], "") if found else "")


def sentence(code: str, name: str, said: str) -> str:
    """Return a refusal in plain words with the remedy."""
    shown = name or "a field"
    words = _LABEL.sub("", said).rstrip(".") or "no reason given"
    for pattern, template in _PATTERNS:
        if pattern in said:
            return template.format(name=shown, said=words)
    template = _CODES.get(code, "Zendesk does not take it as it is: {said}" + (f" ({code})" if code else ""))
    return template.format(name=shown, said=words)
