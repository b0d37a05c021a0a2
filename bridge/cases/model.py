"""What the case functions take and return. Light rows, no text: facts, clocks and decisions."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

UNDATED = datetime(9999, 1, 1, tzinfo=UTC)
"""Sorts messages without a time last; no window applies to them."""


class Utterance(NamedTuple):
    """A message as the case functions see it. A tuple, for it is built for each message: see ``TriageInput``."""

    id: int
    key: str
    profile: int | None
    """The author's profile of a customer's message, None without an author; for our answers: None."""
    conversation: int
    inbound: bool
    kind: str
    public: bool
    at: datetime | None
    answers_to: int | None = None
    """For an answer of ours: id of the customer's message that it belongs to (nearest ancestor)."""
    facts: frozenset[str] = frozenset()
    """``kind:value`` named facts."""
    reason: str = ""
    wanted: str = "no"
    """yes, check (a case in the queue "to check") or no."""
    rule: str = ""
    """Rule that decided ``wanted``."""
    thanks: bool = False
    """A bare thanks or an automatic message: belongs to its case, but neither reopens it nor restarts a clock."""
    joinable_reason: bool = True
    """False for catch-all reasons, which join nothing."""
    policy: int = 0
    mode: str = "live"
    deleted: bool = False
    edited_at: datetime | None = None
    """When the winning revision was written; an edited review reopens its case."""

    @property
    def order(self) -> tuple[datetime, int, str]:
        """Total order of what happened: (time, source rank, key); undated last, by key; never by arrival."""
        return (self.at or UNDATED, 0 if self.inbound else 1, self.key)


@dataclass(frozen=True, slots=True)
class Closing:
    """A case of ours was closed or reopened in a target: applies to the messages that were placed there then."""

    at: datetime
    closed: bool
    messages: frozenset[int]
    """Ids of the messages placed in that native case at that time."""


@dataclass(frozen=True, slots=True)
class Foreign:
    """A case of the same customer that the target held without us."""

    target: str
    ref: str
    opened_at: datetime
    last_at: datetime
    closed_at: datetime | None
    facts: frozenset[str] = frozenset()
    reason: str = ""
    joinable_reason: bool = True
    message_keys: frozenset[str] = frozenset()
    """Keys of messages that it names, by permalink or by key: adopted whatever else."""


@dataclass(frozen=True, slots=True)
class CaseDecision:
    """A human decision; names messages by id, never cases. ``split``: the message starts an episode and a case of its own.

    ``join``: both messages' cases are one. ``move_to``: the first message's episode goes to the second's case.
    ``not_a_case``: the message's episode becomes no case. Later decisions (by id) win. What is named and not the
    customer's (or not in the segment) is passed over; of our answers, the message that they answer counts.
    """

    id: int
    kind: str
    messages: tuple[int, ...]
    at: datetime | None = None
    """When it was decided. What the customer says after a ``not_a_case`` begins an episode of its own."""


@dataclass(frozen=True, slots=True)
class Episode:
    """A strand cut at the reopen windows or by a decision: the atom of a case."""

    messages: tuple[Utterance, ...]
    """In total order; the first is a customer's message."""

    @property
    def anchor(self) -> Utterance:
        """Return the first message."""
        return self.messages[0]


@dataclass(frozen=True, slots=True)
class Joined:
    """Why an episode is in a case."""

    anchor: int
    """Message id of the episode's first message."""
    by: str
    """opened, fact, reason, foreign, decision."""
    fact: str = ""
    """The named fact, or the reason, or the key of the message that a foreign case names."""


@dataclass(frozen=True, slots=True)
class Assembled:
    """A case as the functions see it: episodes of one customer on one matter, in total order of their anchors."""

    episodes: tuple[Episode, ...]
    joined: tuple[Joined, ...]
    foreign: tuple[tuple[str, str], ...] = ()
    """(target, ref) of foreign cases that it continues."""
    previous: int | None = None
    """Anchor message id of the case that it follows in the same strand after its window."""
    to_check: bool = False
    closed_at: datetime | None = None
    linked: tuple[int, ...] = ()
    """Anchor message ids of cases that may be the same matter: in doubt there are two linked cases."""
    linked_foreign: tuple[tuple[str, str], ...] = ()
    """The same for foreign cases."""

    @property
    def anchor(self) -> Utterance:
        """Return the first message of the first episode."""
        return self.episodes[0].anchor


@dataclass(frozen=True, slots=True)
class Assembly:
    """Everything that follows for one customer (or one message without an author) and one segment."""

    cases: tuple[Assembled, ...]
    no_case: Mapping[int, str] = field(default_factory=dict)
    """Message id → why it is in no case: ``rule:NAME``, ``own``, ``history``, ``deleted``, ``decision:ID``."""
