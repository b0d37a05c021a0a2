"""Evidence by identifier, as the solver and the search for components see it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from identity.model import LINKING, Evidence, Identifier, IdentifierKind, Relation, Vertex

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from identity.policy import IdentityPolicy, Rule

_STRENGTH = {relation: strength for strength, relation in enumerate(Relation)}
_PROVES_NOTHING = frozenset({Relation.MENTIONED})


@dataclass(frozen=True, slots=True)
class Sighting:
    """The strongest way in which one vertex shows one identifier."""

    vertex: str
    evidence: Evidence
    rule: Rule

    @property
    def order(self) -> tuple[int, int, Identifier, str]:
        """Return the total order in which links are tried."""
        seen = self.evidence
        return self.rule.priority, _STRENGTH[seen.relation], seen.identifier, self.vertex


@dataclass(slots=True)
class Sightings:
    """All evidence of a problem, sorted by what it may do."""

    linking: dict[Identifier, dict[str, Sighting]] = field(default_factory=dict)
    """By identifier and vertex: what may link. Values that an echo only repeats are not among it."""
    repeated: dict[Identifier, dict[str, Sighting]] = field(default_factory=dict)
    """What echoes show: where they belong, nothing else."""
    hinting: dict[Identifier, dict[str, Evidence]] = field(default_factory=dict)
    """Claims and unverified senders: good for suggestions."""
    crowd: dict[Identifier, set[str]] = field(default_factory=dict)
    """Who shows it in a relation that links for some kind of value: counted to tell what is shared."""


def sort_out(evidence: Iterable[Evidence], vertices: Mapping[str, Vertex], policy: IdentityPolicy) -> Sightings:
    """Sort evidence; of several relations between a vertex and an identifier the strongest counts."""
    rules, found = policy.rules(), Sightings()
    for seen in evidence:
        if seen.relation in LINKING:
            found.crowd.setdefault(seen.identifier, set()).add(seen.vertex)
        rule = rules.get((seen.identifier.kind, seen.relation))
        if rule is not None:
            into = found.repeated if vertices[seen.vertex].echo else found.linking
            _keep(into.setdefault(seen.identifier, {}), seen, rule)
        elif seen.relation not in _PROVES_NOTHING and not vertices[seen.vertex].echo:
            by_vertex = found.hinting.setdefault(seen.identifier, {})
            by_vertex[seen.vertex] = min(seen, by_vertex.get(seen.vertex, seen), key=lambda e: _STRENGTH[e.relation])
    _count_own_additions(found, vertices)
    return found


def linking(evidence: Iterable[Evidence], policy: IdentityPolicy) -> dict[str, Sighting]:
    """Return by vertex the strongest linking evidence of one identifier, echoes included."""
    rules: Mapping[tuple[IdentifierKind, Relation], Rule] = policy.rules()
    found: dict[str, Sighting] = {}
    for seen in evidence:
        rule = rules.get((seen.identifier.kind, seen.relation))
        if rule is not None:
            _keep(found, seen, rule)
    return found


def _keep(by_vertex: dict[str, Sighting], seen: Evidence, rule: Rule) -> None:
    new, old = Sighting(seen.vertex, seen, rule), by_vertex.get(seen.vertex)
    if old is None or new.order < old.order:
        by_vertex[seen.vertex] = new


def _count_own_additions(found: Sightings, vertices: Mapping[str, Vertex]) -> None:
    """Let what an agent added to a record of ours link: its own id, and values that nobody had shown before it."""
    for identifier, by_vertex in found.repeated.items():
        for key, sighting in by_vertex.items():
            vertex = vertices[key]
            if vertex.anchor in vertices and (
                identifier.kind is IdentifierKind.CRM_ID or _first_to_show(sighting, identifier, found)
            ):
                found.linking.setdefault(identifier, {})[key] = sighting


def _first_to_show(sighting: Sighting, identifier: Identifier, found: Sightings) -> bool:
    first = sighting.evidence.first_seen
    if first is None:
        return False
    others = [
        *(s.evidence for s in found.linking.get(identifier, {}).values()),
        *(s.evidence for s in found.repeated.get(identifier, {}).values()),
        *found.hinting.get(identifier, {}).values(),
    ]
    return all(
        other.first_seen is not None and (other.first_seen > first or other.vertex == sighting.vertex)
        for other in others
    )
