"""Rows of a target that are not as they should be are set aside as they came, so that one of them stops no other.

What a system answers as a whole, such as a list without its rows, is no matter of these functions: that stops the reading,
and nothing is passed over.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import orjson

from bridge.nouns import Broken

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

T = TypeVar("T")
_WRONG = (LookupError, TypeError, ValueError, AttributeError, ArithmeticError)
"""What code meets that reads a row of another shape than its vendor describes."""
_IDS = ("id", "Id", "native_id")


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
            if not isinstance(row, dict):
                message = f"is no object but {type(row).__name__}"
                raise TypeError(message)
            good += read(row)
        except _WRONG as error:
            bad.append(_broken(row, error, where))
    return tuple(good), tuple(bad)


def having(rows: Any, *names: str) -> list[Any]:  # noqa: ANN401 - any JSON
    """Return the rows that are objects with values under these names: what is asked of all of them at once needs those."""
    listed = rows if isinstance(rows, list | tuple) else ()
    return [row for row in listed if isinstance(row, dict) and all(row.get(name) not in (None, "") for name in names)]


def _broken(row: Any, error: Exception, where: str) -> Broken:  # noqa: ANN401 - any JSON
    known = next((str(row[name]) for name in _IDS if row.get(name)), "") if isinstance(row, dict) else ""
    reason = f"is not as it should be: {type(error).__name__}: {error}"
    raw = orjson.dumps(row, default=str, option=orjson.OPT_NON_STR_KEYS).decode()
    return Broken(f"{where} {known}".strip(), reason, raw)
