"""What Request Tracker says, in plain words with the remedy. It speaks English in REST, whatever its users speak."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bridge.nouns import Ended, Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

RIGHTS = "Admin > Queues > the queue > User Rights"
CUSTOM_FIELDS = "Admin > Custom Fields"
INITIAL = "initial"
"""Code of a refusal of a status that no ticket may begin with."""
_NO_RIGHT = f"Our user may not do that: give it the right under {RIGHTS}"

_SENTENCES: Sequence[tuple[str, str, str, str]] = (
    ("Name in use", "Name", Ended.DUPLICATE, "A user with this name stands there already."),
    (
        "Email address in use",
        "EmailAddress",
        Ended.DUPLICATE,
        "Another user has this mail address, and Request Tracker takes an address once.",
    ),
    (
        "Invalid syntax for email address",
        "EmailAddress",
        "invalid",
        "This is no mail address that Request Tracker takes; correct it at the person.",
    ),
    ("Must specify 'Name' attribute", "Name", "required", "A user needs a name: write key: Name in person.yaml."),
    (
        "Password needs to be at least",
        "Password",
        "invalid",
        "Request Tracker wants a longer password; leave Password out, customers need none.",
    ),
    (
        "Could not create ticket. Queue not set",
        "Queue",
        "required",
        "A ticket needs a queue: write Queue into case.yaml.",
    ),
    (
        r"No permission to create tickets in the queue '(?P<value>.*)'",
        "Queue",
        "forbidden",
        "There is no queue {value}, it is disabled, or our user may not create tickets in it: give CreateTicket and SeeQueue under "
        + RIGHTS
        + ".",
    ),
    (
        r"Status '(?P<value>.*)' isn't a valid status",
        "Status",
        "invalid",
        "The queue's lifecycle has no status {value}: name one of its own in case.yaml (Admin > Lifecycles shows them).",
    ),
    (
        r"You can't change status from '(?P<before>.*)' to '(?P<value>.*)'",
        "Status",
        "transition",
        "The lifecycle allows no way from {before} to {value}; write Status as create_only, or add the transition under Admin > Lifecycles.",
    ),
    (
        r"New tickets can not have status '(?P<value>.*)'",
        "Status",
        INITIAL,
        "The lifecycle lets no ticket begin as {value}; name one of its initial statuses in case.yaml.",
    ),
    (
        r"Queue (?P<value>.*) could not be loaded|Couldn't load queue|No such queue|That queue does not exist",
        "Queue",
        "unknown",
        "There is no such queue; look under Admin > Queues.",
    ),
    (
        "You may not create requests in that queue",
        "Queue",
        "forbidden",
        "Our user may not create tickets in that queue: give CreateTicket under " + RIGHTS + ".",
    ),
    (
        r"Owner '(?P<value>.*)' does not have rights to own this ticket",
        "Owner",
        "forbidden",
        "{value} may not own tickets of this queue: give OwnTicket under " + RIGHTS + ", or leave Owner out.",
    ),
    (
        "User '.*' not found|Couldn't load user|That user does not exist|That is not a user",
        "Owner",
        "unknown",
        "Request Tracker does not know this user; look under Admin > Users.",
    ),
    (
        "That user may not own tickets in that queue|That user does not have rights to own",
        "Owner",
        "forbidden",
        "This user may not own tickets of that queue: give OwnTicket under " + RIGHTS + ".",
    ),
    (
        "You can only reassign tickets that you own or that are unowned",
        "Owner",
        "forbidden",
        "Somebody owns the ticket already and keeps it; write Owner as create_only.",
    ),
    (
        "Custom field .* does not apply|Custom field .* not found|Unable to load transaction custom field: (?P<value>.*)",
        "",
        "unknown_field",
        "The queue has no such custom field: create it under "
        + CUSTOM_FIELDS
        + " and tick the queue under Applies to.",
    ),
    (
        "Invalid value for custom field|Invalid value",
        "",
        "invalid",
        "The custom field does not offer this value: add it under "
        + CUSTOM_FIELDS
        + " > the field > Values, or map to one that is there.",
    ),
    (
        r"Input must match",
        "",
        "required",
        "The custom field refuses this value by its validation pattern; look at it under " + CUSTOM_FIELDS + ".",
    ),
    (
        "Permission Denied|Forbidden",
        "",
        "forbidden",
        _NO_RIGHT + " (ShowTicket, CommentOnTicket, ReplyToTicket, ModifyTicket, AdminUsers for users).",
    ),
    (
        "Message could not be recorded|Ticket not found|Resource does not exist|Not Found",
        "",
        "not_found",
        "There is nothing under this number in Request Tracker.",
    ),
    (
        "ContentType is a required field",
        "Content",
        "invalid",
        "A message needs the type of its text; this is a fault of Casebridge.",
    ),
    (
        r"(?P<value>\w+) is a required field for each attachment",
        "",
        "invalid",
        "An attachment lacks its {value}; give the file a name and a type.",
    ),
    ("Link already exists", "", "", ""),
    ("Can't link a ticket to itself", "", "same", "A ticket cannot refer to itself."),
    (r"Couldn't resolve '(?P<value>.*)' into a link", "", "not_found", "There is no ticket {value} to link to."),
    (
        "Merge failed|Permission denied to merge|Ticket doesn't exist",
        "",
        "merge",
        "Request Tracker did not merge the tickets; merge them by hand: Links > Merge into.",
    ),
    (
        "Unknown field: (?P<value>.*) at ",
        "",
        "unknown_field",
        "Request Tracker knows no field {value} to search by; it is older than 5.0.",
    ),
    (
        "Precondition Failed",
        "",
        "changed",
        "Somebody changed it in the same moment; it is tried again with the next sync.",
    ),
    (
        "too large|exceeds",
        "Content",
        "too_long",
        "This is larger than Request Tracker takes ($MaxAttachmentSize); the network still has it.",
    ),
)
_STATUS: Mapping[int, tuple[str, str]] = {
    403: ("forbidden", _NO_RIGHT + "."),
    404: ("not_found", "There is nothing under this number in Request Tracker."),
    409: (Ended.DUPLICATE, "It stands in Request Tracker already."),
    412: ("changed", "Somebody changed it in the same moment; it is tried again with the next sync."),
    413: ("too_long", "This is larger than the server before Request Tracker takes."),
}
_COMPILED = [
    (re.compile(pattern, re.IGNORECASE), blamed, code, sentence) for pattern, blamed, code, sentence in _SENTENCES
]


def refusal(said: str, status: int = 400, *, field: str = "") -> Refusal:
    """Return why, with the remedy; ``field`` where it is known whose value was sent."""
    for pattern, blamed, code, sentence in _COMPILED:
        match = pattern.search(said)
        if match and sentence:
            known = {name: value or "" for name, value in match.groupdict().items()}
            return Refusal(sentence.format(**known), field=blamed or field, code=code)
    if status in _STATUS and not said.strip():
        code, sentence = _STATUS[status]
        return Refusal(sentence, field=field, code=code)
    return Refusal(f"Request Tracker says: {said.strip() or status}. Its log says more.", field=field, code=str(status))
