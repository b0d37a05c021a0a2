"""What hangs together with some vertices: everything that a solve needs to decide about them, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from identity.model import LINKING, DecisionKind, Relation
from identity.shared import blocked, shared
from identity.sightings import linking
from identity.solution import Problem

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from identity.model import Decision, Evidence, Identifier, Vertex
    from identity.policy import IdentityPolicy


class Graph(Protocol):
    """The store as identity reads it. Every method is one batch; unknown keys are left out of the answer.

    Retracted evidence, deleted rows and decisions that were undone do not exist.
    """

    def vertices(self, keys: Collection[str]) -> Mapping[str, Vertex]:
        """Return the vertices by key."""

    def evidence_of(self, keys: Collection[str]) -> Mapping[str, Sequence[Evidence]]:
        """Return all evidence of the vertices, whatever its relation."""

    def sightings(self, identifiers: Collection[Identifier], limit: int) -> Mapping[Identifier, Sequence[Evidence]]:
        """Return who shows the identifiers, in relations of ``LINKING`` and CLAIMED.

        Each of the two may be cut for itself, as long as evidence of more than ``limit`` vertices is returned of it.
        """

    def echoes(self, anchors: Collection[str]) -> Collection[str]:
        """Return keys of echoes that were made from these vertices."""

    def decisions_touching(self, operands: Collection[str]) -> Sequence[Decision]:
        """Return decisions with one of these operands: vertex keys, or identifiers as ``kind:scope:value``."""


def component(start: Iterable[str], graph: Graph, policy: IdentityPolicy) -> Problem:
    """Return the problem of the raw components of these vertices: their members, and as context who they only look at.

    Raw means: by all links that could be tried, also those that a guard will refuse, so that what was refused
    earlier cannot matter. Shared and blocked values are not passed. Five batches a level; lone vertices end at once.
    """
    search = _Search(graph, policy)
    search.grow(set(start))
    return search.problem()


def seeds(changed: Iterable[Evidence], graph: Graph, policy: IdentityPolicy) -> set[str]:
    """Return where to solve anew after this evidence came, went or changed; ``graph`` is in its new state.

    These are its vertices and all who show its values: one more person may make a value shared, one less may free it.
    A value that stays beyond the maximum without the changed vertices is left alone. For a vertex whose names or
    echo flag changed pass all its evidence; for a decision its vertices are seeds, for BLOCK all who show the value.
    """
    touched: dict[Identifier, set[str]] = {}
    found: set[str] = set()
    for seen in changed:
        found.add(seen.vertex)
        if seen.relation is not Relation.MENTIONED:
            touched.setdefault(seen.identifier, set()).add(seen.vertex)
    most = policy.max_vertices_per_value
    rows = graph.sightings(touched.keys(), most + max(map(len, touched.values()), default=0)) if touched else {}
    for identifier, sightings in rows.items():
        crowd = _crowd(sightings)
        if len(crowd - touched[identifier]) <= most:
            found |= crowd
    return found


def _crowd(sightings: Iterable[Evidence]) -> set[str]:
    return {seen.vertex for seen in sightings if seen.relation in LINKING}


class _Search:
    """Breadth first, a level a round."""

    def __init__(self, graph: Graph, policy: IdentityPolicy) -> None:
        self.graph, self.policy = graph, policy
        self.vertices: dict[str, Vertex] = {}
        self.members: set[str] = set()
        self.evidence: dict[tuple[str, Identifier, Relation], Evidence] = {}
        self.decisions: dict[int, Decision] = {}
        self.blocked: set[str] = set()
        self.looked_up: set[Identifier] = set()

    def grow(self, level: set[str]) -> None:
        """Take in a level and what it leads to, until nothing new turns up."""
        while level:
            self._meet(level)
            level &= self.vertices.keys()
            self.members |= level
            shown = self.graph.evidence_of(level)
            self._note(seen for rows in shown.values() for seen in rows)
            asked = {s.identifier for rows in shown.values() for s in rows if s.relation is not Relation.MENTIONED}
            asked -= self.looked_up
            level = (self._by_decision(level, asked) | self._by_anchor(level) | self._by_value(asked)) - self.members

    def problem(self) -> Problem:
        """Return what was found, in an order that does not depend on the search."""
        keys = sorted(self.vertices)
        evidence = tuple(self.evidence[key] for key in sorted(self.evidence))
        decisions = tuple(sorted(self.decisions.values()))
        context = frozenset(self.vertices.keys() - self.members)
        return Problem({key: self.vertices[key] for key in keys}, evidence, decisions, context)

    def _meet(self, keys: Collection[str]) -> None:
        new = keys - self.vertices.keys()
        if new:
            self.vertices.update(self.graph.vertices(new))

    def _note(self, evidence: Iterable[Evidence]) -> None:
        self.evidence.update(((seen.vertex, seen.identifier, seen.relation), seen) for seen in evidence)

    def _by_value(self, identifiers: set[Identifier]) -> set[str]:
        """Return who may be linked by these values; note all who show them."""
        if not identifiers:
            return set()
        self.looked_up |= identifiers
        found = self.graph.sightings(identifiers, self.policy.max_vertices_per_value)
        others = {seen.vertex for rows in found.values() for seen in rows}
        self._meet(others)
        reached: set[str] = set()
        for identifier, rows in found.items():
            known = [seen for seen in rows if seen.vertex in self.vertices]
            if len(known) > 1:
                self._note(known)
                reached.update(self._reached(identifier, known))
        return reached

    def _reached(self, identifier: Identifier, sightings: Sequence[Evidence]) -> Collection[str]:
        by_vertex = linking(sightings, self.policy)
        seen = [sighting.evidence for sighting in by_vertex.values()]
        if blocked(identifier, self.policy, self.blocked):
            return set()
        if shared(identifier, seen, len(_crowd(sightings)), self.vertices, self.policy):
            return set()
        return by_vertex.keys()

    def _by_anchor(self, level: set[str]) -> set[str]:
        anchors = {self.vertices[key].anchor for key in level if self.vertices[key].echo} - {""}
        return anchors | set(self.graph.echoes(level))

    def _by_decision(self, level: set[str], identifiers: set[Identifier]) -> set[str]:
        reached: set[str] = set()
        for decision in self.graph.decisions_touching({*level, *map(str, identifiers)}):
            self.decisions[decision.id] = decision
            if decision.kind is DecisionKind.MUST_LINK:
                reached.update(decision.operands)
            elif decision.kind is DecisionKind.BLOCK:
                self.blocked.update(decision.operands)
        return reached
