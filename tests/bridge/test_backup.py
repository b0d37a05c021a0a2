"""A restored store trusts nothing that it holds for unsent; PostgreSQL is backed up with its own tools."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from bridge import backup
from bridge.errors import Unsupported
from bridge.store import schema
from bridge.store.settings import read_setting
from bridge.store.store import Store
from tests.bridge.queries.conftest import T0, put, put_action, put_delivery

if TYPE_CHECKING:
    from pathlib import Path

DELIVERIES = ("pending", "sending", "accepted", "delivered", "refused")
ACTIONS = ("held", "queued", "sending", "sent", "refused")


def test_after_a_restore_everything_is_looked_up_and_no_answer_goes_by_itself(store: Store) -> None:
    with store.write("fixture") as connection:
        for number, state in enumerate(DELIVERIES, 1):
            put_delivery(connection, number, state=state, owner="somebody")
        for number, state in enumerate(ACTIONS, 1):
            put_action(connection, number, state)
        put(connection, schema.lease, name="collect:export", owner="somebody", token=1, until=T0)
    backup.distrust(store, T0)
    delivery, action = schema.delivery.c, schema.action.c
    with store.read() as connection:
        deliveries = connection.execute(select(delivery.state, delivery.look_up).order_by(delivery.id)).all()
        actions = connection.execute(select(action.state).order_by(action.id)).scalars().all()
        assert read_setting(connection, backup.RESTORED_AT) == T0.isoformat()
        assert connection.execute(select(schema.lease)).all() == []
    assert [row.state for row in deliveries] == ["pending", "unknown", "unknown", "delivered", "refused"]
    assert all(row.look_up for row in deliveries)
    assert actions == ["review", "review", "review", "sent", "refused"]


def test_without_the_tools_of_postgresql_the_manual_step_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    store = Store("postgresql://ann:hunter2@127.0.0.1:1/casebridge")
    with pytest.raises(Unsupported, match="By hand: Run pg_dump") as raised:
        backup._postgres(store, "pg_dump", manual="Run pg_dump --format=custom.")
    assert "hunter2" not in str(raised.value)


def test_the_password_goes_by_the_environment_never_by_the_command_line() -> None:
    store = Store("postgresql+psycopg://ann:hunter2@db.example:5433/casebridge?sslmode=require")
    url = "postgresql://ann@db.example:5433/casebridge?sslmode=require"
    assert backup._with_url(store, ["--format=custom"]) == ["--format=custom", url]
    assert backup._with_url(store, ["--dbname", "x.backup"]) == ["--dbname", url, "x.backup"]
    assert backup._environment(store)["PGPASSWORD"] == "hunter2"
