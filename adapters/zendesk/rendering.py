"""A record of ours as Zendesk takes it, or why it cannot be written; nothing is asked or sent here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from adapters.zendesk.names import COMMENTS
from adapters.zendesk.values import stored
from bridge.nouns import Reference, Refusal
from bridge.schema_check import first_violation

if TYPE_CHECKING:
    from bridge.nouns import Json, ObjectSchema, Record


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to stand in Zendesk for a record."""

    record: Record
    fields: dict[str, Any]

    @property
    def key(self) -> str:
        """Return our key."""
        return self.record.key

    @property
    def ref(self) -> str:
        """Return Zendesk's id, empty for a first delivery."""
        return self.record.ref


def wanted(record: Record, schema: ObjectSchema) -> Wanted | Refusal:
    """Return a record as Zendesk takes it, or why it will not."""
    if record.object == COMMENTS and not record.ref and not record.parent.isdecimal():
        return Refusal(f"a message stands in a ticket; {record.parent or 'an empty parent'} is none", "parent")
    return fitting(record, schema)


def fitting(record: Record, schema: ObjectSchema) -> Wanted | Refusal:
    """Return a record with values that Zendesk takes, wherever it is to stand, or why it will not."""
    creating = not record.ref
    fields = {name: value for name, value in record.fields.items() if name != record.key_field}
    violation = first_violation(schema, fields, creating=creating)
    if violation is not None:
        return violation
    plain = {name: _plain(value) for name, value in fields.items()}
    for name, value in plain.items():
        if schema.fields[name].type == "reference" and value and not str(value).isdecimal():
            return Refusal(f"{name} refers to what is not there: {value}", name, "bad_reference")
    return Wanted(record, {name: stored(schema.fields[name], value) for name, value in plain.items()})


def _plain(value: Json | Reference) -> Json:
    return value.ref if isinstance(value, Reference) else value
