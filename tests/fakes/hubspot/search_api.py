"""``/crm/v3/objects/{object}/search``: what the index shows, which is not yet what was written last."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from tests.fakes.hubspot.asked import Asked, Reply, Way, reading
from tests.fakes.hubspot.errors import invalid
from tests.fakes.hubspot.rendering import shown
from tests.fakes.hubspot.times import moment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from bridge.nouns import Json
    from tests.fakes.hubspot.definitions import ObjectType
    from tests.fakes.hubspot.portal import Item, Portal

PAGE, MOST = 200, 10_000
GROUPS, FILTERS, ALL_FILTERS, IN_VALUES = 5, 6, 18, 100
_TOKEN = re.compile(r"\w+")
Row = tuple["Item", dict[str, str]]
Comparable = float | str


def _search(asked: Asked) -> Reply:
    body = asked.mapping()
    groups = _groups(asked, body)
    limit, after = int(body.get("limit") or 10), int(body.get("after") or 0)
    if not 1 <= limit <= PAGE:
        raise invalid(f"limit must be between 1 and {PAGE}, but was {limit}")
    if after + limit > MOST:
        raise invalid(f"paging past {MOST} results is not supported: after={after}, limit={limit}")
    query = str(body.get("query") or "").casefold()
    found = [row for row in _indexed(asked.portal, asked.kind) if _matches(asked, groups, row) and _says(row, query)]
    rows = _sorted(asked, found, body)
    end = after + limit
    paging = {"paging": {"next": {"after": str(end)}}} if end < len(rows) else {}
    names = body.get("properties") or ()
    results = [shown(asked.portal, item, names, values=values) for item, values in rows[after:end]]
    return 200, {"total": len(rows), "results": results, **paging}


def _groups(asked: Asked, body: Mapping[str, Json]) -> list[list[Mapping[str, Json]]]:
    """Return the filters by group; raises ``Declined`` for more than HubSpot takes."""
    size = len(json.dumps(body, separators=(",", ":")))
    if size > asked.portal.org.search_body:
        raise invalid(f"The request body has {size} characters, at most {asked.portal.org.search_body} are allowed")
    groups = [list(group.get("filters") or ()) for group in body.get("filterGroups") or ()]
    if len(groups) > GROUPS or any(len(group) > FILTERS for group in groups) or sum(map(len, groups)) > ALL_FILTERS:
        raise invalid(f"At most {GROUPS} filterGroups with {FILTERS} filters each and {ALL_FILTERS} in all are allowed")
    for one in (one for group in groups for one in group):
        _check_filter(asked.kind, one)
    return groups


def _check_filter(kind: ObjectType, one: Mapping[str, Json]) -> None:
    name, operator = str(one.get("propertyName")), str(one.get("operator"))
    if name not in kind.live and not name.startswith("associations."):
        raise invalid(f'There was a problem with the request: property "{name}" does not exist', propertyName=[name])
    if operator not in _OPERATORS:
        raise invalid(f"operator {operator} is not valid")
    values = one.get("values") or ()
    if operator in {"IN", "NOT_IN"} and not 1 <= len(values) <= IN_VALUES:
        raise invalid(f"values of {operator} must be 1 to {IN_VALUES}")
    if operator in {"IN", "NOT_IN"} and _is_text(kind, name) and any(value != value.lower() for value in values):
        raise invalid(f"values of {operator} must be lowercase for {name}")


def _is_text(kind: ObjectType, name: str) -> bool:
    return name in kind.properties and kind.properties[name].type == "string"


def _indexed(portal: Portal, kind: ObjectType) -> Iterator[Row]:
    """Yield the records as the index has them by now."""
    now = portal.clock.now()
    for item in portal.items[kind.name].values():
        while len(item.indexed) > 1 and item.indexed[1][0] <= now:
            del item.indexed[0]
        since, values = item.indexed[0]
        if since <= now and values is not None:
            yield item, values


def _matches(asked: Asked, groups: list[list[Mapping[str, Json]]], row: Row) -> bool:
    return not groups or any(all(_holds(asked, one, row) for one in group) for group in groups)


def _says(row: Row, query: str) -> bool:
    """Tell whether any value of a record contains what was searched for without a property."""
    return not query or any(query in value.casefold() for value in row[1].values())


def _holds(asked: Asked, one: Mapping[str, Json], row: Row) -> bool:
    name, operator = str(one["propertyName"]), str(one["operator"])
    if name.startswith("associations."):
        other = asked.portal.type(name.partition(".")[2]).name
        return str(one.get("value")) in asked.portal.linked((asked.kind.name, row[0].id), other)
    found = row[1].get(name, "")
    if operator in {"HAS_PROPERTY", "NOT_HAS_PROPERTY"}:
        return bool(found) is (operator == "HAS_PROPERTY")
    if not found:
        return operator.startswith("N")
    return _OPERATORS[operator](asked.kind, name, found, one)


def _value(kind: ObjectType, name: str, text: Json) -> Comparable:
    """Return a value in the form in which it is compared; raises ``Declined`` for one of another type."""
    try:
        match kind.properties[name].type:
            case "number":
                return float(text)
            case "datetime" | "date":
                return moment(str(text)).timestamp()
            case _:
                return str(text).casefold()
    except ValueError as error:
        raise invalid(f"{text} is not a valid value of {name}") from error


def _compared(
    check: Callable[[Comparable, Comparable], bool],
) -> Callable[[ObjectType, str, str, Mapping[str, Json]], bool]:
    return lambda kind, name, found, one: check(_value(kind, name, found), _value(kind, name, one.get("value")))


def _between(kind: ObjectType, name: str, found: str, one: Mapping[str, Json]) -> bool:
    low, high = _value(kind, name, one.get("value")), _value(kind, name, one.get("highValue"))
    return low <= _value(kind, name, found) <= high  # type: ignore[operator]  # both are of the property's type


def _in(kind: ObjectType, name: str, found: str, one: Mapping[str, Json]) -> bool:
    return any(_value(kind, name, found) == _value(kind, name, value) for value in one.get("values") or ())


def _token(_: ObjectType, __: str, found: str, one: Mapping[str, Json]) -> bool:
    wanted = str(one.get("value")).casefold()
    words = _TOKEN.findall(found.casefold())
    if "*" in wanted:
        return re.search(re.escape(wanted).replace(r"\*", r"\S*"), found.casefold()) is not None
    return all(word in words for word in _TOKEN.findall(wanted))


_OPERATORS: dict[str, Callable[[ObjectType, str, str, Mapping[str, Json]], bool]] = {
    "EQ": _compared(lambda found, value: found == value),
    "NEQ": _compared(lambda found, value: found != value),
    "LT": _compared(lambda found, value: found < value),  # type: ignore[operator]  # both are of the property's type
    "LTE": _compared(lambda found, value: found <= value),  # type: ignore[operator]  # the same
    "GT": _compared(lambda found, value: found > value),  # type: ignore[operator]  # the same
    "GTE": _compared(lambda found, value: found >= value),  # type: ignore[operator]  # the same
    "BETWEEN": _between,
    "IN": _in,
    "NOT_IN": lambda *asked: not _in(*asked),
    "CONTAINS_TOKEN": _token,
    "NOT_CONTAINS_TOKEN": lambda *asked: not _token(*asked),
    "HAS_PROPERTY": lambda *_: True,
    "NOT_HAS_PROPERTY": lambda *_: True,
}


def _sorted(asked: Asked, rows: list[Row], body: Mapping[str, Json]) -> list[Row]:
    sorts = body.get("sorts") or ()
    if len(sorts) > 1:
        raise invalid("At most one sort is allowed")
    if not sorts:
        return rows
    given = sorts[0] if isinstance(sorts[0], dict) else {"propertyName": sorts[0].lstrip("-")}
    down = given.get("direction") == "DESCENDING" or (isinstance(sorts[0], str) and sorts[0].startswith("-"))
    name = str(given.get("propertyName"))
    if name not in asked.kind.live:
        raise invalid(f"cannot sort by {name}", propertyName=[name])
    return sorted(rows, key=lambda row: _order(asked.kind, name, row[1].get(name, "")), reverse=down)


def _order(kind: ObjectType, name: str, found: str) -> tuple[bool, Comparable]:
    return (bool(found), _value(kind, name, found) if found else 0.0)


WAYS = (Way("POST", "/crm/v3/objects/{object}/search", _search, reading, search=True),)
