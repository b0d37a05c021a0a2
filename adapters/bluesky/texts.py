"""How long an answer may be, in graphemes and bytes, and how one that is longer is cut into several posts."""

from __future__ import annotations

import regex  # type: ignore[import-untyped] # it ships no types

_GRAPHEME = regex.compile(r"\X")
_NUMBER = " ({}/{})"
_BREAKS = ("\n\n", "\n", ". ", "! ", "? ", "; ", ", ", " ")
"""Where a text is cut, the better ones first."""


def graphemes(text: str) -> int:
    """Count what people take for characters."""
    return len(text) if text.isascii() and "\r" not in text else len(_GRAPHEME.findall(text))


def fits(text: str, most: int, most_bytes: int) -> bool:
    """Tell whether a text may be posted."""
    return graphemes(text) <= most and len(text.encode("utf-8", "replace")) <= most_bytes


def room(text: str, most: int) -> int:
    """Return how many characters a text may have if the rest of it counts like this one: at least as many as it has if it fits."""
    return len(text) + most - graphemes(text)


def split(text: str, most: int, most_bytes: int, parts: int) -> list[str]:
    """Cut a text into numbered posts at the ends of paragraphs, sentences or words; empty if ``parts`` do not suffice."""
    if fits(text, most, most_bytes):
        return [text]
    for count in range(2, parts + 1):
        room_for = most - len(_NUMBER.format(count, count))
        cut = _cut(text, room_for, most_bytes - len(_NUMBER.format(count, count)))
        if len(cut) <= count:
            return [piece + _NUMBER.format(number, len(cut)) for number, piece in enumerate(cut, 1)]
    return []


def _cut(text: str, most: int, most_bytes: int) -> list[str]:
    pieces: list[str] = []
    rest = text.strip()
    while rest:
        if fits(rest, most, most_bytes):
            return [*pieces, rest]
        piece = _first(rest, most, most_bytes)
        pieces.append(piece.rstrip())
        rest = rest[len(piece) :].lstrip()
    return pieces


def _first(text: str, most: int, most_bytes: int) -> str:
    """Return as much of a text as fits, up to the best place to cut in its second half; at least one grapheme."""
    kept, used = "", 0
    for count, grapheme in enumerate(_GRAPHEME.findall(text)[:most]):
        used += len(grapheme.encode("utf-8", "replace"))
        if count and used > most_bytes:
            break
        kept += grapheme
    for separator in _BREAKS:
        at = kept.rfind(separator)
        if at >= len(kept) // 2:
            return kept[: at + len(separator)]
    return kept
