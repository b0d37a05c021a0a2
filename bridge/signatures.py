"""Signatures of webhook calls: over the raw body, compared in constant time, within a window of time."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Literal, TypeAlias

from bridge.errors import AuthError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bridge.contracts import HookRequest

Algorithm: TypeAlias = Literal["sha1", "sha256", "sha512"]
Encoding: TypeAlias = Literal["hex", "base64"]
WINDOW = timedelta(minutes=5)
"""How far the time of a signature may be from ours; what the vendors recommend."""


def sign(secret: bytes, signed: bytes, *, algorithm: Algorithm = "sha256", encoding: Encoding = "hex") -> str:
    """Return the HMAC of ``signed``."""
    digest = hmac.new(secret, signed, getattr(hashlib, algorithm)).digest()
    return digest.hex() if encoding == "hex" else base64.b64encode(digest).decode()


def require(given: Iterable[str], expected: Iterable[str]) -> None:
    """Raise ``AuthError`` unless one of the given signatures is one of the expected ones.

    All are compared whatever the first ones say, so that the time taken tells nothing.
    """
    wanted = [one.encode() for one in expected]
    matches = [hmac.compare_digest(one.encode(), other) for one in given for other in wanted]
    if not any(matches):
        raise AuthError("The signature is not ours.")


def require_fresh(seconds: str, now: datetime, window: timedelta = WINDOW) -> None:
    """Raise ``AuthError`` unless a time in seconds since 1970 is within the window around ``now``."""
    try:
        at = datetime.fromtimestamp(float(seconds), UTC)
    except (ValueError, OverflowError, OSError):
        raise AuthError("The time of the signature cannot be read.") from None
    if abs(now - at) > window:
        raise AuthError(f"The signature is of {at:%Y-%m-%d %H:%M:%S} UTC, which is outside the window of time.")


def header(request: HookRequest, name: str) -> str:
    """Return a header of a call whatever the letters' case; empty if it has none."""
    name = name.lower()
    return next((value for each, value in request.headers.items() if each.lower() == name), "")
