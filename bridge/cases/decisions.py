"""What people decided about cases, as instructions for episodes. Later decisions win."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from bridge.cases.model import CaseDecision, Utterance
    from bridge.cases.working import OpenEpisode

SPLIT, JOIN, MOVE_TO, NOT_A_CASE = "split", "join", "move_to", "not_a_case"


@dataclass(slots=True)
class Plan:
    """What the sweep is to do differently. ``splits`` and ``ends`` name messages, the rest first messages of episodes."""

    decided: bool = False
    """False while it holds the cuts only."""
    splits: set[int] = field(default_factory=set)
    ends: dict[int, datetime] = field(default_factory=dict)
    """Message → what comes after this time is another episode than the message's."""
    void: dict[int, str] = field(default_factory=dict)
    wanted: set[int] = field(default_factory=set)
    own: set[int] = field(default_factory=set)
    """Begin a case of their own, whatever they share with another."""
    pairs: set[tuple[int, int]] = field(default_factory=set)
    """(episode, episode whose case takes it in)."""

    def partners(self, anchor: int) -> list[tuple[int, int]]:
        """Return the pairs of an episode."""
        return sorted(pair for pair in self.pairs if anchor in pair)

    def forget(self, anchor: int) -> None:
        """Let earlier decisions about an episode count no more."""
        self.void.pop(anchor, None)
        self.own.discard(anchor)
        self.pairs = {pair for pair in self.pairs if anchor not in pair}

    def want(self, *anchors: int) -> None:
        """Let these episodes be cases, whatever the rules say."""
        self.wanted.update(anchors)
        for anchor in anchors:
            self.void.pop(anchor, None)


def named_messages(
    decisions: Sequence[CaseDecision], utterances: Sequence[Utterance]
) -> list[tuple[CaseDecision, list[int]]]:
    """Return decisions by id with the customer's messages that they name."""
    if not decisions:
        return []
    words = {one.id for one in utterances if one.inbound}
    stands_for = {one.id: one.answers_to for one in utterances if not one.inbound and one.answers_to in words}
    found = []
    for decision in sorted(decisions, key=lambda one: one.id):
        named = (stands_for.get(id_, id_) for id_ in decision.messages)
        found.append((decision, [id_ for id_ in named if id_ is not None and id_ in words]))
    return found


def cuts(decisions: Sequence[tuple[CaseDecision, list[int]]]) -> Plan:
    """Return where decisions cut strands into episodes."""
    plan = Plan()
    for decision, messages in decisions:
        if decision.kind == SPLIT:
            plan.splits.update(messages[:1])
        elif decision.kind == NOT_A_CASE and decision.at is not None:
            for message in messages:
                plan.ends[message] = min(decision.at, plan.ends.get(message, decision.at))
    return plan


def instructions(decisions: Sequence[tuple[CaseDecision, list[int]]], episode_of: Mapping[int, OpenEpisode]) -> Plan:
    """Return the cuts and what is to happen with the episodes that they gave."""
    plan = cuts(decisions)
    plan.decided = True
    for decision, messages in decisions:
        anchors = [episode_of[message].anchor.id for message in messages]
        if decision.kind == NOT_A_CASE:
            _not_a_case(plan, anchors, decision)
        elif decision.kind == SPLIT:
            _split(plan, anchors[:1])
        elif len(anchors) > 1 and decision.kind == MOVE_TO:
            _move(plan, anchors[0], anchors[1])
        elif decision.kind == JOIN:
            _join(plan, anchors)
    return plan


def _not_a_case(plan: Plan, anchors: Sequence[int], decision: CaseDecision) -> None:
    for anchor in anchors:
        plan.forget(anchor)
        plan.wanted.discard(anchor)
        plan.void[anchor] = f"decision:{decision.id}"


def _split(plan: Plan, anchors: Sequence[int]) -> None:
    for anchor in anchors:
        plan.forget(anchor)
        plan.want(anchor)
        plan.own.add(anchor)


def _move(plan: Plan, anchor: int, destination: int) -> None:
    if anchor == destination:
        return
    plan.forget(anchor)
    plan.want(anchor, destination)
    plan.own.add(anchor)
    plan.pairs.add((anchor, destination))


def _join(plan: Plan, anchors: Sequence[int]) -> None:
    first, *others = sorted(set(anchors)) or [0]
    if others:
        plan.want(first, *others)
        plan.pairs.update((other, first) for other in others)
