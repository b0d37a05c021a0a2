"""What happens beside cases that others made: they are continued, or in doubt linked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from adapters.desk.target import DeskTarget
from bridge.clock import ShiftedClock
from bridge.engine import sync
from bridge.runs import SyncOptions
from cli import compose
from tests.project import put, write_project

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from adapters.desk.agent import Desk
    from bridge.app import App


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    app = compose(write_project(tmp_path / "project"), ShiftedClock())
    yield app
    app.close()


@pytest.fixture
def desk(app: App) -> Desk:
    target = app.targets["desk"].target
    assert isinstance(target, DeskTarget)
    return target.agent()


def said(app: App, text: str) -> None:
    """Put into the inbox what Lou says now."""
    author = {"id": "u3", "handle": "lou"}
    put(app.folder, "lou.jsonl", [{"id": "1", "text": text, "author": author, "sent_at": app.clock.now().isoformat()}])


def run(app: App) -> None:
    assert sync(app, None, SyncOptions()).exit_code == 0


def test_in_doubt_our_case_is_linked_to_the_one_that_others_made(app: App, desk: Desk) -> None:
    person = desk.create_person(name="Lou", handle="lou", network="x")
    theirs = desk.create("Called", text="Please ring back.", requester=person)
    said(app, "Why is my parcel not here?")
    run(app)
    assert desk.show("T-1002")["links"] == [theirs]
    assert desk.show(theirs)["messages"] == []
    run(app)
    assert desk.show("T-1002")["links"] == [theirs]


def test_a_message_whose_person_is_only_now_found_to_be_theirs_stands_in_their_case(app: App, desk: Desk) -> None:
    person = desk.create_person(name="Lou", handle="lou", network="x")
    theirs = desk.create("order A77 is broken", text="order A77", requester=person)
    said(app, "My order A77 is broken, help!")
    run(app)
    assert [each["author"] for each in desk.show(theirs)["messages"]] == ["lou"]
