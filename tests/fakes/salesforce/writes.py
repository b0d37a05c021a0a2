"""Create, update, upsert, delete and merge rows, each whole or not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.fakes.salesforce import automations, checks, ids, links
from tests.fakes.salesforce.derived import AFTER, BEFORE
from tests.fakes.salesforce.errors import ApiError, Json, not_found

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.fakes.salesforce.fields import Field, SObject
    from tests.fakes.salesforce.world import Actor, World

CASCADING = ("CaseComment", "FeedItem", "FeedComment", "EmailMessage", "Task", "ContentDocumentLink", "ContentVersion")


def create(world: World, sobject: SObject, body: Json, actor: Actor) -> str:
    """Store a new row; return its id."""
    if not sobject.createable:
        raise ApiError("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", f"entity type cannot be inserted: {sobject.name}")
    if world.full:
        raise ApiError("STORAGE_LIMIT_EXCEEDED", "storage limit exceeded")
    with world.transaction():
        values = _values(world, sobject, body, creating=True)
        defaults = {f.name: f.default for f in sobject.fields.values() if f.create and f.default is not None}
        owner = {"OwnerId": actor.user} if "OwnerId" in sobject.fields else {}
        row = world.blank(sobject, actor) | defaults | owner | {k: v for k, v in values.items() if v is not None}
        row["Id"] = world.db.mint(sobject)
        row.update({f.name: f"{world.db.count(sobject):08}" for f in sobject.fields.values() if f.numbered})
        _store(world, sobject, {}, automations.assign(world, sobject, row, actor), actor)
        return str(row["Id"])


def update(world: World, sobject: SObject, record: str, body: Json, actor: Actor) -> None:
    """Change a row that exists."""
    old = world.living(sobject, record)
    with world.transaction():
        values = _values(world, sobject, body, creating=False)
        now = checks.stamp(actor.at)
        system = {"LastModifiedDate": now, "LastModifiedById": actor.user, "SystemModstamp": now}
        changed = automations.assign(world, sobject, {**old, **values, **system}, actor)
        _store(world, sobject, old, changed, actor)


def upsert(world: World, sobject: SObject, field: Field, value: Any, body: Json, actor: Actor) -> tuple[str, bool]:  # noqa: ANN401 - a key's value is any scalar; an upsert is named by two things more than a write
    """Update the one row with this key or create it; return its id and whether it is new. Deleted rows do not count."""
    for name in (field.name, "Id"):
        if name in body:
            raise ApiError("INVALID_FIELD", f"The {name} field should not be specified in the sobject data.")
    found = world.db.find(sobject, field, value)
    if len(found) > 1:
        raise ApiError(
            "DUPLICATE_EXTERNAL_ID",
            f"{field.name}: more than one record found for external id field: {[row['Id'] for row in found]}",
            [field.name],
        )
    if found:
        update(world, sobject, found[0]["Id"], body, actor)
        return str(found[0]["Id"]), False
    return create(world, sobject, {**body, field.name: value}, actor), True


def delete(world: World, sobject: SObject, record: str, actor: Actor) -> None:
    """Put a row into the recycle bin, with what hangs on it; people with cases cannot be deleted."""
    row = world.living(sobject, record)
    world.touch([record, *links.parents(sobject, row)], actor)
    cases = world.org.objects["Case"]
    for name in ("ContactId", "AccountId"):
        if sobject.name in cases.fields[name].refers_to and world.db.find(cases, cases.fields[name], record):
            message = f"Your attempt to delete {row.get('Name')} could not be completed because it is associated with the following cases."
            raise ApiError("DELETE_FAILED", message)
    with world.transaction():
        _bury(world, sobject, row, actor)
        for child in world.org.objects.values():
            for field in (f for f in child.fields.values() if sobject.name in f.refers_to and _goes_along(child, f)):
                for each in world.db.find(child, field, record):
                    _bury(world, child, each, actor)


def merge(world: World, sobject: SObject, master: str, losers: Sequence[str], actor: Actor) -> None:
    """Merge rows into ``master``: what pointed to the losers points to it; they are deleted and say where they went."""
    with world.transaction():
        for loser in losers:
            row = world.living(sobject, loser)
            _bury(world, sobject, {**row, "MasterRecordId": master}, actor)
            for child in world.org.objects.values():
                for field in (
                    f for f in child.fields.values() if sobject.name in f.refers_to and f.name != "MasterRecordId"
                ):
                    for each in world.db.find(child, field, loser):
                        world.db.put(child, {**each, field.name: master, "SystemModstamp": checks.stamp(actor.at)})
        kept = world.living(sobject, master)
        world.db.put(sobject, {**kept, "SystemModstamp": checks.stamp(actor.at), "LastModifiedById": actor.user})


def one(world: World, sobject: SObject, field: Field, value: str) -> Json:
    """Return the one living row with a key, or fail as the vendor does: unknown 404, several 300."""
    found = world.db.find(sobject, field, value)
    if not found:
        raise not_found()
    if len(found) > 1:
        raise ApiError("MULTIPLE_CHOICES", ",".join(row["Id"] for row in found), status=300)
    return found[0]


def record_id(world: World, sobject: SObject, text: str) -> str:
    """Return the long form of an id in an address, or fail as the vendor does for something else."""
    record = ids.read(text)
    if record is None or world.object_of(record) is not sobject:
        message = f"Provided external ID field does not exist or is not accessible: {text}"
        raise ApiError("NOT_FOUND", message, status=404)
    return record


def _values(world: World, sobject: SObject, body: Json, *, creating: bool) -> Json:
    """Return what a body writes, checked field by field."""
    if not creating and not sobject.updateable:
        raise ApiError("INSUFFICIENT_ACCESS_OR_READONLY", f"insufficient access rights on object: {sobject.name}")
    plain = links.by_external_id(world, sobject, body)
    return links.checked(world, sobject, checks.written(sobject, plain, creating=creating))


def _store(world: World, sobject: SObject, old: Json, new: Json, actor: Actor) -> None:
    """Put a row through everything that stands between a write and the table."""
    row = BEFORE[sobject.name](world, old, new) if sobject.name in BEFORE else new
    _require(sobject, row)
    world.touch([row["Id"], *links.parents(sobject, row)], actor)
    _unique(world, sobject, row)
    automations.validate(world, sobject, old, row)
    automations.question_duplicates(world, sobject, old, row, actor)
    world.db.put(sobject, row)
    if sobject.name in AFTER:
        AFTER[sobject.name](world, row, actor)
    automations.keep_history(world, sobject, old, row, actor)
    automations.mail(world, sobject, old, row, actor)


def _require(sobject: SObject, row: Json) -> None:
    """Refuse a row that lacks what every row has."""
    missing = [
        f.name for f in sobject.visible() if f.required and f.create and f.kind != "boolean" and row.get(f.name) is None
    ]
    if missing:
        raise ApiError("REQUIRED_FIELD_MISSING", f"Required fields are missing: [{', '.join(missing)}]", missing)


def _unique(world: World, sobject: SObject, row: Json) -> None:
    """Refuse a row whose unique field has a value that another living row has."""
    for field in (f for f in sobject.fields.values() if f.unique and row.get(f.name) is not None):
        other = next((each for each in world.db.find(sobject, field, row[field.name]) if each["Id"] != row["Id"]), None)
        if other:
            message = f"duplicate value found: {field.name} duplicates value on record with id: {other['Id'][:15]}"
            raise ApiError("DUPLICATE_VALUE", message)


def _goes_along(child: SObject, field: Field) -> bool:
    """Say whether a row is deleted with the one that it refers to."""
    return field.master or (child.name in CASCADING and field.name not in ("WhoId", "FirstPublishLocationId"))


def _bury(world: World, sobject: SObject, row: Json, actor: Actor) -> None:
    """Mark a row as deleted."""
    now = checks.stamp(actor.at)
    world.db.put(
        sobject,
        {**row, "IsDeleted": True, "SystemModstamp": now, "LastModifiedDate": now, "LastModifiedById": actor.user},
    )
