"""A tool that has no records of people gets cases and messages, and nothing waits for a person for ever."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from bridge.engine import sync
from bridge.runs import SyncOptions
from bridge.store import schema
from cli import compose
from tests.project import put, write_project

if TYPE_CHECKING:
    from bridge.app import App

SHIPPED = Path(__file__).parents[2] / "mappings" / "desk"
TWEET = {
    "id": "1",
    "network": "x",
    "text": "Where is my parcel?",
    "author": {"id": "55", "handle": "lena_w", "reach": 120},
    "sent_at": "2026-03-01T10:00:00Z",
}


def delivered(app: App) -> dict[str, str]:
    """Sync; return the state of each kind of delivery."""
    sync(app, None, SyncOptions())
    with app.store.read() as connection:
        rows: Any = connection.execute(select(schema.delivery.c.thing, schema.delivery.c.state)).all()
    return {row.thing: row.state for row in rows}


def test_no_record_is_wanted_that_no_mapping_can_make(tmp_path: Path) -> None:
    folder = write_project(tmp_path / "project")
    mappings = folder / "mappings" / "desk"
    shutil.rmtree(mappings, ignore_errors=True)
    shutil.copytree(SHIPPED, mappings)
    (mappings / "person.yaml").unlink()
    put(folder, "1.jsonl", [TWEET])
    app = compose(folder)
    states = delivered(app)
    app.close()
    assert states == {"case": "delivered", "message": "delivered"}
