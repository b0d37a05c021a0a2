"""A store that was lost without a backup is begun anew and finds its own records again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bridge.decisions import decide
from bridge.engine import sync
from bridge.runs import SyncOptions
from bridge.verify import verify
from cli import compose
from tests.project import put, write_project

if TYPE_CHECKING:
    from pathlib import Path

AUTHOR = {"id": "u1", "name": "Kim Example"}
PARENT = {"id": "1", "text": "Where is my parcel?", "author": AUTHOR, "sent_at": "2026-03-01T10:00:00Z"}
REPLY = {
    "id": "2",
    "answers": ["1"],
    "text": "It is still not here!",
    "author": AUTHOR,
    "sent_at": "2026-03-01T11:00:00Z",
}


def test_a_lost_store_adopts_what_it_delivered_under_any_of_its_keys(tmp_path: Path) -> None:
    folder = write_project(tmp_path / "project")
    for name, document in (("1.jsonl", REPLY), ("2.jsonl", PARENT)):
        put(folder, name, [document])
        app = compose(folder)
        sync(app, None, SyncOptions())
        app.close()
    for path in folder.glob("casebridge.db*"):
        path.unlink()
    app = compose(folder)
    sync(app, None, SyncOptions())
    assert len(app.targets["desk"].target.agent().list()) == 1
    assert verify(app, "desk").ok
    app.close()


def test_agents_are_told_of_a_case_that_is_none_any_more(tmp_path: Path) -> None:
    folder = write_project(tmp_path / "project")
    put(folder, "1.jsonl", [PARENT])
    app = compose(folder)
    sync(app, None, SyncOptions())
    decide(app, "not_a_case", ["x//1"], "Mia", "a test")
    sync(app, None, SyncOptions())
    (case,) = app.targets["desk"].target.agent().list()
    shown = str(app.targets["desk"].target.agent().show(case["ref"] if isinstance(case, dict) else case.ref))
    assert "counts this as no case" in shown
    app.close()
