"""Zendesk's objects as we name them, and our marks in texts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from bridge.nouns import Thing

if TYPE_CHECKING:
    from collections.abc import Mapping

USERS: Final = "users"
TICKETS: Final = "tickets"
COMMENTS: Final = "comments"
OBJECTS: Final = (USERS, TICKETS, COMMENTS)
THINGS: Mapping[Thing, str] = {Thing.PERSON: USERS, Thing.CASE: TICKETS, Thing.MESSAGE: COMMENTS}
KEY: Final = "external_id"
CREATED: Final = "created_at"
"""When a ticket or comment of the past came up; of others Zendesk says that itself."""
OURS: Final = "cb1-"
"""What our keys begin with."""
AMENDMENT: Final = re.compile(r"\{(cb1-[a-z2-7]+)\}")
"""In a comment that an amendment wrote."""
MERGED: Final = "closed_by_merge"
"""The tag that Zendesk gives a ticket that was merged into another."""
DONE: Final = ("solved", "closed")
FOLLOW_UP: Final = "casebridge-follow-up-of-"
"""What the external id of a follow-up of ours begins with; the number of the closed ticket comes behind."""
FOLLOWS: Final = re.compile(r"\AFollow-up of ticket #(\d+), ")
"""How the description of a follow-up of ours begins."""
STATUSES: Mapping[str, str] = {
    "new": "open",
    "open": "open",
    "pending": "waiting",
    "hold": "waiting",
    "solved": "closed",
    "closed": "closed",
}
"""Zendesk's status → ours."""


def comment_ref(ticket: str, key: str) -> str:
    """Return the ref of a message: jobs tell no ids of comments, so it is the ticket with our key."""
    return f"{ticket}/{key}"


def chunks(values: list[str], size: int = 100) -> list[list[str]]:
    """Cut a list into parts as long as Zendesk takes."""
    return [values[start : start + size] for start in range(0, len(values), size)]
