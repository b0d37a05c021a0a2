"""What the outbox promises when a record was merged in the target, or comes to stand there late."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adapters.memory.target import MemoryTarget
from bridge.nouns import Ended, Refusal
from bridge.store import schema
from tests.bridge.outbox.world import CRM

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bridge.nouns import Outcome, Record
    from tests.bridge.answering.conftest import Desk
    from tests.bridge.outbox.world import World


class StrictMemoryTarget(MemoryTarget):
    """A tool that takes no message for a case that was merged into another."""

    def _write(self, records: Sequence[Record]) -> list[Outcome]:
        outcomes: list[Outcome] = []
        for record in records:
            parent = self.crm.rows.get(record.parent)
            merged = parent is not None and parent.merged_into
            outcomes += [Refusal("merged", code=Ended.MERGED)] if merged else super()._write([record])
        return outcomes


def merge(world: World, loser: int, winner: int) -> str:
    """Let an agent merge two cases; returns the survivor's id."""
    refs = [world.row("case", each).ref for each in (loser, winner)]
    world.target.crm.merge(*refs)
    return str(refs[1])


def test_an_update_of_a_case_that_was_merged_waits_until_that_was_read_and_leaves_the_survivor_alone(
    desk: Desk,
) -> None:
    world = desk.world
    loser, winner = world.case(1), world.case(1)
    world.deliver()
    desk.write_back()
    survivor = merge(world, loser, winner)
    before = dict(world.target.crm.rows[survivor].fields)
    world.update(schema.case, schema.case.c.id == loser, network="facebook")
    world.want_again("case", loser)
    assert world.deliver().counts == {"waiting": 1}
    desk.write_back()
    world.deliver_all()
    assert (world.row("case", loser).state, world.row("case", loser).ref) == ("delivered", survivor)
    assert world.target.crm.rows[survivor].fields == before


def test_a_change_of_a_person_that_was_merged_goes_to_the_survivor_once_that_was_read(desk: Desk) -> None:
    world = desk.world
    loser, winner = world.customer(name="Greta S."), world.customer(name="Greta Sommer")
    world.deliver()
    desk.write_back()
    refs = [world.row("person", each).ref for each in (loser, winner)]
    world.target.crm.merge(*refs)
    world.update(schema.customer, schema.customer.c.id == loser, golden={"phone": "+4930123456"})
    world.want_again("person", loser)
    assert world.deliver().counts == {"waiting": 1}
    desk.write_back()
    world.deliver_all()
    assert world.target.crm.rows[refs[1]].fields["phone"] == "+4930123456"


def test_a_message_that_a_merged_case_does_not_take_arrives_in_the_survivor(desk: Desk) -> None:
    world = desk.world
    world.change(target=StrictMemoryTarget(CRM, world.target.crm))
    loser, winner = world.case(1), world.case(1)
    world.deliver()
    desk.write_back()
    survivor = merge(world, loser, winner)
    message = world.message(loser, 1)
    assert world.deliver().counts == {"waiting": 1}
    desk.write_back()
    world.deliver_all()
    assert world.target.crm.rows[world.row("message", message).ref].parent == survivor


def test_a_case_that_went_without_its_person_refers_to_it_once_that_was_repaired(desk: Desk) -> None:
    world = desk.world
    customer = world.customer(reach="many")
    case = world.case(1, customer=customer)
    foreign = world.target.crm.insert("Case", {"subject": "made by an agent"})
    theirs = world.case(1, customer=customer, foreign_target=CRM, foreign_ref=foreign.ref)
    standing = {"state": "delivered", "delivered_version": 1, "ref": foreign.ref}
    world.want("case", world.key(f"case:{theirs}"), theirs, theirs, sort=1, **standing)
    world.deliver()
    assert "requester" not in _fields(world, case)
    world.update(schema.customer, schema.customer.c.id == customer, golden={"reach": 12})
    world.want_again("person", customer)
    world.deliver_all()
    assert _fields(world, case)["requester"] == world.row("person", customer).ref
    assert "requester" not in foreign.fields


def test_a_person_that_an_agent_gave_a_case_meanwhile_stays(desk: Desk) -> None:
    world = desk.world
    customer = world.customer(reach="many")
    case = world.case(1, customer=customer)
    world.deliver()
    theirs = world.target.crm.insert("Person", {"name": "Somebody else"})
    _fields(world, case)["requester"] = theirs.ref
    world.update(schema.customer, schema.customer.c.id == customer, golden={"reach": 12})
    world.want_again("person", customer)
    world.deliver_all()
    assert _fields(world, case)["requester"] == theirs.ref


def _fields(world: World, case: int) -> dict[str, Any]:
    return world.target.crm.rows[world.row("case", case).ref].fields
