"""What a solver answers: who belongs together, by which links, and what was refused and why."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from identity.model import Decision, Evidence, Identifier, Vertex


class Reason(StrEnum):
    """Why a link was refused or only suggested, as said to people."""

    CANNOT = "a person decided that these are two customers"
    CRM_DUPLICATE = "CRM duplicate: one customer would have two records of one CRM"
    NAMES_DIFFER = "the names differ"
    NO_NAME = "one side has no name"
    AMBIGUOUS = "it fits several customers"
    TOO_MANY = "the customer would have more mailboxes, phone numbers or accounts than the policy allows"
    HANDLE_MOVED = "the handle may have changed hands"
    SAME_HANDLE = "two accounts with ids of different scopes use this handle"
    CLAIMED = "said in a text or a bio, not proved"
    UNVERIFIED = "mail sender without valid authentication"


@dataclass(frozen=True, slots=True)
class Link:
    """An accepted link; the accepted links of a cluster form a tree over it."""

    left: str
    right: str
    identifier: Identifier | None
    """None for decisions and for our own records."""
    rule: str
    priority: int
    provisional: bool = False
    decision: int | None = None
    """Id of the decision that asked for it."""


@dataclass(frozen=True, slots=True)
class RefusedLink:
    """A link that a guard refused; it refuses this link only."""

    left: str
    right: str
    identifier: Identifier | None
    rule: str
    priority: int
    reason: Reason


@dataclass(frozen=True, slots=True)
class Suggested:
    """Two vertices of different customers that a reviewer should look at."""

    left: str
    right: str
    identifier: Identifier
    reason: Reason


@dataclass(frozen=True, slots=True)
class Problem:
    """Everything that decides about some vertices."""

    vertices: Mapping[str, Vertex]
    evidence: tuple[Evidence, ...]
    decisions: tuple[Decision, ...] = ()
    context: frozenset[str] = frozenset()
    """Vertices that are only looked at (for shared values and suggestions) and belong to other problems."""


@dataclass(frozen=True, slots=True)
class Solution:
    """A partition of the vertices with its reasons; everything in a deterministic order."""

    clusters: tuple[frozenset[str], ...]
    """One customer each, ordered by the smallest key; provisional members included."""
    links: tuple[Link, ...] = ()
    refused: tuple[RefusedLink, ...] = ()
    suggestions: tuple[Suggested, ...] = ()
    provisional: frozenset[str] = frozenset()
    """Members shown with their customer, but outside its golden record and linking nobody further."""
    shared: Mapping[Identifier, str] = field(default_factory=dict)
    """Identifiers on several vertices that link nobody, with the reason; frozen ones included."""
    overgrown: tuple[str, ...] = ()
    """Smallest keys of components beyond the cap, whose weak identifiers were frozen: somebody should look."""
