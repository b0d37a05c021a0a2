"""Killed before and after every commit and every send: nothing lost, nothing doubled, no order broken."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from bridge.store import schema
from bridge.verify import verify
from cli import compose
from tests.bridge import crash_stories as stories
from tests.bridge.crash_stories import KILLED, grow, new_project, outcome, sync
from tests.project import casebridge

if TYPE_CHECKING:
    from pathlib import Path

POSTGRES = ("resolve.customers", "deliver.record", "write_back")
SIDES = ("before_commit", "after_commit")


@pytest.fixture(scope="module")
def new(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a project that never ran."""
    return new_project(tmp_path_factory.mktemp("new") / "project")


@pytest.fixture(scope="module")
def grown(new: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Let it run, and give it more to do."""
    folder = shutil.copytree(new, tmp_path_factory.mktemp("grown") / "project")
    sync(folder)
    assert casebridge(folder, "backup", str(folder / "yesterday.backup")).returncode == 0
    grow(folder)
    return folder


@pytest.fixture(scope="module")
def undisturbed(grown: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """Say what becomes of it without an accident."""
    folder = shutil.copytree(grown, tmp_path_factory.mktemp("undisturbed") / "project")
    _finish(folder)
    return outcome(folder)


def _finish(folder: Path) -> None:
    for _ in range(2):
        assert sync(folder) != KILLED


def test_every_point_of_the_program_is_tried() -> None:
    sends = {point for point in stories.points_of_the_program() if "before_" in point or "after_" in point}
    tried = {*stories.NEW, *stories.AGAIN, *stories.TROUBLED, *stories.BY_A_PERSON, *stories.ELSEWHERE}
    assert sends == set(stories.SENDS)
    assert stories.points_of_the_program() - sends == tried


@pytest.mark.parametrize("point", stories.NEW)
def test_a_first_run_that_dies_is_begun_again(
    point: str, new: Path, tmp_path: Path, undisturbed: dict[str, object]
) -> None:
    folder = shutil.copytree(new, tmp_path / "project")
    for side in SIDES:
        assert sync(folder, CRASH_AT=f"{point}.{side}") == KILLED
    sync(folder)
    grow(folder)
    _finish(folder)
    assert outcome(folder) == undisturbed


@pytest.mark.parametrize("point", stories.AGAIN)
def test_a_crash_around_any_commit_loses_and_doubles_nothing(
    point: str, grown: Path, tmp_path: Path, undisturbed: dict[str, object]
) -> None:
    folder = shutil.copytree(grown, tmp_path / "project")
    for side in SIDES:
        assert sync(folder, CRASH_AT=f"{point}.{side}") == KILLED
    sync(folder, CRASH_AT=f"{point}.after_commit:2")
    _finish(folder)
    assert outcome(folder) == undisturbed


@pytest.mark.parametrize("point", stories.SENDS)
def test_a_crash_around_any_send_loses_and_doubles_nothing(
    point: str, grown: Path, tmp_path: Path, undisturbed: dict[str, object]
) -> None:
    folder = shutil.copytree(grown, tmp_path / "project")
    assert sync(folder, CRASH_AT=f"{point}:1") == KILLED
    sync(folder, CRASH_AT=f"{point}:2")
    _finish(folder)
    assert outcome(folder) == undisturbed


@pytest.mark.parametrize("point", stories.TROUBLED)
def test_a_crash_amid_the_targets_troubles_loses_and_doubles_nothing(
    point: str, grown: Path, tmp_path: Path, undisturbed: dict[str, object]
) -> None:
    folder = shutil.copytree(grown, tmp_path / "project")
    faults = {"DESK_FAULTS": stories.TROUBLED[point], "DESK_FAULTS_SEED": "1"}
    for side in SIDES:
        assert sync(folder, CRASH_AT=f"{point}.{side}", **faults) == KILLED
    sync(folder)  # may still find the target resting
    _finish(folder)
    assert outcome(folder) == undisturbed


@pytest.mark.parametrize("point", stories.BY_A_PERSON)
def test_a_command_that_dies_is_done_or_not_done_and_can_be_given_again(
    point: str, grown: Path, tmp_path: Path
) -> None:
    folder = shutil.copytree(grown, tmp_path / "project")
    rules = folder / "triage.yaml"
    rules.write_text(rules.read_text().replace("priority: normal", "priority: high", 1))
    for side in SIDES:
        assert casebridge(folder, *stories.BY_A_PERSON[point], CRASH_AT=f"{point}.{side}").returncode == KILLED
    casebridge(folder, *stories.BY_A_PERSON[point])
    casebridge(folder, "resume")
    _finish(folder)
    outcome(folder)


@pytest.mark.parametrize("side", SIDES)
def test_a_crash_while_the_claims_of_a_crash_are_ended(
    side: str, grown: Path, tmp_path: Path, undisturbed: dict[str, object]
) -> None:
    folder = shutil.copytree(grown, tmp_path / "project")
    assert sync(folder, CRASH_AT="deliver.claim.after_commit:2") == KILLED
    assert sync(folder, CRASH_AT=f"deliver.abandon.{side}") == KILLED
    _finish(folder)
    assert outcome(folder) == undisturbed


@pytest.mark.parametrize("side", SIDES)
def test_a_crash_while_the_store_is_made_leaves_a_store_that_can_be_made(side: str, tmp_path: Path) -> None:
    folder = new_project(tmp_path / "project")
    assert sync(folder, CRASH_AT=f"migrate.{side}") == KILLED
    sync(folder)
    outcome(folder)


@pytest.mark.parametrize("side", SIDES)
def test_a_crash_while_restoring_leaves_one_store_or_the_other(side: str, grown: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(grown, tmp_path / "project")
    sync(folder)
    restore = ("restore", str(folder / "yesterday.backup"), "--yes")
    assert casebridge(folder, *restore, CRASH_AT=f"restore.{side}").returncode == KILLED
    assert casebridge(folder, *restore).returncode == 0
    _finish(folder)
    outcome(folder)


@pytest.mark.parametrize("side", SIDES)
def test_a_crash_at_the_look_up_after_a_restore_doubles_nothing(side: str, grown: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(grown, tmp_path / "project")
    sync(folder)
    assert casebridge(folder, "restore", str(folder / "yesterday.backup"), "--yes").returncode == 0
    assert sync(folder, CRASH_AT=f"deliver.look_up.{side}") == KILLED
    _finish(folder)
    outcome(folder)


def test_a_crash_while_a_lost_store_is_recognised_doubles_nothing(grown: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(grown, tmp_path / "project")
    sync(folder)
    before = _cases_in_the_desk(folder)
    for file in folder.glob("casebridge.db*"):
        file.unlink()
    for side in SIDES:
        assert sync(folder, CRASH_AT=f"recognise.{side}") == KILLED
    _finish(folder)
    app = compose(folder)
    report = verify(app, "desk")
    app.close()
    assert (report.missing, report.doubled) == ([], [])
    assert _cases_in_the_desk(folder) == before


@pytest.mark.parametrize("side", SIDES)
def test_a_crash_while_a_merge_is_followed_leaves_no_reference_to_who_is_no_more(
    side: str, grown: Path, tmp_path: Path
) -> None:
    folder = shutil.copytree(grown, tmp_path / "project")
    _finish(folder)
    loser, winner = _people(folder)[:2]
    app = compose(folder)
    stories.agent_of(app).merge_persons(loser, winner, author="Mia")
    app.close()
    assert sync(folder, CRASH_AT=f"write_back.people.{side}") == KILLED
    _finish(folder)
    assert loser not in _people(folder)
    assert _people(folder).count(winner) == 2


def _people(folder: Path) -> list[str]:
    """Return the persons in the desk that records of ours refer to."""
    app = compose(folder)
    delivery = schema.delivery.c
    query = select(delivery.ref).where(delivery.thing == "person", delivery.state == "delivered").order_by(delivery.id)
    with app.store.read() as connection:
        found = list(connection.execute(query).scalars())
    app.close()
    return found


def _cases_in_the_desk(folder: Path) -> list[str]:
    app = compose(folder)
    cases = [str(case["ref"]) for case in stories.agent_of(app).list(limit=1_000)]
    app.close()
    return cases


@pytest.mark.postgres
@pytest.mark.parametrize("store_url", ["postgres"], indirect=True)
@pytest.mark.parametrize("point", POSTGRES)
def test_a_crash_on_postgresql_ends_as_on_sqlite(
    point: str, store_url: str, tmp_path: Path, undisturbed: dict[str, object]
) -> None:
    folder = new_project(tmp_path / "project", store_url)
    sync(folder)
    grow(folder)
    for side in SIDES:
        assert sync(folder, CRASH_AT=f"{point}.{side}") == KILLED
    _finish(folder)
    assert outcome(folder) == undisturbed
