"""Keys that targets see: deterministic, nothing personal, safe for targets that fold case."""

from __future__ import annotations

import base64
import hashlib


def target_key(organisation: str, environment: str, anchor: str) -> str:
    """Return ``cb1-`` and 26 characters of lower-case base32 (128 bits) over organisation, environment and anchor."""
    digest = hashlib.blake2b(f"{organisation}\x1f{environment}\x1f{anchor}".encode(), digest_size=16).digest()
    return "cb1-" + base64.b32encode(digest).decode().rstrip("=").lower()


def short_hash(*parts: str) -> str:
    """Return 16 hex characters (64 bits) over the parts."""
    return hashlib.blake2b("\x1f".join(parts).encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
