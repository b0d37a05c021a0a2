"""A customer's cases so far, found by what they show: named facts and contact reasons.

A named shared fact goes before a shared reason, the case with the latest message before others. Facts count from the
moment in which they are said: the past is never judged by the future.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bridge.cases.working import OpenCase

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable
    from datetime import datetime, timedelta

    from bridge.cases.model import Foreign, Utterance
    from bridge.cases.policy import CasePolicy

LATEST = 32
"""At least so many of the latest cases that share a name are looked at; it bounds the work for one endless customer."""
DOUBTFUL = 8
"""How many of the latest cases are looked at for a doubt."""


def kinds_of(facts: Iterable[str]) -> set[str]:
    """Return the kinds of ``kind:value`` facts."""
    return {fact.partition(":")[0] for fact in facts}


def apart(policy: CasePolicy, one: Collection[str], other: Collection[str]) -> bool:
    """Tell whether both name facts of a kind that keeps matters apart, and none in common."""
    if not one or not other:
        return False
    for kind in policy.apart_facts:
        prefix = kind + ":"
        mine = {fact for fact in one if fact.startswith(prefix)}
        theirs = {fact for fact in other if fact.startswith(prefix)} if mine else None
        if theirs and not mine & theirs:
            return True
    return False


class Matters:
    """All cases of one customer, found by their facts and reasons."""

    def __init__(self, policies: Iterable[CasePolicy]) -> None:
        """After the longest hard close of the policies a silent case is found no more."""
        self._policies = policies
        self._longest: timedelta | None = None
        self._by_fact: dict[str, list[OpenCase]] = {}
        self._by_reason: dict[str, list[OpenCase]] = {}
        self.all: list[OpenCase] = []

    def open(self) -> OpenCase:
        """Begin a case."""
        case = OpenCase(len(self.all))
        self.all.append(case)
        return case

    def open_foreign(self, foreign: Foreign) -> OpenCase:
        """Note a case that somebody else began."""
        case = self.open()
        case.foreign, case.foreign_open, case.last_at, case.live = [foreign], 1, foreign.last_at, True
        self.show_facts(case, foreign.facts)
        if foreign.reason and foreign.joinable_reason:
            self.show_reason(case, foreign.reason, foreign.last_at)
        return case

    def show_facts(self, case: OpenCase, facts: Iterable[str]) -> None:
        """Let a case be found by these facts from now on."""
        for fact in facts:
            if fact not in case.facts:
                case.facts.add(fact)
                self._by_fact.setdefault(fact, []).append(case)

    def show_reason(self, case: OpenCase, reason: str, at: datetime) -> None:
        """Let a case be found by a reason that an anchoring episode has."""
        before = case.reason_at.get(reason)
        if before is None:
            self._by_reason.setdefault(reason, []).append(case)
        if before is None or at > before:
            case.reason_at[reason] = at

    def for_facts(
        self, facts: Iterable[str], fits: Callable[[OpenCase], bool], at: datetime | None
    ) -> tuple[OpenCase, str] | None:
        """Return the fitting case with the latest message that shows one of the facts, and which."""
        found = [
            (case, fact)
            for fact in sorted(facts)
            for case in self._alive(self._by_fact, fact, at)
            if fact in case.facts and fits(case)
        ]
        return max(found, key=lambda pair: _latest(pair[0]), default=None)

    def for_reason(
        self, reason: str, fits: Callable[[OpenCase], bool], at: datetime, within: timedelta
    ) -> OpenCase | None:
        """Return the fitting case with the latest message whose anchoring episodes had the reason ``within`` that time."""
        found = [
            case
            for case in self._alive(self._by_reason, reason, at)
            if at - case.reason_at[reason] <= within and fits(case)
        ]
        return max(found, key=_latest, default=None)

    def doubtful(self, said: Utterance, fits: Callable[[OpenCase], bool]) -> list[OpenCase]:
        """Return the latest open case that may be the same matter: of the same reason, or where one is unknown."""
        known = said.joinable_reason and said.reason
        for case in reversed(self.all[-DOUBTFUL - 1 : -1]):
            other_reason = known and case.reason_at and said.reason not in case.reason_at
            alone = case.episodes and case.episodes[0].alone
            if case.into is None and not other_reason and not alone and fits(case):
                return [case]
        return []

    def _alive(self, index: dict[str, list[OpenCase]], name: str, at: datetime | None) -> list[OpenCase]:
        """Return the cases under a name, once each; what has been silent too long is forgotten."""
        listed = index.get(name)
        if not listed:
            return []
        cases = {case.number: case for case in (one.survivor for one in listed)}.values()
        alive = [case for case in cases if not self._gone(case, at)]
        index[name] = sorted(alive, key=_latest)[-LATEST:] if len(alive) > 2 * LATEST else alive
        return index[name]

    def _gone(self, case: OpenCase, at: datetime | None) -> bool:
        if at is None or case.last_at is None:
            return (at is None) != (case.last_at is None)
        if self._longest is None:
            self._longest = max(policy.hard_close for policy in self._policies)
        return at - case.last_at > self._longest


def _latest(case: OpenCase) -> tuple[float, int]:
    return (case.last_at.timestamp() if case.last_at else 0.0, case.number)
