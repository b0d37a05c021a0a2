"""An agent's answer reaches the network once, whatever dies on the way, and comes back as ours."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from adapters.desk.target import DeskTarget
from bridge import engine, runs
from bridge.errors import Exit
from bridge.ledger import ledger
from bridge.store import schema
from bridge.verify import verify
from cli import compose
from tests.project import casebridge, put, write_project

if TYPE_CHECKING:
    from pathlib import Path

    from adapters.desk.agent import Desk
    from bridge.app import App

KILLED = 137
ANSWER = "We are sending you a new one today."
POST = {
    "id": "1",
    "network": "x",
    "account": "brand",
    "text": "Where is my parcel?! Order A77 is broken",
    "lang": "en",
    "sent_at": "2026-03-01T08:00:00Z",
    "author": {"id": "u1", "handle": "anna", "name": "Anna P."},
    "thread": "1",
}
STEPS = ("publish.begin", "publish.record", "publish.own_post", "collect")
AROUND = (
    *(f"{step}.{side}" for step in STEPS for side in ("before_commit", "after_commit")),
    "publish.before_send",
    "publish.after_send",
    "publish.file.before_write",
    "publish.file.after_write",
)


@pytest.fixture(scope="module")
def answered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a project in whose desk an agent just answered; the source reads its own outbox, too."""
    folder = write_project(
        tmp_path_factory.mktemp("answers") / "project",
        path="inbox/*.jsonl\n    outbox: inbox/outbox.jsonl",
        desk="publish: true\n    hold_seconds: 0",
    )
    put(folder, "export.jsonl", [POST])
    _sync(folder)
    app = compose(folder)
    _agent(app).reply("T-1001", ANSWER)
    app.store.close()
    return folder


@pytest.fixture
def project(answered: Path, tmp_path: Path) -> Path:
    """Give a copy of it."""
    return shutil.copytree(answered, tmp_path / "project")


def _sync(folder: Path) -> None:
    app = compose(folder)
    report = engine.sync(app, None, runs.SyncOptions())
    app.store.close()
    assert report.exit_code is Exit.OK, report.problems


def _agent(app: App) -> Desk:
    desk = app.targets["desk"].target
    assert isinstance(desk, DeskTarget)
    return desk.agent()


def _outbox(folder: Path) -> list[dict[str, Any]]:
    lines = (folder / "inbox" / "outbox.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def _is_settled(folder: Path) -> None:
    """Promise: one line, one post of ours, one case with the agent's own words once, and balanced accounts."""
    (line,) = _outbox(folder)
    app = compose(folder)
    with app.store.read() as connection:
        (action,) = connection.execute(select(schema.action)).all()
        assert (action.state, action.ref) == ("sent", line["id"])
        posts = connection.execute(select(schema.message).where(schema.message.c.direction == "out")).all()
        assert [(post.key, post.action_id) for post in posts] == [(f"x//{line['id']}", action.id)]
        assert len(connection.execute(select(schema.case)).all()) == 1
    shown = _agent(app).show("T-1001")
    assert [message["text"] for message in shown["messages"] if message["public"]] == [POST["text"], ANSWER]
    report = ledger(app)
    assert report.balanced, report
    assert verify(app, "desk").ok
    app.store.close()


def test_an_answer_is_sent_once_read_back_and_known_as_ours(project: Path) -> None:
    for _ in range(3):
        _sync(project)
    (line,) = _outbox(project)
    assert (line["text"], line["answers"], line["thread"]) == (ANSWER, ["1"], "1")
    _is_settled(project)


def test_an_answer_in_a_later_export_is_the_same_answer(project: Path) -> None:
    """As a social-listening suite would give it: with an author and links of its own, under the id we chose."""
    _sync(project)
    (line,) = _outbox(project)
    exported = line | {"author": {"id": "900", "handle": "brand"}, "permalink": "https://x.example/brand/900"}
    put(project, "later.jsonl", [POST, exported])
    for _ in range(2):
        _sync(project)
    _is_settled(project)


@pytest.mark.parametrize("point", AROUND)
def test_a_crash_around_sending_neither_loses_nor_doubles_an_answer(point: str, project: Path) -> None:
    assert casebridge(project, "sync", CRASH_AT=point).returncode == KILLED
    for _ in range(3):
        _sync(project)
    _is_settled(project)
