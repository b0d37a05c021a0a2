"""Where an adapter keeps what it signs in with and what changes by itself: access tokens, rotating refresh tokens, sessions."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class Secrets:
    """Named values, none of which may be shown."""

    values: Mapping[str, str] = field(default_factory=dict, repr=False)
    expires_at: datetime | None = None
    """When they must be renewed, if that is known."""
    lasts_until: datetime | None = None
    """When nothing but a person can renew them, if that is known: people are told before."""


class Safe(ABC):
    """The safe of one connection, shared by all processes."""

    @abstractmethod
    def read(self) -> Secrets:
        """Return what is kept; nothing before the first sign-in."""

    @abstractmethod
    def keep(self, secrets: Secrets) -> None:
        """Keep these in the place of what was kept; they are on the disk when this returns."""

    @abstractmethod
    def renew(self, known: Secrets, renewing: Callable[[Secrets], Secrets]) -> Secrets:
        """Replace ``known``, which is no good any more, by what ``renewing`` makes of it, and return that.

        One process at a time: whoever waited meanwhile gets what the other has made, since a refresh token that was
        used is worth nothing. Raises whatever ``renewing`` raises; what was kept stays then.
        """


class MemorySafe(Safe):
    """Keeps within this process, for adapters that are used without a store."""

    def __init__(self) -> None:
        """Begin empty."""
        self._secrets = Secrets()

    def read(self) -> Secrets:
        """Return what is kept."""
        return self._secrets

    def keep(self, secrets: Secrets) -> None:
        """Keep."""
        self._secrets = secrets

    def renew(self, known: Secrets, renewing: Callable[[Secrets], Secrets]) -> Secrets:
        """Replace what is known to be no good."""
        if self._secrets == known:
            self._secrets = renewing(known)
        return self._secrets
