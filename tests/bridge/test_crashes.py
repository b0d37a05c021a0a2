"""Killed before and after every commit and every send, and at random moments: nothing lost, nothing doubled."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from bridge.ledger import ledger
from bridge.verify import verify
from cli import compose
from tests.forest import forest
from tests.project import ROOT, casebridge, partitions, put, write_project

if TYPE_CHECKING:
    from pathlib import Path

POINTS = (
    "collect",
    "resolve",
    "deliver.claim",
    "deliver.freeze",
    "deliver.record",
    "deliver.settle",
    "progress",
    "lease",
)
AROUND = (
    *(f"{point}.{side}" for point in POINTS for side in ("before_commit", "after_commit")),
    "deliver.before_send",
    "deliver.after_send",
    "desk.before_commit",
    "desk.after_commit",
)
DOCUMENTS = forest(120, 30)


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[frozenset[str]]]:
    """What a run without accidents makes of the documents."""
    folder = write_project(tmp_path_factory.mktemp("undisturbed"))
    put(folder, "all.jsonl", DOCUMENTS)
    done = casebridge(folder, "sync")
    assert done.returncode == 0, done.stderr
    return _partitions(folder)


def _partitions(folder: Path) -> dict[str, set[frozenset[str]]]:
    app = compose(folder)
    found = partitions(app.store)
    app.close()
    return found


def _is_whole(folder: Path, expected: dict[str, set[frozenset[str]]]) -> None:
    app = compose(folder)
    assert partitions(app.store) == expected
    assert ledger(app).balanced
    report = verify(app, "desk")
    assert report.ok, report
    assert ledger(app).targets[0].parts.get("waiting", 0) == 0
    app.close()


@pytest.mark.parametrize("point", AROUND)
def test_a_crash_at_any_point_loses_and_doubles_nothing(
    point: str, tmp_path: Path, expected: dict[str, set[frozenset[str]]]
) -> None:
    folder = write_project(tmp_path / "project")
    put(folder, "all.jsonl", DOCUMENTS)
    for passing in (1, 2):
        casebridge(folder, "sync", CRASH_AT=f"{point}:{passing}")
    done = casebridge(folder, "sync")
    assert done.returncode == 0, done.stderr
    _is_whole(folder, expected)


def _kill_at_random(folder: Path, moments: int, seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(moments):
        process = subprocess.Popen(
            [sys.executable, "-c", "from cli import run; run()", "--project", str(folder), "sync"],
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        time.sleep(chance.uniform(0.3, 2.0))
        os.kill(process.pid, signal.SIGKILL)
        process.wait()


@pytest.mark.parametrize("moments", [20, pytest.param(200, marks=pytest.mark.soak)])
def test_kill_9_at_random_moments_loses_and_doubles_nothing(moments: int, tmp_path: Path) -> None:
    documents = forest(4_000, 800, seed=11)
    calm = write_project(tmp_path / "calm")
    put(calm, "all.jsonl", documents)
    assert casebridge(calm, "sync").returncode == 0
    folder = write_project(tmp_path / "project", desk="faults: {timeout_after_commit: 0.05}\n    search_lag: 0.5")
    put(folder, "all.jsonl", documents)
    _kill_at_random(folder, moments, seed=5)
    for _ in range(5):
        done = casebridge(folder, "sync")
    assert done.returncode == 0, done.stderr
    _is_whole(folder, _partitions(calm))
