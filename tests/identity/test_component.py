"""The search for a component reads what it needs in batches, and no more."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from identity import normalise
from identity.component import component, seeds
from identity.model import Relation
from identity.policy import IdentityPolicy
from tests.identity.worlds import World, mail, partition, worlds

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from identity.model import Evidence


class CountingWorld(World):
    """A world that counts its batches."""

    batches = 0

    def evidence_of(self, keys: Collection[str]) -> Mapping[str, Sequence[Evidence]]:
        """Count, then answer."""
        self.batches += 1
        return super().evidence_of(keys)


def strangers(count: int, world: World) -> list[str]:
    """Put accounts in that have nothing in common."""
    keys = [world.add(f"p:x//{number}", "Anna Müller") for number in range(count)]
    for number, key in enumerate(keys):
        world.show(key, Relation.PROFILE, normalise.handle("x", f"anna{number}"), normalise.uid("x", "", str(number)))
    return keys


def test_any_number_of_lone_vertices_takes_one_round() -> None:
    world = CountingWorld()
    keys = strangers(50, world)
    found = component(keys, world, world.policy)
    assert world.batches == 1
    assert (set(found.vertices), found.context) == (set(keys), frozenset())


def test_a_chain_is_followed_to_its_end() -> None:
    world = World()
    for number in range(5):
        world.add(f"p:shop//{number}", "Anna Müller")
        world.show(f"p:shop//{number}", Relation.PROFILE, *mail(f"anna{number}@web.example"))
        world.show(f"p:shop//{number}", Relation.PROFILE, *mail(f"anna{number + 1}@web.example"))
    assert len(component(["p:shop//2"], world, world.policy).vertices) == 5


def test_a_shared_value_is_looked_at_and_not_passed() -> None:
    world = World()
    for number, name in enumerate(["Anna Müller", "Bernd Weber", "Carla Novak"]):
        world.add(f"p:shop//{number}", name)
        world.add(f"p:mail//{number}", name)
        world.show(f"p:shop//{number}", Relation.PROFILE, *mail("alle@web.example"), *mail(f"{number}@web.example"))
        world.show(f"p:mail//{number}", Relation.SENDER, *mail(f"{number}@web.example"))
    found = component(["p:mail//0"], world, world.policy)
    assert found.vertices.keys() - found.context == {"p:mail//0", "p:shop//0"}
    assert found.context == {"p:shop//1", "p:shop//2"}


def test_of_a_crowded_value_only_as_much_is_read_as_proves_it_shared() -> None:
    world = World(policy=IdentityPolicy(max_vertices_per_value=10))
    for number in range(500):
        world.add(f"p:shop//{number}", "Anna Müller")
        world.show(f"p:shop//{number}", Relation.PROFILE, *mail("anna@web.example"))
    found = component(["p:shop//499"], world, world.policy)
    assert len(found.vertices) <= 12
    assert world.solve_component("p:shop//499").clusters == (frozenset({"p:shop//499"}),)
    assert len(world.solve().clusters) == 500


def test_unknown_seeds_are_left_out() -> None:
    assert component(["p:x//nobody"], World(), World().policy).vertices == {}


@settings(max_examples=100, deadline=None)
@given(world=worlds(), data=st.data())
def test_solving_only_what_changed_step_by_step_gives_what_solving_everything_gives(
    world: World, data: st.DataObject
) -> None:
    arrivals = data.draw(st.permutations(world.evidence))
    store = replace(world, evidence=[])
    customers = {key: cluster for cluster in store.solve().clusters for key in cluster}
    steps = [(row, True) for row in arrivals] + [(row, False) for row in arrivals[::2]]
    for row, comes in steps:
        store.evidence = [*store.evidence, row] if comes else [kept for kept in store.evidence if kept is not row]
        part = store.solve_component(*seeds([row], store, store.policy))
        members = frozenset[str]().union(*part.clusters)
        assert all(customers[key] <= members for key in members)
        customers.update({key: cluster for cluster in part.clusters for key in cluster})
    assert set(customers.values()) == partition(store.solve().clusters)


def test_a_value_that_becomes_shared_sets_those_free_that_it_had_linked() -> None:
    world = World()
    names = ["Anna Müller", "Anna Müller", "Bernd Weber", "Carla Novak"]
    for number, name in enumerate(names):
        world.add(f"p:shop//{number}", name)
        world.show(f"p:shop//{number}", Relation.PROFILE, *mail("alle@web.example"))
    new = world.evidence[-1]
    assert seeds([new], world, world.policy) == set(world.people)
    assert len(world.solve_component(*seeds([new], world, world.policy)).clusters) == 4


def test_a_crowded_value_is_left_alone_when_one_more_shows_it() -> None:
    world = World(policy=IdentityPolicy(max_vertices_per_value=10))
    for number in range(50):
        world.add(f"p:shop//{number}", "Anna Müller")
        world.show(f"p:shop//{number}", Relation.PROFILE, *mail("anna@web.example"))
    assert seeds(world.evidence[-1:], world, world.policy) == {"p:shop//49"}
