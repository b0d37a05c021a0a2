"""Conditions and conditional values in CEL, checked against known paths when they are loaded.

What is not there:

* an empty text is ``''``, an empty list ``[]``, an unknown yes-or-no ``false``;
* an empty number, time or free field is ``null``: ``<``, ``<=``, ``>``, ``>=`` and ``in`` with it are false (so their
  negation is true), ``==`` with anything else is false, ``!=`` true;
* ``path == null``, ``path != null`` and ``has(path)`` ask whether there is a value at all, for every type;
* ``contains``, ``startsWith``, ``endsWith`` and ``matches`` on nothing are false (regular expressions are Python's).

Columns whose names are no words are written ``row['Column name']`` where columns are meant.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

import cel

from bridge.cel_source import FUNCTIONS, Piece, Token, guarded, read
from bridge.document_faults import did_you_mean
from bridge.errors import ConfigError, Refused
from bridge.mapping.paths import (
    ANY,
    BOOLEAN,
    DATETIME,
    INTEGER,
    LIST,
    NUMBER,
    STRING,
    TEXT,
    PathSpec,
    find,
    getter,
    unknown,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Yields: TypeAlias = Literal["bool", "value"]

_EMPTY: Final[Mapping[str, Any]] = {STRING: "", TEXT: "", LIST: [], BOOLEAN: False}
_SAMPLE: Final[Mapping[str, Any]] = {
    STRING: "x",
    TEXT: "x",
    LIST: [],
    BOOLEAN: True,
    INTEGER: 1,
    NUMBER: 1.5,
    DATETIME: datetime(2024, 1, 1, tzinfo=UTC),
}
_NULLABLE: Final = frozenset({INTEGER, NUMBER, DATETIME, ANY})
_SMALL: Final = frozenset({STRING, INTEGER, NUMBER, BOOLEAN, DATETIME})
_REMEMBERED: Final = 4096
"""Results kept per condition: a few hundred kilobytes at most, as only short values are remembered."""


@dataclass(frozen=True, slots=True)
class Condition:
    """A compiled CEL expression."""

    source: str
    file: str
    line: int
    paths: tuple[str, ...]
    """Paths (or columns) that it needs, sorted."""
    yields: Yields
    _getters: tuple[Callable[[Mapping[str, Any]], Any], ...] = field(repr=False)
    _run: Callable[..., Any] = field(repr=False)

    @staticmethod
    def compile(
        source: str, paths: Mapping[str, PathSpec], *, file: str, line: int, yields: Yields = "value"
    ) -> Condition:
        """Check and compile ``source``; bad syntax, paths, functions and types are ``ConfigError`` with file and line.

        ``yields="bool"`` demands a condition; then only true and false may come out.
        """
        try:
            return _compile(source, paths, (file, line), yields)
        except _Wrong as wrong:
            raise ConfigError(f"in the CEL expression {_short(source)}: {wrong}", file=file, line=line) from None

    def evaluate(self, values: Mapping[str, Any]) -> Any:  # noqa: ANN401 - whatever the expression yields
        """Return its value for values by dotted path; ``Refused`` if it cannot be computed for these values."""
        try:
            result = self._run(*[get(values) for get in self._getters])
        except _FAILURES as error:
            reason = f"the CEL expression {_short(self.source)} ({self.file}:{self.line}) fails here: {_first(error)}"
            raise Refused(reason) from error
        if self.yields == "bool" and result is not True and result is not False:
            raise Refused(
                f"the condition {_short(self.source)} ({self.file}:{self.line}) is neither true nor false here."
            )
        return result


class _Wrong(Exception):
    """What is wrong with an expression, as a sentence."""


_FAILURES = (TypeError, ValueError, RuntimeError, KeyError, IndexError, ArithmeticError)


@dataclass(slots=True)
class _Variables:
    """Flat variables of an expression: what each gets, and its value in a trial run."""

    paths: Mapping[str, PathSpec]
    known: dict[Token, str] = field(default_factory=dict)
    getters: list[Callable[[Mapping[str, Any]], Any]] = field(default_factory=list)
    samples: list[Any] = field(default_factory=list)
    used: dict[str, PathSpec] = field(default_factory=dict)
    small: bool = True

    def name(self, token: Token) -> str:
        """Return the flat name for a path, a test of a path, or a presence."""
        if token not in self.known:
            self.known[token] = f"_{len(self.known)}"
            self._add(token)
        return self.known[token]

    def spec(self, token: Token) -> tuple[str, PathSpec]:
        """Return path and spec; raises for an unknown path."""
        column = token.kind == "column" or token.column
        path = str(cel.evaluate(token.text)) if column else token.text
        spec = find(path, self.paths)
        if spec is None or (column and "*" not in self.paths):
            raise _Wrong(unknown(f"row[{token.text}]" if column else path, self.paths))
        self.used[path] = spec
        return path, spec

    def _add(self, token: Token) -> None:
        path, spec = self.spec(token)
        get = getter(path, self.paths)
        if token.kind == "test":
            self.getters.append(_tested(get, token))
            self.samples.append(True)
        elif token.kind == "presence":
            self.getters.append(lambda values: get(values) not in (None, "", []))
            self.samples.append(True)
        else:
            if spec.type == NUMBER:
                get = _as_float(get)
            empty = _EMPTY.get(spec.type)
            self.getters.append(
                get if empty is None else lambda values: empty if (value := get(values)) is None else value
            )
            self.samples.append(_SAMPLE.get(spec.type))
            self.small = self.small and spec.type in _SMALL


def _as_float(get: Callable[[Mapping[str, Any]], Any]) -> Callable[[Mapping[str, Any]], Any]:
    """CEL multiplies no whole number with a fraction, so a number is always one kind."""
    return lambda values: None if (value := get(values)) is None else float(value)


def _compile(source: str, paths: Mapping[str, PathSpec], place: tuple[str, int], yields: Yields) -> Condition:
    try:
        cel.compile(source)
    except ValueError as error:
        # CEL takes only has(a.b); ours takes any path and column, and is written anew below.
        if "argument to has()" not in str(error):
            raise _Wrong(_syntax(source, error)) from None
    variables = _Variables(paths)
    written = guarded(_pieces(_columns(read(source), paths), variables))
    try:
        program = cel.compile(written)
    except ValueError as error:
        raise _Wrong(_syntax(source, error)) from None
    names = tuple(variables.known.values())

    def run(*values: Any) -> Any:  # noqa: ANN401 - whatever the expression needs and yields
        return program.execute(dict(zip(names, values, strict=True)))

    if all(spec.type != ANY for spec in variables.used.values()):
        _try(run, variables.samples, yields)
    remembered = lru_cache(maxsize=_REMEMBERED, typed=True)(run) if variables.small else run
    return Condition(source, *place, tuple(sorted(variables.used)), yields, tuple(variables.getters), remembered)


def _try(run: Callable[..., Any], samples: list[Any], yields: Yields) -> None:
    """Run once with values of the right types, to find comparisons of a number with a text and the like."""
    try:
        result = run(*samples)
    except TypeError as error:
        raise _Wrong(_first(error)) from None
    except _FAILURES:
        return
    if yields == "bool" and not isinstance(result, bool):
        raise _Wrong(f"a condition must be true or false, not a value such as {result!r}.")


def _columns(tokens: list[Token], paths: Mapping[str, PathSpec]) -> list[Token]:
    """Take ``type`` and ``list`` for columns where any name may be one."""
    if "*" not in paths:
        return tokens
    return [Token("path", token.text) if token.kind == "type" else token for token in tokens]


def _pieces(tokens: list[Token], variables: _Variables) -> list[Piece]:
    """Return the tokens for the library, with flat names in place of paths."""
    pieces: list[Piece] = []
    at = 0
    while at < len(tokens):
        token = tokens[at]
        presence, taken = _presence(tokens, at)
        if presence:
            negation = "" if taken == 4 or tokens[at + 1].text == "!=" else "!"
            pieces.append(Piece(negation + variables.name(presence)))
        elif token.kind in {"path", "column"}:
            pieces.append(Piece(variables.name(token), variables.spec(token)[1].type in _NULLABLE))
        elif token.kind == "test":
            pieces.append(Piece(variables.name(token)))
        else:
            if token.kind == "call" and token.text not in FUNCTIONS:
                raise _Wrong(f"there is no function {token.text!r}{did_you_mean(token.text, FUNCTIONS)}")
            pieces.append(Piece(token.text))
        at += taken
    return pieces


def _presence(tokens: list[Token], at: int) -> tuple[Token | None, int]:
    """Recognise ``has(path)``, ``path == null`` and ``null == path``; return the path and how many tokens that takes."""
    kinds = [token.kind for token in tokens[at : at + 4]]
    words = [token.text for token in tokens[at : at + 4]]
    alone = at == 0 or tokens[at - 1].text in _EDGES
    ends = at + 3 >= len(tokens) or tokens[at + 3].text in _EDGES
    path = -1
    if len(words) == 4 and words[:2] == ["has", "("] and kinds[2] in {"path", "column"} and words[3] == ")":
        return _present(tokens[at + 2]), 4
    if len(words) >= 3 and alone and ends and words[1] in {"==", "!="}:
        path = at if words[2] == "null" else at + 2 if words[0] == "null" else -1
    if path >= 0 and tokens[path].kind in {"path", "column"}:
        return _present(tokens[path]), 3
    return None, 1


_EDGES: Final = frozenset("()[]{},?:") | {"&&", "||"}


def _present(path: Token) -> Token:
    return Token("presence", path.text, column=path.kind == "column")


def _tested(get: Callable[[Mapping[str, Any]], Any], token: Token) -> Callable[[Mapping[str, Any]], bool]:
    """Return ``path.contains('x')`` and its like as a Python function; false for what is no text."""
    literal = str(cel.evaluate(token.literal))
    if token.method == "matches":
        try:
            test: Callable[[str], Any] = re.compile(literal).search
        except re.error as error:
            raise _Wrong(f"the regular expression {token.literal} is wrong: {error}.") from None
    elif token.method == "contains":
        test = lambda text: literal in text  # noqa: E731 - one of three short tests
    elif token.method == "startsWith":
        test = lambda text: text.startswith(literal)  # noqa: E731 - the same
    else:
        test = lambda text: text.endswith(literal)  # noqa: E731 - the same
    return lambda values: isinstance(text := get(values), str) and bool(test(text))


def _syntax(source: str, error: ValueError) -> str:
    found = re.search(r"<input>:(\d+):(\d+): (?:Syntax error: )?(.*)", str(error))
    where = f"at its character {found[2]}: " if found else ""
    problem = re.sub(r" expecting \{.*", "", found[3]) if found else "it cannot be parsed"
    names = {token.text for token in read(source)}
    if names & {"and", "or", "not"}:
        return f"{where}CEL writes && for and, || for or, ! for not."
    if "=" in names:
        return f"{where}CEL compares with ==."
    return f"{where}{problem}."


def _first(error: BaseException) -> str:
    text = str(error).splitlines()[0] if str(error) else type(error).__name__
    return text.partition(". ")[0].rstrip(".") + "."


def _short(source: str) -> str:
    text = " ".join(source.split())
    return repr(text if len(text) <= 80 else text[:79] + "…")
