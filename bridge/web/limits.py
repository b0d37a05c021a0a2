"""How often one connection may call: a bucket of tokens, within this process."""

from __future__ import annotations

_BURST = 5.0
"""Seconds of calls that may come at once."""


class Bucket:
    """Grants ``per_second`` calls, and as many at once as five seconds give."""

    def __init__(self, per_second: float) -> None:
        """Begin full."""
        self._rate, self._most = per_second, max(1.0, per_second * _BURST)
        self._tokens, self._at = self._most, 0.0

    def take(self, now: float) -> float:
        """Take one token at a time in seconds; return 0, or the seconds after which there is one."""
        if self._at:
            self._tokens = min(self._most, self._tokens + (now - self._at) * self._rate)
        self._at = now
        if self._tokens < 1:
            return (1 - self._tokens) / self._rate
        self._tokens -= 1
        return 0.0
