"""A store with two customers, one case, an answer, and something in every list."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import insert

from bridge.store import schema

if TYPE_CHECKING:
    from sqlalchemy import Table
    from sqlalchemy.engine import Connection

    from bridge.store.store import Store

T0 = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)


def put(connection: Connection, table: Table, /, **values: Any) -> None:  # noqa: ANN401 - column values
    connection.execute(insert(table).values(**values))


def put_message(connection: Connection, number: int, /, **values: Any) -> None:  # noqa: ANN401 - column values
    row = {
        "id": number,
        "key": f"x//{number}",
        "network": "x",
        "connection": "export",
        "account": "",
        "unit": "",
        "direction": "in",
        "kind": "post",
        "public": True,
        "lang": "",
        "sent_at": T0 + timedelta(hours=number),
        "received_at": T0,
        "missed": False,
        "automatic": False,
        "mode": "live",
        "policy_id": 1,
        "hash": str(number),
    }
    put(connection, schema.message, **(row | values))
    put(connection, schema.message_text, message_id=number, subject="", text=f"text of {number}")


def put_case(connection: Connection, number: int, /, **values: Any) -> None:  # noqa: ANN401 - column values
    row = {
        "id": number,
        "key": f"cb1-case-{number}",
        "anchor": "x//1",
        "status": "open",
        "network": "x",
        "kind": "post",
        "public": True,
        "unit": "",
        "mode": "live",
        "reason": "delivery",
        "priority": "high",
        "queue": "care",
        "foreign_target": "",
        "foreign_ref": "",
        "messages": 2,
        "opened_at": T0,
    }
    put(connection, schema.case, **(row | values))


def put_delivery(connection: Connection, number: int, /, **values: Any) -> None:  # noqa: ANN401 - column values
    row = {
        "id": number,
        "target": "desk",
        "thing": "message",
        "key": f"cb1-{number}",
        "state": "pending",
        "wanted_version": 1,
        "sent_version": 0,
        "delivered_version": 0,
        "delivered_hash": "",
        "ref": "",
        "url": "",
        "sort": number,
        "attempts": 0,
        "reason": "",
        "field": "",
        "waiting_for": "",
        "look_up": False,
        "owner": "",
        "created_at": T0,
    }
    put(connection, schema.delivery, **(row | values))


def put_action(connection: Connection, number: int, state: str) -> None:
    put(
        connection,
        schema.action,
        id=number,
        key=f"a{number}",
        kind="reply",
        target="desk",
        answer_id="",
        case_ref="",
        connection="export",
        network="x",
        public=True,
        actor="Ann",
        text="We are on it.",
        state=state,
        reason="",
        asked_at=T0,
        ref="",
        attempts=0,
    )


@pytest.fixture
def filled(store: Store) -> Store:
    """Anna wrote twice and has a case, Ben once and has none; Anna was also known as customer 3."""
    with store.write("fixture") as connection:
        for number, handle in ((1, "anna"), (2, "ben")):
            put(
                connection, schema.profile, id=number, key=f"x//u{number}", network="x", scope="", uid=f"u{number}",
                handle=handle, name="", url="", own=False,
            )  # fmt: skip
            put(
                connection,
                schema.customer,
                id=number,
                key=f"cb1-p{number}",
                name=handle.title(),
                golden={"handles": [{"network": "x", "handle": handle}]},
            )
            put(connection, schema.member, vertex=f"p:x//u{number}", customer_id=number, provisional=False)
            for relation, what in (
                ("profile", f"handle:x:{handle}"),
                ("mentioned", "phone::+491"),
                ("sender", "email::a@example.com"),
            ):
                put(
                    connection,
                    schema.evidence,
                    vertex=f"p:x//u{number}",
                    identifier=what,
                    relation=relation,
                    sightings=1,
                )
        put(connection, schema.customer, id=3, key="cb1-p3", name="", redirect_to=1)
        put_message(connection, 1, author_id=1, permalink="https://x.example/1")
        put_message(connection, 2, author_id=1, sent_at=None)
        put_message(connection, 3, author_id=2, network="mail", key="mail//3")
        put_case(connection, 1, customer_id=1)
        put_case(connection, 2, customer_id=1, redirect_to=1)
        for number, customer, case, why in ((1, 1, 1, ""), (2, 1, 1, ""), (3, 2, None, "rule:spam")):
            put(
                connection, schema.resolved, message_id=number, conversation_id=1 if number < 3 else 3,
                customer_id=customer, case_id=case, why=why, triage={"reason": "delivery"},
            )  # fmt: skip
        for number, state in enumerate(("pending", "refused", "delivered", "unknown", "waiting", "sending", "gone"), 1):
            put_delivery(
                connection,
                number,
                state=state,
                case_id=1,
                subject_id=1,
                reason="too long" if state == "refused" else "",
            )
        for number, state in enumerate(("held", "queued", "sent", "review", "refused", "unknown"), 1):
            put_action(connection, number, state)
    return store
