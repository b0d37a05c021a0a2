"""What HubSpot answers becomes what to do next, in plain words with the remedy."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import hubspot.crm.contacts.exceptions as of_contacts  # type: ignore[import-untyped]  # ships no types
import hubspot.crm.tickets.exceptions as of_tickets  # type: ignore[import-untyped]  # the same
import pytest
from urllib3.exceptions import ConnectTimeoutError, MaxRetryError, ProtocolError, ReadTimeoutError

from adapters.hubspot.errors import Declined, problem_of, translated
from bridge.errors import AuthError, BudgetSpent, ConfigError, RateLimited, Transient, Uncertain
from bridge.nouns import Refusal, Retry, Unknown

MIDNIGHT = datetime(2026, 3, 3, tzinfo=UTC)


def other(category: str, message: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - parts of a body
    return {"status": "error", "category": category, "message": message, **more}


TABLE = json.loads((Path(__file__).parent / "errors.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("row", TABLE["records"], ids=lambda row: row["says"][:40])
def test_each_refusal_says_in_plain_words_what_to_do(row: dict[str, Any]) -> None:
    outcome = problem_of(row["status"], row["body"]).outcome()
    assert isinstance(outcome, Refusal)
    assert [outcome.reason, outcome.field] == [row["says"], row["field"]]


@pytest.mark.parametrize("row", TABLE["calls"], ids=lambda row: f"{row['status']} {row['is']}")
def test_each_refused_call_has_the_name_of_what_happens_next(row: dict[str, Any]) -> None:
    error = of_contacts.ApiException(http_resp=Response(row["status"], row["body"]))
    ours = translated(error, writing=row["writing"], midnight=MIDNIGHT)
    assert [type(ours).__name__, str(ours)] == [row["is"], row["says"]]


def test_the_table_is_long_enough_and_each_sentence_leads_somewhere() -> None:
    assert len(TABLE["records"]) + len(TABLE["calls"]) >= 25
    remedies = ("Settings > ", "casebridge ")
    assert [row["says"] for row in TABLE["records"] if not any(each in row["says"] for each in remedies)] == []


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
