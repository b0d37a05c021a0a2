"""django-helpdesk's words: objects, addresses, and what of them is not ours to write."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bridge.nouns import Thing

if TYPE_CHECKING:
    from collections.abc import Mapping

TICKET, FOLLOWUP = "ticket", "followup"
OBJECTS = (TICKET, FOLLOWUP)
THINGS: Mapping[Thing, str] = {Thing.CASE: TICKET, Thing.MESSAGE: FOLLOWUP}
PATHS: Mapping[str, str] = {TICKET: "tickets/", FOLLOWUP: "followups/"}
KEY = "custom_casebridge_key"
"""The custom field of tickets that carries our key, where no mapping names another; follow-ups carry it as a mark."""
STATUS, OPEN, REOPENED, DUPLICATE = "status", 1, 2, 5
COMMENT = "comment"
REQUIRED: Mapping[str, tuple[str, ...]] = {TICKET: ("queue", "title", "description", "priority"), FOLLOWUP: (COMMENT,)}
"""The form behind the interface asks for more than the interface says."""
NOT_OURS: Mapping[str, frozenset[str]] = {
    TICKET: frozenset({"id", "followup_set", "attachment", "merged_to"}),
    FOLLOWUP: frozenset({"id", "ticket", "user", "title", "attachments", "new_status", "message_id"}),
}
"""A follow-up's title renames its ticket, so none is ever sent."""
