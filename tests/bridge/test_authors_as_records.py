"""Where a target has an object for them, the authors of what is delivered are records of their own, as they look now."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from adapters.memory.target import MemoryTarget
from bridge.engine import sync
from bridge.runs import SyncOptions
from bridge.verify import verify
from cli import compose
from tests.project import put, write_project

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bridge.app import App

SHIPPED = Path(__file__).parents[2] / "mappings" / "memory"
PROFILE = """\
object: Profile
key: casebridge_key
fields:
  network: {from: profile.network}
  uid:     {from: profile.id}
  handle:  {from: profile.handle, omit_if_empty: true}
  reach:   {from: profile.reach, omit_if_empty: true}
  person:  {ref: person, omit_if_empty: true}
"""
TWEET = {
    "id": "1",
    "network": "x",
    "text": "Where is my parcel?",
    "author": {"id": "55", "handle": "lena_w", "reach": 120},
    "sent_at": "2026-03-01T10:00:00Z",
}


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    """Return a project that delivers to a CRM in memory which knows profiles."""
    folder = write_project(tmp_path / "project")
    file = folder / "casebridge.yaml"
    file.write_text(file.read_text().replace("type: desk", "type: memory"))
    mappings = folder / "mappings" / "memory"
    shutil.copytree(SHIPPED, mappings)
    (mappings / "profile.yaml").write_text(PROFILE)
    message = mappings / "message.yaml"
    message.write_text(
        message.read_text().replace("fields:\n", "fields:\n  profile: {ref: profile, omit_if_empty: true}\n", 1)
    )
    composed = compose(folder)
    yield composed
    composed.close()


def standing(app: App, object_name: str) -> list[dict[str, Any]]:
    """Return the fields of an object's records in the CRM."""
    target = app.targets["desk"].target
    assert isinstance(target, MemoryTarget)
    return [row.fields | {"ref": row.ref} for row in target.crm.rows.values() if row.object == object_name]


def test_an_author_is_one_record_that_follows_what_the_network_shows(app: App) -> None:
    put(app.folder, "1.jsonl", [TWEET])
    sync(app, None, SyncOptions())
    (profile,) = standing(app, "Profile")
    (person,) = standing(app, "Person")
    assert (profile["uid"], profile["handle"], profile["reach"]) == ("55", "lena_w", 120)
    assert profile["person"] == person["ref"]
    assert [message["profile"] for message in standing(app, "Message")] == [profile["ref"]]
    later = TWEET | {"id": "2", "text": "And my invoice?", "sent_at": "2026-03-01T11:00:00Z"}
    put(app.folder, "2.jsonl", [later | {"author": {"id": "55", "handle": "lena_winter", "reach": 150}}])
    for _ in range(2):
        sync(app, None, SyncOptions())
    (renamed,) = standing(app, "Profile")
    assert renamed == profile | {"handle": "lena_winter", "reach": 150}
    assert [message["profile"] for message in standing(app, "Message")] == [profile["ref"]] * 2
    assert verify(app, "desk").ok
