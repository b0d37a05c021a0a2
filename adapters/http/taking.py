"""Values out of answers: JMESPath, then a map, a time or plain text."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import jmespath  # type: ignore[import-untyped]  # ships no types
from jmespath.exceptions import JMESPathError  # type: ignore[import-untyped]  # ships no types

from adapters.http.answer_model import Take
from bridge.mapping import times, verbs

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from adapters.http.answer_model import Reading


@lru_cache(maxsize=1024)
def _compiled(path: str) -> Any:  # noqa: ANN401 - ships no types
    return jmespath.compile(path)


def at(path: str, data: Any) -> Any:  # noqa: ANN401 - any JSON
    """Return what a path finds, None for nothing; what it cannot be asked of has nothing."""
    try:
        return _compiled(path).search(data)
    except JMESPathError:
        return None


def quoted(name: str) -> str:
    """Return a field's dotted name as JMESPath."""
    return ".".join(f'"{step}"' for step in name.split("."))


def take(reading: Reading | None, row: Any) -> Any:  # noqa: ANN401 - any JSON
    """Return a value of a row, mapped; None where it is not told."""
    if reading is None:
        return None
    if not isinstance(reading, Take):
        return at(reading, row)
    value = at(reading.path, row)
    if reading.map is not None:
        return reading.map.get(verbs.text(value), reading.map.get("*"))
    if reading.html and isinstance(value, str):
        value = verbs.strip_html(value)
    if reading.split and isinstance(value, str):
        return [each for part in value.split(reading.split) if (each := part.strip())]
    return value


def unmapped(reading: Reading | None, row: Any) -> str:  # noqa: ANN401 - any JSON
    """Return the tool's own word for what is mapped to ours, empty where nothing is mapped."""
    if not isinstance(reading, Take) or reading.map is None:
        return ""
    value = at(reading.path, row)
    return "" if value is None else verbs.text(value)


def text(reading: Reading | None, row: Any) -> str:  # noqa: ANN401 - any JSON
    """Return a value as text, empty for nothing."""
    value = take(reading, row)
    return "" if value is None else verbs.text(value)


def texts(reading: Reading | None, row: Any) -> list[str]:  # noqa: ANN401 - any JSON
    """Return one or several values as texts."""
    value = take(reading, row)
    every = value if isinstance(value, list) else [value]
    return [verbs.text(each) for each in every if not verbs.is_empty(each)]


def truth(reading: Reading | None, row: Any) -> bool:  # noqa: ANN401 - any JSON
    """Tell whether a path finds something that is not false."""
    return bool(take(reading, row))


def moment(reading: Reading | None, row: Any) -> datetime | None:  # noqa: ANN401 - any JSON
    """Return a time in UTC, None for nothing and for what is none."""
    if reading is None:
        return None
    formats: tuple[str, ...] = ("iso",)
    zone = "UTC"
    if isinstance(reading, Take):
        zone = reading.zone
        if reading.time:
            formats = (reading.time,) if isinstance(reading.time, str) else tuple(reading.time)
        value = at(reading.path, row)
    else:
        value = at(reading, row)
    if verbs.is_empty(value):
        return None
    try:
        return _reader(formats, zone)(value)
    except ValueError:
        return None


@lru_cache(maxsize=64)
def _reader(formats: tuple[str, ...], zone: str) -> Callable[[Any], datetime]:
    return times.reader(list(formats), times.time_zone(zone))
