"""What the verbs of a mapping do to a value. Each raises ``ValueError`` with a reason for what it cannot convert."""

from __future__ import annotations

import html
import json
import math
import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any, Final

import regex  # type: ignore[import-untyped] # it ships no types

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from bridge.mapping.entries import Unit

_GRAPHEME = regex.compile(r"\X")
_WHOLE = re.compile(r"\s*([+-]?\d+)(?:\.0*|,00?)?\s*\Z", re.ASCII)
"""Spreadsheets in German write 3,0; what has three digits after a comma may be thousands."""
_TRUE: Final = frozenset({"true", "yes", "y", "on", "1", "t", "ja"})
_FALSE: Final = frozenset({"false", "no", "n", "off", "0", "f", "nein"})
_BLOCKS: Final = frozenset({"p", "div", "br", "li", "tr", "h1", "h2", "h3", "h4", "ul", "ol", "table", "blockquote"})
_HIDDEN: Final = frozenset({"script", "style", "head"})
_EXACT: Final = 2**53
"""Fractions above this have lost digits."""


def is_empty(value: Any) -> bool:  # noqa: ANN401 - any JSON
    """Say whether there is no value: null, empty text, empty list or object. Zero and false are values."""
    return not value and (value is None or isinstance(value, str | list | tuple | dict))


def text(value: Any) -> str:  # noqa: ANN401 - any JSON
    """Return any value as text: times as ISO 8601 in UTC, lists with commas, 4.0 as 4."""
    if isinstance(value, str):
        return value
    writer = _WRITERS.get(type(value))
    return writer(value) if writer else str(value)


def _float_text(value: float) -> str:
    return str(int(value)) if value.is_integer() and abs(value) < _EXACT else str(value)


def iso(value: datetime) -> str:
    """Return an aware time as ISO 8601 in UTC with Z."""
    return value.astimezone(UTC).isoformat().removesuffix("+00:00") + "Z"


_WRITERS: Final[Mapping[type, Callable[[Any], str]]] = {
    type(None): lambda _: "",
    bool: lambda value: "true" if value else "false",
    float: _float_text,
    datetime: iso,
    list: lambda value: ", ".join(map(text, value)),
    tuple: lambda value: ", ".join(map(text, value)),
    dict: lambda value: json.dumps(value, ensure_ascii=False, default=text),
}


def on_texts(function: Callable[[str], str]) -> Callable[[Any], Any]:
    """Return ``function`` for any value: on each item of a list (empty results are dropped), else on its text."""

    def apply(value: Any) -> Any:  # noqa: ANN401 - any JSON
        if type(value) is str:
            return function(value)
        if isinstance(value, list | tuple):
            return [result for item in value if (result := function(text(item)))]
        return function(text(value))

    return apply


def strip_html(value: str) -> str:
    """Return the text of HTML, a line for each block."""
    if "<" not in value and "&" not in value:
        return value
    parser = _Text()
    parser.feed(value)
    parser.close()
    return re.sub(r"[ \t]*\n\s*", "\n", "".join(parser.parts)).strip()


class _Text(HTMLParser):
    """Gathers what a reader would see."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - the parser's signature
        self._hidden += tag in _HIDDEN
        if tag in _BLOCKS:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in _HIDDEN and self._hidden > 0
        if tag in _BLOCKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.parts.append(data)


def html_unescape(value: str) -> str:
    """Turn entities into characters."""
    return html.unescape(value) if "&" in value else value


def replacer(texts: Mapping[str, str]) -> Callable[[str], str]:
    """Return what puts other texts in the place of some, all in one go; the longest that fits is taken."""
    pattern = re.compile("|".join(re.escape(each) for each in sorted(texts, key=len, reverse=True)))
    return lambda value: pattern.sub(lambda found: texts[found[0]], value)


def collapse_ws(value: str) -> str:
    """Make any run of white space one blank."""
    return " ".join(value.split())


def integer_text(value: str) -> str:
    """Return the digits of a whole number; a fraction or an exponent is refused, since digits are lost there."""
    found = _WHOLE.match(value)
    if found:
        return found[1]
    if not value.strip():
        return ""
    hint = "; digits are lost, export the column as text" if re.fullmatch(r"\s*[\d.,]+[eE][+-]?\d+\s*", value) else ""
    message = f"{excerpt(value)} is not a whole number{hint}"
    raise ValueError(message)


def splitter(separator: str) -> Callable[[Any], Any]:
    """Return a function that cuts a text into stripped parts; a list stays."""

    def split(value: Any) -> Any:  # noqa: ANN401 - any JSON
        if isinstance(value, list | tuple):
            return value
        return [part for piece in text(value).split(separator) if (part := piece.strip())]

    return split


def mapper(table: Mapping[str, Any]) -> Callable[[Any], Any]:
    """Return a look-up by text; what is not listed becomes the value of ``*``, else None."""
    fallback = table.get("*")

    def look_up(value: Any) -> Any:  # noqa: ANN401 - any JSON
        if isinstance(value, list | tuple):
            return [found for item in value if not is_empty(found := table.get(text(item), fallback))]
        return table.get(value if type(value) is str else text(value), fallback)

    return look_up


def first(value: Any) -> Any:  # noqa: ANN401 - any JSON
    """Return the first item of a list that is not empty; anything else as it is."""
    if isinstance(value, list | tuple):
        return next((item for item in value if not is_empty(item)), None)
    return value


def joiner(separator: str) -> Callable[[Any], Any]:
    """Return a function that makes a list one text; anything else stays."""
    return lambda value: separator.join(map(text, value)) if isinstance(value, list | tuple) else value


def to_integer(value: Any) -> int:  # noqa: ANN401 - any JSON
    """Return a whole number; ``3.0`` is one, ``3.5`` and true are not."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    return int(integer_text("true" if isinstance(value, bool) else text(value)))


def to_number(value: Any) -> int | float:  # noqa: ANN401 - any JSON
    """Return a number; text with a point for the fraction."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    try:
        number = float(text(value))
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        message = f"{excerpt(text(value))} is not a number"
        raise ValueError(message)
    return int(number) if number.is_integer() and abs(number) < _EXACT else number


def to_boolean(value: Any) -> bool:  # noqa: ANN401 - any JSON
    """Return yes or no from the usual words."""
    if isinstance(value, bool):
        return value
    word = text(value).strip().lower()
    if word in _TRUE or word in _FALSE:
        return word in _TRUE
    message = f"{excerpt(word)} is neither true nor false"
    raise ValueError(message)


def to_list(value: Any) -> list[Any]:  # noqa: ANN401 - any JSON
    """Return a list; a single value becomes its only item."""
    return list(value) if isinstance(value, list | tuple) else [value]


def excerpt(value: str) -> str:
    """Return a value as it may be shown in an error: quoted and short."""
    return repr(value if len(value) <= 40 else value[:39] + "…")


# --- cutting ------------------------------------------------------------------------------------------


def size(value: str, unit: Unit) -> int:
    """Return the length in the unit; lone surrogates count as they stand."""
    if unit == "bytes":
        return len(value) if value.isascii() else len(value.encode("utf-8", "surrogatepass"))
    if unit == "utf16":
        return len(value) if value.isascii() else len(value.encode("utf-16-le", "surrogatepass")) // 2
    return len(value)


def truncate(value: str, limit: int, *, ellipsis: str = "", unit: Unit = "characters") -> str:
    """Return ``value`` in at most ``limit`` units, cut between visible characters; ``ellipsis`` counts."""
    if len(value) <= limit and (unit == "characters" or size(value, unit) <= limit):
        return value
    room = limit - size(ellipsis, unit)
    if room < 0:
        room, ellipsis = limit, ""
    if value.isascii() and "\r" not in value:
        return value[:room] + ellipsis
    end = 0
    for edge, used in _edges(value, unit):
        if used > room:
            break
        end = edge
    return value[:end] + ellipsis


def _edges(value: str, unit: Unit) -> Iterator[tuple[int, int]]:
    """Yield each place between visible characters and the units up to there."""
    used = 0
    for grapheme in _GRAPHEME.finditer(value):
        used += size(grapheme[0], unit)
        yield grapheme.end(), used
