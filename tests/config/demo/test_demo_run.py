"""The main job on the demonstration's week: people found across channels, one case a matter, nothing doubled."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from bridge import engine, runs
from bridge.clock import FixedClock
from bridge.errors import Exit
from bridge.store import schema
from cli import compose
from config.demo import write_project

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bridge.app import App

NOW = datetime(2027, 7, 14, 19, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    folder = tmp_path_factory.mktemp("demo") / "project"
    write_project(folder, NOW)
    composed = compose(folder, FixedClock(NOW))
    report = engine.sync(composed, "week", runs.SyncOptions())
    assert report.exit_code is Exit.SET_ASIDE, report.problems
    yield composed
    composed.store.close()


def _rows(app: App) -> list[tuple[str, int | None, int | None, str]]:
    """Return key, customer, case and reason for none, of every message."""
    query = select(
        schema.message.c.key, schema.resolved.c.customer_id, schema.resolved.c.case_id, schema.resolved.c.why
    ).join(schema.resolved, schema.resolved.c.message_id == schema.message.c.id)
    with app.store.read() as connection:
        return [(key, customer, case, why) for key, customer, case, why in connection.execute(query)]


def _customer(app: App, profile: str) -> int:
    query = select(schema.member.c.customer_id).where(schema.member.c.vertex == profile)
    with app.store.read() as connection:
        found: int = connection.execute(query).scalar_one()
        return found


def test_somebody_who_changes_channels_is_one_customer(app: App) -> None:
    """Mail, X, WhatsApp and the phone, through her contact in the CRM."""
    seen = {
        _customer(app, vertex)
        for vertex in (
            "p:mail//katrin.achterberg@posthorn.example",
            "p:x//71001",
            "p:whatsapp//491713920017",
            "r:crm:K-1001",
        )
    }
    assert len(seen) == 1


def test_four_mails_a_tweet_and_a_whatsapp_message_about_one_router_are_one_case(app: App) -> None:
    customer = _customer(app, "p:x//71001")
    cases: dict[int, set[str]] = {}
    for key, owner, case, _ in _rows(app):
        if owner == customer and case is not None:
            cases.setdefault(case, set()).add(key)
    largest = max(cases.values(), key=len)
    assert {key.split("/")[0] for key in largest} >= {"mail", "x", "whatsapp"}
    assert sum(key.startswith("mail//<m") and "posthorn" in key for key in largest) == 4


def test_a_shared_number_keeps_a_couple_two_people(app: App) -> None:
    assert _customer(app, "r:crm:K-1016") != _customer(app, "r:crm:K-1032")


def test_a_renamed_handle_stays_the_same_customer(app: App) -> None:
    with app.store.read() as connection:
        handles = connection.execute(
            select(schema.profile.c.handle).where(schema.profile.c.key == "instagram//80012")
        ).scalars()
        assert list(handles) == ["luna.naeht"]


def test_people_in_the_crowded_thread_have_cases_of_their_own(app: App) -> None:
    owners: dict[int, set[int | None]] = {}
    for _, customer, case, _ in _rows(app):
        if case is not None:
            owners.setdefault(case, set()).add(customer)
    assert all(len(customers) == 1 for customers in owners.values())


def test_spam_entries_praise_and_the_employee_become_no_cases(app: App) -> None:
    reasons = {why for _, _, case, why in _rows(app) if case is None}
    assert {"rule:nordlicht-spam", "rule:nordlicht-gewinnt", "rule:praise", "rule:employee"} <= reasons


def test_a_complaint_in_an_entry_to_the_competition_is_a_case(app: App) -> None:
    """Kd-55213 would take part, but has no telephone."""
    query = (
        select(schema.resolved.c.case_id)
        .join(schema.message_text, schema.message_text.c.message_id == schema.resolved.c.message_id)
        .where(schema.message_text.c.text.contains("Kd-55213"), schema.message_text.c.text.contains("Gewinnt"))
    )
    with app.store.read() as connection:
        assert connection.execute(query).scalar_one() is not None


def test_a_second_run_delivers_nothing_and_changes_nothing(app: App) -> None:
    before = _rows(app)
    report = engine.sync(app, "week", runs.SyncOptions())
    assert report.counts["desk"].get("created", 0) == 0, report.counts
    assert _rows(app) == before
