"""What Zendesk answers becomes what to do next, in plain words with the remedy."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from adapters.zendesk.errors import Declined, Denied, answered, problem_of, problem_of_item
from bridge.errors import AuthError, ConfigError, RateLimited, Transient, Uncertain
from bridge.nouns import Refusal, Retry
from bridge.unanswered import lost


def invalid(name: str, said: str, error: str = "InvalidValue") -> dict[str, Any]:
    """Return a refusal of a value as Zendesk words it."""
    details = {name: [{"description": said, "error": error}]}
    return {"error": "RecordInvalid", "description": "Record validation errors", "details": details}


SENTENCES: list[tuple[int, Any, str, str]] = [
    (
        422,
        invalid("email", "Email: a@b.example is already being used by another user", "DuplicateValue"),
        "email",
        "casebridge customers suggestions",
    ),
    (422, invalid("email", "Email: a(at)b is not properly formatted"), "email", "no valid mail address"),
    (
        422,
        invalid("external_id", "External: has already been taken", "DuplicateValue"),
        "external_id",
        "has this external_id already",
    ),
    (422, invalid("name", "Name: is too short (minimum one character)", "BlankValue"), "name", "give it a default"),
    (422, invalid("base", "Name: is too long (maximum is 255 characters)"), "name", "truncate it in the mapping"),
    (422, invalid("base", "Phone number: is invalid"), "phone", "phone"),
    (422, invalid("role", "Role: boss is not a valid role"), "role", "end users only"),
    (422, invalid("base", "Kim is the requester of 2 ticket(s) that are not closed."), "", "solve or reassign"),
    (422, invalid("base", "Description: cannot be blank", "BlankValue"), "description", "give it a default"),
    (422, invalid("comment", "Comment: is too long (maximum is 65536 characters)"), "description", "truncate it"),
    (422, invalid("base", "Subject: is too long (maximum is 255 characters)"), "subject", "truncate it"),
    (
        422,
        invalid("status", "Status: resolved is not one of the allowed values"),
        "status",
        "correct map: in the mapping",
    ),
    (
        422,
        invalid("priority", "Priority: huge is not one of the allowed values"),
        "priority",
        "correct map: in the mapping",
    ),
    (422, invalid("status", "Status: closed prevents ticket update"), "status", "create a follow-up"),
    (422, invalid("requester", "Requester: Kim is suspended."), "requester_id", "Unsuspend them"),
    (422, invalid("requester_id", "Requester: is invalid or was deleted"), "requester_id", "deleted in Zendesk"),
    (
        422,
        invalid("base", "Assignee: is not an agent who can be assigned"),
        "assignee_id",
        "not an agent who can be assigned",
    ),
    (422, invalid("base", "Group: is invalid"), "group_id", "does not take group_id"),
    (422, invalid("base", "Acme region: emea2 is not a valid option"), "", "the drop-down does not offer"),
    (422, invalid("base", "Acme region: is required when solving a ticket"), "", "is required in this account"),
    (
        422,
        {"error": "InvalidCustomField", "description": "Custom field 99 does not exist or is not active"},
        "",
        "Tickets > Fields",
    ),
    (404, {"error": "RecordNotFound", "description": "Not found"}, "", "not there any more"),
    (404, {"error": "InvalidEndpoint", "description": "Not found"}, "", "correct url"),
    (400, {"error": "IdempotentRequestError", "description": "another body"}, "", "casebridge deliveries retry"),
    (400, {"error": "TooManyValues", "description": "100 at a time"}, "", "fewer records"),
    (413, {"error": "AttachmentTooLarge", "description": "50 MB"}, "", "50 MB"),
    (
        400,
        {"error": {"title": "Invalid attribute", "message": "You passed an invalid value for the id attribute."}},
        "",
        "an invalid value",
    ),
    (
        400,
        {"error": "NeverSeenBefore", "description": "Words nobody knows"},
        "",
        "Words nobody knows (NeverSeenBefore)",
    ),
    (414, "URI too long", "", "URI too long"),
]


@pytest.mark.parametrize(("status", "body", "field", "words"), SENTENCES, ids=lambda value: str(value)[-40:])
def test_each_refusal_says_in_plain_words_what_to_do(status: int, body: Any, field: str, words: str) -> None:  # noqa: ANN401 - a body
    outcome = problem_of(status, body).outcome()
    assert isinstance(outcome, Refusal)
    assert outcome.field == field
    assert words in outcome.reason
    assert "{" not in outcome.reason


def test_an_item_of_a_job_is_understood_as_a_call_of_its_own_would_be() -> None:
    item = {"index": 3, "error": "InvalidValue", "details": "Requester: Kim is suspended.", "success": False}
    alone = problem_of(422, invalid("requester", "Requester: Kim is suspended.")).outcome()
    assert isinstance(alone, Refusal)
    outcome = problem_of_item(item).outcome()
    assert isinstance(outcome, Refusal)
    assert (outcome.field, outcome.reason) == (alone.field, alone.reason)


@pytest.mark.parametrize(("status", "error"), [(409, "Conflict"), (422, "DatabaseConflict"), (429, "TooManyRequests")])
def test_what_passes_is_tried_again_record_by_record(status: int, error: str) -> None:
    assert isinstance(problem_of(status, {"error": error, "description": "not now"}).outcome(), Retry)


CALLS: list[tuple[int, bool, type[Exception]]] = [
    (401, True, AuthError),
    (403, True, Denied),
    (422, True, Declined),
    (404, False, Declined),
    (429, True, RateLimited),
    (500, True, Uncertain),
    (503, True, Uncertain),
    (500, False, Transient),
    (302, True, ConfigError),
]


@pytest.mark.parametrize(("status", "writing", "kind"), CALLS)
def test_a_call_that_fails_says_what_happens_next(status: int, kind: type[Exception], *, writing: bool) -> None:
    response = httpx.Response(status, json={"error": "x", "description": "y"})
    with pytest.raises(kind) as raised:
        answered(response, writing=writing)
    assert type(raised.value) is kind


def test_the_wait_is_the_one_that_zendesk_asks_for() -> None:
    for header, seconds in ({"Retry-After": "17"}, 17), ({}, 30):
        with pytest.raises(RateLimited) as limit:
            answered(httpx.Response(429, headers=header, json={"error": "TooManyJobs"}), writing=True)
        assert limit.value.retry_after == seconds


def test_what_never_left_is_told_from_what_may_have_arrived() -> None:
    refused, silent, cut = httpx.ConnectError("refused"), httpx.ReadTimeout("silence"), httpx.RemoteProtocolError("cut")
    assert [type(lost(error, "Zendesk", writing=True)) for error in (refused, silent, cut)] == [
        Transient,
        Uncertain,
        Uncertain,
    ]
    assert type(lost(silent, "Zendesk", writing=False)) is Transient


def test_a_body_that_is_no_json_is_shown_as_it_is() -> None:
    with pytest.raises(Declined, match="Bad Gateway of somebody's proxy"):
        answered(httpx.Response(400, text="Bad Gateway of somebody's proxy"), writing=True)
