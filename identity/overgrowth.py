"""Components that grow beyond the cap: their weak, widely shown identifiers stop linking."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from identity.policy import WEAK_FROM

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from identity.model import Identifier
    from identity.policy import IdentityPolicy
    from identity.sightings import Sighting

_Live = dict["Identifier", dict[str, "Sighting"]]


def freeze(
    live: _Live, edges: Sequence[tuple[str, str]], members: Sequence[str], policy: IdentityPolicy
) -> tuple[dict[Identifier, str], tuple[str, ...]]:
    """Return identifiers to freeze with the reason, and the smallest key of each component beyond the cap.

    In every such component the weak identifiers on most vertices go first, until what is left fits under the cap.
    """
    frozen: dict[Identifier, str] = {}
    if len(members) <= policy.component_cap:
        return frozen, ()
    large = _large(live, edges, policy.component_cap)
    overgrown = tuple(sorted(min(component) for component in large))
    while large:
        inside = set().union(*large)
        weak = [i for i, by in live.items() if i not in frozen and _weak(by) and not inside.isdisjoint(by)]
        if not weak:
            break
        for component in large:
            degree = max((len(live[i]) for i in weak if not component.isdisjoint(live[i])), default=0)
            frozen |= {
                i: "component grew beyond the cap"
                for i in weak
                if len(live[i]) == degree and not component.isdisjoint(live[i])
            }
        rest = {identifier: by for identifier, by in live.items() if identifier not in frozen}
        large = _large(rest, edges, policy.component_cap)
    return frozen, overgrown


def _weak(by_vertex: Mapping[str, Sighting]) -> bool:
    return max(sighting.rule.priority for sighting in by_vertex.values()) >= WEAK_FROM


def _large(live: _Live, edges: Iterable[tuple[str, str]], cap: int) -> list[set[str]]:
    neighbours: defaultdict[str, set[str]] = defaultdict(set)
    stars = [(first, other) for by in live.values() for first, *others in [list(by)] for other in others]
    for one, other in (*stars, *edges):
        neighbours[one].add(other)
        neighbours[other].add(one)
    found, seen = [], set[str]()
    for start in neighbours:
        if start in seen:
            continue
        component, queue = {start}, [start]
        while queue:
            new = neighbours[queue.pop()] - component
            component |= new
            queue.extend(new)
        seen |= component
        if len(component) > cap:
            found.append(component)
    return found
