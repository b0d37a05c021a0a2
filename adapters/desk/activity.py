"""What happened in the desk, by a gap-free number: agents' answers, case events, merges and deletions of persons."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from adapters.desk import files
from bridge.nouns import ActivityPage, Actor, Answer, CaseEvent, Cursor, PersonDeleted, PersonMerged, What

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

    from adapters.desk.database import Database

PAGE = 500
INTERNAL = "internal"
ANSWER, PERSON_MERGED, PERSON_DELETED = "answer", "person_merged", "person_deleted"
"""Kinds of activity beside the aspects of a case that ``What`` names."""
STATUS_WORDS = {"new": "open", "open": "open", "waiting": "waiting", "closed": "closed"}


@dataclass(frozen=True, slots=True)
class Hand:
    """Who does something in the desk, and when."""

    actor: Actor
    name: str
    at: datetime


def log_event(
    connection: sqlite3.Connection, hand: Hand, case_ref: str, what: What, *, value: str = "", before: str = ""
) -> None:
    """Note what happened to a case."""
    _log(connection, hand, what.value, case_ref=case_ref, value=value, before=before)


def log_answer(connection: sqlite3.Connection, hand: Hand, case_ref: str, message_ref: str) -> None:
    """Note that a message was written or deleted; its present state is read with it."""
    _log(connection, hand, ANSWER, case_ref=case_ref, subject=message_ref)


def log_made_internal(connection: sqlite3.Connection, hand: Hand, case_ref: str, message_ref: str) -> None:
    """Note that a public answer was made internal."""
    _log(connection, hand, ANSWER, case_ref=case_ref, subject=message_ref, value=INTERNAL)


def log_person_deleted(connection: sqlite3.Connection, hand: Hand, ref: str) -> None:
    """Note that a person was deleted."""
    _log(connection, hand, PERSON_DELETED, subject=ref)


def log_person_merged(connection: sqlite3.Connection, hand: Hand, loser: str, winner: str) -> None:
    """Note that a person was merged into another."""
    _log(connection, hand, PERSON_MERGED, subject=loser, value=winner)


def pages(database: Database, after: Cursor, instance: str) -> Iterator[ActivityPage]:
    """Yield pages after the cursor until nothing is left; ``instance`` names the desk in person events."""
    number, more = int(after.value or 0), True
    while more:
        with database.read() as connection:
            found = connection.execute(_AFTER, (number, PAGE)).fetchall()
            items = tuple(_item(connection, each, instance) for each in found)
        if not found:
            return
        number, more = found[-1]["id"], len(found) == PAGE
        yield ActivityPage(items, Cursor(str(number)), more)


def events(connection: sqlite3.Connection, case_ref: str) -> list[sqlite3.Row]:
    """Return what happened to one case, oldest first, with at, kind, value, before, actor and actor_name."""
    sql = "SELECT at, kind, value, before, actor, actor_name FROM activity WHERE case_ref = ? AND kind <> ? ORDER BY id"
    return connection.execute(sql, (case_ref, ANSWER)).fetchall()


def head(database: Database) -> Cursor:
    """Return the cursor after everything that has happened."""
    with database.read() as connection:
        newest = connection.execute("SELECT max(id) FROM activity").fetchone()[0]
    return Cursor(str(newest or 0))


_AFTER = """
SELECT activity.*, record.deleted_at AS gone,
    json_extract(record.fields, '$.text') AS text, json_extract(record.fields, '$.public') AS public
FROM activity LEFT JOIN record ON record.ref = activity.subject
WHERE activity.id > ? ORDER BY activity.id LIMIT ?
"""


def _log(connection: sqlite3.Connection, hand: Hand, kind: str, **columns: str) -> None:
    values = {"case_ref": "", "subject": "", "value": "", "before": "", **columns}
    connection.execute(
        "INSERT INTO activity (at, kind, case_ref, subject, value, before, actor, actor_name)"
        " VALUES (:at, :kind, :case_ref, :subject, :value, :before, :actor, :name)",
        {"at": hand.at.astimezone(UTC).isoformat(), "kind": kind, "actor": hand.actor, "name": hand.name, **values},
    )


def _item(
    connection: sqlite3.Connection, found: sqlite3.Row, instance: str
) -> Answer | CaseEvent | PersonMerged | PersonDeleted:
    at = datetime.fromisoformat(found["at"])
    match found["kind"]:
        case "answer":
            return _answer(connection, found, at)
        case "person_merged":
            return PersonMerged(instance, found["subject"], found["value"], at)
        case "person_deleted":
            return PersonDeleted(instance, found["subject"], at)
        case kind:
            return _event(found, What(kind), at)


def _answer(connection: sqlite3.Connection, found: sqlite3.Row, at: datetime) -> Answer:
    return Answer(
        native_id=found["subject"],
        case_ref=found["case_ref"],
        at=at,
        actor=Actor(found["actor"]),
        actor_name=found["actor_name"],
        public=bool(found["public"]),
        text=found["text"] or "",
        deleted=found["gone"] is not None or found["value"] == INTERNAL,
        files=files.attached(connection, found["subject"]),
    )


def _event(found: sqlite3.Row, what: What, at: datetime) -> CaseEvent:
    status = what is What.STATUS
    return CaseEvent(
        native_id=str(found["id"]),
        case_ref=found["case_ref"],
        at=at,
        what=what,
        value=STATUS_WORDS.get(found["value"], found["value"]) if status else found["value"],
        native=found["value"] if status else "",
        before=STATUS_WORDS.get(found["before"], found["before"]) if status else found["before"],
        actor=Actor(found["actor"]),
        actor_name=found["actor_name"],
    )
