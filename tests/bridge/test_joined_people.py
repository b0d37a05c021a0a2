"""Two customers who turn out to be one person have one record in the target, if only one had one before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bridge.engine import sync
from bridge.runs import SyncOptions
from bridge.verify import verify
from cli import compose
from tests.project import put, write_project

if TYPE_CHECKING:
    from pathlib import Path

PEOPLE = """\
  crm:
    type: file
    path: crm.csv
    what: people
    mapping:
      id: {from: id}
      emails: {from: mail}
      handles.x: {from: handle}
"""
TWEET = {"id": "1", "network": "x", "text": "Where is my parcel?", "author": {"id": "55", "handle": "lena_w"}}
MAIL = {
    "id": "2",
    "network": "mail",
    "kind": "mail",
    "text": "Where is my invoice?",
    "author": {"id": "lena.winter@example.org", "name": "Lena Winter", "email": "lena.winter@example.org"},
}


def test_the_record_of_the_other_is_adopted_and_none_is_made_beside_it(tmp_path: Path) -> None:
    folder = write_project(tmp_path / "project")
    file = folder / "casebridge.yaml"
    file.write_text(
        file.read_text().replace("targets:", f"{PEOPLE}targets:").replace("persons: create", "persons: link")
    )
    (folder / "crm.csv").write_text("id,mail,handle\n")
    app = compose(folder)
    for number, said in enumerate((TWEET, MAIL)):
        put(folder, f"{number}.jsonl", [said | {"sent_at": "2026-03-01T10:00:00Z"}])
        sync(app, None, SyncOptions())
    people = list(app.targets["desk"].target.keys("Person"))
    assert len(people) == 1
    (folder / "crm.csv").write_text("id,mail,handle\nK1,lena.winter@example.org,lena_w\n")
    for _ in range(2):
        sync(app, None, SyncOptions())
    assert list(app.targets["desk"].target.keys("Person")) == people
    assert verify(app, "desk").ok
    app.close()
