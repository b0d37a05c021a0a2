"""Column types mean the same on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import StatementError

from bridge.store.tables import Table
from bridge.store.types import JsonText, UTCTime

if TYPE_CHECKING:
    from bridge.store.store import Store

SETTING = Table.metadata.tables["setting"]
LEASE = Table.metadata.tables["lease"]
SQLITE = sqlite.dialect()


@pytest.mark.parametrize(
    "instant",
    [
        datetime(2026, 3, 29, 3, 0, tzinfo=timezone(timedelta(hours=5))),
        datetime(2026, 10, 25, 0, 59, 59, 999999, tzinfo=UTC),
        datetime(1969, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
        datetime(1, 1, 2, tzinfo=UTC),
        datetime(9999, 1, 1, tzinfo=UTC),
    ],
)
def test_an_instant_comes_back_as_the_same_instant_in_utc(store: Store, instant: datetime) -> None:
    with store.write("test") as connection:
        connection.execute(LEASE.insert().values(name="x", owner="", token=0, until=instant))
    with store.read() as connection:
        read = connection.execute(select(LEASE.c.until).where(LEASE.c.until == instant)).scalar_one()
    assert read == instant
    assert read.utcoffset() == timedelta()


def test_instants_sort_by_time_whatever_zone_they_were_given_in(store: Store) -> None:
    early = datetime(2026, 3, 2, 8, 0, tzinfo=timezone(timedelta(hours=9)))
    late = datetime(2026, 3, 2, 1, 0, tzinfo=timezone(timedelta(hours=-5)))
    with store.write("test") as connection:
        for name, until in (("late", late), ("early", early)):
            connection.execute(LEASE.insert().values(name=name, owner="", token=0, until=until))
    with store.read() as connection:
        assert connection.execute(select(LEASE.c.name).order_by(LEASE.c.until)).scalars().all() == ["early", "late"]


def test_a_time_without_a_zone_is_refused(store: Store) -> None:
    naive = datetime(2026, 3, 2, 9, 0)  # noqa: DTZ001 - what must be refused
    with pytest.raises(StatementError, match="without a zone"), store.write("test") as connection:
        connection.execute(LEASE.insert().values(name="x", owner="", token=0, until=naive))


@pytest.mark.parametrize("value", [None, [], {}, "", 0, 1.5, True, {"b": [1, None], "a": "Grüße 🙂 \u202eabc"}])
def test_a_json_value_comes_back_as_it_was(store: Store, value: Any) -> None:  # noqa: ANN401 - any JSON value
    with store.write("test") as connection:
        connection.execute(SETTING.insert().values(name="x", value=value))
    with store.read() as connection:
        assert connection.execute(select(SETTING.c.value)).scalar_one() == value


@given(st.datetimes(datetime(2, 1, 1), datetime(9998, 1, 1), timezones=st.timezones() | st.just(UTC)))  # noqa: DTZ001 - bounds
def test_every_instant_survives_the_way_into_an_integer_and_back(instant: datetime) -> None:
    stored = UTCTime().bind_processor(SQLITE)(instant)
    assert UTCTime().result_processor(SQLITE, None)(stored) == instant.astimezone(UTC)


@given(st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), st.integers(-(2**53), 2**53)))
def test_equal_objects_are_equal_text_whatever_order_their_keys_came_in(value: dict[str, int]) -> None:
    backwards = dict(reversed(value.items()))
    assert JsonText().bind_processor(SQLITE)(value) == JsonText().bind_processor(SQLITE)(backwards)
