"""References of a write: by id, or by an external id of the row that is meant."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.fakes.salesforce import ids
from tests.fakes.salesforce.errors import ApiError, is_deleted, no_such_column

if TYPE_CHECKING:
    from tests.fakes.salesforce.errors import Json
    from tests.fakes.salesforce.fields import Field, SObject
    from tests.fakes.salesforce.world import World


def by_external_id(world: World, sobject: SObject, body: Json) -> Json:
    """Return a body in which every ``{"Contact": {"Key__c": "k"}}`` is a ``{"ContactId": id}``."""
    plain = {name: value for name, value in body.items() if name != "attributes" and not isinstance(value, dict)}
    for name, value in body.items():
        if name == "attributes" or not isinstance(value, dict):
            continue
        field = sobject.by_relationship(name)
        if field is None:
            raise no_such_column(name, sobject.name)
        plain[field.name] = _meant(world, field, value)
    return plain


def _meant(world: World, field: Field, value: Json) -> str:
    """Return the id of the one row that an external id means."""
    named = value.get("attributes", {}).get("type") or field.refers_to[0]
    parent = world.org.sobject(named)
    keys = {name: key for name, key in value.items() if name != "attributes"}
    if parent is None or len(keys) != 1:
        raise ApiError(
            "INVALID_FIELD", f"Multiple external Id fields: {', '.join(keys)} not allowed for {field.relationship}"
        )
    ((name, key),) = keys.items()
    known = parent.field(name)
    if known is None or not (known.external_id or known.lookup_key):
        raise ApiError("INVALID_FIELD", f"Field name provided, {name} does not match an External ID for {parent.name}")
    found = world.db.find(parent, known, key)
    if not found:
        raise ApiError(
            "INVALID_FIELD", f"Foreign key external ID: {key} not found for field {known.name} in entity {parent.name}"
        )
    if len(found) > 1:
        raise ApiError(
            "DUPLICATE_EXTERNAL_ID",
            f"{known.name}: more than one record found for external id field: {key}",
            [known.name],
        )
    return str(found[0]["Id"])


def checked(world: World, sobject: SObject, values: Json) -> Json:
    """Return values in which every reference is the long id of a living row of the right object."""
    return {
        name: _reference(world, sobject.fields[name], value) if sobject.fields[name].kind == "reference" else value
        for name, value in values.items()
    }


def _reference(world: World, field: Field, value: Any) -> str | None:  # noqa: ANN401 - checked here
    """Return one reference as it is stored."""
    if value is None:
        return None
    record = ids.read(str(value))
    sobject = world.object_of(record) if record else None
    if record is None or sobject is None or sobject.name not in field.refers_to:
        label = field.name.removesuffix("Id") + " ID" if field.name.endswith("Id") else field.name
        raise ApiError("MALFORMED_ID", f"{label}: id value of incorrect type: {value}", [field.name])
    row = world.db.get(sobject, record)
    if row is None:
        raise ApiError("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", [field.name])
    if row["IsDeleted"]:
        raise ApiError("ENTITY_IS_DELETED", is_deleted().message, [field.name])
    if field.name == "OwnerId" and row.get("IsActive") is False:
        raise ApiError(
            "INACTIVE_OWNER_OR_USER", f"operation performed with inactive user [{record}] as owner", [field.name]
        )
    return record


def parents(sobject: SObject, row: Json) -> list[str | None]:
    """Return the rows that a write of ``row`` locks besides itself, in the order of their fields."""
    locking = {"Account", "Contact", "Case"}
    return [
        row.get(field.name)
        for field in sobject.fields.values()
        if field.kind == "reference" and field.name != "MasterRecordId" and locking.intersection(field.refers_to)
    ]
