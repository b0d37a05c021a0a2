"""A restored store trusts nothing that it holds for unsent; on PostgreSQL its own programs dump and load it."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from bridge import backup
from bridge.clock import ShiftedClock
from bridge.engine import sync
from bridge.errors import ConfigError, Transient, Unsupported
from bridge.restored import LOOKED_UP_FOR, restored_lately
from bridge.runs import SyncOptions
from bridge.store import migrate, postgres_programs, schema
from bridge.store.store import Store
from bridge.verify import verify
from cli import compose
from tests.bridge.queries.conftest import T0, put, put_action, put_delivery
from tests.forest import forest
from tests.project import partitions, write_project
from tests.project import put as put_file

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bridge.app import App
    from tests.postgres import Server

DELIVERIES = ("pending", "sending", "accepted", "delivered", "refused")
ACTIONS = ("held", "queued", "sending", "sent", "refused")
MICROSECOND = timedelta(microseconds=1)


def test_after_a_restore_everything_is_looked_up_and_no_answer_goes_by_itself(store: Store) -> None:
    with store.write("fixture") as connection:
        for number, state in enumerate(DELIVERIES, 1):
            put_delivery(connection, number, state=state, owner="somebody")
        for number, state in enumerate(ACTIONS, 1):
            put_action(connection, number, state)
        put(connection, schema.lease, name="collect:export", owner="somebody", token=1, until=T0)
    backup._distrust(store, T0)
    delivery, action = schema.delivery.c, schema.action.c
    with store.read() as connection:
        deliveries = connection.execute(select(delivery.state, delivery.look_up).order_by(delivery.id)).all()
        actions = connection.execute(select(action.state).order_by(action.id)).scalars().all()
        assert connection.execute(select(schema.lease)).all() == []
    assert [row.state for row in deliveries] == ["pending", "unknown", "unknown", "delivered", "refused"]
    assert all(row.look_up for row in deliveries)
    assert actions == ["review", "review", "review", "sent", "refused"]


def test_a_restore_is_remembered_for_thirty_days_and_the_last_one_counts(store: Store) -> None:
    with store.read() as connection:
        assert restored_lately(connection, T0) is None
    backup._distrust(store, T0 - LOOKED_UP_FOR)
    backup._distrust(store, T0)
    with store.read() as connection:
        assert restored_lately(connection, T0 + LOOKED_UP_FOR) == T0
        assert restored_lately(connection, T0 + LOOKED_UP_FOR + MICROSECOND) is None


@pytest.fixture
def shared(tmp_path: Path, postgres_server: Server) -> Iterator[App]:
    """Give a project whose store is on PostgreSQL, if the server's programs are here."""
    name = postgres_server.create()
    app = compose(write_project(tmp_path / "project", store=postgres_server.url(name)), ShiftedClock())
    try:
        postgres_programs.suitable(app.store, "pg_dump")
    except Unsupported as error:
        app.close()
        postgres_server.drop(name)
        pytest.skip(str(error))
    yield app
    app.close()
    postgres_server.drop(name)


def _sync(app: App) -> None:
    sync(app, None, SyncOptions())


def _standing(app: App) -> list[dict[str, Any]]:
    desk = app.targets["desk"].target.agent()  # type: ignore[attr-defined]  # it is the desk
    return sorted((desk.show(case["ref"]) for case in desk.list(limit=1_000)), key=lambda case: str(case["ref"]))


@pytest.mark.postgres
def test_a_store_on_postgresql_is_dumped_restored_and_doubles_nothing(shared: App) -> None:
    documents = forest(60, 15)
    file = shared.folder / "yesterday.backup"
    put_file(shared.folder, "old.jsonl", documents[:35])
    _sync(shared)
    backup.backup(shared, file)
    assert file.stat().st_mode & 0o777 == 0o600
    put_file(shared.folder, "new.jsonl", documents[35:])
    _sync(shared)
    expected, stood = partitions(shared.store), _standing(shared)
    backup.restore(shared, file)
    assert len(set().union(*partitions(shared.store)["conversation"])) == len(documents[:35])
    with shared.store.read() as connection:
        assert restored_lately(connection, shared.clock.now()) is not None
        assert set(connection.execute(select(schema.delivery.c.look_up)).scalars()) == {True}
    _sync(shared)
    assert partitions(shared.store) == expected
    assert [len(case["messages"]) for case in _standing(shared)] == [len(case["messages"]) for case in stood]
    assert verify(shared, "desk").ok


@pytest.mark.postgres
def test_what_is_no_backup_of_a_store_on_postgresql_leaves_it_as_it_was(shared: App, postgres_server: Server) -> None:
    put_file(shared.folder, "all.jsonl", forest(20, 5))
    _sync(shared)
    expected = partitions(shared.store)
    (shared.folder / "text.backup").write_text("no dump")
    with pytest.raises(ConfigError, match="is no backup of a PostgreSQL store"):
        backup.restore(shared, shared.folder / "text.backup")
    stranger = Store(postgres_server.url(postgres_server.create()))
    postgres_programs.dump(stranger, shared.folder / "stranger.backup")
    stranger.close()
    with pytest.raises(ConfigError, match="no backup of a Casebridge store"):
        backup.restore(shared, shared.folder / "stranger.backup")
    assert partitions(shared.store) == expected


@pytest.mark.postgres
def test_a_dump_that_ends_in_the_middle_restores_nothing(shared: App) -> None:
    put_file(shared.folder, "all.jsonl", forest(20, 5))
    _sync(shared)
    file = shared.folder / "whole.backup"
    backup.backup(shared, file)
    expected = partitions(shared.store)
    cut = shared.folder / "cut.backup"
    cut.write_bytes(file.read_bytes()[: file.stat().st_size * 3 // 4])
    with pytest.raises((ConfigError, Transient)):
        backup.restore(shared, cut)
    assert partitions(shared.store) == expected
    assert migrate.pending(shared.store) is None


@pytest.mark.postgres
def test_without_a_suitable_program_of_postgresql_the_manual_step_is_told(
    shared: App, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    old = tmp_path / "pg_dump"
    old.write_text("#!/bin/sh\necho 'pg_dump (PostgreSQL) 9.6'\n")
    old.chmod(0o700)
    monkeypatch.setattr(postgres_programs, "_INSTALLED", ())
    monkeypatch.setattr(postgres_programs, "find_spec", lambda _: None)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Unsupported, match=r"only version 9 of pg_dump is installed.*By hand: Install"):
        backup.backup(shared, shared.folder / "x.backup")
    old.unlink()
    with pytest.raises(Unsupported, match="pg_dump is not installed on this machine"):
        backup.backup(shared, shared.folder / "x.backup")
    assert list(shared.folder.glob("x.backup*")) == []


def test_the_password_goes_by_the_environment_never_by_the_command_line() -> None:
    store = Store("postgresql+psycopg://ann:hunter2@db.example:5433/casebridge?sslmode=require")
    assert postgres_programs._address(store) == "postgresql://ann@db.example:5433/casebridge?sslmode=require"
    assert postgres_programs._environment(store) == {**os.environ, "PGPASSWORD": "hunter2"}
