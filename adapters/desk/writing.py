"""Write one record into the desk, or say why not. Runs inside the batch's transaction; a refusal leaves no trace."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from adapters.desk import activity, files, records
from adapters.desk.activity import Hand
from adapters.desk.schema import CASE, DEFAULTS, KEY_FIELD, MESSAGE
from bridge.nouns import Actor, Ended, Reference, Refusal, What, Written
from bridge.schema_check import first_violation

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping

    from adapters.desk.records import Row
    from bridge.nouns import FileContent, ObjectSchema, Record

EVENT_FIELDS = {"status": What.STATUS, "priority": What.PRIORITY, "owner": What.OWNER, "queue": What.QUEUE}
"""Case fields whose changes are events."""
US, AUTOMATION = "Casebridge", "automation"
"""Names of the hands that are no agent's."""


class Declined(Exception):
    """Something in a record is not acceptable; carries the refusal. Raised before anything of the record is written."""

    def __init__(self, reason: str, *, field: str = "", code: str) -> None:
        """``field`` is the one to blame, where one is."""
        self.refusal = Refusal(reason, field, code)
        super().__init__(reason)


@dataclass(frozen=True, slots=True)
class Writer:
    """Where and when one object's records are written."""

    connection: sqlite3.Connection
    schema: ObjectSchema
    now: datetime
    auto_reply: str = ""

    @property
    def _hand(self) -> Hand:
        return Hand(Actor.US, US, self.now)

    def write(self, record: Record) -> Written | Refusal:
        """Create where ``record.ref`` is empty (adopting what stands under its key), else update by ref."""
        try:
            _check_key_field(record.key_field)
            _check_files(record.files)
            return self._update(record) if record.ref else self._create(record)
        except Declined as declined:
            return declined.refusal

    def _create(self, record: Record) -> Written:
        key = record.key if record.key_field else ""
        existing = records.by_key(self.connection, self.schema.name, key) if key else None
        if existing is not None:
            return self._adopt(existing)
        fields = self._acceptable(record.fields, creating=True)
        row = records.insert(
            self.connection,
            self.schema.name,
            DEFAULTS[self.schema.name] | {name: value for name, value in fields.items() if value is not None},
            self.now,
            key=key,
            parent=self._parent(record) if self.schema.name == MESSAGE else "",
        )
        files.attach(self.connection, row.ref, record.files)
        self._log_created(row)
        return Written(row.ref, created=True)

    def _adopt(self, existing: Row) -> Written:
        standing = records.survivor(self.connection, existing)
        if standing.deleted_at is not None:
            message = f"{standing.ref} was deleted in the desk"
            raise Declined(message, code=Ended.DELETED)
        return Written(standing.ref, created=False)

    def _update(self, record: Record) -> Written:
        row = changeable(self.connection, record.ref, self.schema.name)
        wanted = {name: value for name, value in record.fields.items() if name not in record.fill_if_empty}
        wanted |= {
            name: record.fields[name] for name in record.fill_if_empty & record.fields.keys() if _empty(row, name)
        }
        fields = self._acceptable(wanted, creating=False)
        if any(row.fields.get(name) != value for name, value in fields.items()):
            records.update(self.connection, row, fields, self.now)
            log_changes(self.connection, self._hand, row, fields)
        files.attach(self.connection, row.ref, record.files)
        return Written(row.ref, created=False)

    def _acceptable(self, fields: Mapping[str, Any], *, creating: bool) -> dict[str, Any]:
        violation = first_violation(self.schema, fields, creating=creating)
        if violation is not None:
            raise Declined(violation.reason, field=violation.field, code=violation.code)
        return {name: self._storable(name, value) for name, value in fields.items() if name != KEY_FIELD}

    def _storable(self, name: str, value: Any) -> Any:  # noqa: ANN401 - any value of a field
        if isinstance(value, datetime):
            return value.astimezone(UTC).isoformat()
        field = self.schema.fields[name]
        return self._reference(name, field.refers_to, value) if field.type == "reference" else value

    def _reference(self, name: str, object_name: str, value: Reference | str | None) -> str | None:
        ref = value.ref if isinstance(value, Reference) else value
        if not ref and isinstance(value, Reference) and value.key:
            row = records.by_key(self.connection, object_name, value.key)
        elif ref:
            row = records.by_ref(self.connection, ref)
        else:
            return None
        standing = row and records.survivor(self.connection, row)
        if standing is None or standing.object != object_name or standing.deleted_at is not None:
            message = f"{name} refers to a {object_name} that is not there: {value}"
            raise Declined(message, field=name, code="bad_reference")
        return standing.ref

    def _parent(self, record: Record) -> str:
        row = records.by_ref(self.connection, record.parent) if record.parent else None
        if row is None or row.object != CASE:
            message = f"a message stands in a case; {record.parent or 'an empty parent'} is none"
            raise Declined(message, field="parent", code="bad_reference")
        standing = records.survivor(self.connection, row)
        if standing.deleted_at is not None:
            message = f"the case {standing.ref} was deleted in the desk"
            raise Declined(message, field="parent", code=Ended.DELETED)
        return standing.ref

    def _log_created(self, row: Row) -> None:
        if row.object == CASE:
            log_new_case(self.connection, self._hand, row, self.auto_reply)
        elif row.object == MESSAGE:
            activity.log_answer(self.connection, self._hand, row.parent, row.ref)


def changeable(connection: sqlite3.Connection, ref: str, object_name: str) -> Row:
    """Return the record of ``ref`` if it can be changed; raises ``Declined``: not_found, deleted, merged."""
    row = records.by_ref(connection, ref)
    if row is None or row.object != object_name:
        message = f"the desk has no {object_name} {ref}"
        raise Declined(message, code="not_found")
    if row.merged_into:
        message = f"{ref} was merged into {row.merged_into} in the desk"
        raise Declined(message, code=Ended.MERGED)
    if row.deleted_at is not None:
        message = f"{ref} was deleted in the desk"
        raise Declined(message, code=Ended.DELETED)
    return row


def log_changes(connection: sqlite3.Connection, hand: Hand, before: Row, fields: Mapping[str, Any]) -> None:
    """Note the events that a change of a case is."""
    if before.object != CASE:
        return
    for name, what in EVENT_FIELDS.items():
        old, new = before.fields.get(name) or "", fields.get(name, before.fields.get(name)) or ""
        if old != new:
            activity.log_event(connection, hand, before.ref, what, value=new, before=old)


def log_new_case(connection: sqlite3.Connection, hand: Hand, row: Row, auto_reply: str) -> None:
    """Note a new case; an automation may greet it."""
    activity.log_event(connection, hand, row.ref, What.CREATED)
    if auto_reply:
        fields = {"text": auto_reply, "direction": "out", "public": True, "author": AUTOMATION}
        message = records.insert(connection, MESSAGE, fields, hand.at, parent=row.ref)
        activity.log_answer(connection, Hand(Actor.AUTOMATION, AUTOMATION, hand.at), row.ref, message.ref)


def _empty(row: Row, name: str) -> bool:
    return row.fields.get(name) in (None, "", [])


def _check_key_field(name: str) -> None:
    if name not in ("", KEY_FIELD):
        message = f"the desk's key field is {KEY_FIELD}, not {name}"
        raise Declined(message, field=name, code="unknown_field")


def _check_files(attached: tuple[FileContent, ...]) -> None:
    for file in attached:
        if not Path(file.path).is_file():
            message = f"the file {file.name} is not in the attachment folder any more"
            raise Declined(message, field="files", code="no_file")
