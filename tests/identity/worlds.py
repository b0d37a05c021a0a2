"""Small worlds of invented people for the solver: an in-memory store, a generator, and shorthands."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import TYPE_CHECKING

from hypothesis import strategies as st

from identity import normalise
from identity.component import component
from identity.model import LINKING, Decision, DecisionKind, Evidence, Identifier, IdentifierKind, Relation, Vertex
from identity.policy import IdentityPolicy
from identity.solver import solve

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from identity.solution import Solution

POLICY = IdentityPolicy(max_vertices_per_value=6)
"""Small limits, so that small worlds reach them."""

START = datetime(2024, 1, 1, tzinfo=UTC)


def day(number: int) -> datetime:
    """Return the start of a day, counted from the first of January 2024."""
    return START + timedelta(days=number)


def mail(address: str) -> list[Identifier]:
    """Return EMAIL and, where the provider folds, EMAIL_FOLDED."""
    return normalise.email(address)


def phone(number: str) -> Identifier:
    """Return a valid number's identifier."""
    found = normalise.phone(number, "DE")
    assert found is not None
    return found


@dataclass
class World:
    """A store in memory; it is its own ``Graph``."""

    people: dict[str, Vertex] = field(default_factory=dict)
    evidence: list[Evidence] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)
    policy: IdentityPolicy = POLICY

    def add(self, key: str, *names: str, echo: bool = False, anchor: str = "") -> str:
        """Put a vertex in; rows get their instance from the key."""
        instance = key.split(":")[1] if key.startswith("r:") else None
        self.people[key] = Vertex(key, instance, names, echo=echo, anchor=anchor)
        return key

    def show(
        self,
        vertex: str,
        relation: Relation,
        *identifiers: Identifier | None,
        first: datetime | None = None,
        last: datetime | None = None,
    ) -> None:
        """Let a vertex show identifiers."""
        self.evidence.extend(
            Evidence(vertex, identifier, relation, 1, first, last or first) for identifier in identifiers if identifier
        )

    def decide(self, kind: DecisionKind, *operands: str) -> None:
        """Add a decision after all others."""
        self.decisions.append(Decision(len(self.decisions) + 1, kind, operands, "anna"))

    def solve(self) -> Solution:
        """Solve the whole world."""
        return solve(self.people, self.evidence, self.decisions, self.policy)

    def solve_component(self, *seeds: str) -> Solution:
        """Solve only what hangs together with the seeds."""
        found = component(seeds, self, self.policy)
        return solve(found.vertices, found.evidence, found.decisions, self.policy, context=found.context)

    def together(self, *keys: str) -> bool:
        """Tell whether all keys are one customer."""
        return any(set(keys) <= cluster for cluster in self.solve().clusters)

    def without(self, *keys: str) -> World:
        """Return the world as if these vertices had never been seen."""
        people = {key: vertex for key, vertex in self.people.items() if key not in keys}
        return replace(self, people=people, evidence=[e for e in self.evidence if e.vertex not in keys])

    # --- Graph ---

    def vertices(self, keys: Collection[str]) -> Mapping[str, Vertex]:
        """Return vertices by key."""
        return {key: self.people[key] for key in keys if key in self.people}

    def evidence_of(self, keys: Collection[str]) -> Mapping[str, Sequence[Evidence]]:
        """Return all evidence of vertices."""
        found: defaultdict[str, list[Evidence]] = defaultdict(list)
        for seen in self.evidence:
            if seen.vertex in keys:
                found[seen.vertex].append(seen)
        return found

    def sightings(self, identifiers: Collection[Identifier], limit: int) -> Mapping[Identifier, Sequence[Evidence]]:
        """Return who shows identifiers, linking relations and claims each cut after one vertex more than the limit."""
        found: defaultdict[Identifier, list[Evidence]] = defaultdict(list)
        for seen in self.evidence:
            if seen.identifier in identifiers and seen.relation is not Relation.MENTIONED:
                alike = seen.relation in LINKING
                shown_by = {row.vertex for row in found[seen.identifier] if (row.relation in LINKING) == alike}
                if len(shown_by) <= limit or seen.vertex in shown_by:
                    found[seen.identifier].append(seen)
        return found

    def echoes(self, anchors: Collection[str]) -> Collection[str]:
        """Return echoes that were made from these vertices."""
        return [vertex.key for vertex in self.people.values() if vertex.echo and vertex.anchor in anchors]

    def decisions_touching(self, operands: Collection[str]) -> Sequence[Decision]:
        """Return decisions with one of these operands."""
        return [decision for decision in self.decisions if not set(decision.operands).isdisjoint(operands)]


_KEYS = [
    *(f"p:x//{n}" for n in (1, 2, 3)),
    *(f"p:whatsapp//{n}" for n in (1, 2, 3)),
    *(f"p:mail//{name}@shop.example" for name in ("a", "b", "c")),
    *(f"r:crm:{n}" for n in (1, 2, 3, 4)),
    *(f"r:shop:{n}" for n in (1, 2)),
    "p:x//carla",
]
_NAMES = ["Anna Schmidt", "A. Schmidt", "Bernd Schmidt", "Schmidt", "Carla Weber", "Anna", "Emil Novak", "🙂"]
_IDENTIFIERS = [
    *mail("anna@web.example"),
    *mail("an.na+x@gmail.com"),
    *mail("anna@gmail.com"),
    *mail("info@web.example"),
    phone("+491701234567"),
    phone("+491701234567"),
    phone("+491701234568"),
    *(Identifier(IdentifierKind.UID, "x", uid) for uid in ("1", "2")),
    *(Identifier(IdentifierKind.CRM_ID, "crm", uid) for uid in ("1", "2")),
    *(Identifier(IdentifierKind.HANDLE, "x", handle) for handle in ("carla", "anna")),
    Identifier(IdentifierKind.ORDER, "shop", "4711"),
    Identifier(IdentifierKind.CUSTOMER_NUMBER, "erp", "99"),
]
_RELATIONS = [
    *(Relation.AUTHENTICATED, Relation.ATTESTED, Relation.PROFILE, Relation.PROFILE, Relation.CRM, Relation.CRM),
    *(Relation.SENDER, Relation.CLAIMED, Relation.MENTIONED),
]


def _row(dice: Random, keys: Sequence[str]) -> Evidence:
    first = day(dice.randint(0, 900)) if dice.random() < 0.7 else None
    last = first and first + timedelta(days=dice.randint(0, 100))
    return Evidence(dice.choice(keys), dice.choice(_IDENTIFIERS), dice.choice(_RELATIONS), 1, first, last)


def _decision(dice: Random, keys: Sequence[str], number: int) -> Decision:
    kind = dice.choice(list(DecisionKind))
    if kind is DecisionKind.BLOCK:
        return Decision(number, kind, (str(dice.choice(_IDENTIFIERS)),))
    return Decision(number, kind, tuple(dice.sample(keys, min(len(keys), dice.choice((2, 2, 3))))))


def _world(seed: int, size: int, rows: int, decisions: int) -> World:
    """Throw dice for a crowded world: only few worlds that hypothesis would draw row by row have any link."""
    dice, world = Random(seed), World()
    keys = sorted(dice.sample(_KEYS, size))
    for key in keys:
        echo = key.startswith("r:") and dice.random() < 0.25
        anchor = dice.choice(["", *(other for other in keys if other.startswith("p:"))]) if echo else ""
        world.add(key, *dice.sample(_NAMES, dice.choice((0, 1, 1, 1, 2))), echo=echo, anchor=anchor)
    drawn = [_row(dice, keys) for _ in range(rows)]
    world.evidence = list({(row.vertex, row.identifier, row.relation): row for row in drawn}.values())
    world.decisions = [_decision(dice, keys, number) for number in range(1, decisions + 1)]
    return world


_SEEDS = st.integers(0, 2**32)


def worlds() -> st.SearchStrategy[World]:
    """Draw a world of up to a dozen vertices, crowded enough that every guard has something to do."""
    return st.builds(_world, _SEEDS, st.integers(2, 12), st.integers(0, 45), st.sampled_from((0, 0, 0, 1, 3)))


def rows(keys: Sequence[str]) -> st.SearchStrategy[list[Evidence]]:
    """Draw a few more pieces of evidence about the vertices."""
    return st.builds(lambda seed, size: [_row(Random(seed + n), keys) for n in range(size)], _SEEDS, st.integers(1, 6))


def decision(keys: Sequence[str], number: int) -> st.SearchStrategy[Decision]:
    """Draw one decision about the vertices."""
    return st.builds(lambda seed: _decision(Random(seed), keys, number), _SEEDS)


def partition(clusters: Iterable[frozenset[str]]) -> set[frozenset[str]]:
    """Return clusters as a set, for comparisons."""
    return set(clusters)
