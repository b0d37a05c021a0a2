"""Modes of a target: observe and shadow touch nobody's workplace, and going live starts from now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bridge.engine import sync
from bridge.errors import Exit
from bridge.ledger import ledger
from bridge.runs import SyncOptions
from cli import compose
from tests.project import put, write_project

if TYPE_CHECKING:
    from pathlib import Path

TARGETS = """\
  crm:
    type: memory
    mode: {mode}
  desk:
    type: desk
    path: other.db
"""


def _project(folder: Path, mode: str, *, desk: bool = True) -> Path:
    write_project(folder)
    text = (folder / "casebridge.yaml").read_text()
    head, tail = text.split("targets:\n")[0], "syncs:\n  all: {from: [feed], to: [crm]}\ntriage: triage.yaml\n"
    targets = TARGETS if desk else TARGETS.split("  desk:", maxsplit=1)[0]
    (folder / "casebridge.yaml").write_text(f"{head}targets:\n{targets.format(mode=mode)}{tail}")
    return folder


def _say(folder: Path, number: int) -> None:
    author = {"id": f"u{number}", "name": "Kim Example"}
    text = "Why is my parcel not here? It is broken."
    put(
        folder,
        f"{number}.jsonl",
        [{"id": f"m{number}", "text": text, "author": author, "sent_at": "2026-03-01T10:00:00Z"}],
    )


def test_observe_delivers_nothing_and_going_live_starts_from_now(tmp_path: Path) -> None:
    folder = _project(tmp_path / "project", "observe")
    _say(folder, 1)
    app = compose(folder)
    counts = sync(app, None, SyncOptions()).counts["crm"]
    assert counts["observed_case"] == 1
    assert app.targets["crm"].target.crm.rows == {}
    app.close()
    _project(folder, "live")
    _say(folder, 2)
    app = compose(folder)
    sync(app, None, SyncOptions())
    assert len(app.targets["crm"].target.crm.rows) == 2
    assert ledger(app).balanced
    sync(app, None, SyncOptions(backlog=True))
    assert len(app.targets["crm"].target.crm.rows) == 4
    app.close()


def test_shadow_delivers_to_the_desk_only(tmp_path: Path) -> None:
    folder = _project(tmp_path / "project", "shadow")
    _say(folder, 1)
    app = compose(folder)
    counts = sync(app, None, SyncOptions()).counts
    assert counts["crm"]["created"] == 2
    assert app.targets["crm"].target.crm.rows == {}
    assert ledger(app).balanced
    app.close()


def test_shadow_without_a_desk_says_what_to_add(tmp_path: Path) -> None:
    folder = _project(tmp_path / "project", "shadow", desk=False)
    app = compose(folder)
    _say(folder, 1)
    report = sync(app, None, SyncOptions())
    assert report.exit_code == Exit.CONFIG
    assert "type desk" in report.problems[0]
    app.close()
