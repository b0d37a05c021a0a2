"""How what a connection brings is to be stored."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bridge import features
from bridge.nouns import Mode

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from bridge.app import SourceSetup

MESSAGES = "messages"
CONTACTS = "contacts"
OWN_POSTS = "published"
"""What we put there ourselves: stored as if read, so that it is known as ours before the network shows it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How a connection's pages are to be stored."""

    connection: str
    policies: Mapping[str, int]
    """Unit → id of the policy to stamp on its messages; ``""`` for all others."""
    secret: bytes
    """Key of the hashes of named facts."""
    stream: str = MESSAGES
    unit: str = ""
    own: frozenset[str] = frozenset()
    keep_raw: bool = True
    patterns: features.Patterns = field(default_factory=features.Patterns)
    live_since: datetime | None = None
    """Messages of a live source that were sent before are history."""
    old: Mode = Mode.HISTORY


def reading_of(setup: SourceSetup, *, policies: Mapping[str, int], secret: bytes) -> Reading:
    """Return how the pages of a configured source are stored."""
    return Reading(
        connection=setup.name,
        policies=policies,
        secret=secret,
        unit=setup.unit,
        own=setup.own,
        keep_raw=setup.keep_raw,
        patterns=features.Patterns.compile(setup.fact_patterns),
    )
