"""What django-helpdesk refuses, in plain words with the remedy. It names the field; its words may be translated."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from bridge.nouns import Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ADMIN = "Admin > Helpdesk"
_FIELDS: Mapping[str, str] = {"body": "description", "non_field_errors": "", "detail": ""}
"""Names of the form behind the interface → the interface's own."""
_SENTENCES: Sequence[tuple[str, str, str]] = (
    (r"Invalid pk \"(?P<value>.*)\"", "not_found", "{field} names {value}, which is not there or not for our user: look under " + ADMIN + "."),
    (r"\"(?P<value>.*)\" is not a valid choice", "invalid", "{field} does not offer {value}; map to one that " + ADMIN + " > Custom fields (or the site's settings) lists."),
    (r"Select a valid choice", "invalid", "{field} does not offer this value to our user: give access to the queue under " + ADMIN + " > Queues."),
    (r"no more than (?P<value>\d+) characters", "too_long", "{field} takes {value} characters: write truncate: {value} into the mapping."),
    (r"at most (?P<value>\d+) characters", "too_long", "{field} takes {value} characters: write truncate: {value} into the mapping."),
    (r"may not be blank|is required|may not be null|cannot be empty", "required", "{field} must be filled: write it into the mapping, with a default."),
    (r"valid email", "invalid", "{field} takes a mail address; leave it out where there is none."),
    (r"Incorrect type|valid integer|A valid number", "invalid", "{field} takes a number."),
    (r"Datetime has wrong format|Enter a valid date|Date has wrong format|Time has wrong format", "invalid", "{field} takes a time such as 2026-03-02T09:00:00Z."),
    (r"Must be a valid boolean", "invalid", "{field} takes true or false."),
    (r"Not a valid string", "invalid", "{field} takes a text."),
    (r"valid URL", "invalid", "{field} takes an address that begins with https://."),
    (r"valid .slug", "invalid", "{field} takes letters, digits, - and _."),
    (r"IPv", "invalid", "{field} takes an IP address."),
    (r"digits in total|decimal places", "invalid", "{field} takes fewer digits: see " + ADMIN + " > Custom fields."),
    (r"Duration has wrong format", "invalid", "{field} takes a duration such as 00:15:00."),
    (r"extension|File type not supported|Unsupported file", "file", "The site takes no such files: add the ending to HELPDESK_VALID_EXTENSIONS in its settings."),
    (r"submitted file is empty", "file", "An attachment is empty; the network has nothing to fetch any more."),
    (r"not a file|No file was submitted", "file", "An attachment was not taken as a file: switch HELPDESK_ENABLE_ATTACHMENTS on."),
    (r"already exists", "duplicate", "{field} has this value in another record."),
    (r"No (Ticket|FollowUp) matches|Not found", "not_found", "There is nothing under this number in django-helpdesk."),
    (r"do not have permission", "forbidden", "Our user may not do that: tick Staff status, and give it the permissions under Admin > Users."),
    (r"JSON parse error", "invalid", "django-helpdesk could not read what was sent; something before it changes bodies."),
    (r"Method \"?\w+\"? not allowed", "unsupported", "This version of django-helpdesk cannot do that; it takes 1.0 or newer."),
    (r"Unsupported media type", "unsupported", "The site takes no such bodies: leave DEFAULT_PARSER_CLASSES of REST_FRAMEWORK as it is."),
    (r"Request was throttled", "throttled", "The site asks to wait (REST_FRAMEWORK > DEFAULT_THROTTLE_RATES)."),
    (r"too large", "too_long", "This is larger than the site takes (DATA_UPLOAD_MAX_MEMORY_SIZE, or the web server before it)."),
)  # fmt: skip
_COMPILED = [(re.compile(pattern, re.IGNORECASE), code, sentence) for pattern, code, sentence in _SENTENCES]


def refusal(body: Any, status: int) -> Refusal:  # noqa: ANN401 - JSON
    """Return why, with the remedy and the field that is to blame."""
    name, said = _first(body)
    field = _FIELDS.get(name, name)
    for pattern, code, sentence in _COMPILED:
        match = pattern.search(said)
        if match:
            return Refusal(sentence.format(field=field or "A field", **match.groupdict()), field=field, code=code)
    told = said.strip() or f"HTTP {status}"
    return Refusal(
        f"django-helpdesk refuses {field or 'it'}: {told}. Its log says more.", field=field, code=str(status)
    )


def _first(body: Any) -> tuple[str, str]:  # noqa: ANN401 - JSON
    """Return the first field that a body complains of, and how."""
    if isinstance(body, dict):
        for name, told in body.items():
            inner, said = _first(told)
            return (name if isinstance(told, (str, list)) else inner or name), said
    if isinstance(body, list):
        return _first(body[0]) if body else ("", "")
    return "", str(body or "")
