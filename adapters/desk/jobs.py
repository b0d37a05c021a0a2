"""Batches that the desk takes now and works off later, as bulk interfaces do."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import orjson

from bridge.nouns import Accepted, FileContent, Outcome, Record, Reference, Refusal, Thing, Written

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable


def take(connection: sqlite3.Connection, record: Record, due_at: datetime) -> Accepted:
    """Keep a record to be written from ``due_at`` on."""
    cursor = connection.execute(
        "INSERT INTO job (due_at, record) VALUES (?, ?)", (due_at.astimezone(UTC).isoformat(), _dump(record))
    )
    return Accepted(f"J-{cursor.lastrowid}")


def work(connection: sqlite3.Connection, now: datetime, write: Callable[[Record], Written | Refusal]) -> None:
    """Write what is due, in the order it was taken."""
    due = connection.execute(
        "SELECT id, record FROM job WHERE outcome IS NULL AND due_at <= ? ORDER BY id",
        (now.astimezone(UTC).isoformat(),),
    ).fetchall()
    for number, body in due:
        outcome = write(_load(body))
        kept = {"kind": type(outcome).__name__, **_parts(outcome)}
        connection.execute("UPDATE job SET outcome = ? WHERE id = ?", (orjson.dumps(kept).decode(), number))


def pending(connection: sqlite3.Connection, now: datetime) -> bool:
    """Tell whether a job is due."""
    sql = "SELECT 1 FROM job WHERE outcome IS NULL AND due_at <= ? LIMIT 1"
    return connection.execute(sql, (now.astimezone(UTC).isoformat(),)).fetchone() is not None


def outcome(connection: sqlite3.Connection, job: str) -> Outcome:
    """Return what became of a job: ``Accepted`` again while it waits, a ``Refusal`` if there is no such job."""
    number = job.removeprefix("J-")
    found = connection.execute("SELECT outcome FROM job WHERE id = ?", (number,)).fetchone()
    if found is None:
        return Refusal(f"the desk has no job {job}", code="not_found")
    if found[0] is None:
        return Accepted(job)
    kept: dict[str, Any] = orjson.loads(found[0])
    return Written(**kept) if kept.pop("kind") == "Written" else Refusal(**kept)


def _parts(outcome: Written | Refusal) -> dict[str, Any]:
    if isinstance(outcome, Written):
        return {"ref": outcome.ref, "created": outcome.created}
    return {"reason": outcome.reason, "field": outcome.field, "code": outcome.code}


def _dump(record: Record) -> str:
    parts = {name: getattr(record, name) for name in Record.__slots__}
    return orjson.dumps(parts, default=_plain).decode()


def _plain(value: object) -> Any:  # noqa: ANN401 - any JSON value
    if isinstance(value, frozenset):
        return sorted(value)
    message = f"{type(value).__name__} cannot be kept"
    raise TypeError(message)


def _load(body: str) -> Record:
    parts = orjson.loads(body)
    parts["thing"] = Thing(parts["thing"])
    parts["fill_if_empty"] = frozenset(parts["fill_if_empty"])
    parts["files"] = tuple(FileContent(**each) for each in parts["files"])
    parts["fields"] = {name: _value(value) for name, value in parts["fields"].items()}
    return Record(**parts)


def _value(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    if isinstance(value, dict) and value.keys() == {"thing", "key", "ref"}:
        return Reference(Thing(value["thing"]), value["key"], value["ref"])
    return value
