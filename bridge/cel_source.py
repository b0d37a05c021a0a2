"""The text of a CEL expression, as far as we must understand it: its tokens, its paths, its comparisons.

The CEL library reports only the first name of a path and accepts misspelt ones, so the paths are found here; it raises
on ``null > 10`` and on a missing key, so comparisons are guarded here; it compiles a regular expression at every
``matches`` (about 100 µs), so tests of a path by a literal are taken out and done in Python.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

_TOKEN = re.compile(
    r"""(?P<blank>\s+|//[^\n]*)
    |(?P<string>[bB]?[rR][bB]?(?:\"{3}.*?\"{3}|'{3}.*?'{3}|"[^"\n]*"|'[^'\n]*')
        |[bB]?(?:\"{3}(?:\\.|.)*?\"{3}|'{3}(?:\\.|.)*?'{3}|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'))
    |(?P<number>0[xX][0-9a-fA-F]+[uU]?|(?:\d+\.\d+|\.\d+|\d+)(?:[eE][+-]?\d+)?[uU]?)
    |(?P<name>[A-Za-z_]\w*)
    |(?P<mark>\|\||&&|[<>=!]=|.)""",
    re.VERBOSE | re.DOTALL,
)
_WORDS: Final = frozenset({"true", "false", "null", "in"})
_TYPES: Final = frozenset(
    {"int", "uint", "double", "string", "bytes", "bool", "list", "map", "null_type", "type", "timestamp", "duration"}
)
_MACROS: Final = frozenset({"all", "exists", "exists_one", "existsOne", "map", "filter"})
_TIME_PARTS: Final = frozenset(
    f"get{part}"
    for part in (
        *("FullYear", "Month", "Date", "DayOfMonth", "DayOfWeek", "DayOfYear"),
        *("Hours", "Minutes", "Seconds", "Milliseconds"),
    )
)
TESTS: Final = frozenset({"contains", "startsWith", "endsWith", "matches"})
FUNCTIONS: Final = (
    _MACROS
    | _TIME_PARTS
    | TESTS
    | {"size", "has", "int", "uint", "double", "string", "bytes", "timestamp", "duration", "type", "dyn"}
)
_OPEN: Final = {"(": ")", "[": "]", "{": "}"}
_CLOSE: Final = frozenset(_OPEN.values())
_BETWEEN: Final = frozenset({"&&", "||", "?", ":", ","})
_ORDER: Final = frozenset({"<", "<=", ">", ">=", "in"})


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of an expression.

    Kinds: string, number, mark; word (of the language, a bound variable or a member of a value), type (``int``; or a
    column of that name), call, path (``text`` is the dotted path), column (of ``row['…']``: ``text`` is the literal),
    and test (``path.method(literal)``).
    """

    kind: str
    text: str
    method: str = ""
    literal: str = ""
    column: bool = False


@dataclass(slots=True)
class _Scan:
    """What is read and where reading stands."""

    raw: list[Token]
    at: int = 0
    found: list[Token] = field(default_factory=list)

    def text(self, ahead: int = 0) -> str:
        return self.raw[self.at + ahead].text if self.at + ahead < len(self.raw) else ""

    def kind(self, ahead: int = 0) -> str:
        return self.raw[self.at + ahead].kind if self.at + ahead < len(self.raw) else ""


def read(source: str) -> list[Token]:
    """Return the tokens of ``source`` with paths, calls, tests and bound variables told apart."""
    scan = _Scan(
        [Token(str(found.lastgroup), found[0]) for found in _TOKEN.finditer(source) if found.lastgroup != "blank"]
    )
    _read(scan, frozenset(), "")
    return scan.found


def _read(scan: _Scan, bound: frozenset[str], closing: str) -> None:
    while scan.at < len(scan.raw):
        token = scan.raw[scan.at]
        if token.kind == "name":
            _name(scan, bound)
            continue
        scan.at += 1
        scan.found.append(token)
        if token.text == closing:
            return
        if token.kind == "mark" and token.text in _OPEN:
            _read(scan, bound | _binds(scan), _OPEN[token.text])


def _binds(scan: _Scan) -> frozenset[str]:
    """Return the variable that a macro binds, after its opening bracket."""
    before = scan.found[-2] if len(scan.found) > 1 else None
    macro = before is not None and before.kind == "call" and before.text in _MACROS
    return frozenset({scan.text()}) if macro and scan.text(1) == "," else frozenset()


def _name(scan: _Scan, bound: frozenset[str]) -> None:
    """Take a name: a path with its dots, a call, a bound variable, a word of the language."""
    member = bool(scan.found) and scan.found[-1].text == "."
    names = [scan.text()]
    scan.at += 1
    while scan.text() == "." and scan.kind(1) == "name":
        names.append(scan.text(1))
        scan.at += 2
    method = names.pop() if scan.text() == "(" else ""
    if names:
        scan.found.append(_operand(scan, names, bound, member=member))
    if method and not _test(scan, method):
        scan.found.extend([Token("mark", ".")] if names else [])
        scan.found.append(Token("call", method))


def _operand(scan: _Scan, names: list[str], bound: frozenset[str], *, member: bool) -> Token:
    path = ".".join(names)
    if member or names[0] in bound or path in _WORDS:
        return Token("word", path)
    if path in _TYPES:
        return Token("type", path)
    if path == "row" and scan.text() == "[" and scan.kind(1) == "string" and scan.text(2) == "]":
        scan.at += 3
        return Token("column", scan.text(-2))
    return Token("path", path)


def _test(scan: _Scan, method: str) -> bool:
    """Turn ``path.contains('x')`` and ``row['a b'].contains('x')`` into one token; say whether it was one."""
    before = 2 if scan.found and scan.found[-1].text == "." and scan.found[-2].kind == "column" else 1
    target = scan.found[-before] if len(scan.found) >= before else None
    if method not in TESTS or target is None or target.kind not in {"path", "column"}:
        return False
    if scan.kind(1) != "string" or scan.text(2) != ")":
        return False
    scan.found[-before:] = [Token("test", target.text, method, scan.text(1), target.kind == "column")]
    scan.at += 3
    return True


# --- comparisons with nothing -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Piece:
    """A token as it goes to the library; ``nullable``: a variable that may be null."""

    text: str
    nullable: bool = False


def guarded(pieces: list[Piece]) -> str:
    """Return the expression with each ``<``, ``<=``, ``>``, ``>=`` and ``in`` false if a variable in it is null."""
    text, _, _ = _group(pieces, 0)
    return text


def _group(pieces: list[Piece], at: int) -> tuple[str, set[str], int]:
    """Return the text up to the closing bracket, the variables that can make it null, and where it ends."""
    out: list[str] = []
    segment: list[str] = []
    variables: set[str] = set()
    exposed: set[str] = set()
    ordered = compares = False
    while at < len(pieces):
        piece = pieces[at]
        at += 1
        if piece.text in _CLOSE:
            at -= 1
            break
        if piece.text in _BETWEEN:
            out += [_segment(segment, variables, ordered=ordered), piece.text]
            compares = compares or piece.text != ","
            exposed |= variables
            segment, variables, ordered = [], set(), False
            continue
        segment.append(piece.text)
        variables |= {piece.text} if piece.nullable else set()
        ordered = ordered or piece.text in _ORDER
        compares = compares or piece.text in _ORDER or piece.text in {"==", "!="}
        if piece.text in _OPEN:
            inner, inside, at = _group(pieces, at)
            variables |= inside
            segment += [inner, _OPEN[piece.text]]
            at += 1
    out.append(_segment(segment, variables, ordered=ordered))
    return " ".join(out), set() if compares else exposed | variables, at


def _segment(segment: list[str], variables: set[str], *, ordered: bool) -> str:
    text = " ".join(segment)
    if not (ordered and variables):
        return text
    there = " && ".join(f"{variable} != null" for variable in sorted(variables))
    return f"({there} && {text})"
