"""Why two vertices are one customer, why not, and what would change: read off a problem and its solution."""

from __future__ import annotations

from collections import defaultdict, deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from identity.model import DecisionKind, Relation
from identity.solver import solve

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from identity.model import Decision, Identifier
    from identity.policy import IdentityPolicy
    from identity.solution import Link, Problem, RefusedLink, Solution, Suggested


@dataclass(frozen=True, slots=True)
class Explanation:
    """What made a customer, in the order in which it happened, and what was refused at its border."""

    links: tuple[Link, ...]
    refused: tuple[RefusedLink, ...]
    suggestions: tuple[Suggested, ...]
    provisional: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WhyNot:
    """Why two vertices are not one customer, as one sentence, and the refused link if there was one."""

    sentence: str
    refused: RefusedLink | None = None
    identifier: Identifier | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """The customers that would be no more, and those that would come instead."""

    before: tuple[frozenset[str], ...]
    after: tuple[frozenset[str], ...]


def explain(members: Collection[str], solution: Solution) -> Explanation:
    """Explain the customer that consists of ``members``."""
    inside = frozenset(members)
    return Explanation(
        links=tuple(link for link in solution.links if link.left in inside),
        refused=tuple(link for link in solution.refused if link.left in inside or link.right in inside),
        suggestions=tuple(s for s in solution.suggestions if s.left in inside or s.right in inside),
        provisional=tuple(sorted(inside & solution.provisional)),
    )


def why(one: str, other: str, solution: Solution) -> tuple[Link, ...]:
    """Return the accepted links from one vertex to the other, in order; empty if they are not one customer.

    There is one way in the tree of accepted links, and it is the one whose weakest link is strongest.
    """
    beside: defaultdict[str, list[tuple[str, Link]]] = defaultdict(list)
    for link in solution.links:
        beside[link.left].append((link.right, link))
        beside[link.right].append((link.left, link))
    ways: dict[str, tuple[Link, ...]] = {one: ()}
    queue = deque([one])
    while queue and other not in ways:
        here = queue.popleft()
        for there, link in beside[here]:
            if there not in ways:
                ways[there] = (*ways[here], link)
                queue.append(there)
    return ways.get(other, ())


def why_not(one: str, other: str, problem: Problem, solution: Solution) -> WhyNot:
    """Say what keeps two vertices apart: a decision, the first refused link between their clusters, or nothing shared."""
    left, right = _cluster(one, solution), _cluster(other, solution)
    if other in left:
        return WhyNot("They are one customer.")
    for decision in problem.decisions:
        if decision.kind is DecisionKind.CANNOT_LINK and _parts(decision, left, right):
            return WhyNot(f"Decision {decision.id} by {decision.actor or 'a person'} keeps them apart.")
    for refused in solution.refused:
        if (refused.left in left and refused.right in right) or (refused.left in right and refused.right in left):
            return WhyNot(f"{refused.identifier} did not link them: {refused.reason}.", refused, refused.identifier)
    near = _nothing_links(frozenset({one}), frozenset({other}), problem, solution)
    return near if near.identifier is not None else _nothing_links(left, right, problem, solution)


def what_if(
    problem: Problem,
    policy: IdentityPolicy,
    *,
    without: Iterable[Identifier] = (),
    without_vertices: Iterable[str] = (),
    decisions: Iterable[Decision] = (),
) -> Change:
    """Return what would change without some identifiers or vertices, or with further decisions; stores nothing."""
    gone, absent = frozenset(without), frozenset(without_vertices)
    vertices = {key: vertex for key, vertex in problem.vertices.items() if key not in absent}
    evidence = tuple(e for e in problem.evidence if e.identifier not in gone and e.vertex not in absent)
    now = solve(problem.vertices, problem.evidence, problem.decisions, policy, context=problem.context)
    then = solve(vertices, evidence, (*problem.decisions, *decisions), policy, context=problem.context - absent)
    before, after = set(now.clusters), set(then.clusters)
    return Change(tuple(sorted(before - after, key=min)), tuple(sorted(after - before, key=min)))


def _cluster(vertex: str, solution: Solution) -> frozenset[str]:
    return next((cluster for cluster in solution.clusters if vertex in cluster), frozenset({vertex}))


def _parts(decision: Decision, left: frozenset[str], right: frozenset[str]) -> bool:
    first, *others = decision.operands
    return (first in left and not right.isdisjoint(others)) or (first in right and not left.isdisjoint(others))


def _nothing_links(left: frozenset[str], right: frozenset[str], problem: Problem, solution: Solution) -> WhyNot:
    shown: defaultdict[Identifier, tuple[set[Relation], set[Relation]]] = defaultdict(lambda: (set(), set()))
    for seen in problem.evidence:
        for side, cluster in enumerate((left, right)):
            if seen.vertex in cluster:
                shown[seen.identifier][side].add(seen.relation)
    both = sorted(identifier for identifier, sides in shown.items() if all(sides))
    for identifier in both:
        if reason := solution.shared.get(identifier):
            return WhyNot(f"{identifier} links nobody: {reason}.", identifier=identifier)
    for identifier in both:
        if any(relations <= {Relation.CLAIMED, Relation.MENTIONED} for relations in shown[identifier]):
            return WhyNot(f"{identifier} was only said, not proved.", identifier=identifier)
    if both:
        return WhyNot(f"{both[0]} does not link in this relation or at this time.", identifier=both[0])
    return WhyNot("They show no identifier in common.")
