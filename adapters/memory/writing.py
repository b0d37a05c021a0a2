"""Write one record into the CRM in memory, or amend one, or say why not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from adapters.memory.schema import CASE, IN_A_CASE, KEY_FIELD, MESSAGE, OBJECT_OF, PERSON, SCHEMA
from bridge.nouns import Actor, AmendmentKind, Ended, Reference, Refusal, What, Written
from bridge.schema_check import first_violation

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from adapters.memory.crm import MemoryCrm, Row
    from bridge.nouns import Amendment, Record

REDACTED = "[redacted]"
PERSONAL = {
    PERSON: ("email", "phone", "handle", "profile_url"),
    CASE: ("description", "person_name", "person_handle", "permalink"),
    MESSAGE: ("author", "permalink"),
}
MARKED = {PERSON: "name", CASE: "subject", MESSAGE: "text"}


@dataclass
class Declined(Exception):
    """A record is not acceptable; raised before anything of it is written."""

    refusal: Refusal


def write(crm: MemoryCrm, record: Record) -> Written | Refusal:
    """Create (adopting what stands under the key) or update by ref."""
    try:
        return _update(crm, record) if record.ref else _create(crm, record)
    except Declined as declined:
        return declined.refusal


def amend(crm: MemoryCrm, amendment: Amendment) -> Written | Refusal:
    """Do an amendment once per key."""
    if amendment.key in crm.amended:
        return Written(amendment.ref, created=False)
    try:
        _AMENDING[amendment.kind](crm, amendment)
    except Declined as declined:
        return declined.refusal
    crm.amended.add(amendment.key)
    return Written(amendment.ref, created=True)


def _create(crm: MemoryCrm, record: Record) -> Written:
    existing = crm.by_key(record.object, record.key)
    if existing is not None:
        standing = crm.survivor(existing)
        if standing.deleted:
            raise Declined(Refusal(f"{standing.ref} was deleted", code=Ended.DELETED))
        return Written(standing.ref, created=False)
    fields = _acceptable(crm, record.object, record.fields, creating=True)
    parent = _parent(crm, record).ref if record.object in IN_A_CASE else ""
    row = crm.insert(record.object, fields, key=record.key, parent=parent)
    row.files |= {file.key: file for file in record.files}
    if row.object == CASE:
        crm.note_event(row, What.CREATED, Actor.US, row.fields["subject"])
    elif row.object == MESSAGE:
        crm.note_answer(row, Actor.US)
    return Written(row.ref, created=True)


def _update(crm: MemoryCrm, record: Record) -> Written:
    row = _changeable(crm, record.ref, record.object)
    kept = {name for name in record.fill_if_empty if row.fields.get(name) not in (None, "", [])}
    wanted = {name: value for name, value in record.fields.items() if name not in kept}
    crm.change(row, _acceptable(crm, record.object, wanted, creating=False), Actor.US)
    row.files |= {file.key: file for file in record.files}
    return Written(row.ref, created=False)


def _changeable(crm: MemoryCrm, ref: str, object_name: str) -> Row:
    row = crm.rows.get(ref)
    if row is None or row.object != object_name:
        raise Declined(Refusal(f"there is no {object_name} {ref}", code="not_found"))
    if row.merged_into:
        raise Declined(Refusal(f"{ref} was merged into {row.merged_into}", code=Ended.MERGED))
    if row.deleted:
        raise Declined(Refusal(f"{ref} was deleted", code=Ended.DELETED))
    return row


def _acceptable(crm: MemoryCrm, object_name: str, fields: Mapping[str, Any], *, creating: bool) -> dict[str, Any]:
    violation = first_violation(SCHEMA[object_name], fields, creating=creating)
    if violation is not None:
        raise Declined(violation)
    return {name: _storable(crm, object_name, name, value) for name, value in fields.items() if name != KEY_FIELD}


def _storable(crm: MemoryCrm, object_name: str, name: str, value: Any) -> Any:  # noqa: ANN401 - any value of a field
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    field = SCHEMA[object_name].fields.get(name)
    if field is None or field.type != "reference" or not value:
        return value
    if isinstance(value, Reference):
        row = crm.rows.get(value.ref) or crm.by_key(field.refers_to, value.key)
    else:
        row = crm.rows.get(value)
    if row is None or row.object != field.refers_to or crm.survivor(row).deleted:
        raise Declined(Refusal(f"{name} refers to nobody: {value}", name, "bad_reference"))
    return crm.survivor(row).ref


def _parent(crm: MemoryCrm, record: Record) -> Row:
    row = crm.rows.get(record.parent)
    if row is None or row.object != CASE:
        raise Declined(Refusal(f"{record.parent or 'an empty parent'} is no case", "parent", "bad_reference"))
    standing = crm.survivor(row)
    if standing.deleted:
        raise Declined(Refusal(f"the case {standing.ref} was deleted", "parent", Ended.DELETED))
    return standing


def _link(crm: MemoryCrm, amendment: Amendment) -> None:
    row, other = _changeable(crm, amendment.ref, CASE), crm.rows.get(amendment.other_ref)
    if other is None or other.object != CASE:
        raise Declined(Refusal(f"there is no case {amendment.other_ref} to link", "other_ref", "bad_reference"))
    row.links.add(other.ref)
    other.links.add(row.ref)


def _tag(crm: MemoryCrm, amendment: Amendment) -> None:
    row = _changeable(crm, amendment.ref, CASE)
    crm.change(row, {"tags": list(dict.fromkeys([*row.fields.get("tags", []), amendment.text]))}, Actor.US)


def _note(crm: MemoryCrm, amendment: Amendment) -> None:
    crm.say(_changeable(crm, amendment.ref, CASE).ref, amendment.text, public=False, actor=Actor.US)


def _reopen(crm: MemoryCrm, amendment: Amendment) -> None:
    row = _changeable(crm, amendment.ref, CASE)
    if row.fields["status"] == "closed":
        crm.change(row, {"status": "open"}, Actor.US)


def _redact(crm: MemoryCrm, amendment: Amendment) -> None:
    row = _present(crm, amendment)
    if not row.deleted:
        crm.change(row, dict.fromkeys(PERSONAL[row.object]) | {MARKED[row.object]: REDACTED}, Actor.US)
        row.files = {}


def _withdraw(crm: MemoryCrm, amendment: Amendment) -> None:
    row = _present(crm, amendment)
    if not row.key:
        raise Declined(Refusal(f"{row.ref} was not made by us; an agent may delete it", code="foreign"))
    if not row.deleted:
        crm.remove(row.ref, Actor.US)


def _present(crm: MemoryCrm, amendment: Amendment) -> Row:
    row = crm.rows.get(amendment.ref)
    if row is None or row.object != OBJECT_OF[amendment.thing]:
        raise Declined(Refusal(f"there is no {amendment.thing} {amendment.ref}", code="not_found"))
    return row


_AMENDING: dict[AmendmentKind, Callable[[MemoryCrm, Amendment], None]] = {
    AmendmentKind.LINK: _link,
    AmendmentKind.TAG: _tag,
    AmendmentKind.NOTE: _note,
    AmendmentKind.REOPEN: _reopen,
    AmendmentKind.REDACT: _redact,
    AmendmentKind.WITHDRAW: _withdraw,
}
