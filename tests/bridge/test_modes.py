"""Modes of a target: observe and shadow touch nobody's workplace, and going live starts from now."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest

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


def _of_kim(folder: Path, number: int, day: str, text: str) -> None:
    author = {"id": "u1", "name": "Kim Example"}
    said = {"id": f"m{number}", "text": text, "author": author, "sent_at": f"2026-{day}T10:00:00Z"}
    put(folder, f"{number}.jsonl", [said])


@pytest.mark.parametrize("mode", ["observe", "shadow"])
def test_going_live_leaves_earlier_cases_of_a_returning_customer_alone_unless_asked(tmp_path: Path, mode: str) -> None:
    folder = _project(tmp_path / "project", mode)
    _of_kim(folder, 1, "01-01", "Why is my parcel not here? It is broken.")
    with closing(compose(folder)) as app:
        sync(app, None, SyncOptions())
    _project(folder, "live")
    _of_kim(folder, 2, "02-20", "My invoice is wrong, please help.")
    with closing(compose(folder)) as app:
        crm = app.targets["crm"].target.crm
        sync(app, None, SyncOptions())
        assert [row.fields["subject"] for row in crm.rows.values() if row.object == "Case"] == [
            "My invoice is wrong, please help."
        ]
        (line,) = [line for line in ledger(app).targets if line.name == "crm"]
        assert (line.parts, ledger(app).balanced) == ({"delivered": 1, "history": 1}, True)
        sync(app, None, SyncOptions(backlog=True))
        assert len([row for row in crm.rows.values() if row.object == "Case"]) == 2
        assert ledger(app).balanced


def test_a_case_that_goes_on_after_going_live_comes_with_what_was_said_before(tmp_path: Path) -> None:
    folder = _project(tmp_path / "project", "observe")
    _of_kim(folder, 1, "02-19", "Why is my parcel not here? It is broken.")
    with closing(compose(folder)) as app:
        sync(app, None, SyncOptions())
    _project(folder, "live")
    _of_kim(folder, 2, "02-20", "Why is my parcel still not here?")
    with closing(compose(folder)) as app:
        sync(app, None, SyncOptions())
        rows = app.targets["crm"].target.crm.rows.values()
    assert [row.object for row in rows] == ["Case", "Message", "Message"]


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
