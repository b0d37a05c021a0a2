"""What people do by hand changes only what may still be changed, and says so of the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from bridge import interventions
from bridge.store import schema
from tests.bridge.queries.conftest import T0, put, put_action, put_delivery

if TYPE_CHECKING:
    from bridge.store.store import Store

STATES = ("pending", "refused", "delivered", "unknown", "waiting", "sending", "gone", "dropped", "accepted")
ACTIONS = ("held", "queued", "sending", "sent", "review", "refused", "unknown", "cancelled")


@pytest.fixture
def outbox(store: Store) -> Store:
    with store.write("fixture") as connection:
        for number, state in enumerate(STATES, 1):
            put_delivery(connection, number, state=state, reason="too long", attempts=3)
        for number, state in enumerate(ACTIONS, 1):
            put_action(connection, number, state)
        put(connection, schema.frozen, delivery_id=4, version=1, batch="b", idempotency_key="k", body={}, job="")
    return store


def _states(store: Store, table: str) -> dict[int, str]:
    rows = schema.delivery if table == "delivery" else schema.action
    with store.read() as connection:
        return {row.id: row.state for row in connection.execute(select(rows.c.id, rows.c.state))}


def test_retry_sends_again_what_was_set_aside_and_nothing_else(outbox: Store) -> None:
    done = interventions.retry_deliveries(outbox, range(1, 10))
    now = _states(outbox, "delivery")
    assert {STATES[id_ - 1]: state for id_, state in now.items()} == {
        "pending": "pending",
        "refused": "pending",
        "waiting": "pending",
        "dropped": "pending",
        "unknown": "unknown",
        "delivered": "delivered",
        "sending": "sending",
        "gone": "gone",
        "accepted": "accepted",
    }
    assert done == {"retried": 5, "delivered": 1, "sending": 1, "gone": 1, "accepted": 1}


def test_drop_gives_up_what_is_not_in_flight(outbox: Store) -> None:
    done = interventions.drop_deliveries(outbox, range(1, 10), by="Ann")
    assert done["dropped"] == 5
    assert {STATES[id_ - 1] for id_, state in _states(outbox, "delivery").items() if state == "dropped"} == {
        "pending", "refused", "unknown", "waiting", "dropped",
    }  # fmt: skip
    with outbox.read() as connection:
        assert connection.execute(select(schema.frozen)).all() == []


def test_actions_are_approved_cancelled_and_sent_again_only_from_where_that_is_safe(outbox: Store) -> None:
    assert interventions.approve_actions(outbox, range(1, 9), T0, by="mia")["queued"] == 3
    assert interventions.retry_actions(outbox, [6, 7], T0)["queued"] == 2
    assert interventions.cancel_actions(outbox, range(1, 9), by="Ann")["cancelled"] == 6
    assert {ACTIONS[id_ - 1] for id_, state in _states(outbox, "action").items() if state == "cancelled"} == {
        "held", "queued", "review", "refused", "unknown", "cancelled",
    }  # fmt: skip
    assert {"sending", "sent"} <= set(_states(outbox, "action").values())
