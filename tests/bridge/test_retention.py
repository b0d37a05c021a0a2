"""What was said is kept as long as the project file or the network says, and not an hour longer; what is decided stays."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from bridge import retention
from bridge.attachment_files import path_of
from bridge.engine import sync
from bridge.errors import Exit, StoreBusy
from bridge.lease import hold
from bridge.nouns import Retention
from bridge.runs import SyncOptions
from bridge.store import schema
from tests.bridge.house import LINE, House
from tests.bridge.outbox.test_faults import dying_at
from tests.project import partitions, put

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


DAY = timedelta(days=1)


@pytest.fixture
def house(tmp_path: Path, store_url: str) -> Iterator[House]:
    """Return a project that keeps texts for 30 days and payloads for 7."""
    made = House(tmp_path / "project", store_url, "{keep_days: 30, raw_days: 7}")
    yield made
    made.app.close()


def test_payloads_go_first_then_texts_and_what_is_decided_stays(house: House) -> None:
    house.says("1")
    assert house.sync() is Exit.OK
    before, stood = partitions(house.app.store), house.desk()
    assert (house.kept(), house.kept(schema.message_raw)) == (1, 1)
    assert house.sync(6 * DAY) is Exit.OK
    assert house.kept(schema.message_raw) == 1
    assert house.sync(2 * DAY) is Exit.OK
    assert (house.kept(), house.kept(schema.message_raw)) == (1, 0)
    assert house.sync(23 * DAY) is Exit.OK
    assert (house.kept(), house.kept(schema.message)) == (0, 1)
    assert partitions(house.app.store) == before
    assert house.desk() == stood


def test_a_case_goes_on_after_its_beginning_was_forgotten(house: House) -> None:
    house.set("{keep_days: 3}")
    house.says("1")
    house.sync()
    (subject,) = house.desk()
    house.sync(4 * DAY)
    assert house.kept() == 0
    house.says("2", "Still nothing, order A00001", answers=["1"])
    assert house.sync() is Exit.OK
    assert house.desk() == {subject: [LINE, "Still nothing, order A00001"]}


def test_what_was_forgotten_and_is_seen_again_changes_nothing(house: House) -> None:
    house.set("{keep_days: 3}")
    house.says("1", thread="a")
    house.sync()
    stood, decided = house.desk(), house.decided()
    house.sync(4 * DAY)
    house.says("1", thread="b")
    assert house.sync() is Exit.OK
    assert (house.desk(), house.decided(), house.kept()) == (stood, decided, 0)
    house.says("2", "Thank you!", thread="b")
    house.sync()
    assert house.decided() == decided
    assert [texts[0] for texts in house.desk().values()] == [LINE]
    assert house.desk().keys() == stood.keys()


def test_what_stands_in_a_target_is_not_emptied_when_it_is_delivered_again(house: House) -> None:
    house.set("{keep_days: 3}")
    house.says("1")
    house.sync()
    stood = house.desk()
    house.sync(4 * DAY)
    delivery = schema.delivery
    with house.app.store.write("test") as connection:
        changed = {"state": "pending", "wanted_version": 9, "delivered_hash": "other"}
        connection.execute(delivery.update().where(delivery.c.thing != "person").values(changed))
    assert house.sync() is Exit.OK
    assert house.desk() == stood
    with house.app.store.read() as connection:
        assert set(connection.execute(select(delivery.c.delivered_version)).scalars()) >= {9}


def test_what_is_not_delivered_yet_is_kept_until_it_is(house: House) -> None:
    house.says("1")
    with dying_at("deliver.claim.before_commit", 1):
        house.sync()
    house.clock.forward(31 * DAY)
    assert [(due.texts, due.waiting) for due in retention.preview(house.app)] == [(0, 1)]
    retention.apply(house.app)
    assert house.texts() == {LINE}
    house.sync(timedelta(hours=2))
    assert list(house.desk().values()) == [[LINE]]
    house.sync(timedelta(hours=2))
    assert house.texts() == set()


def test_new_times_that_delete_what_was_kept_wait_for_a_person(house: House) -> None:
    house.set("")
    for number in range(3):
        house.says(str(number), author=f"person-{number}")
    house.sync()
    house.clock.forward(8 * DAY)
    house.set("{keep_days: 5}")
    report = sync(house.app, None, SyncOptions())
    assert report.exit_code is Exit.HALTED
    assert [problem for problem in report.problems if "retention" in str(problem)]
    assert house.kept() == 3
    (due,) = retention.preview(house.app)
    assert (due.texts, due.waiting, due.begun) == (3, 0, False)
    assert [(done.texts, done.begun) for done in retention.apply(house.app)] == [(3, True)]
    assert house.kept() == 0
    assert house.sync(timedelta(hours=2)) is Exit.OK


def test_longer_times_and_times_that_delete_nothing_begin_by_themselves(house: House) -> None:
    house.says("1")
    house.sync()
    house.set("{keep_days: 300}")
    assert house.sync(timedelta(hours=2)) is Exit.OK
    house.sync(301 * DAY)
    assert house.kept() == 0


def test_an_earlier_version_and_a_file_go_with_the_text(house: House) -> None:
    (house.folder / "inbox" / "bill.pdf").write_bytes(b"%PDF-1.4 a bill")
    house.says("1", attachments=["bill.pdf"])
    house.says("2", author="jonas", attachments=["bill.pdf"])
    house.sync()
    house.says("1", "It works again", edited_at=house.clock.now().isoformat())
    house.sync()
    with house.app.store.read() as connection:
        (digest,) = set(connection.execute(select(schema.attachment.c.sha256)).scalars())
    assert house.kept(schema.revision) == 1
    house.clock.forward(20 * DAY)
    house.says("3", author="ada", attachments=["bill.pdf"])
    house.sync()
    house.sync(11 * DAY)
    assert (house.kept(), house.kept(schema.revision)) == (1, 0)
    assert path_of(house.folder, digest).exists()
    house.sync(20 * DAY)
    assert (house.kept(), house.kept(schema.attachment)) == (0, 0)
    assert not path_of(house.folder, digest).exists()


def test_what_could_not_be_read_goes_too(house: House) -> None:
    put(house.folder, "broken.jsonl", [{"network": "x", "text": "The number of Mira is 030 901820"}])
    house.sync()
    house.sync(8 * DAY)
    with house.app.store.read() as connection:
        (row,) = connection.execute(select(schema.quarantine)).all()
    assert (row.raw, row.fields, row.state) == ("", None, "dropped")


def test_an_answer_is_forgotten_once_it_is_done_with(house: House) -> None:
    house.says("1")
    house.sync()
    now = house.clock.now()
    row = {
        "kind": "reply",
        "connection": "feed",
        "network": "x",
        "asked_at": now,
        "attempts": 0,
        "actor": "",
        "ref": "",
    }
    row |= {"target": "desk", "answer_id": "", "case_ref": "", "public": True, "reason": "", "message_id": 1}
    states = {"sent": "We are on it.", "review": "We come on Tuesday."}
    with house.app.store.write("test") as connection:
        for state, text in states.items():
            connection.execute(schema.action.insert().values(key=state, state=state, text=text, **row))
    house.clock.forward(31 * DAY)
    retention.apply(house.app)
    with house.app.store.read() as connection:
        rows = connection.execute(select(schema.action.c.state, schema.action.c.text)).all()
        found = {row.state: row.text for row in rows}
    assert found == {"sent": "", "review": "We come on Tuesday."}
    assert house.texts() == {LINE}


def test_what_its_author_deleted_there_goes_by_the_time_of_the_network(house: House) -> None:
    house.set("{deleted_days: 1}")
    house.says("1")
    house.says("2", "Where is my router?", author="jonas")
    house.sync()
    house.deletes("1")
    house.sync(timedelta(hours=1))
    house.sync(22 * timedelta(hours=1))
    assert len(house.texts()) == 2
    house.sync(timedelta(hours=2))
    assert house.texts() == {"Where is my router?"}


@pytest.mark.parametrize(
    "point",
    [
        "retention.forget.before_commit",
        "retention.forget.after_commit",
        "retention.rest.before_commit",
        "retention.before_commit",
        "retention.after_commit",
    ],
)
def test_a_crash_while_texts_are_deleted_deletes_them_the_next_time(house: House, point: str) -> None:
    house.says("1")
    house.sync()
    house.clock.forward(31 * DAY)
    with dying_at(point, 1):
        retention.apply(house.app)
    house.clock.forward(timedelta(minutes=5))
    retention.apply(house.app)
    assert (house.kept(), house.kept(schema.message_raw), house.kept(schema.message)) == (0, 0, 1)


def test_nothing_is_deleted_by_hand_while_a_sync_reads(house: House) -> None:
    with hold(house.app.store, "collect:feed", house.app.clock), pytest.raises(StoreBusy):
        retention.apply(house.app)


@pytest.mark.parametrize(
    ("times", "kept"),
    [
        ("", Retention()),
        ("{keep_days: 30}", Retention(keep_days=30)),
        ("{raw_days: 0.5, deleted_days: never}", Retention(raw_days=0.5)),
    ],
)
def test_times_are_as_the_project_file_says(house: House, times: str, kept: Retention) -> None:
    house.set(times)
    assert house.app.sources["feed"].retention == kept
