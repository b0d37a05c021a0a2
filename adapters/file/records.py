"""Records of a file, and those of JSON. What cannot be read is a record with its trouble, never an error."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

from adapters.file.lines import Oversized, size_of
from bridge.errors import ConfigError
from bridge.mapping.paths import dig

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from adapters.file.lines import Lines
    from adapters.file.streams import Stream

NUL = "contains a NUL, which is no text"

LARGEST_JSON = 200_000_000
"""Bytes of a JSON file that is read as a whole."""


@dataclass(slots=True)
class Record:
    """One record. ``end`` is where the next one begins: in bytes, or counted in records for a JSON list."""

    place: int
    """Line, or number in a JSON list; from 1."""
    end: int
    data: dict[str, Any] | None
    """What could be understood of it; None if its parts cannot be told apart."""
    source: Sequence[bytes] | bytes = ()
    """Its lines, to show them if something is wrong."""
    trouble: str = ""
    note: str = ""
    """What is odd about it, to be said if it cannot be understood either."""
    flat: bool = False
    """Cells by column, all text; else an object of JSON."""
    ended: bool = True
    """False for a last line without a line end, which may still be growing."""


def json_lines(lines: Lines, encoding: str, limit: int) -> Iterator[Record]:
    """Yield one record for each line that is not blank."""
    for line in lines:
        if line.isspace():
            continue
        record = Record(lines.number, lines.offset, None, (line,), ended=line.endswith((b"\n", b"\r")))
        if len(line) > limit or isinstance(line, Oversized):
            record.trouble = too_long(size_of(line), limit)
        else:
            _load(record, line, encoding)
            if b"\0" in line or b"\\u0000" in line:
                record.trouble = NUL
        yield record


def _load(record: Record, line: bytes, encoding: str) -> None:
    try:
        data = orjson.loads(line if encoding == "utf-8" else line.decode(encoding))
    except (orjson.JSONDecodeError, UnicodeDecodeError) as error:
        data = _load_damaged(record, line, encoding, error)
    if isinstance(data, dict):
        record.data = data
    elif not record.trouble:
        record.trouble = f"is no JSON object but {type(data).__name__}"


def _load_damaged(record: Record, line: bytes, encoding: str, error: ValueError) -> Any:  # noqa: ANN401 - JSON
    """Set the trouble, and return what can be understood if the damage lies in single signs only."""
    try:
        line.decode(encoding)
    except UnicodeDecodeError as found:
        record.trouble = undecodable(found)
    else:
        record.trouble = f"not valid JSON: {error}"
        return None
    try:
        return orjson.loads(line.decode(encoding, "replace"))
    except orjson.JSONDecodeError:
        return None


def json_list(stream: Stream, path: str, name: str, done: int, limit: int) -> Iterator[Record]:
    """Yield the objects of a JSON list behind the first ``done``; ``path`` leads to the list. Raises ``ConfigError``."""
    for number, item in enumerate(_items(stream, path, name), start=1):
        if number <= done:
            continue
        source = orjson.dumps(item)
        record = Record(number, number, None, source)
        if len(source) > limit:
            record.trouble = too_long(len(source), limit)
        elif isinstance(item, dict):
            record.data = item
            record.trouble = NUL if b"\\u0000" in source else ""
        else:
            record.trouble = f"is no JSON object but {type(item).__name__}"
        yield record


def _items(stream: Stream, path: str, name: str) -> list[Any]:
    body = stream.read(LARGEST_JSON + 1)
    while len(body) <= LARGEST_JSON and (more := stream.read(LARGEST_JSON + 1 - len(body))):
        body += more
    if len(body) > LARGEST_JSON:
        message = f"{name} has more than {LARGEST_JSON // 1_000_000} MB of JSON in one piece. Export it as JSON Lines, or in parts."
        raise ConfigError(message)
    if not body.strip():
        return []
    try:
        data = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        message = f"is not valid JSON: {error}. Nothing of it was read; export it again."
        raise ConfigError(message, file=name, line=error.lineno) from error
    found = dig(data, path) if path else data.get("messages", data) if isinstance(data, dict) else data
    if isinstance(found, list):
        return found
    message = f"has no list of rows{f' at {path}' if path else ''}. Say in `records` where it stands."
    raise ConfigError(message, file=name)


def too_long(size: int, limit: int) -> str:
    """Say that a record is too long."""
    return f"has {size} bytes or more; up to {limit} are read (`max_record_bytes`)"


def undecodable(error: UnicodeDecodeError) -> str:
    """Say which bytes are no text."""
    found = error.object[error.start : error.end].hex(" ")
    return f"is not {error.encoding}: bytes {found} at {error.start}; set `encoding`, or export as UTF-8"
