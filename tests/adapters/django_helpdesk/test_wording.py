"""What django-helpdesk refuses, and what people read of it. Its sentences are those of 2.6.1 on Django 5.2."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from adapters.django_helpdesk.errors import Declined, refused
from adapters.django_helpdesk.texts import change_marked, change_of, mark_of, marked, plain, verbatim
from adapters.django_helpdesk.wording import refusal
from bridge.errors import AuthError, RateLimited, Transient, Uncertain

SENTENCES: list[tuple[Any, str, str, str]] = [
    ({"queue": ['Invalid pk "9" - object does not exist.']}, "queue", "not_found", "queue names 9"),
    ({"ticket": ['Invalid pk "99" - object does not exist.']}, "ticket", "not_found", "ticket names 99"),
    ({"custom_channel": ['"fax" is not a valid choice.']}, "custom_channel", "invalid", "does not offer fax"),
    ({"queue": ["Select a valid choice. 2 is not one of the available choices."]}, "queue", "invalid", "Queues"),
    ({"title": ["Ensure this field has no more than 200 characters."]}, "title", "too_long", "truncate: 200"),
    ({"title": ["Ensure this value has at most 200 characters (it has 201)."]}, "title", "too_long", "truncate: 200"),
    ({"title": ["This field may not be blank."]}, "title", "required", "with a default"),
    ({"body": ["This field is required."]}, "description", "required", "with a default"),
    ({"priority": ["This field may not be null."]}, "priority", "required", "with a default"),
    ({"submitter_email": ["Enter a valid email address."]}, "submitter_email", "invalid", "mail address"),
    ({"queue": ["Incorrect type. Expected pk value, received str."]}, "queue", "invalid", "number"),
    ({"custom_count": ["A valid integer is required."]}, "custom_count", "required", "custom_count"),
    (
        {"due_date": ["Datetime has wrong format. Use one of these formats instead: YYYY"]},
        "due_date",
        "invalid",
        "time",
    ),
    (
        {"custom_day": ["Date has wrong format. Use one of these formats instead: YYYY"]},
        "custom_day",
        "invalid",
        "time",
    ),
    ({"public": ["Must be a valid boolean."]}, "public", "invalid", "true or false"),
    ({"comment": ["Not a valid string."]}, "comment", "invalid", "takes a text"),
    ({"custom_link": ["Enter a valid URL."]}, "custom_link", "invalid", "https://"),
    ({"custom_ip": ["Enter a valid IPv4 or IPv6 address."]}, "custom_ip", "invalid", "IP address"),
    (
        {"custom_sum": ["Ensure that there are no more than 5 digits in total."]},
        "custom_sum",
        "invalid",
        "fewer digits",
    ),
    ({"time_spent": ["Duration has wrong format. Use one of these formats"]}, "time_spent", "invalid", "00:15:00"),
    ({"attachments": {"0": ["Unsupported file extension: .exe"]}}, "0", "file", "HELPDESK_VALID_EXTENSIONS"),
    ({"attachments": ["The submitted file is empty."]}, "attachments", "file", "empty"),
    ({"attachments": ["The submitted data was not a file."]}, "attachments", "file", "HELPDESK_ENABLE_ATTACHMENTS"),
    ({"detail": "No Ticket matches the given query."}, "", "not_found", "nothing under this number"),
    ({"detail": "You do not have permission to perform this action."}, "", "forbidden", "Staff status"),
    ({"detail": "JSON parse error - Expecting value"}, "", "invalid", "could not read"),
    ({"detail": 'Method "POST" not allowed.'}, "", "unsupported", "1.0 or newer"),
    ({"detail": 'Unsupported media type "text/xml" in request.'}, "", "unsupported", "DEFAULT_PARSER_CLASSES"),
    ({"detail": "Request was throttled. Expected available in 9 seconds."}, "", "throttled", "DEFAULT_THROTTLE_RATES"),
    ("Request entity too large", "", "too_long", "DATA_UPLOAD_MAX_MEMORY_SIZE"),
    ({"x": ["Something that nobody has seen"]}, "x", "400", "Something that nobody has seen"),
]


@pytest.mark.parametrize(("body", "field", "code", "part"), SENTENCES, ids=[str(row[0])[:45] for row in SENTENCES])
def test_a_refusal_says_why_and_what_to_do(body: object, field: str, code: str, part: str) -> None:
    told = refusal(body, 400)
    assert (told.field, told.code) == (field, code)
    assert part in told.reason
    assert told.reason.endswith(".")


def test_there_are_enough_of_them() -> None:
    assert len(SENTENCES) >= 25


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (401, {"detail": "Invalid token."}, AuthError),
        (403, {"detail": "Authentication credentials were not provided."}, AuthError),
        (403, {"detail": "You do not have permission to perform this action."}, Declined),
        (302, {}, AuthError),
        (400, {"title": ["This field is required."]}, Declined),
        (429, {}, RateLimited),
        (500, {}, Uncertain),
    ],
)
def test_an_answer_has_the_name_of_what_happens_next(status: int, body: object, error: type[Exception]) -> None:
    assert type(refused(httpx.Response(status, json=body), writing=True)) is error


def test_a_read_that_fails_did_nothing() -> None:
    assert type(refused(httpx.Response(500), writing=False)) is Transient


def test_marks_are_told_apart_and_taken_off() -> None:
    message, note = marked("It blinks.\n", "cb1-abc"), change_marked("Linked.", "cb1-def")
    assert (mark_of(message), change_of(message), plain(message)) == ("cb1-abc", "", "It blinks.")
    assert (mark_of(note), change_of(note), plain(note)) == ("", "cb1-def", "Linked.")
    assert mark_of("See [cb1-abc] above, please") == ""


@pytest.mark.parametrize("text", ["{{ a }}", "{% if %}", "{# x #}", "{{{", "100%}", "{", "}", "a { b"])
def test_what_a_template_must_be_has_nothing_that_opens_but_our_own(text: str) -> None:
    bare = verbatim(text).replace('{{ "{" }}', "<").replace('{{ "}" }}', ">")
    assert not any(each in bare for each in ("{{", "{%", "{#", "%}"))
    assert bare.replace("<", "{").replace(">", "}") == text
