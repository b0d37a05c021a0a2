"""Yesterday's backup in the place of the store: nothing is doubled in the desk, no answer goes out twice."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from bridge import backup, brakes
from bridge.interventions import approve_actions
from bridge.restored import LOOKED_UP_FOR
from bridge.store import schema
from tests.forest import forest
from tests.project import partitions, put
from tests.shop import Shop, make_shop

if TYPE_CHECKING:
    from pathlib import Path

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
DOCUMENTS = forest(120, 30)


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    """Give a project whose answers are published."""
    return make_shop(tmp_path / "project", publish=True)


def test_after_a_restore_nothing_is_doubled_in_the_desk(shop: Shop) -> None:
    put(shop.folder, "old.jsonl", DOCUMENTS[:70])
    shop.say("a", "b", name="yesterday")
    shop.sync()
    with shop.app() as app:
        backup.backup(app, shop.folder / "yesterday.backup")
    put(shop.folder, "new.jsonl", DOCUMENTS[70:])
    shop.say("aa", "bb", "c", name="today")
    shop.clock.forward(HOUR)
    shop.sync()
    shop.is_whole()
    stood = shop.desk()
    with shop.app() as app:
        expected = partitions(app.store)
    with shop.app() as app:
        backup.restore(app, shop.folder / "yesterday.backup")
    shop.sync()
    shop.is_whole()
    assert shop.desk() == stood
    with shop.app() as app:
        assert partitions(app.store) == expected
    shop.clock.forward(DAY)
    shop.say("aaa", "d", name="tomorrow")
    shop.sync()
    shop.is_whole()
    assert sum(map(len, shop.desk().values())) == sum(map(len, stood.values())) + 2


def test_after_a_restore_no_answer_goes_out_twice(shop: Shop) -> None:
    shop.say("a", "b", "c", name="yesterday")
    shop.sync()
    shop.sync()
    shop.answer("a", "Held when the backup was made.")
    shop.sync()
    with shop.app() as app:
        backup.backup(app, shop.folder / "yesterday.backup")
    shop.answer("b", "Written after the backup.")
    for _ in range(2):
        shop.clock.forward(2 * MINUTE)
        shop.sync()
    assert sorted(shop.sent()) == ["Held when the backup was made.", "Written after the backup."]
    with shop.app() as app:
        backup.restore(app, shop.folder / "yesterday.backup")
    for _ in range(2):
        shop.clock.forward(2 * MINUTE)
        report = shop.sync()
    assert len(shop.sent()) == 2
    assert shop.actions() == {"Held when the backup was made.": "review", "Written after the backup.": "review"}
    assert any("2 answers wait for a decision. See: casebridge actions list" in problem for problem in report.problems)
    shop.is_whole()


def test_new_records_are_looked_up_for_thirty_days_after_a_restore_and_not_for_ever(shop: Shop) -> None:
    with shop.app() as app:
        backup.backup(app, shop.folder / "empty.backup")
        backup.restore(app, shop.folder / "empty.backup")
        brakes.pause(app.store, brakes.DELIVER, "", by="Ann", reason="", now=app.clock.now())
    shop.clock.forward(LOOKED_UP_FOR - DAY)
    shop.say("a", name="lately")
    shop.sync()
    assert _looked_up(shop) == {True}
    shop.clock.forward(2 * DAY)
    shop.say("b", name="later")
    shop.sync()
    assert _looked_up(shop) == {True, False}


def _looked_up(shop: Shop) -> set[bool]:
    with shop.app() as app, app.store.read() as connection:
        return set(connection.execute(select(schema.delivery.c.look_up)).scalars())


def test_what_an_agent_writes_after_the_restore_goes_out_as_ever(shop: Shop) -> None:
    shop.say("a", name="yesterday")
    shop.sync()
    with shop.app() as app:
        backup.backup(app, shop.folder / "yesterday.backup")
        backup.restore(app, shop.folder / "yesterday.backup")
    shop.sync()
    shop.clock.forward(MINUTE)
    shop.answer("a", "It comes today.")
    for _ in range(2):
        shop.clock.forward(2 * MINUTE)
        shop.sync()
    assert shop.sent() == ["It comes today."]


def test_an_approved_answer_that_had_gone_out_is_found_there(shop: Shop) -> None:
    shop.say("a", name="yesterday")
    shop.sync()
    with shop.app() as app:
        backup.backup(app, shop.folder / "yesterday.backup")
    shop.answer("a", "It comes today.")
    for _ in range(2):
        shop.clock.forward(2 * MINUTE)
        shop.sync()
    with shop.app() as app:
        backup.restore(app, shop.folder / "yesterday.backup")
    shop.sync()
    with shop.app() as app, app.store.read() as connection:
        (action,) = connection.execute(select(schema.action.c.id)).scalars()
    with shop.app() as app:
        approve_actions(app.store, [action], shop.clock.now(), by="mia")
    shop.sync()
    assert shop.sent() == ["It comes today."]
    assert shop.actions() == {"It comes today.": "sent"}
