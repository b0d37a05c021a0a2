"""What holds in every world, whatever was seen in whatever order."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from identity.component import seeds
from identity.explain import why
from identity.model import Decision, DecisionKind
from identity.sightings import sort_out
from identity.solution import Reason
from tests.identity.worlds import World, decision, partition, rows, worlds

if TYPE_CHECKING:
    from identity.solution import Solution

_EXAMPLES = settings(max_examples=100, deadline=None)


@_EXAMPLES
@given(world=worlds(), data=st.data())
def test_no_order_of_arrival_changes_anything(world: World, data: st.DataObject) -> None:
    shuffled = replace(
        world,
        people=dict(data.draw(st.permutations(list(world.people.items())))),
        evidence=data.draw(st.permutations(world.evidence)),
        decisions=data.draw(st.permutations(world.decisions)),
    )
    assert shuffled.solve() == world.solve()


@_EXAMPLES
@given(worlds())
def test_evidence_seen_twice_or_more_often_changes_nothing(world: World) -> None:
    often = [replace(row, count=row.count + 7) for row in world.evidence]
    assert replace(world, evidence=[*world.evidence, *often]).solve() == world.solve()


@_EXAMPLES
@given(worlds())
def test_a_component_is_solved_as_the_whole_world_is(world: World) -> None:
    whole = world.solve()
    for seed in world.people:
        part = world.solve_component(seed)
        inside = frozenset(key for cluster in part.clusters for key in cluster)
        assert seed in inside
        assert partition(part.clusters) <= partition(whole.clusters)
        assert set(part.links) == {link for link in whole.links if link.left in inside}
        assert set(part.refused) == {link for link in whole.refused if link.left in inside or link.right in inside}
        assert part.provisional == whole.provisional & inside
        assert set(part.suggestions) == {s for s in whole.suggestions if s.left in inside or s.right in inside}


@_EXAMPLES
@given(worlds())
def test_several_seeds_at_once_give_what_each_gives_alone(world: World) -> None:
    assert world.solve_component(*world.people).clusters == world.solve().clusters


@_EXAMPLES
@given(world=worlds(), data=st.data())
def test_what_is_added_and_retracted_was_never_there(world: World, data: st.DataObject) -> None:
    before = world.solve()
    new = data.draw(rows(sorted(world.people)))
    wider = replace(world, evidence=[*new, *world.evidence])
    wider.solve()
    taken_back = replace(wider, evidence=[row for row in wider.evidence if row not in new or row in world.evidence])
    assert taken_back.solve() == before


@_EXAMPLES
@given(world=worlds(), data=st.data())
def test_customers_outside_the_touched_component_stay_as_they_are(world: World, data: st.DataObject) -> None:
    new = data.draw(rows(sorted(world.people)))
    wider = replace(world, evidence=[*world.evidence, *new])
    start = seeds(new, wider, world.policy)
    touched = {key for cluster in wider.solve_component(*start).clusters for key in cluster}
    outside = {cluster for cluster in world.solve().clusters if cluster.isdisjoint(touched)}
    assert outside == {cluster for cluster in wider.solve().clusters if cluster.isdisjoint(touched)}


@_EXAMPLES
@given(worlds())
def test_customers_keep_the_constraints(world: World) -> None:
    forced = any(decision.kind is DecisionKind.MUST_LINK for decision in world.decisions)
    for cluster in world.solve().clusters:
        rows = [key for key in cluster if world.people[key].instance and not world.people[key].echo]
        instances = [world.people[key].instance for key in rows]
        assert forced or len(instances) == len(set(instances))
        for decided in world.decisions:
            first, *others = decided.operands
            if decided.kind is DecisionKind.CANNOT_LINK and not forced:
                assert first not in cluster or cluster.isdisjoint(others)


@_EXAMPLES
@given(worlds())
def test_members_of_a_customer_are_joined_by_a_tree_of_accepted_links(world: World) -> None:
    solution = world.solve()
    by_cluster = defaultdict(list)
    for link in solution.links:
        cluster = next(cluster for cluster in solution.clusters if link.left in cluster)
        assert link.right in cluster
        by_cluster[cluster].append(link)
    for cluster in solution.clusters:
        assert len(by_cluster[cluster]) == len(cluster) - 1
        for key in cluster:
            assert key == min(cluster) or why(min(cluster), key, solution)


@_EXAMPLES
@given(worlds())
def test_no_accepted_link_leads_through_a_shared_value_a_claim_or_a_mention(world: World) -> None:
    solution = world.solve()
    found = sort_out(world.evidence, world.people, world.policy)
    for link in solution.links:
        if link.identifier is None:
            continue
        assert link.identifier not in solution.shared
        shows = found.linking.get(link.identifier, {}).keys() | found.repeated.get(link.identifier, {}).keys()
        assert {link.left, link.right} <= shows


@_EXAMPLES
@given(world=worlds(), data=st.data())
def test_a_decision_to_part_or_block_never_joins_other_components(world: World, data: st.DataObject) -> None:
    decided = data.draw(decision(sorted(world.people), len(world.decisions) + 1))
    assume(decided.kind is not DecisionKind.MUST_LINK)
    before, after = world.solve(), replace(world, decisions=[*world.decisions, decided]).solve()
    if decided.kind is DecisionKind.CANNOT_LINK:
        first, *others = decided.operands
        apart = next(cluster for cluster in after.clusters if first in cluster)
        assert apart.isdisjoint(others)
    raw = _raw(world)
    for cluster in after.clusters:
        assert cluster in before.clusters or any(cluster <= component for component in raw)


@_EXAMPLES
@given(world=worlds(), data=st.data())
def test_a_must_link_touches_only_the_components_it_names(world: World, data: st.DataObject) -> None:
    keys = tuple(data.draw(st.lists(st.sampled_from(sorted(world.people)), min_size=2, max_size=2, unique=True)))
    decided = Decision(len(world.decisions) + 1, DecisionKind.MUST_LINK, keys)
    wider = replace(world, decisions=[*world.decisions, decided])
    touched = {key for cluster in wider.solve_component(*keys).clusters for key in cluster}
    for cluster in world.solve().clusters:
        assert not cluster.isdisjoint(touched) or cluster in wider.solve().clusters


@_EXAMPLES
@given(worlds())
def test_suggestions_join_different_customers_and_respect_decisions(world: World) -> None:
    solution = world.solve()
    of = {key: cluster for cluster in solution.clusters for key in cluster}
    for suggested in solution.suggestions:
        assert of[suggested.left] != of[suggested.right]
        assert suggested.reason is not Reason.CANNOT


def _raw(world: World) -> list[set[str]]:
    found = []
    for key in world.people:
        solution: Solution = world.solve_component(key)
        found.append({member for cluster in solution.clusters for member in cluster})
    return found
