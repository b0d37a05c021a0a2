"""The desk's file: its tables and its transactions."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from bridge.crash import crash_point
from bridge.errors import ConfigError, Transient

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BUSY_SECONDS = 30.0
VERSION = 1

_TABLES = """
CREATE TABLE record (
    id INTEGER PRIMARY KEY,
    object TEXT NOT NULL,
    number INTEGER NOT NULL,
    ref TEXT NOT NULL UNIQUE,
    key TEXT,
    parent TEXT NOT NULL DEFAULT '',
    fields TEXT NOT NULL,
    created_at TEXT NOT NULL,
    changed_at TEXT NOT NULL,
    changed INTEGER NOT NULL UNIQUE,
    deleted_at TEXT,
    merged_into TEXT NOT NULL DEFAULT '',
    UNIQUE (object, number)
);
CREATE UNIQUE INDEX record_key ON record (object, key) WHERE key IS NOT NULL;
CREATE INDEX record_parent ON record (parent) WHERE parent <> '';
CREATE INDEX record_changed ON record (object, changed);
CREATE TABLE file (
    record TEXT NOT NULL,
    key TEXT NOT NULL,
    name TEXT NOT NULL,
    mime TEXT NOT NULL,
    size INTEGER NOT NULL,
    path TEXT NOT NULL,
    PRIMARY KEY (record, key)
);
CREATE TABLE link (a TEXT NOT NULL, b TEXT NOT NULL, PRIMARY KEY (a, b));
CREATE TABLE activity (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL,
    kind TEXT NOT NULL,
    case_ref TEXT NOT NULL DEFAULT '',
    subject TEXT NOT NULL DEFAULT '',
    value TEXT NOT NULL DEFAULT '',
    before TEXT NOT NULL DEFAULT '',
    actor TEXT NOT NULL,
    actor_name TEXT NOT NULL DEFAULT ''
);
CREATE INDEX activity_case ON activity (case_ref);
CREATE TABLE amendment (key TEXT PRIMARY KEY, ref TEXT NOT NULL);
CREATE TABLE job (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    due_at TEXT NOT NULL,
    record TEXT NOT NULL,
    outcome TEXT
);
CREATE INDEX job_open ON job (due_at) WHERE outcome IS NULL;
"""


class Database:
    """One SQLite file in WAL mode; a connection for each thread that uses it."""

    def __init__(self, path: Path) -> None:
        """Remember where the file is; opens nothing."""
        self.path = path
        self._connections: dict[int, sqlite3.Connection] = {}

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """Open a reading transaction; raises ``Transient`` or ``ConfigError``."""
        with self._clear_errors():
            connection = self._connection()
            connection.execute("BEGIN")
            try:
                yield connection
            finally:
                connection.execute("ROLLBACK")

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """Open a writing transaction, all or nothing; raises ``Transient`` or ``ConfigError``."""
        with self._clear_errors():
            connection = self._connection()
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                crash_point("desk.before_commit")
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise
            crash_point("desk.after_commit")

    def close(self) -> None:
        """Close the connections of all threads; may be called twice."""
        while self._connections:
            self._connections.popitem()[1].close()

    def _connection(self) -> sqlite3.Connection:
        thread = threading.get_ident()
        if thread not in self._connections:
            self._connections[thread] = self._open()
        return self._connections[thread]

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        try:
            connection.row_factory = sqlite3.Row
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=FULL")
            connection.execute("PRAGMA secure_delete=ON")
            _create_tables(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    @contextmanager
    def _clear_errors(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.OperationalError as error:
            message = f"The desk {self.path} cannot be used: {error}. Check its folder, permissions and disk space."
            raise Transient(message) from error
        except sqlite3.DatabaseError as error:
            message = f"{self.path} is no desk ({error}); give another file as path, or restore this one."
            raise ConfigError(message) from error


def _create_tables(connection: sqlite3.Connection) -> None:
    if _version(connection) == VERSION:
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        if _version(connection) != VERSION:
            _refuse_other_files(connection)
            for statement in filter(str.strip, _TABLES.split(";")):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version={VERSION}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _refuse_other_files(connection: sqlite3.Connection) -> None:
    if _version(connection) or connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone():
        message = "it holds tables of something else, or of a newer desk"
        raise sqlite3.DatabaseError(message)
