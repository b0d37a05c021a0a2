"""How a CSV file separates and encloses its cells: each pair of signs is tried on the beginning of the file.

A quotation mark that opens a cell and is not closed before the next separator speaks against quoting: many TSV
exports write quotation marks as ordinary signs.
"""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

DELIMITERS = (",", ";", "\t", "|")
QUOTE = '"'
_ENOUGH_LINES = 2_000


@dataclass(frozen=True, slots=True)
class Dialect:
    """Separator and enclosing sign; ``quote`` is empty where nothing encloses cells."""

    delimiter: str
    quote: str

    def reader(self, lines: Iterable[str]) -> Iterator[list[str]]:
        """Return a reader that refuses what it would have to guess."""
        if not self.quote:
            return csv.reader(lines, delimiter=self.delimiter, quoting=csv.QUOTE_NONE, strict=True)
        return csv.reader(lines, delimiter=self.delimiter, quotechar=self.quote, strict=True)

    def __str__(self) -> str:
        """Say it to people."""
        names = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
        enclosed = f"cells enclosed in {self.quote}" if self.quote else "no quoting"
        return f"separated by {names.get(self.delimiter, self.delimiter)}, {enclosed}"


@dataclass(frozen=True, slots=True, order=True)
class _Score:
    """Better is greater: rows as wide as the headings, then more columns, then quoting without a doubt."""

    consistent: float
    columns: int
    quoting: bool


def guess(beginning: str, delimiter: str, quote: str, *, whole: bool) -> Dialect:
    """Return the dialect that fits the beginning best; ``auto`` leaves a sign open, quote ``none`` means no quoting.

    ``whole``: the beginning is all there is, so that no row is cut off at its end.
    """
    lines = beginning.splitlines(keepends=True)
    whole, lines = whole and len(lines) <= _ENOUGH_LINES, lines[:_ENOUGH_LINES]
    delimiters = DELIMITERS if delimiter == "auto" else ("\t" if delimiter == "\\t" else delimiter,)
    quotes = (QUOTE, "") if quote == "auto" else ("" if quote == "none" else quote,)
    candidates = [Dialect(one, other) for one in delimiters for other in quotes]
    if len(candidates) == 1:
        return candidates[0]
    return max(candidates, key=lambda dialect: _score(lines, dialect, whole=whole))


def _score(lines: list[str], dialect: Dialect, *, whole: bool) -> _Score:
    widths: list[int] = []
    failures, start = 0, 0
    quoting = bool(dialect.quote)
    while start < len(lines):
        taken, before = _Taken(lines[start:]), 0
        try:
            for row in dialect.reader(taken):
                before = taken.count
                widths += [len(row) * (quoting or not _encloses(row))] if row else []
            break
        except csv.Error:
            if start + taken.count >= len(lines) and not whole:
                # Perhaps the end of the sample cut the row off, perhaps no quotation mark closes it.
                quoting = False
                break
            failures += 1
            start += before + 1
    columns = widths[0] if widths else 0
    consistent = Counter(widths)[columns] / (len(widths) + failures) if columns > 1 else 0.0
    return _Score(consistent, columns, quoting)


def _encloses(row: list[str]) -> bool:
    """Tell whether cells that were read without quoting look enclosed all the same: such a row fits nowhere."""
    return any(len(cell) > 1 and cell[0] == cell[-1] == QUOTE for cell in row)


class _Taken:
    """Lines, counted as they are taken."""

    def __init__(self, lines: list[str]) -> None:
        self.count = 0
        self._lines = lines

    def __iter__(self) -> Iterator[str]:
        for line in self._lines:
            self.count += 1
            yield line
