"""The desk as its agents use it: what a person does there by hand, and what the desk's automation does upon it."""

from __future__ import annotations

import mimetypes
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from adapters.desk import activity, amending, files, records, writing
from adapters.desk.activity import Hand
from adapters.desk.schema import CASE, DEFAULTS, MESSAGE, OBJECTS, PERSON, object_schema
from bridge.errors import Refused
from bridge.keys import short_hash
from bridge.nouns import Actor, FileContent, What
from bridge.schema_check import first_violation

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from adapters.desk.database import Database
    from adapters.desk.records import Row
    from adapters.desk.settings import DeskSettings
    from bridge.clock import Clock
    from bridge.nouns import ObjectSchema

AGENT = "agent"
"""The name that an agent has if none is given."""


@dataclass(frozen=True, slots=True)
class Desk:
    """An agent's hands. Everything raises ``Refused`` for a ref that is not there or a value that does not fit."""

    database: Database
    clock: Clock
    settings: DeskSettings
    objects: Mapping[str, ObjectSchema]

    def list(self, *, status: str = "", limit: int = 50) -> list[dict[str, Any]]:
        """Return the newest standing cases with ref, fields and the customer's name, newest first."""
        with self.database.read() as connection:
            rows = records.newest(connection, CASE, limit if not status else _ALL)
            wanted = [row for row in rows if status in ("", row.fields.get("status"))][:limit]
            return [_shown(row) | {"person": _customer(connection, row)} for row in wanted]

    def show(self, ref: str) -> dict[str, Any]:
        """Return a record with its fields; a case with its messages, events, links and requester."""
        with self.database.read() as connection:
            row = _standing(connection, ref)
            shown = _shown(row) | {"files": [file.name for file in files.attached(connection, ref)]}
            return shown | _case_parts(connection, row) if row.object == CASE else shown

    def reply(self, case_ref: str, text: str, *, author: str = AGENT, attach: Sequence[Path] = ()) -> str:
        """Answer the customer in public; returns the message's ref. The desk's automation opens a new case."""
        with self.database.write() as connection:
            row = _standing(connection, case_ref, CASE)
            ref = self._say(connection, row, text, author, public=True, attach=attach)
            if self.settings.automation and row.fields.get("status") == "new":
                hand = Hand(Actor.AUTOMATION, writing.AUTOMATION, self.clock.now())
                self._change(connection, hand, row, {"status": "open"})
        return ref

    def note(self, case_ref: str, text: str, *, author: str = AGENT) -> str:
        """Write an internal note; returns the message's ref."""
        with self.database.write() as connection:
            return self._say(connection, _standing(connection, case_ref, CASE), text, author, public=False)

    def make_internal(self, message_ref: str, *, author: str = AGENT) -> None:
        """Make a public answer internal."""
        with self.database.write() as connection:
            row = _standing(connection, message_ref, MESSAGE)
            records.update(connection, row, {"public": False}, self.clock.now())
            activity.log_made_internal(connection, self._hand(author), row.parent, row.ref)

    def set_status(self, case_ref: str, status: str, *, author: str = AGENT) -> None:
        """Set a case's status: new, open, waiting or closed."""
        self.set_field(case_ref, "status", status, author=author)

    def set_field(self, ref: str, field: str, value: Any, *, author: str = AGENT) -> None:  # noqa: ANN401 - any value
        """Set one field of a record; None empties it."""
        with self.database.write() as connection:
            row = _standing(connection, ref)
            self._change(connection, self._hand(author), row, {field: value})

    def delete(self, ref: str, *, author: str = AGENT) -> None:
        """Delete a case with its messages, a message or a person; a tombstone stays."""
        with self.database.write() as connection:
            row = _standing(connection, ref)
            amending.remove(connection, self._hand(author), row)

    def create_person(self, **fields: Any) -> str:  # noqa: ANN401 - field values of any type
        """Add a person of the desk's own; returns the ref."""
        with self.database.write() as connection:
            return records.insert(connection, PERSON, self._fitting(PERSON, fields), self.clock.now()).ref

    def create(self, subject: str, *, text: str = "", requester: str = "", author: str = AGENT, **fields: Any) -> str:  # noqa: ANN401 - field values of any type
        """Open a case that Casebridge did not make, for a requester (a person's ref); returns the ref."""
        _worded(subject, "There is no subject; say in a few words what the case is about.")
        wanted = {"subject": subject, "description": text or None, "requester": requester or None, **fields}
        hand = self._hand(author)
        with self.database.write() as connection:
            if requester:
                _standing(connection, requester, PERSON)
            row = records.insert(connection, CASE, DEFAULTS[CASE] | self._fitting(CASE, wanted), hand.at)
            writing.log_new_case(connection, hand, row, self.settings.auto_reply)
        return row.ref

    def merge_cases(self, loser: str, winner: str, *, author: str = AGENT) -> None:
        """Merge a case into another: its messages move there."""
        hand = self._hand(author)
        with self.database.write() as connection:
            records.merge(connection, *_pair(connection, loser, winner, CASE), hand.at)
            activity.log_event(connection, hand, loser, What.MERGED, value=winner)

    def merge_persons(self, loser: str, winner: str, *, author: str = AGENT) -> None:
        """Merge a person into another; empty fields of the survivor are filled."""
        hand = self._hand(author)
        with self.database.write() as connection:
            records.merge(connection, *_pair(connection, loser, winner, PERSON), hand.at)
            activity.log_person_merged(connection, hand, loser, winner)

    def _hand(self, author: str) -> Hand:
        return Hand(Actor.AGENT, author, self.clock.now())

    def _say(
        self,
        connection: sqlite3.Connection,
        case: Row,
        text: str,
        author: str,
        *,
        public: bool,
        attach: Sequence[Path] = (),
    ) -> str:
        _worded(text, "There is no text; say what is to be read.")
        hand = self._hand(author)
        sent_at = hand.at.isoformat()
        fields = {"text": text, "author": author, "direction": "out", "public": public, "sent_at": sent_at}
        row = records.insert(connection, MESSAGE, self._fitting(MESSAGE, fields), hand.at, parent=case.ref)
        files.attach(connection, row.ref, [_content(path) for path in attach])
        activity.log_answer(connection, hand, case.ref, row.ref)
        return row.ref

    def _change(self, connection: sqlite3.Connection, hand: Hand, row: Row, fields: Mapping[str, Any]) -> None:
        records.update(connection, row, self._fitting(row.object, fields, creating=False), hand.at)
        writing.log_changes(connection, hand, row, fields)

    def _fitting(self, object_name: str, fields: Mapping[str, Any], *, creating: bool = True) -> dict[str, Any]:
        refusal = first_violation(object_schema(self.objects, object_name), fields, creating=creating)
        if refusal is not None:
            message = f"The desk refuses this: {refusal.reason}."
            raise Refused(message, field=refusal.field)
        return dict(fields)


_ALL = -1
"""SQLite's "no limit"."""


def _worded(text: str, otherwise: str) -> None:
    if not text.strip():
        raise Refused(otherwise)


def _standing(connection: sqlite3.Connection, ref: str, object_name: str = "") -> Row:
    row = records.by_ref(connection, ref)
    word = (object_name or "record").lower()
    if row is None or (object_name and row.object != object_name):
        message = f"The desk has no {word} {ref}; casebridge desk list shows its cases."
        raise Refused(message)
    if row.deleted_at is not None or row.merged_into:
        fate = f"was merged into {row.merged_into}" if row.merged_into else "was deleted"
        message = f"The {word} {ref} {fate}."
        raise Refused(message)
    return row


def _pair(connection: sqlite3.Connection, loser: str, winner: str, object_name: str) -> tuple[Row, Row]:
    if loser == winner:
        message = f"{loser} cannot be merged into itself; name two records."
        raise Refused(message)
    return _standing(connection, loser, object_name), _standing(connection, winner, object_name)


def _customer(connection: sqlite3.Connection, row: Row) -> str:
    requester = records.by_ref(connection, row.fields.get("requester", ""))
    names = (requester.fields.get("name") if requester else "", row.fields.get("person_name"))
    return str(next(filter(None, names), row.fields.get("person_handle", "")))


def _case_parts(connection: sqlite3.Connection, row: Row) -> dict[str, Any]:
    requester = records.by_ref(connection, row.fields.get("requester", ""))
    links = connection.execute("SELECT a, b FROM link WHERE ? IN (a, b)", (row.ref,)).fetchall()
    return {
        "person": _shown(requester) if requester else None,
        "messages": [
            _shown(message) | {"files": [file.name for file in files.attached(connection, message.ref)]}
            for message in records.children(connection, row.ref)
        ],
        "links": sorted({ref for link in links for ref in link} - {row.ref}),
        "events": [
            {**event, "at": datetime.fromisoformat(event["at"])} for event in activity.events(connection, row.ref)
        ],
    }


def _shown(row: Row) -> dict[str, Any]:
    return {
        "ref": row.ref,
        "object": OBJECTS[row.object].value,
        "ours": bool(row.key),
        "at": row.created_at,
        **row.fields,
    }


def _content(path: Path) -> FileContent:
    try:
        size = path.stat().st_size
    except OSError as error:
        message = f"The file {path} cannot be attached: {error.strerror}. Give the path of a file that can be read."
        raise Refused(message) from error
    mime = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return FileContent(short_hash(str(path.resolve())), path.name, mime, size, str(path.resolve()))
