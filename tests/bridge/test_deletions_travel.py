"""A case that goes on shows nothing more of a message that was deleted, in its subject and description neither, and for good."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bridge.store import schema
from tests.bridge.house import LINE, House

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SECRET = "My line is down, my number is 030 901820, please call!"
MORE = "And it is still down today, why does nobody help?"


@pytest.fixture
def house(tmp_path: Path, store_url: str) -> Iterator[House]:
    """Return a project that keeps everything."""
    made = House(tmp_path / "project", store_url, "")
    yield made
    made.app.close()


def test_a_case_that_goes_on_shows_its_first_message_no_more(house: House) -> None:
    house.says("1", SECRET)
    house.says("2", MORE, answers=["1"])
    house.sync()
    (before,) = house.desk().values()
    assert before == [SECRET, MORE]
    house.deletes("1")
    house.sync()
    assert list(house.desk().values()) == [["[redacted]", MORE]]
    assert "030 901820" not in str(house.desk())


def test_what_was_deleted_does_not_come_back_when_all_is_delivered_again(house: House) -> None:
    house.says("1", SECRET)
    house.says("2", MORE, answers=["1"])
    house.sync()
    house.deletes("1")
    house.sync()
    stood, delivery = house.desk(), schema.delivery
    with house.app.store.write("test") as connection:
        again = delivery.update().where(delivery.c.thing.in_(("case", "message")))
        connection.execute(again.values(state="pending", wanted_version=9, delivered_hash="other"))
    house.sync()
    assert house.desk() == stood


def test_what_was_deleted_before_it_was_delivered_is_never_told(house: House) -> None:
    house.says("1", LINE)
    house.says("2", SECRET, answers=["1"])
    house.deletes("2")
    house.sync()
    assert house.desk() == {f"{LINE}: {LINE}": [LINE]}
