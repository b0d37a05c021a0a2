"""Who belongs together: one total order of links, each tried once against the guards.

``solve`` is a pure function of vertices, evidence, decisions and policy: the order in which they came does not
matter, and what was retracted leaves no trace. Links are tried in the order decision, kind and relation, strength,
identifier, vertices. A guard that objects refuses that one link and nothing else.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from identity.clusters import Clusters, row_id
from identity.ground import Ground, Place, prepare
from identity.guards import NameGuard
from identity.handles import is_handle, pairs
from identity.model import Decision, Evidence, Identifier, IdentifierKind, Vertex
from identity.policy import DECISION_PRIORITY, ECHO_PRIORITY, PROVISIONAL_PRIORITY
from identity.solution import Link, Reason, RefusedLink, Solution
from identity.suggestions import suggestions

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from identity.policy import IdentityPolicy, Rule
    from identity.sightings import Sighting


def solve(
    vertices: Mapping[str, Vertex],
    evidence: Iterable[Evidence],
    decisions: Iterable[Decision],
    policy: IdentityPolicy,
    *,
    context: Collection[str] = frozenset(),
) -> Solution:
    """Return the customers among the vertices.

    ``vertices`` has every vertex that the evidence names. ``context`` are vertices that are only looked at; their
    evidence need not be complete, they get no cluster and no link.
    """
    steps = _Steps(prepare(vertices, evidence, decisions, policy, context))
    steps.decide()
    steps.anchor_echoes()
    steps.attach_all()
    steps.link_handles()
    steps.link_nameless()
    steps.place_echoes()
    return steps.result()


class _Steps:
    """The links and refusals of one call as they come about."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self.clusters = Clusters(ground.vertices, ground.shown, ground.enemies, _our_ids(ground), ground.policy)
        self.guard = NameGuard(ground, self.clusters)
        self.links: list[Link] = []
        self.refused: list[RefusedLink] = []
        self.provisional: set[str] = set()

    def decide(self) -> None:
        """Link what people linked."""
        for must in self.ground.musts:
            first, *others = must.operands
            for other in others:
                one, two = self.clusters.root(first), self.clusters.root(other)
                if one != two and self.clusters.apart(one, two):
                    self.refused.append(_refusal(first, other, None, _DECIDED, Reason.CANNOT))
                elif one != two:
                    self.clusters.unite(one, two)
                    self.links.append(replace(_link(first, other, None, _DECIDED), decision=must.id))

    def anchor_echoes(self) -> None:
        """Put records of ours to what they were made from."""
        for key in sorted(key for key in self.ground.members if self.ground.vertices[key].echo):
            anchor = self.ground.anchor(key)
            if anchor is not None:
                self._put_echo(key, anchor, None)

    def attach_all(self) -> None:
        """Try all sightings but handles in their total order."""
        live = self.ground.live
        sightings = [s for i, by in live.items() if len(by) > 1 and not is_handle(i) for s in by.values()]
        present: defaultdict[Place, list[str]] = defaultdict(list)
        for sighting in sorted(sightings, key=lambda s: s.order):
            place = self.ground.place(sighting.evidence.identifier, sighting.vertex)
            for other, objection in self._candidates(sighting, place, present[place]):
                self._try(other, sighting.vertex, place.identifier, sighting.rule, objection)
            present[place].append(sighting.vertex)

    def link_handles(self) -> None:
        """Link vertices that have a handle and no account id."""
        ground = self.ground
        for identifier in sorted(i for i, by in ground.live.items() if is_handle(i) and len(by) > 1):
            found = pairs(ground.live[identifier], ground.vertices, ground.shown, self.clusters.root, ground.policy)
            for pair in found:
                self._try(pair.one.vertex, pair.other.vertex, identifier, pair.other.rule, pair.objection)

    def link_nameless(self) -> None:
        """Show who wrote or called without a name with the one customer of the phone number, provisionally."""
        owners = self.ground.owners
        places = [Place(i, n) for i in sorted(owners) if len(owners[i]) > 1 for n in sorted(set(owners[i].values()))]
        for place in places:
            self._join_nameless(place, self._firm(place, named=True))
        for place in places:
            if not self._firm(place, named=True):
                self._join_nameless(place, self._firm(place, named=False)[:1])

    def place_echoes(self) -> None:
        """Put records of ours whose origin is unknown where their values point; they prove nothing."""
        shown: defaultdict[str, list[Sighting]] = defaultdict(list)
        for identifier, by_vertex in self.ground.found.repeated.items():
            if identifier not in self.ground.shared:
                for key, sighting in by_vertex.items():
                    shown[key].append(sighting)
        for key in sorted(shown.keys() - self.ground.context):
            if self.ground.anchor(key) is None:
                self._place_echo(key, sorted(shown[key], key=lambda s: s.order))

    def result(self) -> Solution:
        """Return what came out."""
        ground, root = self.ground, self.clusters.root
        groups: defaultdict[str, list[str]] = defaultdict(list)
        for key in ground.members:
            groups[root(key)].append(key)
        refused = tuple(link for link in self.refused if root(link.left) != root(link.right))
        return Solution(
            clusters=tuple(sorted(map(frozenset, groups.values()), key=min)),
            links=tuple(self.links),
            refused=refused,
            suggestions=suggestions(refused, ground, self.clusters),
            provisional=frozenset(self.provisional),
            shared=ground.shared,
            overgrown=ground.overgrown,
        )

    def _candidates(
        self, sighting: Sighting, place: Place, before: Iterable[str]
    ) -> Collection[tuple[str, Reason | None]]:
        """Return one vertex of each other cluster with this value, one without objection if there is any."""
        mine = self.clusters.root(sighting.vertex)
        best: dict[str, tuple[str, Reason | None]] = {}
        for other in before:
            root = self.clusters.root(other)
            if root == mine or (root in best and best[root][1] is None):
                continue
            objection = self.guard.objection(sighting.vertex, other, sighting.rule.names, place)
            if root not in best or objection is None:
                best[root] = other, objection
        return best.values()

    def _try(self, one: str, other: str, identifier: Identifier, rule: Rule, objection: Reason | None) -> None:
        left, right = self.clusters.root(one), self.clusters.root(other)
        if left == right:
            return
        reason = objection or self.clusters.objection(left, right)
        if reason is None:
            self.clusters.unite(left, right)
            self.links.append(_link(one, other, identifier, (rule.name, rule.priority)))
        elif reason is not Reason.NO_NAME or identifier.kind is not IdentifierKind.PHONE:
            self.refused.append(_refusal(one, other, identifier, (rule.name, rule.priority), reason))

    def _join_nameless(self, place: Place, customers: Sequence[str]) -> None:
        """Join the nameless of one number to its customer; where there are several, only say so."""
        for vertex in self._firm(place, named=False):
            rule = self.ground.live[place.identifier][vertex].rule.name, PROVISIONAL_PRIORITY
            for customer in customers:
                left, right = self.clusters.root(customer), self.clusters.root(vertex)
                if left == right:
                    continue
                reason = Reason.AMBIGUOUS if len(customers) > 1 else self.clusters.objection(left, right)
                if reason is not None:
                    self.refused.append(_refusal(customer, vertex, place.identifier, rule, reason))
                    continue
                self.provisional.update(self.clusters.of(right).members)
                self.clusters.unite(left, right)
                self.links.append(replace(_link(customer, vertex, place.identifier, rule), provisional=True))

    def _firm(self, place: Place, *, named: bool) -> list[str]:
        """Return one vertex for each cluster at this place, with or without a name, leaving out provisional ones."""
        found: dict[str, str] = {}
        for vertex in sorted(self.ground.live[place.identifier].keys() - self.provisional):
            root = self.clusters.root(vertex)
            fits = self.ground.place(place.identifier, vertex) == place and not self.ground.vertices[vertex].echo
            if fits and bool(self.clusters.of(root).names) == named:
                found.setdefault(root, vertex)
        return list(found.values())

    def _place_echo(self, echo: str, sightings: Iterable[Sighting]) -> None:
        for sighting in sightings:
            identifier = sighting.evidence.identifier
            showing = self.ground.found.linking.get(identifier, {}).keys() - self.provisional - self.ground.context
            by_root = {self.clusters.root(vertex): vertex for vertex in sorted(showing, reverse=True)}
            if len(by_root) == 1 and self._put_echo(echo, next(iter(by_root.values())), identifier):
                return

    def _put_echo(self, echo: str, vertex: str, identifier: Identifier | None) -> bool:
        one, two = self.clusters.root(vertex), self.clusters.root(echo)
        if one == two or self.clusters.apart(one, two):
            return False
        self.clusters.unite(one, two)
        self.links.append(_link(vertex, echo, identifier, _OURS))
        return True


_DECIDED = "decision", DECISION_PRIORITY
_OURS = "record of ours", ECHO_PRIORITY


def _our_ids(ground: Ground) -> set[tuple[str, str]]:
    """Return the ids of records of ours, as these show them themselves."""
    return {
        (identifier.scope, identifier.value)
        for identifier, echoes in ground.found.repeated.items()
        if identifier.kind is IdentifierKind.CRM_ID
        and any(row_id(ground.vertices[key]) == (identifier.scope, identifier.value) for key in echoes)
    }


def _link(one: str, other: str, identifier: Identifier | None, rule: tuple[str, int]) -> Link:
    left, right = min(one, other), max(one, other)
    return Link(left, right, identifier, *rule)


def _refusal(one: str, other: str, identifier: Identifier | None, rule: tuple[str, int], reason: Reason) -> RefusedLink:
    left, right = min(one, other), max(one, other)
    return RefusedLink(left, right, identifier, *rule, reason)
