"""Go once through what one customer said and what happened to it, in the total order, and find the episodes."""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING, TypeAlias

from bridge.cases.model import UNDATED
from bridge.cases.placing import Placing, reopens
from bridge.cases.working import OpenEpisode

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime, timedelta

    from bridge.cases.decisions import Plan
    from bridge.cases.model import Closing, Foreign, Utterance
    from bridge.cases.policy import CasePolicy

# At the same time: a foreign case is there before the message, a close comes after it, a reopening after the close.
_FOREIGN_OPENED, _SAID, _ANSWERED, _REVIEWED, _CLOSED, _REOPENED, _FOREIGN_CLOSED = range(7)

Moment: TypeAlias = "tuple[datetime, int, str, Utterance | Closing | Foreign]"


def timeline(utterances: Sequence[Utterance], closings: Sequence[Closing], foreign: Sequence[Foreign]) -> list[Moment]:
    """Return everything that happened in one total order that no order of arrival can change."""
    moments: list[Moment] = [
        (one.at or UNDATED, _SAID if one.inbound else _ANSWERED, one.key, one) for one in utterances
    ]
    moments += (
        (one.edited_at, _REVIEWED, one.key, one)
        for one in utterances
        if one.edited_at is not None and _is_edited_review(one, one.edited_at)
    )
    moments += ((closing.at, _CLOSED if closing.closed else _REOPENED, "", closing) for closing in closings)
    for case in foreign:
        name = f"{case.target}\x1f{case.ref}"
        moments.append((case.opened_at, _FOREIGN_OPENED, name, case))
        if case.closed_at is not None:
            moments.append((case.closed_at, _FOREIGN_CLOSED, name, case))
    if len(moments) > 1:
        moments.sort(key=itemgetter(0, 1, 2))
    return moments


class Sweep:
    """One pass: ``episodes`` in the order in which they began, ``unanswering`` our messages that answer nothing here."""

    def __init__(self, policies: Mapping[int, CasePolicy], plan: Plan) -> None:
        """``plan``: what people decided."""
        self._policies, self._plan = policies, plan
        self._strands: dict[object, OpenEpisode] = {}
        self._waiting: dict[int | None, list[Utterance]] = {}
        self.episodes: list[OpenEpisode] = []
        self.episode_of: dict[int, OpenEpisode] = {}
        self.placing = Placing(policies.values(), plan)

    def run(self, moments: Sequence[Moment]) -> Sweep:
        """Go through the moments."""
        happen: tuple[Callable[..., None], ...] = (
            self.placing.foreign_opened,
            self._said,
            self._answered,
            self._reviewed,
            self._closed,
            self._closed,
            self.placing.foreign_closed,
        )
        for _, rank, _, what in moments:
            happen[rank](what)
        return self

    @property
    def unanswering(self) -> list[Utterance]:
        """Return our messages that belong to no message of this customer."""
        return [answer for answers in self._waiting.values() for answer in answers]

    def _said(self, said: Utterance) -> None:
        strand = said.id if said.profile is None else (said.profile, said.conversation, said.at is None)
        episode = self._strands.get(strand)
        if episode is None or self._starts_anew(episode, said):
            episode = self._strands[strand] = self._begin(said, episode)
        episode.messages.append(said)
        self.episode_of[said.id] = episode
        self._advance_clock(episode, said)
        if episode.case is None:
            self.placing.consider(episode, said)
        else:
            self.placing.go_on(episode, episode.case, said)
        if self._waiting:
            for answer in self._waiting.pop(said.id, ()):
                self._answered(answer)

    def _answered(self, answer: Utterance) -> None:
        """Our answer belongs to the episode of its message, also where a clock puts it before that message."""
        episode = self.episode_of.get(answer.answers_to) if answer.answers_to is not None else None
        if episode is None:
            self._waiting.setdefault(answer.answers_to, []).append(answer)
            return
        episode.messages.append(answer)
        self.episode_of[answer.id] = episode
        if episode.spoken_at is not None and answer.at is not None:
            episode.spoken_at = max(episode.spoken_at, answer.at)
        self.placing.answered(episode, answer)

    def _reviewed(self, review: Utterance) -> None:
        if review.deleted or review.mode != "live":
            return
        episode = self.episode_of[review.id]
        episode.reviewed_at, episode.closed_at = review.edited_at, None
        if episode.case is not None:
            episode.case.closed_at = None

    def _closed(self, closing: Closing) -> None:
        at = closing.at if closing.closed else None
        for message in closing.messages:
            episode = self.episode_of.get(message)
            if episode is not None:
                episode.closed_at = at
                if episode.case is not None:
                    episode.case.closed_at = at

    def _begin(self, said: Utterance, before: OpenEpisode | None) -> OpenEpisode:
        prior = before if before is None or before.case is not None else before.prior
        policy = self._policies[said.policy]
        episode = OpenEpisode(len(self.episodes), policy, policy.windows, prior, said.profile is None)
        if self._plan.decided:
            episode.void = self._plan.void.get(said.id, "")
            episode.pinned = said.id in self._plan.own
        self.episodes.append(episode)
        return episode

    def _starts_anew(self, episode: OpenEpisode, said: Utterance) -> bool:
        """Tell whether a message begins the next episode of its strand. A bare thanks does only after the hard close."""
        if said.id in self._plan.splits:
            return True
        if said.at is None or episode.spoken_at is None:
            return False
        if said.at - episode.spoken_at > episode.windows.hard_close:
            return True
        since = _since(episode, episode.spoken_at)
        return not said.thanks and (_is_over(episode, said.at) or said.at - since > _window(episode, said))

    def _advance_clock(self, episode: OpenEpisode, said: Utterance) -> None:
        if not said.thanks or episode.spoken_at is None:
            episode.spoken_at = said.at
        if reopens(said):
            episode.closed_at = None
        if said.id in self._plan.ends:
            end = self._plan.ends[said.id]
            episode.ended_at = end if episode.ended_at is None else min(end, episode.ended_at)


def _is_edited_review(said: Utterance, edited_at: datetime) -> bool:
    return said.inbound and said.kind == "review" and said.at is not None and edited_at > said.at


def _is_over(episode: OpenEpisode, at: datetime) -> bool:
    """Tell whether a decision or the close of a foreign case ended it: that is never reopened."""
    decided = episode.ended_at is not None and at > episode.ended_at
    return decided or (episode.case is not None and episode.case.ended)


def _since(episode: OpenEpisode, spoken_at: datetime) -> datetime:
    """Return what the reopen window counts from: the close, else the last message or edit of a review."""
    if episode.closed_at is not None and episode.closed_at > spoken_at:
        spoken_at = episode.closed_at
    if episode.reviewed_at is not None and episode.reviewed_at > spoken_at:
        return episode.reviewed_at
    return spoken_at


def _window(episode: OpenEpisode, said: Utterance) -> timedelta:
    return episode.windows.of(said.kind, public=said.public)
