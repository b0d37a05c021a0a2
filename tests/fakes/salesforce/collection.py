"""sObject Collections: up to 200 records a call, each with its own result."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from tests.fakes.salesforce import ids, records, selecting, writes
from tests.fakes.salesforce.errors import ApiError, Json, not_found, rolled_back
from tests.fakes.salesforce.protocol import ROUTES, Call, Reply

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tests.fakes.salesforce.fields import SObject
    from tests.fakes.salesforce.state import State

MOST = 200


class _Undo(Exception):
    """One record is bad, and the call wanted all or none."""


@ROUTES.at("POST", "composite/sobjects")
def create(state: State, call: Call) -> Reply:
    """Create records."""

    def one(record: Json) -> Json:
        name = _type(record)
        sobject = state.world.org.sobject(name)
        if sobject is None:
            raise ApiError("INVALID_TYPE", f"sObject type '{name}' is not supported.")
        return {"id": writes.create(state.world, sobject, _bare(record), call.actor)}

    return each(state, *_records(call), one)


@ROUTES.at("PATCH", "composite/sobjects")
def update(state: State, call: Call) -> Reply:
    """Update records by id."""

    def one(record: Json) -> Json:
        named = next((value for name, value in record.items() if name.casefold() == "id"), None)
        if not named:
            raise ApiError("MISSING_ARGUMENT", "Id not specified in an update call", ["Id"])
        sobject, known = by_id(state, str(named))
        body = {name: value for name, value in _bare(record).items() if name.casefold() != "id"}
        writes.update(state.world, sobject, known, body, call.actor)
        return {"id": known}

    return each(state, *_records(call), one)


@ROUTES.at("DELETE", "composite/sobjects")
def delete(state: State, call: Call) -> Reply:
    """Delete records by id."""

    def one(record: Json) -> Json:
        sobject, known = by_id(state, record["id"])
        writes.delete(state.world, sobject, known, call.actor)
        return {"id": known}

    named = [{"id": record} for record in call.query.get("ids", "").split(",") if record]
    return each(state, _at_most(named), call.query.get("allOrNone", "false") == "true", one)


@ROUTES.at("PATCH", "composite/sobjects/{}/{}")
def upsert(state: State, call: Call, name: str, key: str) -> Reply:
    """Update or create records by external id; rows that share one in a call are refused, all of them."""
    sobject = state.world.require(name)
    field = records.key(sobject, key)
    given, all_or_none = _records(call)
    often = Counter(field.index_key(record.get(field.name)) for record in given)

    def one(record: Json) -> Json:
        value = record.get(field.name)
        if _type(record).casefold() != sobject.name.casefold():
            raise ApiError("INVALID_TYPE", f"sObject type '{_type(record)}' is not {sobject.name}.")
        if value is None:
            raise ApiError("MISSING_ARGUMENT", f"{field.name} not specified", [field.name])
        if often[field.index_key(value)] > 1:
            raise ApiError("DUPLICATE_VALUE", f"Duplicate external id specified: {value}", [field.name])
        body = {name: each for name, each in _bare(record).items() if name != field.name}
        known, created = writes.upsert(state.world, sobject, field, value, body, call.actor)
        return {"id": known, "created": created}

    return each(state, given, all_or_none, one)


@ROUTES.at("GET", "composite/sobjects/{}")
def read(state: State, call: Call, name: str) -> Reply:
    """Read records by id; one that is not there is null."""
    return _read(state, call, name, call.query.get("ids", "").split(","), call.query.get("fields", "").split(","), 800)


@ROUTES.at("POST", "composite/sobjects/{}")
def read_many(state: State, call: Call, name: str) -> Reply:
    """Read more records by id than an address holds."""
    body = call.object()
    return _read(state, call, name, body.get("ids", []), body.get("fields", []), 2000)


def each(state: State, given: Sequence[Json], all_or_none: bool, one: Callable[[Json], Json]) -> Reply:  # noqa: FBT001 - as the call says
    """Do something with each record, and answer with a result for each in their order."""
    results: list[Json] = []
    try:
        with state.world.transaction():
            results = [_result(one, record) for record in given]
            _undo_unless(not all_or_none or all(result["success"] for result in results))
    except _Undo:
        results = [
            {"success": False, "errors": [rolled_back().item()]} if result["success"] else result for result in results
        ]
    return Reply(results)


def _undo_unless(good: bool) -> None:  # noqa: FBT001 - the condition itself
    """Leave the transaction if one is bad that must not be."""
    if not good:
        raise _Undo


def _result(one: Callable[[Json], Json], record: Json) -> Json:
    """Do it with one record."""
    try:
        return {**one(record), "success": True, "errors": []}
    except ApiError as error:
        return {"success": False, "errors": [error.item()]}


def _records(call: Call) -> tuple[list[Json], bool]:
    """Return the records of a call, and whether it wants all or none."""
    body = call.object()
    given = body.get("records")
    if not isinstance(given, list) or not given or set(body) - {"records", "allOrNone"}:
        raise ApiError("JSON_PARSER_ERROR", "Unrecognized or missing field in the request: records, allOrNone")
    return _at_most(given), body.get("allOrNone", False)


def _at_most(given: list[Json]) -> list[Json]:
    """Refuse more records than a call takes."""
    if len(given) > MOST:
        raise ApiError(
            "EXCEEDED_ID_LIMIT", f"record limit reached. cannot submit more than {MOST} records into this call"
        )
    return given


def _type(record: Json) -> str:
    """Return of what object a record says it is."""
    named = record.get("attributes", {}).get("type")
    if not named:
        raise ApiError("INVALID_TYPE", "Type is not specified in the record's attributes", ["attributes"])
    return str(named)


def _bare(record: Json) -> Json:
    """Return a record without what is no field of it."""
    return {name: value for name, value in record.items() if name != "attributes"}


def by_id(state: State, text: str) -> tuple[SObject, str]:
    """Return object and long id, or fail as an item does."""
    known = ids.read(text)
    sobject = state.world.object_of(known) if known else None
    if known is None or sobject is None:
        raise ApiError("MALFORMED_ID", f"malformed id {text}", ["Id"])
    if state.world.db.get(sobject, known) is None:
        raise ApiError("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")
    return sobject, known


def _read(state: State, call: Call, name: str, named: Sequence[str], fields: Sequence[str], most: int) -> Reply:
    """Return records in the order of their ids."""
    if len(named) > most:
        raise ApiError(
            "EXCEEDED_ID_LIMIT", f"record limit reached. cannot submit more than {most} records into this call"
        )
    sobject = state.world.org.sobject(name)
    if sobject is None:
        raise not_found()
    found: list[Any] = []
    trails = selecting.paths(state.world, sobject, fields)
    for text in named:
        row = state.world.db.get(sobject, ids.read(text) or "")
        alive = row and not row["IsDeleted"]
        found.append(selecting.shown(state.world, sobject, row, trails, call.version) if row and alive else None)
    return Reply(found)
