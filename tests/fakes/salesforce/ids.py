"""Record ids as the vendor makes them: a prefix for the object, a count, three letters that tell upper from lower case."""

from __future__ import annotations

from string import ascii_lowercase, ascii_uppercase, digits

_BASE62 = digits + ascii_uppercase + ascii_lowercase
_SUFFIX = ascii_uppercase + "012345"


def minted(prefix: str, count: int) -> str:
    """Return the ``count``-th id of the object with this prefix, in 18 characters."""
    letters = ""
    while count:
        count, rest = divmod(count, 62)
        letters = _BASE62[rest] + letters
    return long_form(f"{prefix}Cb0{letters:0>9}")


def long_form(short: str) -> str:
    """Return an id of 15 characters in its form of 18, which survives tools that fold case."""
    blocks = (short[start : start + 5] for start in (0, 5, 10))
    return short + "".join(
        _SUFFIX[sum(1 << at for at, letter in enumerate(block) if letter.isupper())] for block in blocks
    )


def read(text: str) -> str | None:
    """Return the long form of an id, or None for what is none; a wrong suffix is none."""
    if len(text) not in (15, 18) or not text.isascii() or not text.isalnum():
        return None
    known = long_form(text[:15])
    return known if text in (known, known[:15]) else None
