"""Faults that an embedded far side is told to play, so that what must survive them is tried for real.

Rates are said in words, ``timeout_after_commit:0.1,rate_limit:0.05``; tests ask for a single one with ``next``.
"""

from __future__ import annotations

import random
from collections import Counter
from enum import StrEnum
from typing import TYPE_CHECKING

from bridge.errors import AuthError, ConfigError, RateLimited, Transient

if TYPE_CHECKING:
    from collections.abc import Mapping


class Fault(StrEnum):
    """What can go wrong at one call."""

    UNAUTHORISED = "unauthorised"
    """``AuthError``; nothing was done."""
    RATE_LIMIT = "rate_limit"
    """``RateLimited``; nothing was done."""
    TIMEOUT_BEFORE_COMMIT = "timeout_before_commit"
    """``Transient``: no connection; nothing was done, and that is known."""
    LOST_REQUEST = "lost_request"
    """Unknown to the caller; nothing was done."""
    TIMEOUT_AFTER_COMMIT = "timeout_after_commit"
    """Unknown to the caller; everything was done."""
    PARTIAL_REFUSAL = "partial_refusal"
    """One record of the batch is refused, the others go."""
    JOB = "job"
    """The batch is taken and done later."""


RETRY_AFTER_SECONDS = 1.0
"""What a played rate limit asks to wait."""


class Faults:
    """Decides at each call which faults happen: single ones that were asked for first, else by rate."""

    def __init__(self, rates: Mapping[Fault, float] | None = None, *, seed: int | None = None) -> None:
        """``rates``: probability of each fault at a call, 0 to 1. The same ``seed`` gives the same faults."""
        self.rates = dict(rates or {})
        self._random = random.Random(seed)  # noqa: S311 - faults of a test are no secret
        self._wanted: Counter[Fault] = Counter()

    def next(self, fault: Fault, *, times: int = 1) -> None:
        """Let ``fault`` happen at the next ``times`` calls that can have it."""
        self._wanted[fault] += times

    def happens(self, fault: Fault) -> bool:
        """Decide whether ``fault`` happens now."""
        if self._wanted[fault]:
            self._wanted[fault] -= 1
            return True
        rate = self.rates.get(fault, 0.0)
        return rate > 0 and self._random.random() < rate

    def pick(self, count: int) -> int:
        """Return a number from 0 to ``count`` - 1: which record of a batch is hit."""
        return self._random.randrange(count)

    def before_call(self, name: str) -> None:
        """Raise what any call to the system ``name`` can meet: ``AuthError`` or ``RateLimited``."""
        if self.happens(Fault.UNAUTHORISED):
            message = f"{name} does not let us in (played fault). Take the fault out of its settings."
            raise AuthError(message)
        if self.happens(Fault.RATE_LIMIT):
            message = f"{name} asks to wait {RETRY_AFTER_SECONDS:g} s (played fault)."
            raise RateLimited(message, retry_after=RETRY_AFTER_SECONDS)

    def before_commit(self, name: str) -> None:
        """Raise what a writing call can meet before anything was done: ``Transient``."""
        if self.happens(Fault.TIMEOUT_BEFORE_COMMIT):
            message = f"{name} did not answer in time; nothing was written (played fault)."
            raise Transient(message)


def parse_rates(text: str) -> dict[Fault, float]:
    """Read ``fault:rate,fault:rate``; a fault without a rate happens always. Raises ``ConfigError``."""
    rates: dict[Fault, float] = {}
    for part in filter(None, (each.strip() for each in text.split(","))):
        name, _, rate = part.partition(":")
        try:
            rates[Fault(name.strip())] = _probability(rate or "1")
        except ValueError as error:
            known = ", ".join(Fault)
            message = f"{part!r} is no fault; write fault:rate with a rate from 0 to 1 and one of: {known}."
            raise ConfigError(message) from error
    return rates


def _probability(text: str) -> float:
    rate = float(text)
    if not 0 <= rate <= 1:
        message = f"{text} is no probability"
        raise ValueError(message)
    return rate
