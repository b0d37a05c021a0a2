"""What a solve stands on: which evidence may link, who owns a number when, and what people decided."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from identity.model import Decision, DecisionKind, Evidence, Identifier, IdentifierKind, Vertex
from identity.overgrowth import freeze
from identity.shared import blocked, epochs, shared
from identity.sightings import Sighting, Sightings, sort_out

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from identity.policy import IdentityPolicy


@dataclass(frozen=True, slots=True)
class Place:
    """A value while it had one owner: links hold within it."""

    identifier: Identifier
    owner: int = 0


@dataclass(slots=True)
class Ground:
    """Everything that does not change while links are tried."""

    vertices: Mapping[str, Vertex]
    policy: IdentityPolicy
    context: frozenset[str]
    members: tuple[str, ...]
    found: Sightings
    musts: tuple[Decision, ...]
    enemies: Mapping[str, set[str]]
    live: dict[Identifier, dict[str, Sighting]] = field(default_factory=dict)
    """What may link, by identifier and vertex."""
    shared: dict[Identifier, str] = field(default_factory=dict)
    owners: dict[Identifier, dict[str, int]] = field(default_factory=dict)
    """For phone numbers: which owner a vertex's sighting belongs to."""
    shown: dict[str, list[Evidence]] = field(default_factory=dict)
    """Linking evidence of vertices that may get a link."""
    overgrown: tuple[str, ...] = ()

    def place(self, identifier: Identifier, vertex: str) -> Place:
        """Return the value and the owner in whose time the vertex shows it."""
        return Place(identifier, self.owners.get(identifier, {}).get(vertex, 0))

    def anchor(self, key: str) -> str | None:
        """Return the vertex that a record of ours was made from, if it is one of the members."""
        vertex = self.vertices[key]
        known = vertex.echo and vertex.anchor in self.vertices and vertex.anchor not in self.context
        return vertex.anchor if known else None


def prepare(
    vertices: Mapping[str, Vertex],
    evidence: Iterable[Evidence],
    decisions: Iterable[Decision],
    policy: IdentityPolicy,
    context: Collection[str],
) -> Ground:
    """Sort evidence and decisions into what the steps of a solve need."""
    ordered = sorted(decisions)
    members = tuple(key for key in vertices if key not in context)
    found = sort_out(evidence, vertices, policy)
    musts = _must_links(ordered, vertices.keys() - context)
    ground = Ground(vertices, policy, frozenset(context), members, found, musts, _enemies(ordered))
    live = _live(ground, {d.operands[0] for d in ordered if d.kind is DecisionKind.BLOCK})
    frozen, ground.overgrown = freeze(live, _fixed_edges(ground), members, policy)
    ground.shared.update(frozen)
    ground.live = {identifier: by for identifier, by in live.items() if identifier not in frozen}
    ground.owners = {i: _owners(by, ground) for i, by in ground.live.items() if i.kind is IdentifierKind.PHONE}
    ground.shown = _shown(ground)
    return ground


def _live(ground: Ground, decided: Collection[str]) -> dict[Identifier, dict[str, Sighting]]:
    """Return the identifiers that may link two vertices; note why others may not."""
    live = {}
    repeated, hinting = ground.found.repeated, ground.found.hinting
    for identifier, by_vertex in ground.found.linking.items():
        if len(by_vertex) + len(repeated.get(identifier, ())) + len(hinting.get(identifier, ())) < 2:
            continue
        seen = [sighting.evidence for sighting in {**repeated.get(identifier, {}), **by_vertex}.values()]
        reason = blocked(identifier, ground.policy, decided) or shared(
            identifier, seen, len(ground.found.crowd[identifier]), ground.vertices, ground.policy
        )
        if reason:
            ground.shared[identifier] = reason
        else:
            live[identifier] = by_vertex
    return live


def _owners(by_vertex: Mapping[str, Sighting], ground: Ground) -> dict[str, int]:
    seen = [s.evidence for _, s in sorted(by_vertex.items()) if not ground.vertices[s.vertex].echo]
    found = epochs(seen, ground.vertices, ground.policy)
    return {**dict.fromkeys(by_vertex, max(found.values(), default=0)), **found}


def _shown(ground: Ground) -> dict[str, list[Evidence]]:
    touched = {vertex for by_vertex in ground.live.values() if len(by_vertex) > 1 for vertex in by_vertex}
    touched.update(vertex for must in ground.musts for vertex in must.operands)
    shown: dict[str, list[Evidence]] = {}
    if touched:
        for by_vertex in ground.found.linking.values():
            for vertex in touched.intersection(by_vertex) if len(by_vertex) > 1 else by_vertex:
                if vertex in touched:
                    shown.setdefault(vertex, []).append(by_vertex[vertex].evidence)
    return shown


def _fixed_edges(ground: Ground) -> list[tuple[str, str]]:
    """Return what hangs together by decisions, by anchors and by the values of records of ours."""
    edges = [(must.operands[0], other) for must in ground.musts for other in must.operands[1:]]
    edges += [(key, anchor) for key in ground.members if (anchor := ground.anchor(key)) is not None]
    for identifier, echoes in ground.found.repeated.items():
        showing = ground.found.linking.get(identifier)
        if showing and identifier not in ground.shared:
            edges += [(next(iter(showing)), echo) for echo in echoes]
    return edges


def _must_links(decisions: Iterable[Decision], members: Collection[str]) -> tuple[Decision, ...]:
    """Return the must-links, with those of their vertices that exist."""
    known = []
    for decision in decisions:
        operands = tuple(key for key in decision.operands if key in members)
        if decision.kind is DecisionKind.MUST_LINK and len(operands) > 1:
            known.append(Decision(decision.id, decision.kind, operands, decision.actor, decision.reason))
    return tuple(known)


def _enemies(decisions: Sequence[Decision]) -> dict[str, set[str]]:
    """Return for each vertex whom decisions keep apart from it; a later must-link of the same two lifts that."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for decision in decisions:
        if decision.kind is DecisionKind.MUST_LINK:
            for key in decision.operands:
                found[key] -= set(decision.operands)
        elif decision.kind is DecisionKind.CANNOT_LINK:
            first, *others = decision.operands
            for other in others:
                found[first].add(other)
                found[other].add(first)
    return found
