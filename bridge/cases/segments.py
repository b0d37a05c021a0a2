"""Cut a customer's history into independent segments, so that a message never makes us read it all.

Two messages between which nothing is said for longer than the hard close are never in one episode, and no case of the
one is open for the other; so each segment can be assembled alone. Only ``previous`` looks over the cut.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime, timedelta

    from bridge.cases.model import CaseDecision, Foreign, Utterance
    from bridge.cases.policy import CasePolicy

Span: TypeAlias = "tuple[datetime, datetime]"


def segments(
    utterances: Sequence[Utterance],
    policies: Mapping[int, CasePolicy],
    *,
    foreign: Sequence[Foreign] = (),
    decisions: Sequence[CaseDecision] = (),
) -> list[list[Utterance]]:
    """Return the segments, each in the total order; messages without a time (and their answers) apart at the end.

    What holds two parts together keeps them together: an answer of ours long after its message, a foreign case that
    lived on, a decision that names both. Assemble each with all of ``foreign`` and ``decisions``.
    """
    silence = max((policy.hard_close for policy in policies.values()), default=None)
    if silence is None or not utterances:
        return [list(utterances)] if utterances else []
    times = [one.at for one in utterances if one.at is not None]
    if len(times) == len(utterances) and max(times) - min(times) <= silence:
        return [sorted(utterances, key=lambda one: one.order)]
    answered = {one.id: one.at for one in utterances if one.inbound}
    spans = {one.id: _span(one, answered) for one in utterances}
    known = [span for span in spans.values() if span is not None]
    ends = _ends([*known, *(_life(one) for one in foreign)], silence)
    part: dict[object, int] = {one: _part(span, ends) for one, span in spans.items()}
    part.update({(one.target, one.ref): _part(_life(one), ends) for one in foreign})
    _hold_together(part, _ties(utterances, foreign, decisions))
    found: dict[int, list[Utterance]] = {}
    for one in sorted(utterances, key=lambda one: one.order):
        found.setdefault(part[one.id], []).append(one)
    return [found[number] for number in sorted(found)]


def _span(one: Utterance, answered: Mapping[int, datetime | None]) -> Span | None:
    """Return from when to when a message acts, None without a time. An answer acts from its message on, never before it."""
    at = answered.get(one.answers_to, one.at) if not one.inbound and one.answers_to is not None else one.at
    if at is None or one.at is None:
        return None if at is None else (at, at)
    return at, max(at, one.at)


def _life(one: Foreign) -> Span:
    return min(one.opened_at, one.last_at), max(one.opened_at, one.last_at)


def _ends(spans: Iterable[Span], silence: timedelta) -> list[datetime]:
    """Return the last moment of each part."""
    ends: list[datetime] = []
    for start, end in sorted(spans):
        if not ends or start - ends[-1] > silence:
            ends.append(end)
        else:
            ends[-1] = max(ends[-1], end)
    return ends


def _part(span: Span | None, ends: Sequence[datetime]) -> int:
    return len(ends) if span is None else bisect_left(ends, span[1])


def _ties(
    utterances: Sequence[Utterance], foreign: Sequence[Foreign], decisions: Sequence[CaseDecision]
) -> list[list[object]]:
    """Return what belongs together: messages that a decision names, a foreign case and the messages that it names."""
    by_key = {one.key: one.id for one in utterances} if any(one.message_keys for one in foreign) else {}
    known = {one.id for one in utterances} if decisions else set()
    ties: list[list[object]] = [
        [(one.target, one.ref), *(by_key[key] for key in sorted(one.message_keys) if key in by_key)] for one in foreign
    ]
    ties += ([id_ for id_ in one.messages if id_ in known] for one in decisions)
    return ties


def _hold_together(part: dict[object, int], ties: Iterable[Sequence[object]]) -> None:
    for tie in ties:
        parts = {part[one] for one in tie}
        if len(parts) > 1:
            first = min(parts)
            part.update({one: first for one, number in part.items() if number in parts})
