"""Exports are complete, sorted, and the same however they are cut."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bridge.queries import exports
from bridge.queries.exports import export_cases, export_customers
from bridge.store import schema
from tests.bridge.queries.conftest import put

if TYPE_CHECKING:
    import pytest

    from bridge.store.store import Store


def test_customers_are_exported_with_identifiers_members_and_messages(filled: Store) -> None:
    assert list(export_customers(filled)) == [
        {
            "id": 1,
            "identifiers": ["email::a@example.com", "handle:x:anna", "uid:x:u1"],
            "members": ["x//u1"],
            "messages": ["x//1", "x//2"],
        },
        {
            "id": 2,
            "identifiers": ["email::a@example.com", "handle:x:ben", "uid:x:u2"],
            "members": ["x//u2"],
            "messages": ["mail//3"],
        },
    ]


def test_a_contact_that_the_crm_has_from_us_is_no_member(filled: Store) -> None:
    before = list(export_customers(filled))
    with filled.write("fixture") as connection:
        for number, our_key in ((1, "cb1-p1"), (2, "")):
            put(connection, schema.person, id=number, key=f"desk:U-{number}", instance="desk", native_id=f"U-{number}",
                our_key=our_key)  # fmt: skip
            put(connection, schema.member, vertex=f"r:desk:U-{number}", customer_id=number, provisional=False)
    first, second = export_customers(filled)
    assert first == before[0]
    assert second["members"] == ["desk:U-2", "x//u2"]


def test_cases_are_exported_with_what_belongs_to_them(filled: Store) -> None:
    assert list(export_cases(filled)) == [
        {
            "id": 1,
            "customer": 1,
            "messages": ["x//1", "x//2"],
            "reason": "delivery",
            "priority": "high",
            "queue": "care",
            "status": "open",
            "foreign": None,
            "opened_at": "2026-03-01T08:00:00+00:00",
        }
    ]


def test_the_size_of_batches_changes_nothing(filled: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = list(export_customers(filled))
    monkeypatch.setattr(exports, "BATCH", 1)
    assert list(export_customers(filled)) == whole
