"""Read the part of SOQL that an integration needs; whatever else is refused as malformed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.fakes.salesforce.errors import ApiError

if TYPE_CHECKING:
    from collections.abc import Callable

_TOKEN = re.compile(
    r"""\s*(?:
      (?P<text>'(?:[^'\\]|\\.)*')
    | (?P<time>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d))
    | (?P<date>\d{4}-\d\d-\d\d)
    | (?P<number>-?\d+(?:\.\d+)?)
    | (?P<name>[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*)
    | (?P<sign>!=|<>|<=|>=|=|<|>|\(|\)|,)
    )""",
    re.VERBOSE,
)
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}
RESERVED = {"select", "from", "where", "order", "limit", "offset", "and", "or", "not", "group", "having", "for", "with"}


@dataclass(frozen=True, slots=True)
class Literal:
    """A value as it stood in the query, and of what kind: text, time, date, number, boolean, null."""

    kind: str
    value: Any


@dataclass(frozen=True, slots=True)
class Comparison:
    """``field operator value``; IN and NOT IN have a tuple of values."""

    field: str
    operator: str
    value: Literal | tuple[Literal, ...]


@dataclass(frozen=True, slots=True)
class Combined:
    """Conditions joined by AND or OR, or one after NOT."""

    operator: str
    parts: tuple[Condition, ...]


Condition = Comparison | Combined


@dataclass(frozen=True, slots=True)
class Sorting:
    """One field of ORDER BY; nulls come first unless said otherwise."""

    field: str
    descending: bool
    nulls_last: bool


@dataclass(frozen=True, slots=True)
class Query:
    """One query. ``fields`` is empty for SELECT COUNT()."""

    fields: tuple[str, ...]
    sobject: str
    where: Condition | None
    order: tuple[Sorting, ...]
    limit: int | None
    offset: int


def parse(query: str) -> Query:
    """Read a query."""
    return _Reader(query).query()


def malformed(detail: str) -> ApiError:
    """Return what a query gets that cannot be read."""
    return ApiError("MALFORMED_QUERY", detail)


class _Reader:
    """Reads from left to right, one token ahead."""

    def __init__(self, query: str) -> None:
        """Cut the query into tokens."""
        self._tokens: list[tuple[str, str]] = []
        self._at = 0
        position, end = 0, len(query.rstrip())
        while position < end:
            found = _TOKEN.match(query, position)
            if not found or not found.lastgroup:
                raise malformed(f"unexpected token: '{query[position:].strip()[:20]}'")
            self._tokens.append((found.lastgroup, found[found.lastgroup]))
            position = found.end()

    def query(self) -> Query:
        """Read the whole."""
        self._expect("select")
        fields = self._fields()
        self._expect("from")
        sobject = self._name()
        where = self._either() if self._take("where") else None
        order = self._order()
        limit = self._whole() if self._take("limit") else None
        offset = self._whole() if self._take("offset") else 0
        if offset > 2000:
            raise ApiError("NUMBER_OUTSIDE_VALID_RANGE", "Maximum SOQL offset allowed is 2000")
        if self._at < len(self._tokens):
            raise malformed(f"unexpected token: '{self._peek()}'")
        return Query(fields, sobject, where, order, limit, offset)

    def _fields(self) -> tuple[str, ...]:
        """Read what is selected."""
        if self._peek().casefold() == "count" and self._peek(1) == "(" and self._peek(2) == ")":
            self._at += 3
            return ()
        fields = [self._name()]
        while self._take(","):
            fields.append(self._name())
        if len(set(map(str.casefold, fields))) < len(fields):
            raise ApiError("INVALID_FIELD", "duplicate field selected: " + fields[-1])
        return tuple(fields)

    def _order(self) -> tuple[Sorting, ...]:
        """Read ORDER BY."""
        if not self._take("order"):
            return ()
        self._expect("by")
        sortings = [self._sorting()]
        while self._take(","):
            sortings.append(self._sorting())
        return tuple(sortings)

    def _sorting(self) -> Sorting:
        """Read one field of ORDER BY."""
        field = self._name()
        descending = self._take("desc")
        if not descending:
            self._take("asc")
        last = self._take("nulls") and not self._take("first") and self._expect("last")
        return Sorting(field, descending, bool(last))

    def _either(self) -> Condition:
        """Read conditions joined by OR or by AND; both in a row without parentheses the vendor refuses."""
        first = self._single()
        for word in ("and", "or"):
            if self._peek().casefold() == word:
                parts = [first]
                while self._take(word):
                    parts.append(self._single())
                if self._peek().casefold() in ("and", "or"):
                    raise malformed(f"unexpected token: '{self._peek()}'")
                return Combined(word, tuple(parts))
        return first

    def _single(self) -> Condition:
        """Read one comparison, or a group in parentheses."""
        if self._take("not"):
            return Combined("not", (self._single(),))
        if self._take("("):
            inner = self._either()
            self._expect(")")
            return inner
        return self._comparison()

    def _comparison(self) -> Comparison:
        """Read ``field operator value``."""
        field = self._name()
        operator = self._next().casefold()
        if operator == "not":
            self._expect("in")
            operator = "not in"
        if operator in ("in", "not in"):
            return Comparison(field, operator, self._list())
        if operator not in ("=", "!=", "<>", "<", ">", "<=", ">=", "like"):
            raise malformed(f"unexpected token: '{operator}'")
        return Comparison(field, "!=" if operator == "<>" else operator, self._literal())

    def _list(self) -> tuple[Literal, ...]:
        """Read the values of IN."""
        self._expect("(")
        values = [self._literal()]
        while self._take(","):
            values.append(self._literal())
        self._expect(")")
        return tuple(values)

    def _literal(self) -> Literal:
        """Read a value."""
        if self._at >= len(self._tokens):
            raise malformed("unexpected token: '<EOF>'")
        kind, token = self._tokens[self._at]
        self._at += 1
        if kind in _LITERALS:
            return Literal(kind, _LITERALS[kind](token))
        words = {
            "true": Literal("boolean", value=True),
            "false": Literal("boolean", value=False),
            "null": Literal("null", None),
        }
        if token.casefold() not in words:
            raise malformed(f"unexpected token: '{token}'")
        return words[token.casefold()]

    def _whole(self) -> int:
        """Read a number without places."""
        kind, token = self._tokens[self._at] if self._at < len(self._tokens) else ("", "<EOF>")
        if kind != "number" or not token.isdigit():
            raise malformed(f"unexpected token: '{token}'")
        self._at += 1
        return int(token)

    def _name(self) -> str:
        """Read the name of a field or an object."""
        kind, token = self._tokens[self._at] if self._at < len(self._tokens) else ("", "<EOF>")
        if kind != "name" or token.casefold() in RESERVED:
            raise malformed(f"unexpected token: '{token}'")
        self._at += 1
        return token

    def _peek(self, ahead: int = 0) -> str:
        """Return a token without taking it."""
        return self._tokens[self._at + ahead][1] if self._at + ahead < len(self._tokens) else "<EOF>"

    def _next(self) -> str:
        """Take a token."""
        self._at += 1
        return self._peek(-1)

    def _take(self, word: str) -> bool:
        """Take a token if it is this one."""
        found = self._peek().casefold() == word
        self._at += found
        return found

    def _expect(self, word: str) -> bool:
        """Take this token, or fail."""
        if not self._take(word):
            raise malformed(f"expecting '{word}', found '{self._peek()}'")
        return True


def _unquoted(token: str) -> str:
    """Return a text without its quotes and backslashes."""
    return re.sub(r"\\(.)", lambda found: _ESCAPES.get(found[1], found[1]), token[1:-1], flags=re.DOTALL)


def _number(token: str) -> float | int:
    """Return a number, a whole one where it has no places."""
    return float(token) if "." in token else int(token)


_LITERALS: dict[str, Callable[[str], object]] = {"text": _unquoted, "time": str, "date": str, "number": _number}
