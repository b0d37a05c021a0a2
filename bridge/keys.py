"""Keys that targets see: deterministic, nothing personal, safe for targets that fold case."""

from __future__ import annotations

import hashlib

_BASE32 = "abcdefghijklmnopqrstuvwxyz234567"
_PAIRS = [left + right for left in _BASE32 for right in _BASE32]
"""Two characters for every 10 bits: ten times as fast as the library, which is made for long input."""


def target_key(organisation: str, environment: str, anchor: str) -> str:
    """Return ``cb1-`` and 26 characters of lower-case base32 (128 bits) over organisation, environment and anchor."""
    digest = hashlib.blake2b(f"{organisation}\x1f{environment}\x1f{anchor}".encode(), digest_size=16).digest()
    bits = int.from_bytes(digest, "big") << 2
    return "cb1-" + "".join([_PAIRS[bits >> shift & 1023] for shift in range(120, -1, -10)])


def short_hash(*parts: str) -> str:
    """Return 16 hex characters (64 bits) over the parts."""
    return hashlib.blake2b("\x1f".join(parts).encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
