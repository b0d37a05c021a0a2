"""Our records as Salesforce's rows, for JSON and for the CSV of the Bulk API."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from bridge.nouns import Reference, Thing

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from adapters.salesforce.org import Org
    from bridge.nouns import Json, Record

ACCOUNT_PREFIX = "001"
"""How ids of accounts begin: a person account's contact has another id."""
_OWNED_BY_USERS = frozenset({"Contact", "Account", "Task", "SocialPost"})
EMPTY = "#N/A"
"""What empties a field in the CSV of the Bulk API."""


def new_row(org: Org, record: Record, contacts: Mapping[str, str]) -> dict[str, Any]:
    """Return the row of a first delivery, with key, parent and, for a case or person, its owner."""
    row = {name: value for name, value in _fields(org, record, contacts).items() if value is not None}
    row[record.key_field or org.key_field(record.object)] = record.key
    if record.thing is Thing.MESSAGE and record.parent:
        row[org.parent_field(record.object)] = record.parent
    if owner := _owner(org, record):
        row.setdefault("OwnerId", owner)
    if record.object == "Account" and (type_ := org.person_record_type):
        row.setdefault("RecordTypeId", type_)
    return _typed(record.object, row)


def changed_row(org: Org, record: Record, contacts: Mapping[str, str], present: Mapping[str, Any]) -> dict[str, Any]:
    """Return the row of an update by id; what is to be filled only if empty is left out where it is not."""
    kept = {name for name in record.fill_if_empty if present.get(name) not in (None, "")}
    fields = {name: value for name, value in _fields(org, record, contacts).items() if name not in kept}
    return _typed(record.object, {"Id": record.ref} | fields)


def accounts_of(records: Iterable[Record]) -> set[str]:
    """Return the ids of person accounts that records refer to as contacts."""
    values = [value for record in records for name, value in record.fields.items() if name == "ContactId"]
    refs = (value.ref if isinstance(value, Reference) else value for value in values)
    return {ref for ref in refs if isinstance(ref, str) and ref.startswith(ACCOUNT_PREFIX)}


def as_csv(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return rows with the same columns as CSV."""
    flat = [_flat(row) for row in rows]
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(flat[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(flat)
    return text.getvalue()


def columns(row: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the columns that a row has as CSV."""
    return tuple(sorted(_flat(row)))


def _owner(org: Org, record: Record) -> str:
    """Return who owns a new record, as we never do; messages of our own object have no owner."""
    if record.thing is Thing.CASE:
        return org.settings.case_owner
    return org.settings.record_owner if record.object in _OWNED_BY_USERS else ""


def _typed(object_name: str, row: dict[str, Any]) -> dict[str, Any]:
    return {"attributes": {"type": object_name}, **row}


def _fields(org: Org, record: Record, contacts: Mapping[str, str]) -> dict[str, Json]:
    fields: dict[str, Json] = {}
    for name, value in record.fields.items():
        if isinstance(value, Reference) and not value.ref:
            fields |= _by_key(org, name, value)
        else:
            plain = value.ref if isinstance(value, Reference) else value
            fields[name] = contacts.get(plain, plain) if name == "ContactId" and plain else _plain(plain)
    return fields


def _by_key(org: Org, name: str, reference: Reference) -> dict[str, Json]:
    """Return a relationship by external id, for a record whose own id is not known yet."""
    relation = name.removesuffix("__c") + "__r" if name.endswith("__c") else name.removesuffix("Id")
    target = org.where(reference.thing, "")
    return {relation: {org.key_field(target): reference.key}}


def _plain(value: Json) -> Json:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return ";".join(value) if isinstance(value, (list, tuple)) and all(isinstance(one, str) for one in value) else value


def _flat(row: Mapping[str, Any]) -> dict[str, str]:
    flat: dict[str, str] = {}
    for name, value in row.items():
        if name == "attributes":
            continue
        if isinstance(value, dict):
            flat |= {f"{name}.{inner}": _cell(each) for inner, each in value.items()}
        else:
            flat[name] = _cell(value)
    return flat


def _cell(value: Json) -> str:
    if value is None:
        return EMPTY
    return str(value).lower() if isinstance(value, bool) else str(value)
