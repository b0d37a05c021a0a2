"""Lists and details for people: newest first, cut by keyset, text hidden unless asked for."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bridge.errors import ConfigError
from bridge.queries import cases, customers, messages, outbox, status
from bridge.queries.cases import CaseFilter
from bridge.queries.messages import MessageFilter
from bridge.queries.selection import Cut
from bridge.store import schema
from tests.bridge.queries.conftest import T0, put

if TYPE_CHECKING:
    from bridge.store.store import Store


def test_messages_come_newest_first_and_are_cut_by_keyset(filled: Store) -> None:
    with filled.read() as connection:
        first = messages.list_messages(connection, MessageFilter(), Cut(limit=2))
        rest = messages.list_messages(connection, MessageFilter(), Cut(limit=2, before=first[-1].id))
    assert [row.id for row in (*first, *rest)] == [3, 2, 1]
    assert [row.author for row in (*first, *rest)] == ["ben", "anna", "anna"]


def test_text_is_hidden_unless_asked_for(filled: Store) -> None:
    with filled.read() as connection:
        hidden = messages.list_messages(connection, MessageFilter(), Cut())
        shown = messages.list_messages(connection, MessageFilter(), Cut(), show_text=True)
        action = outbox.show_action(connection, 1)
    assert {row.text for row in hidden} == {None}
    assert shown[0].text == "text of 3"
    assert action is not None
    assert action.text is None


@pytest.mark.parametrize(
    ("wanted", "ids"),
    [
        (MessageFilter(network="mail"), [3]),
        (MessageFilter(customer=1), [2, 1]),
        (MessageFilter(case=1), [2, 1]),
        (MessageFilter(why="rule:spam"), [3]),
        (MessageFilter(direction="out"), []),
    ],
)
def test_messages_are_filtered(filled: Store, wanted: MessageFilter, ids: list[int]) -> None:
    with filled.read() as connection:
        assert [row.id for row in messages.list_messages(connection, wanted, Cut())] == ids


def test_a_timeline_is_in_the_order_of_the_network_with_undated_messages_first(filled: Store) -> None:
    with filled.read() as connection:
        rows = messages.timeline(connection, MessageFilter(customer=1), limit=10)
    assert [row.id for row in rows] == [2, 1]


def test_a_message_is_found_by_number_and_by_key(filled: Store) -> None:
    with filled.read() as connection:
        assert messages.message_number(connection, "mail//3") == 3
        assert messages.message_key(connection, 3) == "mail//3"
        detail = messages.show_message(connection, 3)
        assert messages.show_message(connection, 99) is None
    assert detail is not None
    assert (detail.message.why, detail.triage) == ("rule:spam", {"reason": "delivery"})


def test_conversations_are_counted(filled: Store) -> None:
    with filled.read() as connection:
        rows = messages.list_conversations(connection, Cut())
    assert [(row.id, row.messages, row.customers, row.cases) for row in rows] == [(3, 1, 1, 0), (1, 2, 1, 1)]


def test_customers_that_became_part_of_another_are_shown_as_that(filled: Store) -> None:
    with filled.read() as connection:
        rows = customers.list_customers(connection, Cut())
        detail = customers.show_customer(connection, 3)
    assert [(row.id, row.members, row.messages, row.cases) for row in rows] == [(2, 1, 1, 0), (1, 1, 2, 2)]
    assert detail is not None
    assert (detail.id, detail.cases, detail.redirected_from) == (1, [1], [3])


def test_redirects_in_a_circle_end(filled: Store) -> None:
    with filled.write("fixture") as connection:
        connection.execute(schema.customer.update().where(schema.customer.c.id == 1).values(redirect_to=3))
    with filled.read() as connection:
        assert customers.live_customer(connection, 3) is None


def test_what_several_show_is_named_with_those_who_do(filled: Store) -> None:
    both = ["p:x//u1", "p:x//u2"]
    with filled.read() as connection:
        assert customers.shared(connection, both) == {"email::a@example.com": both, "phone::+491": both}


def test_a_suggestion_ends_when_its_two_customers_are_one(filled: Store) -> None:
    with filled.write("fixture") as connection:
        put(connection, schema.suggestion, left_vertex="p:x//u1", right_vertex="p:x//u2", identifier="phone::+491", reason="x")  # fmt: skip
    with filled.read() as connection:
        (row,) = customers.suggestions(connection, Cut())
    assert (row.customers, row.vertices, row.identifier) == ([1, 2], ["p:x//u1", "p:x//u2"], "phone::+491")
    with filled.write("fixture") as connection:
        connection.execute(schema.member.update().values(customer_id=1))
    with filled.read() as connection:
        assert customers.suggestions(connection, Cut()) == []


def test_cases_are_filtered_and_followed(filled: Store) -> None:
    with filled.read() as connection:
        assert [row.id for row in cases.list_cases(connection, CaseFilter(queue="care"), Cut())] == [1]
        assert cases.list_cases(connection, CaseFilter(status="closed"), Cut()) == []
        detail = cases.show_case(connection, 2)
        assert cases.first_message(connection, 2) == "x//1"
    assert detail is not None
    assert detail.case.id == 1
    assert len(detail.deliveries) == 7


@pytest.mark.parametrize(
    ("where", "ids"),
    [
        (["state=refused"], [2]),
        (["reason=long"], [2]),
        (["case=C-1", "state=gone"], [7]),
        (["id=D-4"], [4]),
        (["target=crm"], []),
    ],
)
def test_deliveries_are_chosen_by_conditions(filled: Store, where: list[str], ids: list[int]) -> None:
    with filled.read() as connection:
        assert outbox.delivery_numbers(connection, where) == ids
        assert [row.id for row in outbox.list_deliveries(connection, where, Cut())] == ids


@pytest.mark.parametrize("where", ["colour=red", "state", "case=soon", "id=9999999999999999999999"])
def test_a_wrong_condition_is_a_sentence(filled: Store, where: str) -> None:
    with filled.read() as connection, pytest.raises(ConfigError, match="--where"):
        outbox.delivery_numbers(connection, [where])


def test_status_counts_everything_and_names_states_that_are_empty(filled: Store) -> None:
    with filled.write("fixture") as connection:
        put(connection, schema.run, command="sync", started_at=T0, ended_at=T0, exit_code=1)
        put(connection, schema.run, command="sync", started_at=T0 + timedelta(hours=1), exit_code=None)
        put(
            connection, schema.progress, connection="export", stream="messages", cursor="", seen=3, new=3, repeated=0,
            quarantined=0, other=0, error="", last_ok_at=T0,
        )  # fmt: skip
    now = T0 + timedelta(hours=3)
    with filled.read() as connection:
        found = status.status(connection, now, ("careful",), {"mail": ("what was deleted",)})
    assert (found.messages, found.conversations, found.customers, found.cases) == (3, 2, 2, 1)
    assert found.deliveries["pending"] == found.deliveries["waiting"] == 1
    assert found.actions["cancelled"] == 0
    assert found.connections[0].cursor_age_seconds == 3 * 3600
    assert found.warnings == ["careful"]
    assert found.unseen == {"mail": ["what was deleted"]}
    assert found.last_run is not None
    assert found.last_run.ended_at is None
    assert status.too_old(found.last_good_run_at, now, timedelta(hours=2))
    assert not status.too_old(found.last_good_run_at, now, timedelta(hours=4))
    assert status.too_old(None, now, timedelta(days=9))
