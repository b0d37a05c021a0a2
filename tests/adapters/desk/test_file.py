"""The desk's file: made when first used, nobody else's, safe against kills and neighbours."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from bridge.errors import ConfigError, Transient
from bridge.nouns import Cursor, Thing, Written
from tests.adapters.desk.desks import desk, record, ref

ROOT = Path(__file__).parents[3]


def test_connecting_opens_nothing(tmp_path: Path) -> None:
    desk(tmp_path).close()
    assert list(tmp_path.iterdir()) == []


def test_what_was_written_is_there_for_the_next_who_opens_it(tmp_path: Path) -> None:
    first, second = desk(tmp_path), desk(tmp_path)
    written = record(Thing.PERSON, "cb1-p", name="Ada Kern")
    number = ref(first, written)
    first.close()
    assert ref(second, written) == number
    second.close()


def test_the_path_is_a_setting_relative_to_the_project(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    target = desk(tmp_path, path="data/tickets.db")
    ref(target, record(Thing.PERSON, "cb1-p", name="Ada Kern"))
    target.close()
    assert (tmp_path / "data" / "tickets.db").exists()


def test_a_folder_that_is_not_there_is_told_with_what_to_do(tmp_path: Path) -> None:
    target = desk(tmp_path, path="missing/desk.db")
    with pytest.raises(Transient, match="Check its folder"):
        target.write("Person", [record(Thing.PERSON, "cb1-p", name="Ada Kern")])
    account = target.check()
    assert not account.ok
    assert account.findings[0].remedy


def test_a_file_that_is_no_database_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "desk.db").write_text("not a database, but somebody's notes" * 100)
    target = desk(tmp_path)
    with pytest.raises(ConfigError, match="is no desk"):
        target.write("Person", [record(Thing.PERSON, "cb1-p", name="Ada Kern")])
    assert "notes" in (tmp_path / "desk.db").read_text()


@pytest.mark.parametrize("statement", ["CREATE TABLE other (id INTEGER)", "PRAGMA user_version = 99"])
def test_a_database_of_something_else_or_newer_is_left_alone(tmp_path: Path, statement: str) -> None:
    with closing(sqlite3.connect(tmp_path / "desk.db")) as connection:
        connection.execute(statement)
    target = desk(tmp_path)
    with pytest.raises(ConfigError, match="something else, or of a newer desk"):
        target.write("Person", [record(Thing.PERSON, "cb1-p", name="Ada Kern")])
    target.close()


def test_many_threads_write_the_same_keys_once(tmp_path: Path) -> None:
    target = desk(tmp_path)
    records = [record(Thing.PERSON, f"cb1-p{n}", name=f"Person {n}") for n in range(20)]
    with ThreadPoolExecutor(8) as pool:
        batches = list(pool.map(lambda _: target.write("Person", records), range(16)))
    refs = [[outcome.ref for outcome in batch if isinstance(outcome, Written)] for batch in batches]
    assert all(each == refs[0] for each in refs)
    assert sum(outcome.created for batch in batches for outcome in batch if isinstance(outcome, Written)) == 20
    target.close()


@pytest.mark.parametrize(("point", "there"), [("desk.before_commit", False), ("desk.after_commit", True)])
def test_a_kill_beside_the_commit_leaves_all_of_a_batch_or_nothing(tmp_path: Path, point: str, there: bool) -> None:  # noqa: FBT001 - a parameter of the test
    script = (
        "import sys, pathlib\n"
        "from bridge.nouns import Thing\n"
        "from tests.adapters.desk.desks import desk, record\n"
        "records = [record(Thing.PERSON, f'cb1-p{n}', name='Ada') for n in range(3)]\n"
        "desk(pathlib.Path(sys.argv[1])).write('Person', records)\n"
    )
    killed = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)],
        cwd=ROOT,
        env={**os.environ, "CRASH_AT": f"{point}:1", "PYTHONPATH": str(ROOT)},
        check=False,
    )
    assert killed.returncode == 137
    target = desk(tmp_path)
    assert len(list(target.keys("Person"))) == (3 if there else 0)
    assert sum(len(page.events) for page in target.contacts(Cursor())) == (3 if there else 0)
    target.close()
