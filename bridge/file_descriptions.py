"""What the name of a file tells people who cannot see it."""

from __future__ import annotations

import regex  # type: ignore[import-untyped] # it ships no types

_ENDING = regex.compile(r"\.(jpe?g|png|webp|gif)$", regex.IGNORECASE)
_BLANK = regex.compile(r"[\s_]+|(?<=\p{L})-(?=\p{L})")
_WORD = regex.compile(r"\p{L}{3,}")
_HASH = regex.compile(r"(?=.*\d)[\da-f-]+", regex.IGNORECASE)
_MACHINES = frozenset(
    [
        "img",
        "image",
        "dsc",
        "dscn",
        "dscf",
        "dcim",
        "pxl",
        "mvimg",
        "photo",
        "picture",
        "screenshot",
        "screen",
        "shot",
        "bild",
        "foto",
        "bildschirmfoto",
        "scan",
        "whatsapp",
        "signal",
        "unnamed",
        "untitled",
        "download",
    ]
)
"""What cameras, screens and programs call their files: it describes nothing."""


def description(name: str) -> str:
    """Return what the name of a file tells people who cannot see it; empty if that is nothing."""
    words = _BLANK.sub(" ", _ENDING.sub("", name)).strip()
    telling = [word for word in _WORD.findall(words.lower()) if word not in _MACHINES]
    return words if telling and not _HASH.fullmatch(words.replace(" ", "")) else ""
