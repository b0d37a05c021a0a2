"""Persons, cases and messages as rows of the desk; every change gets the next number of one sequence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import orjson

from adapters.desk.schema import FIRST_NUMBERS, PREFIXES

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One record of the desk. A deleted one keeps ref and key only; a merged one names its survivor."""

    object: str
    ref: str
    key: str
    parent: str
    fields: dict[str, Any]
    created_at: datetime
    changed_at: datetime
    changed: int
    deleted_at: datetime | None
    merged_into: str

    @property
    def closed(self) -> bool:
        """Tell whether it is a closed case."""
        return self.fields.get("status") == "closed"


def by_ref(connection: sqlite3.Connection, ref: str) -> Row | None:
    """Return the record of a ref."""
    return _one(connection.execute("SELECT * FROM record WHERE ref = ?", (ref,)))


def by_key(connection: sqlite3.Connection, object_name: str, key: str) -> Row | None:
    """Return the record under one of Casebridge's keys."""
    return _one(connection.execute("SELECT * FROM record WHERE object = ? AND key = ?", (object_name, key)))


def survivor(connection: sqlite3.Connection, row: Row) -> Row:
    """Follow merges to the record that stands."""
    while row.merged_into:
        following = by_ref(connection, row.merged_into)
        if following is None:
            break
        row = following
    return row


def changed_since(connection: sqlite3.Connection, object_name: str, after: int, limit: int) -> list[Row]:
    """Return at most ``limit`` records changed after a number of the sequence, oldest change first."""
    sql = "SELECT * FROM record WHERE object = ? AND changed > ? ORDER BY changed LIMIT ?"
    return [_row(each) for each in connection.execute(sql, (object_name, after, limit))]


def newest(connection: sqlite3.Connection, object_name: str, limit: int) -> list[Row]:
    """Return the newest standing records of an object, newest first."""
    sql = (
        "SELECT * FROM record WHERE object = ? AND deleted_at IS NULL AND merged_into = '' ORDER BY number DESC LIMIT ?"
    )
    return [_row(each) for each in connection.execute(sql, (object_name, limit))]


def children(connection: sqlite3.Connection, ref: str) -> list[Row]:
    """Return the standing messages of a case, in the order they came."""
    sql = "SELECT * FROM record WHERE parent = ? AND deleted_at IS NULL ORDER BY number"
    return [_row(each) for each in connection.execute(sql, (ref,))]


def keys(connection: sqlite3.Connection, object_name: str) -> Iterator[str]:
    """Yield the keys of records that were not deleted; a merged one stands in its survivor."""
    sql = "SELECT key FROM record WHERE object = ? AND key IS NOT NULL AND deleted_at IS NULL"
    for (key,) in connection.execute(sql, (object_name,)):
        yield key


def insert(
    connection: sqlite3.Connection,
    object_name: str,
    fields: Mapping[str, Any],
    at: datetime,
    *,
    key: str = "",
    parent: str = "",
) -> Row:
    """Add a record under the next number of its object."""
    newest_number = connection.execute("SELECT max(number) FROM record WHERE object = ?", (object_name,)).fetchone()[0]
    number = FIRST_NUMBERS[object_name] if newest_number is None else newest_number + 1
    ref = f"{PREFIXES[object_name]}{number}"
    connection.execute(
        "INSERT INTO record (object, number, ref, key, parent, fields, created_at, changed_at, changed)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (object_name, number, ref, key or None, parent, _json(fields), _time(at), _time(at), _change(connection)),
    )
    return _known(connection, ref)


def update(connection: sqlite3.Connection, row: Row, fields: Mapping[str, Any], at: datetime) -> Row:
    """Change some fields; None empties one."""
    merged = {name: value for name, value in {**row.fields, **fields}.items() if value is not None}
    connection.execute(
        "UPDATE record SET fields = ?, changed_at = ?, changed = ? WHERE ref = ?",
        (_json(merged), _time(at), _change(connection), row.ref),
    )
    return _known(connection, row.ref)


def delete(connection: sqlite3.Connection, row: Row, at: datetime) -> None:
    """Leave a tombstone: ref and key stay, everything personal goes."""
    connection.execute(
        "UPDATE record SET fields = '{}', deleted_at = ?, changed_at = ?, changed = ? WHERE ref = ?",
        (_time(at), _time(at), _change(connection), row.ref),
    )
    connection.execute("DELETE FROM file WHERE record = ?", (row.ref,))
    connection.execute("DELETE FROM link WHERE a = ? OR b = ?", (row.ref, row.ref))


def merge(connection: sqlite3.Connection, loser: Row, winner: Row, at: datetime) -> None:
    """Let ``winner`` take over: messages move there, empty fields are filled from ``loser``."""
    connection.execute(
        "UPDATE record SET merged_into = ?, changed_at = ?, changed = ? WHERE ref = ?",
        (winner.ref, _time(at), _change(connection), loser.ref),
    )
    connection.execute("UPDATE record SET parent = ? WHERE parent = ?", (winner.ref, loser.ref))
    update(connection, winner, {**loser.fields, **winner.fields}, at)


def _change(connection: sqlite3.Connection) -> int:
    """Return the next number of the sequence; the caller holds the write lock."""
    return int(connection.execute("SELECT coalesce(max(changed), 0) + 1 FROM record").fetchone()[0])


def _known(connection: sqlite3.Connection, ref: str) -> Row:
    return _row(connection.execute("SELECT * FROM record WHERE ref = ?", (ref,)).fetchone())


def _one(cursor: sqlite3.Cursor) -> Row | None:
    found = cursor.fetchone()
    return None if found is None else _row(found)


def _row(found: sqlite3.Row) -> Row:
    return Row(
        object=found["object"],
        ref=found["ref"],
        key=found["key"] or "",
        parent=found["parent"],
        fields=orjson.loads(found["fields"]),
        created_at=datetime.fromisoformat(found["created_at"]),
        changed_at=datetime.fromisoformat(found["changed_at"]),
        changed=found["changed"],
        deleted_at=datetime.fromisoformat(found["deleted_at"]) if found["deleted_at"] else None,
        merged_into=found["merged_into"],
    )


def _json(fields: Mapping[str, Any]) -> str:
    return orjson.dumps({name: value for name, value in fields.items() if value is not None}).decode()


def _time(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()
