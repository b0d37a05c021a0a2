"""A file that comes after its message was delivered reaches the case all the same, once."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from adapters.desk.target import DeskTarget
from bridge import attachments
from bridge.attachment_files import State
from bridge.engine import sync
from bridge.queries.attachments import list_attachments
from bridge.queries.selection import Cut
from bridge.runs import SyncOptions
from cli import compose
from tests.project import put, write_project

if TYPE_CHECKING:
    from pathlib import Path

PNG = b"\x89PNG\r\n\x1a\n" + bytes(200)
PDF = b"%PDF-1.7\n" + b"x" * 5_000
ONLY_PICTURES = "attachments: {types: ['image/*']}\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = write_project(tmp_path / "project")
    put(
        folder,
        "1.jsonl",
        [
            {
                "id": "1",
                "text": "Why is my parcel like this?",
                "author": {"id": "u1"},
                "sent_at": "2026-03-01T10:00:00Z",
                "attachments": [{"path": "photo.png"}, {"path": "bill.pdf"}],
            }
        ],
    )
    (folder / "inbox" / "bill.pdf").write_bytes(PDF)
    return folder


def run(folder: Path, *, retry: bool = False) -> dict[str, Any]:
    """Sync once; return states of attachments by name, the files of the case's entry, and what was counted."""
    with closing(compose(folder)) as app:
        if retry:
            assert attachments.retry(app.store, None) == 1
        report = sync(app, None, SyncOptions())
        with app.store.read() as connection:
            rows = list_attachments(connection, "", None, Cut())
        target = app.targets["desk"].target
        assert isinstance(target, DeskTarget)
        (entry,) = target.agent().show("T-1001")["messages"]
        states = {row.origin.rpartition("/")[2]: State(row.state) for row in rows}
        return {"states": states, "files": sorted(entry["files"]), "counts": report.counts, "exit": report.exit_code}


def test_a_file_that_was_missing_is_delivered_when_it_is_there(folder: Path) -> None:
    first = run(folder)
    assert first["states"] == {"photo.png": State.GONE, "bill.pdf": State.FETCHED}
    assert first["counts"]["attachments"] == {"gone": 1, "fetched": 1}
    assert len(first["files"]) == 1
    (folder / "inbox" / "photo.png").write_bytes(PNG)
    second = run(folder, retry=True)
    assert second["states"]["photo.png"] is State.FETCHED
    assert len(second["files"]) == 2
    assert second["counts"]["desk"]["updated"] == 1
    third = run(folder)
    assert "attachments" not in third["counts"]
    assert not third["counts"]["desk"].get("updated")


def test_what_the_project_file_forbade_is_tried_again_once_it_allows_it(folder: Path) -> None:
    project = (folder / "casebridge.yaml").read_text()
    (folder / "casebridge.yaml").write_text(project + ONLY_PICTURES)
    assert run(folder)["states"]["bill.pdf"] is State.BAD_TYPE
    assert "attachments" not in run(folder)["counts"]
    (folder / "casebridge.yaml").write_text(project)
    allowed = run(folder)
    assert allowed["states"]["bill.pdf"] is State.FETCHED
    assert len(allowed["files"]) == 1
