"""Rows of CSV files. What cannot be read is a record with its trouble, never an error."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from adapters.file.lines import size_of
from adapters.file.records import NUL, Record, too_long, undecodable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from adapters.file.dialect import Dialect
    from adapters.file.lines import Lines

HUGE = 32
"""So many times the allowed length are read to see whether a row that is too long ends well."""
_UNCLOSED = "a quotation mark opens a cell and never closes it"


class Rows:
    """Rows of a CSV file. A row that ends wrongly costs its first line only: reading goes on with the next line."""

    def __init__(self, lines: Lines, dialect: Dialect, encoding: str, limit: int) -> None:
        """Read rows of at most ``limit`` bytes."""
        self._lines, self._dialect, self._encoding = lines, dialect, encoding
        self._limit = self._allowed = limit
        self._taken: list[bytes] = []
        self._size = 0
        self._undecodable = ""
        self._reader = self._new_reader()
        csv.field_size_limit(max(csv.field_size_limit(), HUGE * limit))

    def __iter__(self) -> Iterator[tuple[list[str], list[bytes], str]]:
        """Yield cells, lines and trouble of each row; blank lines are passed over."""
        while True:
            self._taken, self._size, self._undecodable = [], 0, ""
            try:
                cells = next(self._reader)
            except StopIteration:
                return
            except (csv.Error, _TooLong) as error:
                yield self._huge() or self._first_line_alone(error)
                continue
            if cells:
                yield (
                    cells,
                    self._taken,
                    self._undecodable or (NUL if any(b"\0" in line for line in self._taken) else ""),
                )

    def _huge(self) -> tuple[list[str], list[bytes], str] | None:
        """Return a row that is too long but ends well, so that its lines are not taken for rows; else None."""
        if self._size <= self._allowed or len(self._taken) == 1:
            return None
        self._give_back(0)
        self._allowed, self._size = HUGE * self._limit, 0
        try:
            next(self._reader)
        except (csv.Error, _TooLong, StopIteration):
            return None
        finally:
            self._allowed = self._limit
        return [], self._taken, too_long(self._size, self._limit)

    def _give_back(self, kept: int) -> None:
        """Give back the lines of the failed row behind the first ``kept``, and start anew there."""
        self._lines.put_back(self._taken[kept:])
        self._taken = self._taken[:kept]
        self._reader = self._new_reader()

    def _new_reader(self) -> Iterator[list[str]]:
        return self._dialect.reader(self._decoded())

    def _decoded(self) -> Iterator[str]:
        for line in self._lines:
            self._taken.append(line)
            self._size += size_of(line)
            if self._size > self._allowed:
                raise _TooLong(too_long(self._size, self._limit))
            try:
                text = line.decode(self._encoding)
            except UnicodeDecodeError as error:
                self._undecodable = self._undecodable or undecodable(error)
                text = line.decode(self._encoding, "replace")
            yield text

    def _first_line_alone(self, error: Exception) -> tuple[list[str], list[bytes], str]:
        """Return the first line with its quotation marks taken literally: good cells if they are all closed there."""
        self._give_back(1)
        line = self._taken[0]
        if isinstance(error, _TooLong) and size_of(line) > self._limit:
            return [], self._taken, str(error)
        text = line.decode(self._encoding, "replace")
        if self._dialect.quote and text.count(self._dialect.quote) % 2:
            return [], self._taken, f"{_UNCLOSED}, or the row {error}" if isinstance(error, _TooLong) else _UNCLOSED
        cells = next(csv.reader([text], delimiter=self._dialect.delimiter, quoting=csv.QUOTE_NONE))
        return cells, self._taken, self._undecodable or (NUL if b"\0" in line else "")


class _TooLong(Exception):
    """The row is longer than allowed."""


def csv_rows(rows: Rows, columns: Sequence[str], lines: Lines) -> Iterator[Record]:
    """Yield one record for each row. Missing cells at the end are empty; filled cells too many are a trouble."""
    width = len(columns)
    for cells, taken, trouble in rows:
        record = Record(lines.number - len(taken) + 1, lines.offset, None, taken, trouble, flat=True)
        record.ended = taken[-1].endswith((b"\n", b"\r"))
        if len(cells) > width and any(cells[width:]):
            record.trouble = trouble or f"has {len(cells)} cells where the headings are {width}"
            yield record
            continue
        if len(cells) < width:
            record.note = f"has {len(cells)} cells where the headings are {width}; "
        record.data = dict(zip(columns, cells, strict=False))
        yield record
