"""A store or desk that cannot be used is told in a sentence; once it can, everything goes on where it was."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import timedelta
from typing import TYPE_CHECKING, TypeAlias

import pytest
from sqlalchemy import event

from adapters.desk import database
from bridge.clock import ShiftedClock
from bridge.engine import sync
from bridge.errors import Exit, Transient
from bridge.runs import SyncOptions
from bridge.store import store as stores
from tests.bad_input.project import OTHER, Place, line, make_place
from tests.project import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

Prepare: TypeAlias = "Callable[[Place], None]"
STORE, DESK = "casebridge.db", "desk.db"
WANTED = {"x//1", "x//2", OTHER}


@pytest.fixture
def filled(place: Place) -> Place:
    """Give a project with something to read."""
    (place.inbox / "a.jsonl").write_bytes(line("1") + line("2"))
    return place


def _stores_in(url: str) -> Prepare:
    return lambda place: place.edit("casebridge.yaml", "environment: test", f"environment: test\nstore: {url}")


def _no_database(place: Place) -> None:
    (place.folder / STORE).write_bytes(b"hello, is this a database? " * 100)


def _torn(place: Place) -> None:
    path = place.folder / STORE
    whole = path.read_bytes()
    path.write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096))


def _run_sql(place: Place, name: str, statement: str) -> None:
    with closing(sqlite3.connect(place.folder / name)) as connection:
        connection.execute(statement)
        connection.commit()


def _newer(place: Place) -> None:
    _run_sql(place, STORE, "UPDATE casebridge_version SET version_num = '9999'")


def _somebody_elses(place: Place) -> None:
    (place.folder / STORE).unlink()
    _run_sql(place, STORE, "CREATE TABLE message (id INTEGER)")


STORES: dict[str, tuple[Prepare, Exit, str]] = {
    "a file that is no database": (_no_database, Exit.CONFIG, "casebridge.db is damaged or no database: file is not"),
    "a file that is torn": (_torn, Exit.CONFIG, "Move it away, then bring a backup back with: casebridge restore"),
    "a folder": (_stores_in("sqlite:///inbox"), Exit.UNREACHABLE, "inbox cannot be used: unable to open database file"),
    "a place that cannot be written": (
        _stores_in("sqlite:////proc/version"),
        Exit.UNREACHABLE,
        "/proc/version cannot be used: unable to open database file. Check disk space, permissions",
    ),
    "a folder that cannot be made": (
        _stores_in("sqlite:////proc/self/nowhere/store.db"),
        Exit.CONFIG,
        "the folder /proc/self/nowhere cannot be made: No such file or directory. Name another place",
    ),
    "a folder that is a file": (
        _stores_in("sqlite:///triage.yaml/store.db"),
        Exit.CONFIG,
        "triage.yaml cannot be made: File exists",
    ),
    "a disk that is full": (
        _stores_in("sqlite:////dev/full"),
        Exit.UNREACHABLE,
        "database or disk is full. Check disk",
    ),
    "a store of a newer program": (_newer, Exit.CONFIG, "was made by a newer Casebridge (schema 9999; this program"),
    "tables of somebody else": (_somebody_elses, Exit.CONFIG, "holds tables that Casebridge did not make (message)"),
    "a PostgreSQL that is not there": (
        _stores_in("postgresql://ann:hunter2@127.0.0.1:1/x"),
        Exit.UNREACHABLE,
        "postgresql://ann:***@127.0.0.1:1/x cannot be used",
    ),
}


@pytest.mark.parametrize(("prepare", "code", "sentence"), STORES.values(), ids=STORES.keys())
def test_a_store_that_cannot_be_used_is_told_and_nothing_is_done(
    filled: Place, prepare: Prepare, code: Exit, sentence: str
) -> None:
    prepare(filled)
    for command in ("sync", "status"):
        result = filled.run(command)
        assert result.exit_code == code, result.output
        assert sentence in result.stderr
        assert "hunter2" not in result.output
    assert not (filled.folder / DESK).exists()


def _folder_for_desk(place: Place) -> None:
    (place.folder / DESK).mkdir()


def _noise_for_desk(place: Place) -> None:
    (place.folder / DESK).write_bytes(b"no desk at all " * 400)


def _store_for_desk(place: Place) -> None:
    shutil.copy(place.folder / STORE, place.folder / DESK)


DESKS: dict[str, tuple[Prepare, Exit, str]] = {
    "a file that is no desk": (
        _noise_for_desk,
        Exit.CONFIG,
        "desk.db is no desk (file is not a database); give another",
    ),
    "another program's database": (
        _store_for_desk,
        Exit.CONFIG,
        "desk.db is no desk (it holds tables of something else",
    ),
    "a folder": (_folder_for_desk, Exit.UNREACHABLE, "desk.db cannot be used: unable to open database file. Check its"),
}


@pytest.mark.parametrize(("prepare", "code", "sentence"), DESKS.values(), ids=DESKS.keys())
def test_a_desk_that_cannot_be_used_is_told_and_everything_is_delivered_once_it_can(
    filled: Place, prepare: Prepare, code: Exit, sentence: str
) -> None:
    prepare(filled)
    result = filled.run("sync")
    assert result.exit_code == code
    assert sentence in result.stderr
    assert filled.ask("status")["messages"] == 3
    path = filled.folder / DESK
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    _sync_later(filled)
    assert filled.outcome().delivered == WANTED


def _sync_later(place: Place) -> None:
    """Sync in an hour, when no wait after trouble is left."""
    clock = ShiftedClock()
    clock.forward(timedelta(hours=1))
    with place.app(clock) as app:
        report = sync(app, None, SyncOptions())
        assert report.exit_code == Exit.OK, report.problems


@pytest.mark.parametrize("name", [STORE, DESK])
def test_a_locked_file_is_told_and_the_next_sync_goes_on(
    filled: Place, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stores, "SQLITE_BUSY_SECONDS", 0.05)
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.05)
    filled.run("desk", "list")
    with closing(sqlite3.connect(filled.folder / name, isolation_level=None)) as somebody:
        somebody.execute("BEGIN IMMEDIATE")
        result = filled.run("sync")
        assert result.exit_code == Exit.UNREACHABLE
        assert f"{name} cannot be used: database is locked" in result.stderr
        somebody.execute("ROLLBACK")
    _sync_later(filled)
    assert filled.outcome().delivered == WANTED


def test_a_store_on_a_full_disk_stops_cleanly_and_goes_on_once_there_is_space(
    tmp_path: Path, sqlite_template: Path
) -> None:
    place = make_place(tmp_path / "project", sqlite_template)
    rows = b"".join(line(str(number), f"Where is my parcel? {'x' * 500}") for number in range(300))
    (place.inbox / "a.jsonl").write_bytes(rows)
    reached = set()
    for pages in (110, 150, 200, 260, 320, 400):
        with place.app() as app:
            event.listen(
                app.store.engine, "connect", lambda raw, _, most=pages: raw.execute(f"PRAGMA max_page_count={most}")
            )
            app.store.engine.dispose()  # one that is open already would have room
            try:
                report = sync(app, None, SyncOptions())
            except Transient as error:
                reached.add(error.exit_code)
                assert "database or disk is full. Check disk space" in str(error)  # noqa: PT017 - it may come or be reported
            else:
                reached.add(report.exit_code)
        with closing(sqlite3.connect(place.folder / STORE)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert Exit.UNREACHABLE in reached
    _sync_later(place)
    assert place.outcome().delivered == {OTHER, *(f"x//{number}" for number in range(300))}


def test_a_file_that_may_not_grow_stops_cleanly_and_goes_on_once_it_may(filled: Place) -> None:
    """As with a quota, or a disk that is full for everybody."""
    rows = b"".join(line(str(number), f"Where is my parcel? {'x' * 500}") for number in range(300))
    (filled.inbox / "b.jsonl").write_bytes(rows)
    program = [sys.executable, "-c", "from cli import run; run()", "--project", str(filled.folder), "sync"]
    limited = ["sh", "-c", 'ulimit -f 600; exec "$@"', "sh", *program]
    done = subprocess.run(limited, cwd=ROOT, env=dict(os.environ), capture_output=True, text=True, check=False)
    assert done.returncode == Exit.UNREACHABLE, done.stderr
    assert "Check disk space" in done.stderr
    assert "Traceback" not in done.stderr
    with closing(sqlite3.connect(filled.folder / STORE)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    _sync_later(filled)
    assert filled.outcome().delivered >= WANTED


OUTPUTS: dict[str, tuple[tuple[str, ...], Exit, str]] = {
    "a full disk": (("customers", "export", "--out", "/dev/full"), Exit.UNREACHABLE, "No space left on device"),
    "a full disk for cases": (("cases", "export", "--out", "/dev/full"), Exit.UNREACHABLE, "No space left on device"),
    "a folder that is not there": (("cases", "export", "--out", "/proc/no/x"), Exit.CONFIG, "/proc/no/x: No such file"),
    "a folder": (("customers", "export", "--out", "/proc"), Exit.CONFIG, "/proc: Is a directory. Check the path"),
    "a backup where there is no folder": (("backup", "/proc/no/x"), Exit.CONFIG, "There is no folder /proc/no"),
    "a backup where nobody writes": (("backup", "/proc/x.backup"), Exit.CONFIG, "/proc/x.backup"),
    "a backup in the place of something": (("backup", "/dev/full"), Exit.CONFIG, "exists already; a backup overwrites"),
}


@pytest.mark.parametrize(("arguments", "code", "sentence"), OUTPUTS.values(), ids=OUTPUTS.keys())
def test_a_place_that_takes_no_output_is_told(
    filled: Place, arguments: tuple[str, ...], code: Exit, sentence: str
) -> None:
    filled.run("sync")
    result = filled.run(*arguments)
    assert result.exit_code == code
    assert sentence in result.stderr
