"""What people read of Salesforce's errors: one sentence with the remedy for each."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from simple_salesforce.exceptions import SalesforceError

from adapters.salesforce.errors import Declined, translated
from adapters.salesforce.wording import refusal

TABLE = json.loads((Path(__file__).parent / "errors.json").read_text())
NOW = datetime(2026, 3, 2, tzinfo=UTC)


@pytest.mark.parametrize("row", TABLE["records"], ids=lambda row: row["error"].get("statusCode"))
def test_a_refused_record_says_why_and_what_to_do(row: dict[str, object]) -> None:
    told = refusal(row["error"], "Case")  # type: ignore[arg-type]  # JSON
    assert [told.reason, told.field] == [row["reason"], row["field"]]


@pytest.mark.parametrize("row", TABLE["calls"], ids=lambda row: str(row["status"]) + str(row["body"])[:40])
def test_a_refused_call_has_the_name_of_what_happens_next(row: dict[str, object]) -> None:
    error = SalesforceError("https://acme.my.salesforce.com/x", row["status"], "x", row["body"])  # type: ignore[arg-type]  # JSON
    ours = translated(error, NOW, spent=bool(row.get("spent")))
    assert [type(ours).__name__, str(ours)] == [row["is"], row["says"]]
    assert "acme.my" not in str(ours)


def test_the_table_is_long_enough_and_every_sentence_ends() -> None:
    assert len(TABLE["records"]) + len(TABLE["calls"]) >= 25
    assert all(row["reason"].rstrip("”").endswith(".") for row in TABLE["records"])


def test_a_lock_that_a_trigger_met_is_a_lock() -> None:
    fault = {
        "statusCode": "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY",
        "message": "caused by: UNABLE_TO_LOCK_ROW, unable to",
    }
    assert Declined(400, [fault]).said.code == "UNABLE_TO_LOCK_ROW"
