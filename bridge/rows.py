"""Rows of a target that are not as they should be are set aside as they came, so that one of them stops no other.

What a system answers as a whole, such as a list without its rows, is no matter of these functions: that stops the reading,
and nothing is passed over.
"""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

import orjson

from bridge.nouns import Broken

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

T = TypeVar("T")
_WRONG = (LookupError, TypeError, ValueError, AttributeError, ArithmeticError)
"""What code meets that reads a row of another shape than its vendor describes."""
_IDS = ("id", "Id", "native_id")
_KINDS: Mapping[str, tuple[type, ...]] = {
    "str": (str,),
    "bool": (bool,),
    "int | None": (int, type(None)),
    "datetime": (datetime,),
    "datetime | None": (datetime, type(None)),
}
"""Types as nouns declare them."""
_DECLARED: dict[type[Any], tuple[tuple[str, tuple[type, ...]], ...]] = {}
"""What was found out of each class."""


def each(
    rows: Iterable[Any], read: Callable[[Any], Iterable[T]], where: str
) -> tuple[tuple[T, ...], tuple[Broken, ...]]:
    """Return what ``read`` makes of the rows, and the rows that it cannot read.

    ``where``: the connection and what is read there, for people: "zendesk users".
    """
    good: list[T] = []
    bad: list[Broken] = []
    for row in rows:
        try:
            good += _tried(row, read)
        except _WRONG as error:
            bad.append(_broken(row, error, where))
    return tuple(good), tuple(bad)


def sound(
    rows: Iterable[Any], read: Callable[[Any], Iterable[T]], where: str
) -> tuple[tuple[Any, ...], tuple[Broken, ...]]:
    """Return the rows of which ``read`` makes something, and those that it cannot read: before all are asked about at once."""
    return each(rows, lambda row: [row] if _tried(row, read) else [], where)


def _tried(row: Any, read: Callable[[Any], Iterable[T]]) -> list[T]:  # noqa: ANN401 - any JSON
    if not isinstance(row, dict):
        message = f"is no object but {type(row).__name__}"
        raise TypeError(message)
    found = list(read(row))
    for item in found:
        _require_types(item)
    return found


def _require_types(item: Any) -> None:  # noqa: ANN401 - a noun, or what stands in one
    """Raise ``TypeError`` where a noun holds what it does not declare: a number for a name, say. It could not be stored."""
    for name, kinds in _declared(type(item)):
        value = getattr(item, name)
        if kinds and not isinstance(value, kinds):
            message = f"{name} is {type(value).__name__}"
            raise TypeError(message)
        for part in value if isinstance(value, tuple) else (value,):
            _require_types(part)


def _declared(kind: type[Any]) -> tuple[tuple[str, tuple[type, ...]], ...]:
    """Return the fields of a noun with the types that are looked at; none for what is no noun."""
    if kind not in _DECLARED:
        names = fields(kind) if is_dataclass(kind) else ()
        _DECLARED[kind] = tuple((each.name, _KINDS.get(str(each.type), ())) for each in names)
    return _DECLARED[kind]


def having(rows: Any, *names: str) -> list[Any]:  # noqa: ANN401 - any JSON
    """Return the rows that are objects with values under these names: what is asked of all of them at once needs those."""
    listed = rows if isinstance(rows, list | tuple) else ()
    return [row for row in listed if isinstance(row, dict) and all(row.get(name) not in (None, "") for name in names)]


def newest(rows: Any, name: str, known: int) -> int:  # noqa: ANN401 - any JSON
    """Return the greatest whole number under a name, where ``known`` is not greater; rows without one are passed over."""
    numbers, _ = each(rows, lambda row: [int(row[name])], "")
    return max((known, *numbers))


def _broken(row: Any, error: Exception, where: str) -> Broken:  # noqa: ANN401 - any JSON
    known = next((str(row[name]) for name in _IDS if row.get(name)), "") if isinstance(row, dict) else ""
    reason = f"is not as it should be: {type(error).__name__}: {error}"
    raw = orjson.dumps(row, default=str, option=orjson.OPT_NON_STR_KEYS).decode()
    return Broken(f"{where} {known}".strip(), reason, raw)
