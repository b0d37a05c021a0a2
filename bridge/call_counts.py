"""The meter of a connection, kept in the store: one row an hour."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select

from bridge.meter import Meter
from bridge.store import bulk, schema

if TYPE_CHECKING:
    from bridge.clock import Clock
    from bridge.store.store import Store

_HOURS = 24
_CALLS = schema.call_count.c


class StoreMeter(Meter):
    """Counts in the store, for all processes that share it."""

    def __init__(self, store: Store, connection: str, clock: Clock) -> None:
        """Count for the connection of that name in the project."""
        self._store, self._connection, self._clock = store, connection, clock

    def add(self, what: str, calls: int) -> None:
        """Note calls; hours that no longer count are cleared away."""
        hour = self._hour()
        row = {"connection": self._connection, "what": what, "hour": hour, "calls": 0}
        mine = (_CALLS.connection == self._connection) & (_CALLS.what == what)
        table = schema.call_count
        with self._store.write("meter.add") as connection:
            bulk.insert_new(connection, table, [row])
            connection.execute(table.update().where(mine, _CALLS.hour == hour).values(calls=_CALLS.calls + calls))
            connection.execute(table.delete().where(mine, _CALLS.hour <= hour - _HOURS))

    def used(self, what: str) -> int:
        """Return the calls of all processes."""
        mine = (_CALLS.connection == self._connection) & (_CALLS.what == what) & (_CALLS.hour > self._hour() - _HOURS)
        with self._store.read() as connection:
            return int(connection.execute(select(func.coalesce(func.sum(_CALLS.calls), 0)).where(mine)).scalar_one())

    def _hour(self) -> int:
        return int(self._clock.now().timestamp()) // 3600
