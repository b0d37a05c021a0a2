"""The one retry policy: how long to wait before the next try, for writes that wait in the outbox and for reads at once."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import TYPE_CHECKING, TypeVar

from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt, wait_exponential, wait_random

from bridge.errors import RateLimited, Transient

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

LONGEST = timedelta(minutes=15)
_BETWEEN_WRITES = wait_exponential(multiplier=1, max=LONGEST.total_seconds()) + wait_random(0, 1)
_BETWEEN_READS = wait_exponential(multiplier=0.2, max=5) + wait_random(0, 0.2)
_READS = 4


def backoff(attempts: int, *, at_least: float = 0) -> timedelta:
    """Return how long to wait after ``attempts`` tries: doubling from 1 s to 15 min, with jitter, never below ``at_least`` seconds."""
    state = RetryCallState(Retrying(), None, (), {})
    state.attempt_number = max(attempts, 1)
    return timedelta(seconds=max(_BETWEEN_WRITES(state), at_least))


def reading(call: Callable[[], T], *, sleep: Callable[[float], None] = time.sleep) -> T:
    """Call something that may be repeated freely, up to four times while it is only ``Transient``.

    A rate limit is not waited out here: it concerns everybody who uses that system, and is raised at once.
    """
    return Retrying(
        retry=retry_if_exception(_passing),
        stop=stop_after_attempt(_READS),
        wait=_BETWEEN_READS,
        reraise=True,
        sleep=sleep,
    )(call)


def _passing(error: BaseException) -> bool:
    return isinstance(error, Transient) and not isinstance(error, RateLimited)
