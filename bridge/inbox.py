"""The inbox of webhook calls: one SQLite file beside the store, in which a call is kept before it is answered.

The receiver only ever adds to it, so that it answers at once however much waits; a sync takes from it what its
connections received. What was taken leaves its digest for a day: a call that is repeated within it is known.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import orjson

from bridge.contracts import HookRequest
from bridge.keys import short_hash

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

FILE = "inbox.db"
KNOWN_FOR = timedelta(days=1)
"""How long a call is known after it was taken: vendors repeat theirs for hours, up to a day."""
_SECRET = frozenset({"authorization", "cookie", "proxy-authorization"})
"""Headers that are checked and never kept."""
_TABLE = """
CREATE TABLE IF NOT EXISTS call (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    connection TEXT NOT NULL,
    received_at REAL NOT NULL,
    digest TEXT NOT NULL,
    request BLOB NOT NULL,
    body BLOB,
    taken_at REAL,
    UNIQUE (connection, digest)
);
CREATE INDEX IF NOT EXISTS ix_call_waiting ON call (connection, id) WHERE taken_at IS NULL;
CREATE INDEX IF NOT EXISTS ix_call_taken ON call (taken_at) WHERE taken_at IS NOT NULL;
"""


@dataclass(frozen=True, slots=True)
class Call:
    """A webhook call that was received for a connection; ``digest`` tells it from others of that connection."""

    connection: str
    received_at: datetime
    request: HookRequest
    digest: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """A call in the inbox."""

    id: int
    received_at: datetime
    request: HookRequest


@dataclass(frozen=True, slots=True)
class Backlog:
    """What waits for one connection, and since when."""

    calls: int
    oldest: datetime


def digest_of(body: bytes) -> str:
    """Return what tells a call from others: its body, as it came."""
    return short_hash(body.decode("latin-1"))


class Inbox:
    """The file, opened by each thread and process for itself. Nothing is open between calls but ``writing``."""

    def __init__(self, path: Path) -> None:
        """Make the file if it is not there."""
        self.path = path
        with closing(self._open()) as connection:
            connection.executescript(_TABLE)

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Lend a connection for ``keep``, for one thread."""
        with closing(self._open()) as connection:
            yield connection

    def keep(self, connection: sqlite3.Connection, calls: Sequence[Call]) -> int:
        """Put calls on the disk, in one transaction; return how many were new. They are there once this returns."""
        rows = [
            (call.connection, call.received_at.timestamp(), call.digest, _frozen(call.request), call.request.body)
            for call in calls
        ]
        before = connection.total_changes
        with _transaction(connection):
            connection.executemany(
                "INSERT INTO call (connection, received_at, digest, request, body) VALUES (?, ?, ?, ?, ?)"
                " ON CONFLICT DO NOTHING",
                rows,
            )
        return connection.total_changes - before

    def waiting(self, name: str, limit: int) -> list[Waiting]:
        """Return the oldest calls that wait for a connection."""
        query = (
            "SELECT id, received_at, request, body FROM call WHERE connection = ? AND taken_at IS NULL"
            " ORDER BY id LIMIT ?"
        )
        with closing(self._open()) as connection:
            rows = connection.execute(query, (name, limit)).fetchall()
        return [Waiting(id_, _time(at), _thawed(request, body)) for id_, at, request, body in rows]

    def taken(self, ids: Sequence[int], now: datetime) -> None:
        """Empty calls whose contents are stored; forget those that were taken long ago."""
        with closing(self._open()) as connection, _transaction(connection):
            connection.executemany(
                "UPDATE call SET body = NULL, request = '', taken_at = ? WHERE id = ?",
                [(now.timestamp(), id_) for id_ in ids],
            )
            connection.execute("DELETE FROM call WHERE taken_at < ?", ((now - KNOWN_FOR).timestamp(),))

    def backlog(self) -> dict[str, Backlog]:
        """Return what waits, by connection."""
        query = "SELECT connection, count(*), min(received_at) FROM call WHERE taken_at IS NULL GROUP BY connection"
        with closing(self._open()) as connection:
            return {name: Backlog(calls, _time(oldest)) for name, calls, oldest in connection.execute(query)}

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, timeout=30, isolation_level=None)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        return connection


@contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[None]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def _frozen(request: HookRequest) -> bytes:
    headers = {name: value for name, value in request.headers.items() if name.lower() not in _SECRET}
    return orjson.dumps([request.method, request.path, dict(request.query), headers])


def _thawed(request: bytes, body: bytes) -> HookRequest:
    method, path, query, headers = orjson.loads(request)
    return HookRequest(method, path, query, headers, body)


def _time(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
