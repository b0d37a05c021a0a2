"""Whom a target takes for one of its own is put before a person, and linked only by our identity."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from adapters.memory.target import MemoryTarget
from bridge.nouns import Ended, Refusal, Thing
from bridge.queries.customers import suggestions
from bridge.queries.selection import Cut
from bridge.store import schema
from tests.bridge.outbox.world import CRM, World, make_world

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from bridge.clock import FixedClock
    from bridge.nouns import Outcome, Record
    from bridge.store.store import Store


class SuspiciousTarget(MemoryTarget):
    """A CRM whose duplicate rule takes every new person for one of its own."""

    known: tuple[str, ...] = ("P-77", "P-78")

    def write(self, object_name: str, records: Sequence[Record]) -> list[Outcome]:
        """Refuse new persons while the rule is on."""
        if not self.known or records[0].thing is not Thing.PERSON:
            return super().write(object_name, records)
        return [Refusal("It looks like P-77 and P-78.", code=Ended.DUPLICATE, candidates=self.known) for _ in records]


@pytest.fixture
def world(store: Store, clock: FixedClock, tmp_path: Path) -> World:
    """Return a world with such a CRM."""
    return make_world(store, clock, tmp_path, SuspiciousTarget)


def customer(world: World) -> int:
    """Store a customer of one profile, and the two rows that the rule means."""
    number = world.customer(email="greta@example.org")
    for vertex, owner in (("p:x//greta", number), (f"r:{CRM}:P-77", 1), (f"r:{CRM}:P-78", 2)):
        world.insert(schema.member, {"vertex": vertex, "customer_id": owner, "provisional": False})
    return number


def test_the_rows_that_the_rule_means_stand_in_the_review_list_and_the_case_goes_on(world: World) -> None:
    number = customer(world)
    case = world.case(1, customer=number)
    world.deliver()
    assert world.row("person", number).state == "refused"
    assert world.row("case", case).state == "delivered"
    assert world.target.crm.rows[world.row("case", case).ref].fields.get("requester") is None
    with world.store.read() as connection:
        found = suggestions(connection, Cut())
    assert sorted((one.vertices[1], one.customers[0], one.reason) for one in found) == [
        (f"r:{CRM}:P-77", number, "It looks like P-77 and P-78."),
        (f"r:{CRM}:P-78", number, "It looks like P-77 and P-78."),
    ]


def test_once_our_identity_links_one_of_them_it_is_referred_to_and_nothing_is_left_to_review(world: World) -> None:
    number = customer(world)
    case = world.case(1, customer=number)
    world.deliver()
    greta = world.target.crm.insert("Person", {"name": "Greta Sommer"})
    golden = {"email": "greta@example.org", "person_refs": {CRM: greta.ref}}
    world.update(schema.customer, schema.customer.c.id == number, golden=golden)
    world.want_again("person", number)
    world.deliver()
    assert world.row("person", number).ref == greta.ref
    assert world.target.crm.rows[world.row("case", case).ref].fields["requester"] == greta.ref
    assert world.all(schema.suggestion) == []


def test_a_rule_that_was_switched_off_leaves_nothing_to_review(world: World) -> None:
    number = customer(world)
    world.deliver()
    world.target.known = ()
    world.want_again("person", number)
    world.deliver()
    assert world.row("person", number).state == "delivered"
    assert world.all(schema.suggestion) == []
