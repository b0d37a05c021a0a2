"""Answer a query: check its fields, find the rows, sort them, give them the form of the interface."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Any

from tests.fakes.salesforce import ids, soql
from tests.fakes.salesforce.checks import stamp
from tests.fakes.salesforce.errors import ApiError, Json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tests.fakes.salesforce.fields import Field, SObject
    from tests.fakes.salesforce.world import World

Path = tuple["Field", ...]


def select(world: World, query: soql.Query, *, deleted: bool, tooling: bool = False) -> tuple[SObject, list[Json]]:
    """Return the object that a query is about and its rows, filtered, sorted and cut."""
    sobject = world.org.sobject(query.sobject, tooling=tooling)
    if sobject is None:
        message = f"sObject type '{query.sobject}' is not supported. If you are attempting to use a custom object, be sure to append the '__c' after the entity name."
        raise ApiError("INVALID_TYPE", message)
    holds = _test(world, sobject, query.where) if query.where else lambda _row: True
    rows = [row for row in _candidates(world, sobject, query.where, deleted) if holds(row)]
    for sorting in reversed(query.order):
        _sort(world, sobject, rows, sorting)
    end = None if query.limit is None else query.offset + query.limit
    return sobject, rows[query.offset : end]


def paths(world: World, sobject: SObject, names: Iterable[str]) -> list[Path]:
    """Return the paths of several names."""
    return [path(world, sobject, name) for name in names]


def path(world: World, sobject: SObject, name: str) -> Path:
    """Return the fields that a dotted name goes through, the last one being what it means."""
    *relations, last = name.split(".")
    followed: list[Field] = []
    here = sobject
    for at, relation in enumerate(relations):
        link = here.by_relationship(relation)
        if link is None:
            if at == 0 and relation.casefold() == sobject.name.casefold():
                continue
            raise ApiError(
                "INVALID_FIELD",
                f"Didn't understand relationship '{relation}' in field path. If you are attempting to use a custom relationship, be sure to append the '__r' after the custom relationship name.",
            )
        followed.append(link)
        here = world.org.objects["Name" if len(link.refers_to) > 1 else link.refers_to[0]]
    field = here.field(last)
    if field is None:
        message = f"\nERROR at Row:1:Column:1\nNo such column '{last}' on entity '{here.name}'. If you are attempting to use a custom field, be sure to append the '__c' after the custom field name. Please reference your WSDL or the describe call for the appropriate names."
        raise ApiError("INVALID_FIELD", message)
    return (*followed, field)


def shown(world: World, sobject: SObject, row: Json, trails: Iterable[Path], version: str) -> Json:
    """Return a row as an answer has it, with the rows that relationships lead to inside."""
    record: Json = {"attributes": attributes(sobject, row["Id"], version)}
    for trail in trails:
        here, at = record, row
        for link in trail[:-1]:
            next_row = world.row(at.get(link.name))
            if next_row is None:
                here[link.relationship or link.name] = None
                break
            parent = world.object_of(next_row["Id"])
            here = here.setdefault(
                link.relationship or link.name,
                {"attributes": attributes(parent, next_row["Id"], version) if parent else {}},
            )
            at = next_row
        else:
            here[trail[-1].name] = presented(trail[-1], at, version)
    return record


def presented(field: Field, row: Json, version: str) -> Any:  # noqa: ANN401 - any JSON scalar
    """Return a field's value; of a file only where it can be fetched."""
    if field.kind == "base64" and row.get(field.name) is not None:
        return f"/services/data/v{version}/sobjects/ContentVersion/{row['Id']}/{field.name}"
    return row.get(field.name)


def attributes(sobject: SObject, record: str, version: str) -> Json:
    """Return what every record says of itself."""
    return {"type": sobject.name, "url": f"/services/data/v{version}/sobjects/{sobject.name}/{record}"}


def _candidates(world: World, sobject: SObject, where: soql.Condition | None, deleted: bool) -> Iterable[Json]:  # noqa: FBT001 - handed on
    """Return the rows worth looking at: by an index if the condition allows, else all."""
    parts = where.parts if isinstance(where, soql.Combined) and where.operator == "and" else (where,)
    for part in parts:
        if not isinstance(part, soql.Comparison) or part.operator not in ("=", "in"):
            continue
        field = sobject.field(part.field)
        values = part.value if isinstance(part.value, tuple) else (part.value,)
        if field and field.kind == "id":
            rows = (world.db.get(sobject, ids.read(str(value.value)) or "") for value in values)
            return [row for row in rows if row and (deleted or not row["IsDeleted"])]
        if field and field.indexed and all(value.value is not None for value in values):
            keys = [_id_or(field, value.value) for value in values]
            found = {row["Id"]: row for key in keys for row in world.db.find(sobject, field, key, deleted=deleted)}
            return list(found.values())
    return world.db.rows(sobject, deleted=deleted)


def _id_or(field: Field, value: Any) -> Any:  # noqa: ANN401 - any JSON scalar
    """Return the long form of a short id, other values as they are."""
    return (ids.read(value) or value) if field.kind in ("id", "reference") and isinstance(value, str) else value


def _test(world: World, sobject: SObject, where: soql.Condition) -> Callable[[Json], bool]:
    """Return a test of rows for a condition, whose fields and values are checked once, rows or none."""
    if isinstance(where, soql.Combined):
        tests = [_test(world, sobject, part) for part in where.parts]
        joined: dict[str, Callable[[Json], bool]] = {
            "and": lambda row: all(test(row) for test in tests),
            "or": lambda row: any(test(row) for test in tests),
            "not": lambda row: not tests[0](row),
        }
        return joined[where.operator]
    trail = path(world, sobject, where.field)
    _comparable(trail[-1], where)
    if isinstance(where.value, tuple):
        keys = {_key(trail[-1], literal) for literal in where.value}
        wanted = where.operator == "in"
        return lambda row: (trail[-1].index_key(_value(world, row, trail)) in keys) == wanted
    return _comparison(world, trail, where.operator, where.value)


def _value(world: World, row: Json | None, trail: Path) -> Any:  # noqa: ANN401 - any JSON scalar
    """Return what a path leads to from a row, None if it breaks off."""
    for link in trail[:-1]:
        row = world.row(row.get(link.name)) if row else None
    return row.get(trail[-1].name) if row else None


def _comparable(field: Field, comparison: soql.Comparison) -> None:
    """Refuse a filter that the field does not allow, or a value of another kind than the field's."""
    if not field.filterable:
        raise ApiError("INVALID_FIELD", f"field '{field.name}' can not be filtered in a query call")
    for literal in comparison.value if isinstance(comparison.value, tuple) else (comparison.value,):
        kind = {"datetime": "time", "date": "date", "boolean": "boolean", "double": "number", "int": "number"}.get(
            field.kind, "text"
        )
        if literal.kind not in (kind, "null"):
            quoted = "should not be enclosed in quotes" if literal.kind == "text" else f"not {literal.kind}"
            raise ApiError(
                "INVALID_FIELD",
                f"value of filter criterion for field '{field.name}' must be of type {field.kind} and {quoted}",
            )
        if field.kind in ("id", "reference") and literal.value is not None and not ids.read(str(literal.value)):
            raise ApiError("INVALID_QUERY_FILTER_OPERATOR", f"invalid ID field: {literal.value}")


def _key(field: Field, literal: soql.Literal) -> Any:  # noqa: ANN401 - any JSON scalar
    """Return a literal as it is compared with a field's values; blank text is none."""
    return field.index_key(None if literal.value == "" else _id_or(field, _instant(literal)))


def _comparison(world: World, trail: Path, operator: str, literal: soql.Literal) -> Callable[[Json], bool]:
    """Return a test of one value."""
    wanted = _key(trail[-1], literal)
    pattern = re.compile(re.escape(str(literal.value)).replace("%", ".*").replace("_", "."), re.IGNORECASE | re.DOTALL)
    tests: dict[str, Callable[[Any], bool]] = {
        "=": lambda value: bool(value == wanted),
        "!=": lambda value: bool(value != wanted),
        "like": lambda value: value is not None and pattern.fullmatch(str(value)) is not None,
        "<": lambda value: None not in (value, wanted) and bool(value < wanted),
        ">": lambda value: None not in (value, wanted) and bool(value > wanted),
        "<=": lambda value: None not in (value, wanted) and bool(value <= wanted),
        ">=": lambda value: None not in (value, wanted) and bool(value >= wanted),
    }
    test = tests[operator]
    return lambda row: test(trail[-1].index_key(_value(world, row, trail)))


def _instant(literal: soql.Literal) -> Any:  # noqa: ANN401 - any JSON scalar
    """Return a literal's value, a time in the form that rows hold."""
    return stamp(datetime.fromisoformat(literal.value)) if literal.kind == "time" else literal.value


def _sort(world: World, sobject: SObject, rows: list[Json], sorting: soql.Sorting) -> None:
    """Sort by one field; stable, so that earlier fields are sorted by later."""
    trail = path(world, sobject, sorting.field)
    if not trail[-1].filterable:
        raise ApiError("INVALID_FIELD", f"field '{trail[-1].name}' can not be sorted in a query call")
    present = [row for row in rows if _value(world, row, trail) is not None]
    absent = [row for row in rows if _value(world, row, trail) is None]
    present.sort(key=lambda row: trail[-1].index_key(_value(world, row, trail)), reverse=sorting.descending)
    rows[:] = [*present, *absent] if sorting.nulls_last else [*absent, *present]
