"""An adapter that fails in a way nobody thought of stops its own connection and no other."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from adapters.memory.settings import MemoryTargetSettings
from adapters.memory.target import MemoryTarget
from bridge.clock import ShiftedClock
from bridge.contracts import Surroundings
from bridge.engine import sync
from bridge.errors import Exit
from bridge.runs import SyncOptions
from cli import compose
from tests.project import put, write_project

if TYPE_CHECKING:
    from pathlib import Path

SAID = {"id": "1", "text": "Why is my parcel not here?", "author": {"id": "u1"}, "sent_at": "2026-03-01T10:00:00Z"}


def _changed(*_: object) -> None:
    """Meet an answer that is not as it was yesterday."""
    answer: dict[str, str] = {}
    answer["results"]


@pytest.mark.parametrize("faulty", ["contacts", "cases", "activity_head", "budget"])
def test_a_fault_of_one_target_stops_no_other(tmp_path: Path, faulty: str) -> None:
    folder = write_project(tmp_path / "project")
    put(folder, "1.jsonl", [SAID])
    with closing(compose(folder, ShiftedClock())) as app:
        target = MemoryTarget.connect(MemoryTargetSettings(), Surroundings("crm", folder, app.clock))
        setattr(target, faulty, _changed)
        crm = replace(app.targets["desk"], name="crm", target=target)
        syncs = {name: replace(each, targets=("crm", "desk")) for name, each in app.syncs.items()}
        both = replace(app, targets={"crm": crm, **app.targets}, syncs=syncs)
        report = sync(both, None, SyncOptions())
    assert report.counts["desk"]["created"] == 3
    assert report.exit_code == Exit.OWN_FAULT
    assert any("crm failed by itself: KeyError" in problem for problem in report.problems)
