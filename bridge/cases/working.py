"""Episodes and cases while they are being assembled: changed message by message, in the total order."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from bridge.cases.model import Foreign, Utterance
    from bridge.cases.policy import CasePolicy, Windows

OPENED, BY_FACT, BY_REASON, BY_FOREIGN, BY_DECISION = "opened", "fact", "reason", "foreign", "decision"


@dataclass(slots=True, eq=False)
class OpenEpisode:
    """An episode so far. Wants a case from its first message that does; until then ``case`` is None."""

    number: int
    """Rank by total order of the first message."""
    policy: CasePolicy
    """Of the first message: an edited policy changes the future."""
    windows: Windows
    prior: OpenEpisode | None = None
    """The latest episode before it in the same strand that has a case."""
    alone: bool = False
    """Without an author: no other message is the same person's."""
    messages: list[Utterance] = field(default_factory=list)
    facts: set[str] = field(default_factory=set)
    """Of the kinds that join or keep apart."""
    reasons: set[str] = field(default_factory=set)
    """Joinable reasons of its messages."""
    spoken_at: datetime | None = None
    """Last message (a bare thanks does not count), None where nothing has a time."""
    closed_at: datetime | None = None
    """The close in force that covers its messages."""
    reviewed_at: datetime | None = None
    """Last edit of a review in it."""
    ended_at: datetime | None = None
    """A decision said so: what comes later is another episode."""
    case: OpenCase | None = None
    by: str = OPENED
    why: str = ""
    anchoring: bool = True
    """Opened its case or joined it by something named: then its reason may bring others in."""
    pinned: bool = False
    """Where it is was decided by people."""
    void: str = ""
    """Why it is no case by decision."""
    live: bool = False
    """A message of the present wanted the case."""
    sure: bool = False
    """A message wanted it for certain, not only to be checked."""

    @property
    def anchor(self) -> Utterance:
        """Return the first message."""
        return self.messages[0]


@dataclass(slots=True, eq=False)
class OpenCase:
    """A case so far; a foreign one begins without episodes."""

    number: int
    episodes: list[OpenEpisode] = field(default_factory=list)
    facts: set[str] = field(default_factory=set)
    reason_at: dict[str, datetime] = field(default_factory=dict)
    """Joinable reason → last message of an anchoring episode that has it."""
    last_at: datetime | None = None
    """Last message or, of a foreign case, last known activity. None where nothing has a time."""
    last_kind: str = ""
    last_public: bool = False
    closed_at: datetime | None = None
    foreign: list[Foreign] = field(default_factory=list)
    foreign_open: int = 0
    live: bool = False
    into: OpenCase | None = None
    """The case that took it in."""
    linked: list[OpenCase] = field(default_factory=list)

    @property
    def ended(self) -> bool:
        """Tell whether it lives in foreign cases that are all closed: these are never reopened."""
        return bool(self.foreign) and not self.foreign_open

    @property
    def pinned(self) -> bool:
        """Tell whether people decided about a part of it: then it does not move by itself."""
        return any(episode.pinned for episode in self.episodes)

    @property
    def survivor(self) -> OpenCase:
        """Return the case that it is part of now."""
        case = self
        while case.into is not None:
            if case.into.into is not None:
                case.into = case.into.into
            case = case.into
        return case

    def take_in(self, other: OpenCase, by: str, why: str) -> None:
        """Join ``other`` to this case. Its opener is now in here by ``by``."""
        for episode in other.episodes:
            episode.case = self
            if episode.by == OPENED and by:
                episode.by, episode.why = by, why
        was_open = self._open or other._open
        self.closed_at = None if was_open else _latest(self.closed_at, other.closed_at)
        self.episodes += other.episodes
        self.facts |= other.facts
        for reason, at in other.reason_at.items():
            self.reason_at[reason] = _latest(self.reason_at.get(reason), at) or at
        if other.last_at is not None and (self.last_at is None or other.last_at > self.last_at):
            self.last_at, self.last_kind, self.last_public = other.last_at, other.last_kind, other.last_public
        self.foreign += other.foreign
        self.foreign_open += other.foreign_open
        self.live |= other.live
        self.linked += other.linked
        other.into = self
        other.episodes = []

    @property
    def _open(self) -> bool:
        return bool(self.episodes) and self.closed_at is None

    def let_go(self, episode: OpenEpisode) -> None:
        """Let an episode leave, with what only it had brought."""
        self.episodes.remove(episode)
        self.facts = set[str]().union(*(one.facts for one in self.episodes), *(one.facts for one in self.foreign))
        self.live = any(one.live for one in self.episodes)
        known = [one.spoken_at for one in self.episodes if one.spoken_at is not None]
        self.last_at = max((*known, *(one.last_at for one in self.foreign)), default=None)


def _latest(left: datetime | None, right: datetime | None) -> datetime | None:
    if left is None or right is None:
        return left or right
    return max(left, right)
