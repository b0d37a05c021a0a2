"""What another policy, another rule or a decision would change: two assemblies compared, message by message."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bridge.cases.model import Assembled, Assembly


class Change(StrEnum):
    """What happens to cases."""

    JOINED = "joined"
    """Messages of several cases are in one."""
    SPLIT = "split"
    """Messages of one case are in several."""
    OPENED = "opened"
    """Messages that were in no case are in one that holds no case of before."""
    DROPPED = "dropped"
    """No message of a case is in any case."""
    GREW = "grew"
    """Messages that were in no case are in one that was there."""
    SHRANK = "shrank"
    """Messages of a case are in none any more."""
    CHECKED = "checked"
    """The case goes to or leaves the queue of cases to check."""
    FOREIGN = "foreign"
    """It continues other foreign cases."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One change; cases are named by the ids of their first messages."""

    change: Change
    before: tuple[int, ...]
    """Cases of before that it concerns."""
    after: tuple[int, ...]
    """Cases of after that it concerns."""
    messages: tuple[int, ...]
    """The messages that it concerns."""


def compare(before: Assembly, after: Assembly) -> list[Difference]:
    """Return the differences between two assemblies of the same messages, in a fixed order; none if both say the same."""
    old, new = _case_of(before), _case_of(after)
    found = [
        *_regrouped(Change.JOINED, after.cases, old),
        *_regrouped(Change.SPLIT, before.cases, new),
        *_gained(after.cases, old),
        *_lost(before.cases, new),
        *_same_but(before, after),
    ]
    return sorted(found, key=lambda one: (one.messages, one.change))


def _ids(case: Assembled) -> list[int]:
    return [message.id for episode in case.episodes for message in episode.messages]


def _case_of(assembly: Assembly) -> dict[int, int]:
    return {id_: case.anchor.id for case in assembly.cases for id_ in _ids(case)}


def _regrouped(change: Change, cases: Sequence[Assembled], other: Mapping[int, int]) -> list[Difference]:
    """Return the cases whose messages are several cases on the other side."""
    found = []
    for case in cases:
        there = tuple(sorted({other[id_] for id_ in _ids(case) if id_ in other}))
        if len(there) > 1:
            here = (case.anchor.id,)
            old, new = (there, here) if change is Change.JOINED else (here, there)
            found.append(Difference(change, old, new, tuple(sorted(_ids(case)))))
    return found


def _gained(cases: Sequence[Assembled], old: Mapping[int, int]) -> list[Difference]:
    found = []
    for case in cases:
        fresh = tuple(sorted(id_ for id_ in _ids(case) if id_ not in old))
        known = tuple(sorted({old[id_] for id_ in _ids(case) if id_ in old}))
        if fresh:
            found.append(Difference(Change.GREW if known else Change.OPENED, known, (case.anchor.id,), fresh))
    return found


def _lost(cases: Sequence[Assembled], new: Mapping[int, int]) -> list[Difference]:
    found = []
    for case in cases:
        gone = tuple(sorted(id_ for id_ in _ids(case) if id_ not in new))
        left = tuple(sorted({new[id_] for id_ in _ids(case) if id_ in new}))
        if gone:
            found.append(Difference(Change.SHRANK if left else Change.DROPPED, (case.anchor.id,), left, gone))
    return found


def _same_but(before: Assembly, after: Assembly) -> list[Difference]:
    """Return cases of the same messages of which something else is said."""
    old = {frozenset(_ids(case)): case for case in before.cases}
    found = []
    for case in after.cases:
        was = old.get(frozenset(_ids(case)))
        if was is None:
            continue
        sides = (was.anchor.id,), (case.anchor.id,), tuple(sorted(_ids(case)))
        if was.to_check != case.to_check:
            found.append(Difference(Change.CHECKED, *sides))
        if was.foreign != case.foreign:
            found.append(Difference(Change.FOREIGN, *sides))
    return found
