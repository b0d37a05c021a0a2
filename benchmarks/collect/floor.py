"""The bare floor: read the lines, parse them, upsert them, nothing else. ``floor.py MESSAGES URL``."""

from __future__ import annotations

import json
import sqlite3
import sys
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = 200
COLUMNS = (
    "id",
    "network",
    "kind",
    "direction",
    "text",
    "lang",
    "sent_at",
    "permalink",
    "thread",
    "answers",
    "author_id",
    "handle",
    "name",
    "reach",
    "verified",
)


def pages(path: Path) -> Iterator[list[dict[str, Any]]]:
    """Yield the messages of a file, a page at a time."""
    with path.open(encoding="utf-8") as file:
        while page := [json.loads(line) for line in islice(file, PAGE)]:
            yield page


def row(message: dict[str, Any]) -> tuple[Any, ...]:
    """Flatten a message."""
    author = message["author"]
    plain = [message[name] for name in COLUMNS[:9]]
    links = json.dumps(message.get("answers", []))
    return (*plain, links, author["id"], author["handle"], author["name"], author["reach"], author.get("verified"))


def into_sqlite(source: Path, database: str) -> None:
    """Load with the journal that a careful program would use."""
    connection = sqlite3.connect(database, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")
    connection.execute(f"CREATE TABLE message (id TEXT PRIMARY KEY, {', '.join(COLUMNS[1:])})")
    insert = f"INSERT OR REPLACE INTO message VALUES ({', '.join('?' * len(COLUMNS))})"  # noqa: S608 - our own names
    for page in pages(source):
        connection.execute("BEGIN")
        connection.executemany(insert, map(row, page))
        connection.execute("COMMIT")
    connection.close()


def into_postgres(source: Path, url: str) -> None:
    """Load with psycopg's pipelined executemany."""
    import psycopg  # noqa: PLC0415 - not needed for SQLite, and its import would count

    with psycopg.connect(url) as connection:
        columns = ", ".join(f"{name} text" for name in COLUMNS[1:])
        connection.execute(f"CREATE TABLE message (id text PRIMARY KEY, {columns})")
        updates = ", ".join(f"{name} = excluded.{name}" for name in COLUMNS[1:])
        marks = ", ".join(["%s"] * len(COLUMNS))
        insert = f"INSERT INTO message VALUES ({marks}) ON CONFLICT (id) DO UPDATE SET {updates}"  # noqa: S608 - our own names
        for page in pages(source):
            connection.cursor().executemany(insert, [row(message) for message in page])
            connection.commit()


if __name__ == "__main__":
    messages, address = sys.argv[1:]
    if address.startswith("sqlite:///"):
        into_sqlite(Path(messages), address.removeprefix("sqlite:///"))
    else:
        into_postgres(Path(messages), address.replace("+psycopg", ""))
