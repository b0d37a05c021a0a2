"""A target that takes nothing is asked ever more rarely, holds up no sync, and is told of."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from bridge.clock import ShiftedClock
from bridge.engine import sync
from bridge.errors import Exit
from bridge.runs import SyncOptions
from cli import compose
from tests.project import put, write_project

if TYPE_CHECKING:
    from pathlib import Path

SAID = {"id": "1", "text": "Why is my parcel not here?", "author": {"id": "u1"}, "sent_at": "2026-03-01T10:00:00Z"}


def test_a_sync_ends_and_says_that_records_were_not_taken(tmp_path: Path) -> None:
    folder = write_project(tmp_path / "project", desk="faults: {lost_request: 1}")
    put(folder, "1.jsonl", [SAID])
    clock = ShiftedClock()
    with closing(compose(folder, clock)) as app:
        before = clock.now()
        report = sync(app, None, SyncOptions())
        assert report.exit_code == Exit.UNREACHABLE
        assert any("has not taken" in problem for problem in report.problems)
        assert (clock.now() - before).total_seconds() < 120


def test_the_next_sync_goes_on_once_it_takes_again(tmp_path: Path) -> None:
    folder = write_project(tmp_path / "project", desk="faults: {lost_request: 1}")
    put(folder, "1.jsonl", [SAID])
    clock = ShiftedClock()
    with closing(compose(folder, clock)) as app:
        sync(app, None, SyncOptions())
    write_project(folder)
    clock.sleep(900)
    with closing(compose(folder, clock)) as app:
        report = sync(app, None, SyncOptions())
    assert (report.exit_code, report.counts["desk"]["created"]) == (Exit.OK, 3)
