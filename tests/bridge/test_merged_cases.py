"""What agents merge in the desk goes on there: messages, closings, answers and notes follow."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from adapters.desk.target import DeskTarget
from bridge.clock import ShiftedClock
from bridge.engine import sync
from bridge.runs import SyncOptions
from bridge.store import schema
from bridge.verify import verify
from cli import compose
from tests.project import put, write_project

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from adapters.desk.agent import Desk
    from bridge.app import App

KIM, LEE = {"id": "u1", "handle": "kim"}, {"id": "u2", "handle": "lee"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_project(tmp_path / "project", desk="publish: true")


@pytest.fixture
def app(folder: Path) -> Iterator[App]:
    app = compose(folder, ShiftedClock())
    yield app
    app.close()


@pytest.fixture
def desk(app: App, folder: Path) -> Desk:
    """Give the desk with a case of Kim's, T-1001, and one of Lee's, T-1002."""
    for author in (KIM, LEE):
        said(app, folder, author, "1", "Why is my parcel not here?")
        run(app)
    target = app.targets["desk"].target
    assert isinstance(target, DeskTarget)
    return target.agent()


def said(app: App, folder: Path, author: dict[str, str], native_id: str, text: str, answers: str = "") -> datetime:
    """Put what somebody says now into the inbox."""
    name = author["handle"]
    document = {
        "id": f"{name}-{native_id}",
        "text": text,
        "author": author,
        "sent_at": app.clock.now().isoformat(),
        "answers": [answers] if answers else [],
    }
    put(folder, f"{name}-{native_id}.jsonl", [document])
    return app.clock.now()


def run(app: App) -> int:
    return sync(app, None, SyncOptions()).exit_code


def statuses(app: App) -> dict[str, str]:
    """Return the status of each case by its anchor."""
    with app.store.read() as connection:
        return {row.anchor: row.status for row in connection.execute(select(schema.case))}


def test_a_merge_by_agents_is_not_taken_for_a_change(app: App, desk: Desk) -> None:
    desk.merge_cases("T-1001", "T-1002")
    before = verify(app, "desk")
    run(app)
    after = verify(app, "desk")
    assert [report.changed for report in (before, after)] == [[], []]
    assert before.ok
    assert after.ok


def test_later_messages_go_to_the_survivor_and_leave_its_fields_alone(app: App, desk: Desk, folder: Path) -> None:
    desk.merge_cases("T-1001", "T-1002")
    stood = {name: value for name, value in desk.show("T-1002").items() if name not in ("messages", "events")}
    run(app)
    said(app, folder, KIM, "2", "Hello? My parcel is still not here!", answers="kim-1")
    assert run(app) == 0
    shown = desk.show("T-1002")
    assert [each["text"] for each in shown["messages"] if each["author"] == "kim"][-1].startswith("Hello?")
    assert {name: value for name, value in shown.items() if name not in ("messages", "events")} == stood


def test_an_answer_in_the_survivor_goes_to_whose_case_it_was(app: App, desk: Desk) -> None:
    desk.merge_cases("T-1001", "T-1002")
    run(app)
    desk.reply("T-1002", "We are looking for it.")
    run(app)
    with app.store.read() as connection:
        query = select(schema.message.c.key).join(schema.action, schema.action.c.message_id == schema.message.c.id)
        assert connection.execute(query).scalars().all() == ["x//lee-1"]


def test_closing_the_survivor_closes_what_was_merged_in(app: App, desk: Desk) -> None:
    desk.merge_cases("T-1001", "T-1002")
    run(app)
    desk.set_status("T-1002", "closed")
    run(app)
    assert statuses(app) == {"x//kim-1": "closed", "x//lee-1": "closed"}


def test_deleting_the_survivor_deletes_what_was_merged_in(app: App, desk: Desk) -> None:
    desk.merge_cases("T-1001", "T-1002")
    run(app)
    desk.delete("T-1002")
    run(app)
    delivery = schema.delivery.c
    with app.store.read() as connection:
        states = connection.execute(select(delivery.state).where(delivery.thing == "case")).scalars().all()
    assert states == ["gone", "gone"]
    assert verify(app, "desk").ok


def test_a_note_that_was_on_its_way_reaches_the_survivor(app: App, desk: Desk) -> None:
    desk.reply("T-1001", "It left yesterday.")
    run(app)
    app.clock.sleep(61)
    run(app)  # sent, or refused because nothing is published here: either way the agent is told in the case
    desk.merge_cases("T-1001", "T-1002")
    assert run(app) == 0
    assert any("Your answer was" in each["text"] for each in desk.show("T-1002")["messages"])


def test_a_foreign_case_and_its_requester_are_not_missed(app: App, desk: Desk, folder: Path) -> None:
    """They stand in the desk under no key of ours; what we put there stands under one."""
    person = desk.create_person(name="Lou", handle="lou", network="x")
    ref = desk.create("order A77 is broken", text="order A77", requester=person)
    run(app)
    said(app, folder, {"id": "u3", "handle": "lou"}, "1", "My order A77 is broken, help!")
    run(app)
    assert [each["author"] for each in desk.show(ref)["messages"]] == ["lou"]
    assert verify(app, "desk").ok
