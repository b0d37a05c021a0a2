"""Killed with kill -9 at random moments, while the desk times out and its search lags: nothing lost, nothing doubled."""

from __future__ import annotations

import random
import time
from typing import TYPE_CHECKING

import pytest

from tests.bridge.crash_stories import outcome, sync
from tests.forest import forest
from tests.project import begin, put, write_project

if TYPE_CHECKING:
    from pathlib import Path

LONGEST = 1.2
"""Seconds after which a run is killed, at the latest; it needs about three for everything."""


def _kill_at_random(folder: Path, moments: int, seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(moments):
        process = begin(folder, "sync")
        time.sleep(chance.uniform(0.05, LONGEST))
        process.kill()
        process.join()
        process.close()


@pytest.mark.parametrize("moments", [20, pytest.param(200, marks=pytest.mark.soak)])
def test_kill_9_at_random_moments_loses_and_doubles_nothing(moments: int, tmp_path: Path) -> None:
    messages = 200 * moments
    documents = forest(messages, messages // 5, seed=11)
    calm = write_project(tmp_path / "calm")
    put(calm, "all.jsonl", documents)
    sync(calm)
    folder = write_project(tmp_path / "project", desk="faults: {timeout_after_commit: 0.05}\n    search_lag: 0.5")
    put(folder, "all.jsonl", documents)
    _kill_at_random(folder, moments, seed=5)
    for _ in range(3):
        assert sync(folder) == 0
    assert outcome(folder) == outcome(calm)
