"""Record keys that we choose: the same for the same action, whenever it is tried.

A key is a TID: 53 bits of microseconds since 1970 and 10 bits of whoever made it, in base 32 that sorts. Ours lie within
the minutes after the post that they answer, since a key is taken for a time; the last 10 bits tell them from those of apps.
"""

from __future__ import annotations

import hashlib

_DIGITS = "234567abcdefghijklmnopqrstuvwxyz"
_LENGTH = 13
_MAKER_BITS, _MAKER = 10, 0b1010011011
_SPREAD = 10 * 60 * 1_000_000
"""Microseconds over which keys are spread."""
_FALLBACK = 1_735_689_600_000_000
"""2025-01-01, for answers to records whose key is no TID."""
_LATEST = 1 << 53


def key_of(action: str, answered: str, part: int = 0) -> str:
    """Return the record key for one part of an action that concerns the record with the key ``answered``; parts keep their order."""
    digest = hashlib.blake2b(action.encode(), digest_size=8).digest()
    offset = int.from_bytes(digest, "big") % _SPREAD
    time = (_time(answered) + 1 + offset + part) % _LATEST
    return _written(time << _MAKER_BITS | _MAKER)


def is_ours(key: str) -> bool:
    """Tell whether we chose a key; of a thousand keys of apps, one is taken for ours."""
    number = _number(key)
    return number is not None and number % (1 << _MAKER_BITS) == _MAKER


def _time(key: str) -> int:
    number = _number(key)
    return _FALLBACK if number is None else number >> _MAKER_BITS


def _number(key: str) -> int | None:
    if len(key) != _LENGTH or key[0] not in _DIGITS[:16] or not set(key) <= set(_DIGITS):
        return None
    number = 0
    for digit in key:
        number = number << 5 | _DIGITS.index(digit)
    return number


def _written(number: int) -> str:
    return "".join(_DIGITS[number >> shift & 31] for shift in range(5 * (_LENGTH - 1), -1, -5))
