"""A record of ours as HubSpot takes it, or why it cannot be written; nothing is asked or sent here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from adapters.hubspot.looking import marked_text
from adapters.hubspot.names import CONTACT, TEXT
from adapters.hubspot.schema import LONGEST
from adapters.hubspot.values import as_html, stored
from bridge.nouns import Reference, Refusal
from bridge.schema_check import first_violation

if TYPE_CHECKING:
    from bridge.nouns import Json, ObjectSchema, Record


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to stand in HubSpot for a record."""

    record: Record
    properties: dict[str, str]
    contact: str = ""
    parent: str = ""

    @property
    def trace(self) -> str:
        """Return what HubSpot shows of it in results and errors."""
        return self.record.key


def wanted(record: Record, schema: ObjectSchema, *, parented: bool) -> Wanted | Refusal:
    """Return a record as HubSpot takes it, or why it will not."""
    creating = not record.ref
    key = {record.key_field: record.key} if record.key_field and creating else {}
    fields = {name: value for name, value in record.fields.items() if name != record.key_field}
    violation = first_violation(schema, {**fields, **key}, creating=creating)
    if violation is not None:
        return violation
    contact = _contact(fields.pop(CONTACT, None))
    if isinstance(contact, Refusal):
        return contact
    if parented and creating and not record.parent.isdecimal():
        return Refusal(f"a message stands in a ticket; {record.parent or 'an empty parent'} is none", "parent")
    fields = _texts(record, fields)
    properties = {name: stored(schema.fields[name], value) for name, value in fields.items()}
    too_long = next((name for name, value in properties.items() if len(value) > LONGEST), "")
    if too_long:
        return Refusal(f"{too_long} is too long as HTML: {LONGEST} characters at most", too_long, "too_long")
    return Wanted(record, {**properties, **key}, contact, record.parent if parented else "")


def without(properties: dict[str, str]) -> dict[str, str]:
    """Return the properties of a new record: an empty one needs no saying."""
    return {name: value for name, value in properties.items() if value != ""}


def _contact(value: Json | Reference) -> str | Refusal:
    ref = value.ref if isinstance(value, Reference) else value
    if ref and not str(ref).isdecimal():
        return Refusal(f"{CONTACT} refers to a contact that is not there: {ref}", CONTACT, "bad_reference")
    return str(ref or "")


def _texts(record: Record, fields: dict[str, Any]) -> dict[str, Any]:
    body = TEXT.get(record.object, "")
    if not isinstance(fields.get(body), str):
        return fields
    marked = fields[body] if record.key_field else marked_text(fields[body], record.key)
    return {**fields, body: as_html(marked)}
