"""What HubSpot answers becomes what to do next, in plain words with the remedy."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import hubspot.crm.contacts.exceptions as of_contacts  # type: ignore[import-untyped]  # ships no types
import hubspot.crm.tickets.exceptions as of_tickets  # type: ignore[import-untyped]  # the same
import pytest
from urllib3.exceptions import ConnectTimeoutError, MaxRetryError, ProtocolError, ReadTimeoutError

from adapters.hubspot.errors import Declined, Uncertain, problem_of, translated
from bridge.errors import AuthError, BudgetSpent, ConfigError, RateLimited, Transient
from bridge.nouns import Refusal, Retry, Unknown

MIDNIGHT = datetime(2026, 3, 3, tzinfo=UTC)


def values(code: str, name: str, said: str = "no") -> dict[str, Any]:
    """Return a refusal of a property's value as HubSpot words it."""
    inner = [{"isValid": False, "message": said, "error": code, "name": name}]
    message = f"Property values were not valid: {json.dumps(inner)}"
    return {"status": "error", "category": "VALIDATION_ERROR", "message": message}


def other(category: str, message: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - parts of a body
    return {"status": "error", "category": category, "message": message, **more}


SENTENCES: list[tuple[int, dict[str, Any], str, str]] = [
    (400, values("PROPERTY_DOESNT_EXIST", "acme_x"), "acme_x", "has no property acme_x: create it under Settings"),
    (400, values("INVALID_OPTION", "hs_ticket_priority", "FOO was not one of"), "hs_ticket_priority", "does not offer"),
    (400, values("INVALID_EMAIL", "email"), "email", "no valid mail address"),
    (400, values("INVALID_INTEGER", "reach"), "reach", "whole number"),
    (400, values("INVALID_LONG", "hs_timestamp"), "hs_timestamp", "a number or a time"),
    (400, values("INVALID_DOUBLE", "rating"), "rating", "takes a number"),
    (400, values("INVALID_DATE", "born"), "born", "takes a date"),
    (400, values("INVALID_BOOLEAN", "vip"), "vip", "true or false"),
    (400, values("INVALID_PHONE_NUMBER", "phone"), "phone", "no valid phone number"),
    (400, values("INVALID_OWNER_ID", "hubspot_owner_id"), "hubspot_owner_id", "Users & Teams"),
    (400, values("READ_ONLY_VALUE", "hs_object_id"), "hs_object_id", "read-only"),
    (400, values("PROPERTY_VALUE_TOO_LONG", "subject"), "subject", "truncate"),
    (400, values("REQUIRED_PROPERTY", "subject"), "subject", "is required"),
    (400, values("CONFLICTING_UNIQUE_VALUE", "acme_no", "17 already has that value."), "acme_no", "another record"),
    (400, values("INVALID_PIPELINE_STAGE", "hs_pipeline_stage"), "hs_pipeline_stage", "Tickets > Pipelines"),
    (400, values("PROPERTY_VALIDATION_RULE_FAILED", "subject", "At most 120"), "subject", "At most 120"),
    (400, values("GDPR_BLACKLISTED", "email"), "email", "deleted for good"),
    (400, values("NEVER_SEEN_BEFORE", "x", "Something odd"), "x", "Something odd"),
    (
        400,
        other(
            "VALIDATION_ERROR",
            "Error creating TICKET. Some required properties were not set.",
            context={"properties": ["acme_region"]},
        ),
        "acme_region",
        "acme_region is required in this account",
    ),
    (400, other("VALIDATION_ERROR", 'Property "acme_y" does not exist'), "acme_y", "acme_y"),
    (400, other("VALIDATION_ERROR", "Invalid input JSON on line 1"), "", "Invalid input JSON"),
    (409, other("CONFLICT", "Contact already exists. Existing ID: 12345"), "", "casebridge customers suggestions"),
    (409, other("OBJECT_ALREADY_EXISTS", "A property named 'x' already exists."), "", "stands there already"),
    (404, other("OBJECT_NOT_FOUND", "No ticket with ID 99 exists"), "", "not there any more"),
    (400, other("INVALID_PROPERTY", "hs_x"), "", "a property"),
    (403, other("MISSING_SCOPES", "This app hasn't been granted all"), "", "Service Keys"),
    (400, other("SOMETHING_NEW", "Words nobody knows", correlationId="c-1"), "", "correlation id c-1"),
    (414, {"message": "URI too long"}, "", "URI too long"),
]


@pytest.mark.parametrize(("status", "body", "field", "words"), SENTENCES, ids=lambda value: str(value)[:40])
def test_each_refusal_says_in_plain_words_what_to_do(status: int, body: Any, field: str, words: str) -> None:  # noqa: ANN401 - a body
    outcome = problem_of(status, body).outcome()
    assert isinstance(outcome, Refusal)
    assert outcome.field == field
    assert words in outcome.reason
    assert "{" not in outcome.reason


@pytest.mark.parametrize(
    ("status", "category", "kind"),
    [
        (423, "LOCKED", Retry),
        (429, "RATE_LIMITS", Retry),
        (500, "INTERNAL_ERROR", Unknown),
        (207, "INTERNAL_ERROR", Unknown),
    ],
)
def test_what_passes_is_tried_again_record_by_record(status: int, category: str, kind: type[object]) -> None:
    assert type(problem_of(status, other(category, "There was a problem")).outcome()) is kind


class Response:
    """What the client's exceptions are made from."""

    def __init__(self, status: int, body: object) -> None:
        """Answer so."""
        self.status, self.reason, self.data = status, "", json.dumps(body).encode()

    def getheaders(self) -> dict[str, str]:
        """Return none."""
        return {}


CALLS: list[tuple[int, dict[str, Any], bool, type[Exception]]] = [
    (401, other("EXPIRED_AUTHENTICATION", "expired"), True, AuthError),
    (403, other("MISSING_SCOPES", "scopes"), True, AuthError),
    (429, other("RATE_LIMITS", "limit", policyName="TEN_SECONDLY_ROLLING"), True, RateLimited),
    (429, other("RATE_LIMITS", "limit", policyName="DAILY"), True, BudgetSpent),
    (423, other("LOCKED", "locked"), True, RateLimited),
    (477, other("MIGRATION_IN_PROGRESS", "moving"), True, RateLimited),
    (500, {}, True, Uncertain),
    (502, {}, True, Uncertain),
    (503, {}, True, Uncertain),
    (524, {}, True, Uncertain),
    (500, {}, False, Transient),
    (521, {}, True, Transient),
    (400, other("VALIDATION_ERROR", "no"), True, Declined),
    (302, {}, True, ConfigError),
]


@pytest.mark.parametrize(("status", "body", "writing", "kind"), CALLS)
@pytest.mark.parametrize("package", [of_contacts, of_tickets])
def test_each_package_of_the_client_is_understood_alike(
    package: Any,  # noqa: ANN401 - a module
    status: int,
    body: dict[str, Any],
    kind: type[Exception],
    *,
    writing: bool,
) -> None:
    error = package.ApiException(http_resp=Response(status, body))
    ours = translated(error, writing=writing, midnight=MIDNIGHT)
    assert type(ours) is kind


def test_waits_are_those_of_the_policy() -> None:
    for policy, seconds in (("TEN_SECONDLY_ROLLING", 10), ("SECONDLY", 1), ("NEW_ONE", 10)):
        error = of_tickets.ApiException(http_resp=Response(429, other("RATE_LIMITS", "limit", policyName=policy)))
        ours = translated(error, writing=True, midnight=MIDNIGHT)
        assert isinstance(ours, RateLimited)
        assert ours.retry_after == seconds


def test_what_never_left_is_told_from_what_may_have_arrived() -> None:
    refused = MaxRetryError(None, "/", ConnectTimeoutError())  # type: ignore[arg-type]  # no pool is needed
    lost = ReadTimeoutError(None, "/", "Read timed out.")  # type: ignore[arg-type]  # the same
    cut = ProtocolError("Connection aborted.")
    kinds = [type(translated(error, writing=True, midnight=MIDNIGHT)) for error in (refused, lost, cut)]
    assert kinds == [Transient, Uncertain, Uncertain]
    assert type(translated(lost, writing=False, midnight=MIDNIGHT)) is Transient


def test_what_is_no_error_of_the_client_comes_through() -> None:
    with pytest.raises(KeyError):
        translated(KeyError("ours"), writing=True, midnight=MIDNIGHT)
