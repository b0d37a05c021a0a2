"""Single records: describe, create, read, update, delete, by id and by external id; what changed since when."""

from __future__ import annotations

from base64 import b64decode
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from tests.fakes.salesforce import selecting, writes
from tests.fakes.salesforce.checks import stamp
from tests.fakes.salesforce.errors import ApiError, not_found
from tests.fakes.salesforce.protocol import ROUTES, Call, Reply

if TYPE_CHECKING:
    from tests.fakes.salesforce.errors import Json
    from tests.fakes.salesforce.fields import Field, SObject
    from tests.fakes.salesforce.state import State

REPLICATION = timedelta(days=30)


@ROUTES.at("GET", "sobjects")
def describe_all(state: State, call: Call) -> Reply:
    """List the objects."""
    objects = [known.outline(call.version) for known in state.world.org.objects.values() if not known.tooling]
    return Reply({"encoding": "UTF-8", "maxBatchSize": 200, "sobjects": objects})


@ROUTES.at("GET", "sobjects/{}/describe")
def describe(state: State, call: Call, name: str) -> Reply:
    """Describe an object with all fields that the user sees."""
    sobject = state.world.require(name)
    kinds = [
        {
            "active": True,
            "available": True,
            "defaultRecordTypeMapping": at == 0,
            "developerName": kind.replace(" ", "_"),
            "master": False,
            "name": kind,
            "recordTypeId": state.world.names[kind],
        }
        for at, kind in enumerate(state.world.org.record_types.get(sobject.name, ()))
    ]
    fields = [field.described() for field in sobject.visible()]
    return Reply(
        {**sobject.outline(call.version), "fields": fields, "recordTypeInfos": kinds, "childRelationships": []}
    )


@ROUTES.at("GET", "sobjects/{}")
def basic(state: State, call: Call, name: str) -> Reply:
    """Give an object's outline."""
    return Reply({"objectDescribe": state.world.require(name).outline(call.version), "recentItems": []})


@ROUTES.at("POST", "sobjects/{}")
def create(state: State, call: Call, name: str) -> Reply:
    """Create a record."""
    record = writes.create(state.world, state.world.require(name), call.object(), call.actor)
    return Reply({"id": record, "success": True, "errors": []}, 201)


@ROUTES.at("GET", "sobjects/{}/updated")
def updated(state: State, call: Call, name: str) -> Reply:
    """Tell which records changed in a window; seconds do not count."""
    start, end = _window(state, call)
    sobject = state.world.require(name)
    ids = [row["Id"] for row in state.world.db.rows(sobject) if start <= row["SystemModstamp"] < end]
    return Reply({"ids": ids, "latestDateCovered": end})


@ROUTES.at("GET", "sobjects/{}/deleted")
def deleted(state: State, call: Call, name: str) -> Reply:
    """Tell which records were deleted in a window."""
    start, end = _window(state, call)
    sobject = state.world.require(name)
    rows = state.world.db.rows(sobject, deleted=True)
    gone = [
        {"id": row["Id"], "deletedDate": row["SystemModstamp"]}
        for row in rows
        if row["IsDeleted"] and start <= row["SystemModstamp"] < end
    ]
    earliest = stamp(call.at - REPLICATION)
    return Reply({"deletedRecords": gone, "earliestDateAvailable": earliest, "latestDateCovered": end})


@ROUTES.at("GET", "sobjects/{}/{}")
def read(state: State, call: Call, name: str, record: str) -> Reply:
    """Read a record by id."""
    sobject = state.world.require(name)
    row = state.world.living(sobject, writes.record_id(state.world, sobject, record))
    return _shown(state, call, sobject, row)


@ROUTES.at("PATCH", "sobjects/{}/{}")
def update(state: State, call: Call, name: str, record: str) -> Reply:
    """Change a record by id."""
    sobject = state.world.require(name)
    writes.update(state.world, sobject, writes.record_id(state.world, sobject, record), call.object(), call.actor)
    return Reply(status=204)


@ROUTES.at("DELETE", "sobjects/{}/{}")
def delete(state: State, call: Call, name: str, record: str) -> Reply:
    """Delete a record by id."""
    sobject = state.world.require(name)
    writes.delete(state.world, sobject, writes.record_id(state.world, sobject, record), call.actor)
    return Reply(status=204)


@ROUTES.at("GET", "sobjects/ContentVersion/{}/VersionData")
def content(state: State, _call: Call, record: str) -> Reply:
    """Hand out a file."""
    files = state.world.org.objects["ContentVersion"]
    row = state.world.living(files, writes.record_id(state.world, files, record))
    return Reply(b64decode(row["VersionData"]), media="application/octet-stream")


@ROUTES.at("GET", "sobjects/{}/{}/{}")
def read_by_key(state: State, call: Call, name: str, field: str, value: str) -> Reply:
    """Read a record by external id."""
    sobject = state.world.require(name)
    return _shown(state, call, sobject, writes.one(state.world, sobject, key(sobject, field), value))


@ROUTES.at("PATCH", "sobjects/{}/{}/{}")
def upsert(state: State, call: Call, name: str, field: str, value: str) -> Reply:
    """Update or create a record by external id."""
    sobject = state.world.require(name)
    known = key(sobject, field)
    if len(state.world.db.find(sobject, known, value)) > 1:
        writes.one(state.world, sobject, known, value)
    record, created = writes.upsert(state.world, sobject, known, value, call.object(), call.actor)
    return Reply({"id": record, "success": True, "errors": [], "created": created}, 201 if created else 200)


@ROUTES.at("DELETE", "sobjects/{}/{}/{}")
def delete_by_key(state: State, call: Call, name: str, field: str, value: str) -> Reply:
    """Delete a record by external id."""
    sobject = state.world.require(name)
    row = writes.one(state.world, sobject, key(sobject, field), value)
    writes.delete(state.world, sobject, row["Id"], call.actor)
    return Reply(status=204)


def key(sobject: SObject, name: str) -> Field:
    """Return an external id field, or fail as the vendor does for another."""
    field = sobject.field(name)
    if field is None or not (field.external_id or field.lookup_key):
        message = f"Provided external ID field does not exist or is not accessible: {name}"
        raise ApiError("NOT_FOUND", message, status=404)
    return field


def _shown(state: State, call: Call, sobject: SObject, row: Json) -> Reply:
    """Return a record with the fields that were asked for, or all."""
    names = call.query["fields"].split(",") if "fields" in call.query else [field.name for field in sobject.visible()]
    trails = selecting.paths(state.world, sobject, names)
    return Reply(selecting.shown(state.world, sobject, row, trails, call.version))


def _window(state: State, call: Call) -> tuple[str, str]:
    """Return start and end of a replication window, refused where they make none."""
    try:
        start, end = (datetime.fromisoformat(call.query[name].strip()).astimezone(UTC) for name in ("start", "end"))
    except (KeyError, ValueError):
        raise not_found() from None
    start, end = (
        start.replace(second=0, microsecond=0),
        min(end, state.world.clock.now()).replace(second=0, microsecond=0),
    )
    if end <= start:
        raise ApiError("INVALID_REPLICATION_DATE", "startDate has to be at least one minute before endDate")
    if start < call.at - REPLICATION:
        raise ApiError("INVALID_REPLICATION_DATE", "startDate cannot be more than 30 days ago")
    return stamp(start), stamp(end)
