"""The store at a glance: channels, days, reasons, deadlines, people across channels, what was left out."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bridge.queries import overview
from bridge.queries.overview import ApartLine, ChannelLine, Crowd, DeadlineLine, LeftOutLine
from bridge.store import schema
from tests.bridge.queries.conftest import T0, put, put_case, put_message

if TYPE_CHECKING:
    from bridge.store.store import Store

HOUR = timedelta(hours=1)


def test_each_channel_is_counted_the_busiest_first(filled: Store) -> None:
    with filled.read() as connection:
        assert overview.channels(connection) == [
            ChannelLine(network="x", messages=2, from_customers=2, customers=1, cases=1),
            ChannelLine(network="mail", messages=1, from_customers=1, customers=1, cases=0),
        ]


def test_days_without_a_word_are_shown_and_undated_messages_are_not(filled: Store) -> None:
    with filled.read() as connection:
        days = overview.days(connection, T0 + timedelta(days=1), last=3)
    assert days == {"2026-02-28": 0, "2026-03-01": 2, "2026-03-02": 0}


def test_only_cases_that_stand_have_reasons(filled: Store) -> None:
    with filled.read() as connection:
        assert overview.reasons(connection) == {"delivery": 1}


@pytest.mark.parametrize(
    ("due", "answered_at", "expected"),
    [
        (None, None, {"due": 1}),
        (5 * HOUR, None, {"due": 1}),
        (3 * HOUR, None, {"overdue": 1}),
        (3 * HOUR, 2 * HOUR, {"answered": 1}),
        (3 * HOUR, 4 * HOUR, {"answered": 1, "late": 1}),
    ],
)
def test_a_first_answer_is_given_given_late_overdue_or_due(
    filled: Store, due: timedelta | None, answered_at: timedelta | None, expected: dict[str, int]
) -> None:
    with filled.write("test") as connection:
        put_case(connection, 9, priority="urgent", first_reply_due=None if due is None else T0 + due)
        if answered_at is not None:
            put_message(connection, 9, direction="out", sent_at=T0 + answered_at)
            put(connection, schema.resolved, message_id=9, conversation_id=9, case_id=9, why="")
    counts = dict.fromkeys(("answered", "late", "overdue", "due"), 0) | expected
    with filled.read() as connection:
        first, second = overview.deadlines(connection, T0 + 4 * HOUR)
    assert first == DeadlineLine(priority="urgent", cases=1, **counts)
    assert (second.priority, second.due) == ("high", 1)


def test_who_speaks_on_several_networks_is_shown_with_what_holds_them_together(filled: Store) -> None:
    with filled.write("test") as connection:
        put_message(connection, 4, author_id=1, network="mail", key="mail//4")
        put(connection, schema.resolved, message_id=4, conversation_id=4, customer_id=1, case_id=1, why="")
        put(connection, schema.member, vertex="r:crm:K-1", customer_id=1, provisional=False)
        put(connection, schema.member, vertex="p:mail//a", customer_id=1, provisional=False)
        for vertex in ("r:crm:K-1", "p:mail//a"):
            row = {"vertex": vertex, "identifier": "email_folded::a@example.com", "relation": "crm", "sightings": 1}
            put(connection, schema.evidence, **row)
    with filled.read() as connection:
        total, (anna,) = overview.across_channels(connection, limit=5)
        assert overview.widest_case(connection) == 1
    assert (total, anna.customer, anna.name, anna.messages, anna.cases) == (1, 1, "Anna", 3, 1)
    assert (anna.networks, anna.records, anna.known_by) == (["mail", "x"], ["crm:K-1"], ["email"])


def test_what_was_not_merged_is_shown_by_name_with_the_reason(filled: Store) -> None:
    with filled.write("test") as connection:
        put(
            connection,
            schema.person,
            id=1,
            key="crm:K-1",
            instance="crm",
            native_id="K-1",
            name="Anna Ott",
            our_key="",
            merged_into="",
        )
        put(
            connection,
            schema.suggestion,
            left_vertex="p:x//u1",
            right_vertex="r:crm:K-1",
            identifier="customer_number:crm:7",
            reason="the names differ",
        )
    with filled.read() as connection:
        (line,) = overview.kept_apart(connection)
    assert line == ApartLine(
        left="x//u1", right="Anna Ott (crm:K-1)", shared="customer number", reason="the names differ"
    )


def test_a_thread_with_several_customers_tells_whether_a_case_mixes_them(filled: Store) -> None:
    with filled.write("test") as connection:
        for number, customer in ((5, 2), (6, 2)):
            put_message(connection, number)
            put(
                connection,
                schema.resolved,
                message_id=number,
                conversation_id=1,
                customer_id=customer,
                case_id=1,
                why="",
            )
    with filled.read() as connection:
        assert overview.busiest_thread(connection) == Crowd(messages=4, customers=2, cases=1, mixed=1)


def test_what_became_no_case_is_shown_by_why_with_an_example(filled: Store) -> None:
    with filled.read() as connection:
        assert overview.left_out(connection) == [LeftOutLine(why="rule:spam", messages=1, example="text of 3")]


def test_an_empty_store_is_no_error(store: Store) -> None:
    with store.read() as connection:
        assert overview.channels(connection) == []
        assert set(overview.days(connection, T0, last=2).values()) == {0}
        assert overview.deadlines(connection, T0) == []
        assert overview.across_channels(connection, limit=3) == (0, [])
        assert overview.busiest_thread(connection) is None
        assert overview.widest_case(connection) is None
