"""One-shot changes of what stands in the desk; each amendment key takes effect once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapters.desk import activity, files, records
from adapters.desk.activity import Hand
from adapters.desk.schema import CASE, MESSAGE, PERSON
from adapters.desk.writing import US, Declined, changeable, log_changes
from bridge.nouns import Actor, AmendmentKind, Refusal, Thing, What, Written

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable
    from datetime import datetime

    from adapters.desk.records import Row
    from bridge.nouns import Amendment

OBJECT_OF = {Thing.PERSON: PERSON, Thing.CASE: CASE, Thing.MESSAGE: MESSAGE}
REDACTED = "[redacted]"
PERSONAL = {
    PERSON: ("name", "email", "phone", "handle", "profile_url", "reach"),
    CASE: ("description", "person_name", "person_handle", "permalink", "reply_hint", "answer_state"),
    MESSAGE: ("author", "text", "permalink"),
}
"""Fields that a redaction empties; subjects and texts keep a mark."""
MARKED = {PERSON: "name", CASE: "subject", MESSAGE: "text"}


def amend(connection: sqlite3.Connection, amendment: Amendment, now: datetime) -> Written | Refusal:
    """Do one amendment, or say why not. A repeated one answers ``Written(ref, created=False)``."""
    done = connection.execute("SELECT ref FROM amendment WHERE key = ?", (amendment.key,)).fetchone()
    if done is not None:
        return Written(done[0], created=False)
    try:
        _DOING[amendment.kind](connection, amendment, now)
    except Declined as declined:
        return declined.refusal
    connection.execute("INSERT INTO amendment (key, ref) VALUES (?, ?)", (amendment.key, amendment.ref))
    return Written(amendment.ref, created=True)


def _link(connection: sqlite3.Connection, amendment: Amendment, _now: datetime) -> None:
    row = changeable(connection, amendment.ref, CASE)
    other = records.by_ref(connection, amendment.other_ref)
    if other is None or other.object != CASE:
        message = f"the desk has no Case {amendment.other_ref} to link"
        raise Declined(message, field="other_ref", code="bad_reference")
    pair = sorted((row.ref, other.ref))
    connection.execute("INSERT OR IGNORE INTO link (a, b) VALUES (?, ?)", pair)


def _tag(connection: sqlite3.Connection, amendment: Amendment, now: datetime) -> None:
    row = changeable(connection, amendment.ref, CASE)
    tags = row.fields.get("tags", [])
    if amendment.text not in tags:
        records.update(connection, row, {"tags": [*tags, amendment.text]}, now)


def _note(connection: sqlite3.Connection, amendment: Amendment, now: datetime) -> None:
    row = changeable(connection, amendment.ref, CASE)
    fields = {"text": amendment.text, "author": US, "direction": "out", "public": False}
    note = records.insert(connection, MESSAGE, fields, now, parent=row.ref)
    activity.log_answer(connection, _us(now), row.ref, note.ref)


def _reopen(connection: sqlite3.Connection, amendment: Amendment, now: datetime) -> None:
    row = changeable(connection, amendment.ref, CASE)
    if row.closed:
        records.update(connection, row, {"status": "open"}, now)
        log_changes(connection, _us(now), row, {"status": "open"})


def _redact(connection: sqlite3.Connection, amendment: Amendment, now: datetime) -> None:
    row = _present(connection, amendment)
    if row.deleted_at is not None:
        return
    emptied = dict.fromkeys(PERSONAL[row.object])
    records.update(connection, row, emptied | {MARKED[row.object]: REDACTED}, now)
    files.detach(connection, row.ref)


def _withdraw(connection: sqlite3.Connection, amendment: Amendment, now: datetime) -> None:
    row = _present(connection, amendment)
    if not row.key:
        message = f"{row.ref} was not made by us; an agent may delete it in the desk"
        raise Declined(message, code="foreign")
    if row.deleted_at is None:
        remove(connection, _us(now), row)


def remove(connection: sqlite3.Connection, hand: Hand, row: Row) -> None:
    """Delete a record, a case with its messages, and note it."""
    for message in records.children(connection, row.ref):
        remove(connection, hand, message)
    records.delete(connection, row, hand.at)
    if row.object == CASE:
        activity.log_event(connection, hand, row.ref, What.DELETED)
    elif row.object == PERSON:
        activity.log_person_deleted(connection, hand, row.ref)
    else:
        activity.log_answer(connection, hand, row.parent, row.ref)


def _us(now: datetime) -> Hand:
    return Hand(Actor.US, US, now)


def _present(connection: sqlite3.Connection, amendment: Amendment) -> Row:
    row = records.by_ref(connection, amendment.ref)
    if row is None or row.object != OBJECT_OF[amendment.thing]:
        message = f"the desk has no {OBJECT_OF[amendment.thing]} {amendment.ref}"
        raise Declined(message, code="not_found")
    return row


_DOING: dict[AmendmentKind, Callable[[sqlite3.Connection, Amendment, datetime], None]] = {
    AmendmentKind.LINK: _link,
    AmendmentKind.TAG: _tag,
    AmendmentKind.NOTE: _note,
    AmendmentKind.REOPEN: _reopen,
    AmendmentKind.REDACT: _redact,
    AmendmentKind.WITHDRAW: _withdraw,
}
