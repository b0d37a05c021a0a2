"""What we delivered ourselves is a reference, not evidence."""

from __future__ import annotations

from identity import normalise
from identity.model import DecisionKind, Relation
from identity.policy import IdentityPolicy
from tests.identity.worlds import World, day, mail, phone

NUMBER = phone("+49 170 1234567")


def anna_and_bernd() -> World:
    """Return two customers, and a record of ours that was written while they were one."""
    world = World(policy=IdentityPolicy())
    world.add("p:mail//anna", "Anna Müller")
    world.add("p:whatsapp//7", "Anna Müller")
    world.add("r:crm:9", "Anna Müller", echo=True, anchor="p:mail//anna")
    world.show("p:mail//anna", Relation.SENDER, *mail("anna@web.example"), first=day(1))
    world.show("p:whatsapp//7", Relation.ATTESTED, NUMBER, first=day(2))
    world.show("r:crm:9", Relation.CRM, *mail("anna@web.example"), NUMBER, first=day(3))
    return world


def test_an_echo_belongs_to_the_customer_it_was_made_from() -> None:
    assert anna_and_bernd().together("r:crm:9", "p:mail//anna")


def test_values_that_we_wrote_prove_nothing() -> None:
    assert not anna_and_bernd().together("p:mail//anna", "p:whatsapp//7")


def test_what_an_agent_adds_to_an_echo_is_evidence() -> None:
    world = anna_and_bernd()
    added = phone("+49 30 1234567")
    world.show("r:crm:9", Relation.CRM, added, first=day(5))
    world.add("p:phone//1", "Anna Müller")
    world.show("p:phone//1", Relation.ATTESTED, added, first=day(9))
    assert world.together("p:mail//anna", "p:phone//1")


def test_echoes_of_one_crm_do_not_keep_profiles_apart() -> None:
    world = anna_and_bernd()
    world.add("r:crm:10", "Anna Müller", echo=True, anchor="p:whatsapp//7")
    world.show("p:mail//anna", Relation.ATTESTED, NUMBER, first=day(4))
    assert world.together("p:mail//anna", "p:whatsapp//7", "r:crm:9", "r:crm:10")


def test_an_echo_beside_a_row_of_the_crm_is_no_conflict() -> None:
    world = anna_and_bernd()
    world.add("r:crm:1", "Anna Müller")
    world.show("r:crm:1", Relation.CRM, *mail("anna@web.example"), normalise.crm_id("crm", "1"))
    assert world.together("r:crm:1", "r:crm:9", "p:mail//anna")


def test_a_login_with_the_id_of_our_record_is_its_customer() -> None:
    world = anna_and_bernd()
    world.add("p:login//1")
    world.show("r:crm:9", Relation.CRM, normalise.crm_id("crm", "9"))
    world.show("p:login//1", Relation.AUTHENTICATED, normalise.crm_id("crm", "9"))
    assert world.together("p:login//1", "p:mail//anna")


def test_an_echo_of_unknown_origin_stands_where_its_values_point_and_joins_nobody() -> None:
    world = anna_and_bernd()
    world.add("r:crm:9", "Anna Müller", echo=True)
    assert world.together("r:crm:9", "p:whatsapp//7") != world.together("r:crm:9", "p:mail//anna")
    assert not world.together("p:mail//anna", "p:whatsapp//7")


def test_a_person_may_part_an_echo_from_its_customer() -> None:
    world = anna_and_bernd()
    world.decide(DecisionKind.CANNOT_LINK, "r:crm:9", "p:mail//anna")
    assert not world.together("r:crm:9", "p:mail//anna")
