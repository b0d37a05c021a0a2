"""Which character encoding a file has: stated by a byte order mark, else guessed from its beginning."""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from typing import TYPE_CHECKING

from charset_normalizer import from_bytes

if TYPE_CHECKING:
    from charset_normalizer import CharsetMatch

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
WIDE = frozenset({"utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"})
"""Encodings whose line ends are not single bytes."""

ASCII_SO_FAR = "plain ASCII"

_CLOSE = 0.05
"""Guesses this near to the best in mess are as good, and cp1252 is then the likeliest by far."""
_EXAMINED = 1 << 16
_EXCLUDED = ["utf_7", "utf_16", "utf_16_le", "utf_16_be", "utf_32", "utf_32_le", "utf_32_be"]
_WESTERN = ("cp1252", "iso8859_15", "latin_1")


@dataclass(frozen=True, slots=True)
class Encoding:
    """A Python codec, how many bytes of mark stand before the text, and how sure we are."""

    name: str
    mark: int = 0
    reason: str = ""


def given(name: str, beginning: bytes) -> Encoding:
    """Return the encoding that the settings name, without a mark in front. Raises ``LookupError``."""
    codec = codecs.lookup(name).name
    for mark, marked in _MARKS:
        plain = codec.removesuffix("-sig")
        if beginning.startswith(mark) and marked in {plain, f"{plain}-le", f"{plain}-be"}:
            return Encoding(marked, len(mark), "from the settings")
    named = {"utf-8-sig": "utf-8", "utf-16": "utf-16-le", "utf-32": "utf-32-le"}.get(codec, codec)
    return Encoding(named, 0, "from the settings")


def guess(beginning: bytes, *, json: bool) -> Encoding:
    """Return the likeliest encoding. What is valid UTF-8, or nearly so, is UTF-8; JSON is nothing else."""
    for mark, name in _MARKS:
        if beginning.startswith(mark):
            return Encoding(name, len(mark), "by its byte order mark")
    if wide := _wide(beginning):
        return Encoding(wide, 0, "guessed: every second byte is zero")
    if json:
        return Encoding("utf-8", 0, "as JSON is")
    if beginning.isascii():
        return Encoding("utf-8", 0, ASCII_SO_FAR)
    if _nearly_utf8(beginning):
        return Encoding("utf-8", 0, "valid UTF-8")
    return Encoding(_by_statistics(beginning), 0, "guessed; set `encoding` if texts look wrong")


def _wide(beginning: bytes) -> str:
    """Tell UTF-16 without a mark by its zero bytes."""
    half = len(beginning) // 2
    if half < 4:
        return ""
    if beginning[1::2].count(0) > half * 0.6:
        return "utf-16-le"
    return "utf-16-be" if beginning[0::2].count(0) > half * 0.6 else ""


def _nearly_utf8(beginning: bytes) -> bool:
    text = codecs.getincrementaldecoder("utf-8")("replace").decode(beginning)
    broken = text.count("\ufffd") - beginning.count("\ufffd".encode())
    if not broken:
        return True
    # Other encodings give valid sequences of UTF-8 hardly ever by chance.
    valid = sum(1 for sign in text if sign > "\x7f") - broken
    return valid > broken


def _by_statistics(beginning: bytes) -> str:
    """Ask charset-normalizer; of guesses that are about as good, Western European wins."""
    matches = list(from_bytes(_where_it_matters(beginning), steps=10, chunk_size=1024, cp_exclusion=_EXCLUDED))
    if not matches:
        return "cp1252"
    best = matches[0]
    near = {match.encoding for match in matches if match.chaos <= best.chaos + _CLOSE} | _aliases(matches, best)
    return next((name for name in _WESTERN if name in near), best.encoding)


def _aliases(matches: list[CharsetMatch], best: CharsetMatch) -> set[str]:
    return {alias for match in matches if match.chaos <= best.chaos + _CLOSE for alias in match.could_be_from_charset}


def _where_it_matters(beginning: bytes) -> bytes:
    """Return the lines that have other signs than ASCII: the others say nothing about the encoding."""
    lines = [line for line in beginning.splitlines() if not line.isascii()]
    return b"\n".join(lines)[:_EXAMINED]
