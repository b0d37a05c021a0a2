"""Try something on the real store and take it all back: every write goes into one transaction that never commits.

For looking ahead only. While it lasts nobody else can write to a SQLite store, so nothing slow may happen inside.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from bridge.store.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.engine import Connection

    from bridge.app import App


class _ScratchStore(Store):
    """A store whose transactions are parts of one that is rolled back."""

    lasting = False

    def __init__(self, store: Store, connection: Connection) -> None:
        """Share the engine of ``store``; all goes through ``connection``."""
        self.url = store.url
        self.engine = store.engine
        self._connection = connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Read what was written so far."""
        yield self._connection

    @contextmanager
    def write(self, point: str) -> Iterator[Connection]:  # noqa: ARG002 - nothing is committed, so no point to crash at
        """Write a part, undone by itself if it fails."""
        with self._connection.begin_nested():
            yield self._connection


@contextmanager
def scratch(app: App) -> Iterator[App]:
    """Give the same App on a store where everything is taken back at the end."""
    with app.store.engine.connect().execution_options(begin="BEGIN IMMEDIATE") as connection:
        outer = connection.begin()
        try:
            yield replace(app, store=_ScratchStore(app.store, connection))
        finally:
            outer.rollback()
