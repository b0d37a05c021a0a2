"""A case that an agent deleted stays deleted, whatever the customer writes next."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from bridge.engine import sync
from bridge.ledger import ledger
from bridge.runs import SyncOptions
from cli import compose
from tests.project import put, write_project

if TYPE_CHECKING:
    from pathlib import Path

AUTHOR = {"id": "u1", "name": "Kim Example"}


def test_what_is_said_after_a_case_was_deleted_is_not_delivered(tmp_path: Path) -> None:
    folder = write_project(tmp_path / "project")
    said = {"id": "1", "text": "Why is my parcel not here?", "author": AUTHOR, "sent_at": "2026-03-01T10:00:00Z"}
    put(folder, "1.jsonl", [said])
    app = compose(folder)
    sync(app, None, SyncOptions())
    desk = app.targets["desk"].target.agent()
    (case,) = desk.list()
    desk.delete(case["ref"] if isinstance(case, dict) else case.ref)
    put(
        folder,
        "2.jsonl",
        [{**said, "id": "2", "answers": ["1"], "text": "Hello? Still not here!", "sent_at": "2026-03-01T11:00:00Z"}],
    )
    for _ in range(2):
        sync(app, None, SyncOptions())
    assert desk.list() == []
    report = ledger(app)
    assert report.balanced
    assert report.targets[0].parts.get("waiting", 0) == 0
    assert report.targets[0].parts["deleted"] >= 1
    app.close()


def test_what_is_said_elsewhere_after_a_case_was_deleted_is_a_case_of_its_own(tmp_path: Path) -> None:
    folder = write_project(tmp_path / "project")
    said = {"kind": "direct", "public": False, "author": AUTHOR}
    put(
        folder,
        "1.jsonl",
        [
            {
                **said,
                "id": "1",
                "text": "Why is my parcel not here?",
                "sent_at": (datetime.now(UTC) - timedelta(hours=1)).isoformat(),
            }
        ],
    )
    app = compose(folder)
    sync(app, None, SyncOptions())
    desk = app.targets["desk"].target.agent()
    (case,) = desk.list(status="", limit=10)
    desk.delete(case["ref"], author="Mia")
    sync(app, None, SyncOptions())
    later = {**said, "id": "2", "text": "Where is my other parcel?", "sent_at": app.clock.now().isoformat()}
    put(folder, "2.jsonl", [later])
    for _ in range(2):
        sync(app, None, SyncOptions())
    (other,) = desk.list(status="", limit=10)
    assert other["ref"] != case["ref"]
    assert ledger(app).balanced
    app.close()
