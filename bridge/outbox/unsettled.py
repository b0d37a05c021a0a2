"""How long to leave alone what nobody knows yet."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

_SOONEST = timedelta(seconds=1)
_LATEST = timedelta(minutes=15)


def unsure_until(now: datetime, sent_at: datetime | None) -> datetime:
    """Return when to look again: after as long again as has passed since the send, 1 s to 15 min."""
    waited = now - sent_at if sent_at is not None else _SOONEST
    return now + min(max(waited, _SOONEST), _LATEST)
