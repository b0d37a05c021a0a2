"""Records of a file: rows of a CSV, objects of JSON. What cannot be read is a record with its trouble, never an error."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

from adapters.file.lines import Oversized, size_of
from bridge.errors import ConfigError
from bridge.mapping.paths import dig

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from adapters.file.dialect import Dialect
    from adapters.file.lines import Lines
    from adapters.file.streams import Stream

NUL = "contains a NUL, which is no text"
_UNCLOSED = "a quotation mark opens a cell and never closes it"

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
        text = line.decode(encoding)
    except UnicodeDecodeError as error:
        record.trouble = undecodable(error)
        text = line.decode(encoding, "replace")
    try:
        data = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        record.trouble = record.trouble or f"not valid JSON: {error}"
        return
    if isinstance(data, dict):
        record.data = data
    else:
        record.trouble = record.trouble or f"is no JSON object but {type(data).__name__}"


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


class Rows:
    """Rows of a CSV file. A row that ends wrongly costs its first line only: reading goes on with the next line."""

    def __init__(self, lines: Lines, dialect: Dialect, encoding: str, limit: int) -> None:
        """Read rows of at most ``limit`` bytes."""
        self._lines, self._dialect, self._encoding, self._limit = lines, dialect, encoding, limit
        self._taken: list[bytes] = []
        self._size = 0
        self._undecodable = ""
        self._reader = self._new_reader()
        csv.field_size_limit(max(csv.field_size_limit(), limit))

    def __iter__(self) -> Iterator[tuple[list[str], list[bytes], str]]:
        """Yield cells, lines and trouble of each row; blank lines are passed over."""
        while True:
            self._taken, self._size, self._undecodable = [], 0, ""
            try:
                cells = next(self._reader)
            except StopIteration:
                return
            except (csv.Error, _TooLong) as error:
                yield self._first_line_alone(error)
                continue
            if cells:
                yield (
                    cells,
                    self._taken,
                    self._undecodable or (NUL if any(b"\0" in line for line in self._taken) else ""),
                )

    def _give_back(self) -> None:
        """Give back all lines of the failed row but the first, because they seem to be rows of their own."""
        self._lines.put_back(self._taken[1:])
        self._taken = self._taken[:1]
        self._reader = self._new_reader()

    def _new_reader(self) -> Iterator[list[str]]:
        return self._dialect.reader(self._decoded())

    def _decoded(self) -> Iterator[str]:
        for line in self._lines:
            self._taken.append(line)
            self._size += size_of(line)
            if self._size > self._limit:
                raise _TooLong(too_long(self._size, self._limit))
            try:
                text = line.decode(self._encoding)
            except UnicodeDecodeError as error:
                self._undecodable = self._undecodable or undecodable(error)
                text = line.decode(self._encoding, "replace")
            yield text

    def _first_line_alone(self, error: Exception) -> tuple[list[str], list[bytes], str]:
        """Return the first line with its quotation marks taken literally: good cells if they are all closed there."""
        self._give_back()
        line = self._taken[0]
        if isinstance(error, _TooLong) and size_of(line) > self._limit:
            return [], self._taken, str(error)
        text = line.decode(self._encoding, "replace")
        if text.count(self._dialect.quote) % 2:
            return [], self._taken, f"{_UNCLOSED}, or the row {error}" if isinstance(error, _TooLong) else _UNCLOSED
        cells = next(csv.reader([text], delimiter=self._dialect.delimiter, quoting=csv.QUOTE_NONE))
        return cells, self._taken, self._undecodable or (NUL if b"\0" in line else "")


class _TooLong(Exception):
    """The row is longer than allowed."""


def csv_rows(rows: Rows, columns: Sequence[str], lines: Lines) -> Iterator[Record]:
    """Yield one record for each row. Missing cells at the end are empty; filled cells too many are a trouble."""
    width = len(columns)
    for cells, taken, trouble in rows:
        record = Record(lines.number - len(taken) + 1, lines.offset, None, taken, trouble)
        record.ended = taken[-1].endswith((b"\n", b"\r"))
        if len(cells) > width and any(cells[width:]):
            record.trouble = trouble or f"has {len(cells)} cells where the headings are {width}"
            yield record
            continue
        if len(cells) < width:
            record.note = f"has {len(cells)} cells where the headings are {width}; "
        record.data = dict(zip(columns, cells, strict=False))
        yield record


def too_long(size: int, limit: int) -> str:
    """Say that a record is too long."""
    return f"has {size} bytes or more; up to {limit} are read (`max_record_bytes`)"


def undecodable(error: UnicodeDecodeError) -> str:
    """Say which bytes are no text."""
    found = error.object[error.start : error.end].hex(" ")
    return f"is not {error.encoding}: bytes {found} at {error.start}; set `encoding`, or export as UTF-8"


def _undecodable_in(line: bytes, encoding: str) -> str:
    try:
        line.decode(encoding)
    except UnicodeDecodeError as error:
        return undecodable(error)
    return ""
