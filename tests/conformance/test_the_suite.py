"""The suite holds for adapters from outside too, and lets none through unexamined."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HARNESS = """
from contextlib import contextmanager
from tests.adapters.memory.harness import MemoryTargetHarness

class Careless(MemoryTargetHarness):
    def far(self, object_name):
        return [] if {careless} else super().far(object_name)

@contextmanager
def target(folder):
    yield Careless(folder)
"""


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """Lay out a distribution of somebody else that brings a target."""
    info = tmp_path / "outside-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: outside\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[casebridge.targets]\noutside = outside_crm:OutsideTarget\n")
    (tmp_path / "outside_crm.py").write_text(
        "from adapters.memory.target import MemoryTarget\nclass OutsideTarget(MemoryTarget): pass\n"
    )
    return tmp_path


def suite(path: Path) -> str:
    """Run a part of the suite for the target from outside; return what pytest says in the end."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-k", "outside", "tests/conformance/test_targets_amend.py"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(path)},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout


def write_harness(path: Path, *, careless: bool) -> None:
    folder = path / "tests" / "adapters" / "outside"
    folder.mkdir(parents=True)
    (folder / "harness.py").write_text(HARNESS.format(careless=careless))


def test_a_registered_adapter_without_a_harness_is_an_error_and_no_skip(outside: Path) -> None:
    said = suite(outside)
    assert "is registered but has no tests/adapters/outside/harness.py" in said
    assert "error" in said.splitlines()[-1]
    assert "passed" not in said.splitlines()[-1]
    assert "skipped" not in said.splitlines()[-1]


def test_an_adapter_from_outside_runs_with_a_harness_beside_its_code(outside: Path) -> None:
    write_harness(outside, careless=False)
    last = suite(outside).splitlines()[-1]
    assert "passed" in last
    assert "failed" not in last
    assert "error" not in last


def test_an_adapter_that_breaks_a_promise_fails(outside: Path) -> None:
    write_harness(outside, careless=True)
    assert "failed" in suite(outside).splitlines()[-1]
