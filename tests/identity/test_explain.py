"""Every link, every refusal and every absence has a reason that can be told."""

from __future__ import annotations

from identity.component import component
from identity.explain import explain, what_if, why, why_not
from identity.model import Decision, DecisionKind, Relation
from identity.policy import IdentityPolicy
from identity.solution import Reason
from tests.identity.worlds import World, mail, phone

NUMBER = phone("+49 170 1234567")
ADDRESS = mail("anna@web.example")[0]


def household() -> World:
    """Return Anna on three channels, and Bernd on her telephone."""
    world = World(policy=IdentityPolicy())
    world.add("r:crm:1", "Anna Müller")
    world.add("p:mail//1", "Anna Müller")
    world.add("p:whatsapp//1", "Anna")
    world.add("p:whatsapp//2", "Bernd Müller")
    world.add("p:x//1", "Anna Müller")
    world.show("r:crm:1", Relation.CRM, ADDRESS, NUMBER, *mail("info@web.example"))
    world.show("p:mail//1", Relation.SENDER, ADDRESS)
    world.show("p:whatsapp//1", Relation.ATTESTED, NUMBER)
    world.show("p:whatsapp//2", Relation.ATTESTED, NUMBER)
    world.show("p:x//1", Relation.PROFILE, *mail("info@web.example"))
    return world


def test_the_way_between_two_members_is_told_link_by_link() -> None:
    links = why("p:mail//1", "p:whatsapp//1", household().solve())
    assert [(link.identifier, link.rule) for link in links] == [
        (ADDRESS, "unverified mail sender"),
        (NUMBER, "phone number"),
    ]
    assert why("p:mail//1", "p:x//1", household().solve()) == ()


def test_a_customer_is_explained_by_its_links_and_refusals() -> None:
    told = explain({"r:crm:1", "p:mail//1", "p:whatsapp//1"}, household().solve())
    assert len(told.links) == 2
    assert {refused.reason for refused in told.refused} == {Reason.NAMES_DIFFER}


def test_it_is_told_why_two_are_not_one() -> None:
    world = household()
    problem = component(["r:crm:1", "p:x//1"], world, world.policy)
    solution = world.solve()
    assert why_not("r:crm:1", "p:whatsapp//2", problem, solution).sentence.endswith("the names differ.")
    assert "mailbox of an office" in why_not("r:crm:1", "p:x//1", problem, solution).sentence
    assert "mailbox of an office" in why_not("p:mail//1", "p:x//1", problem, solution).sentence
    assert why_not("p:whatsapp//2", "p:x//1", problem, solution).sentence == "They show no identifier in common."
    assert why_not("p:mail//1", "r:crm:1", problem, solution).sentence == "They are one customer."


def test_a_claim_and_a_decision_are_named_as_the_reason() -> None:
    world = household()
    world.show("p:x//1", Relation.CLAIMED, NUMBER)
    world.decide(DecisionKind.CANNOT_LINK, "r:crm:1", "p:mail//1")
    problem = component(["r:crm:1", "p:x//1"], world, world.policy)
    assert "Decision 1 by anna" in why_not("p:mail//1", "r:crm:1", problem, world.solve()).sentence
    assert "only said" in why_not("p:whatsapp//1", "p:x//1", problem, world.solve()).sentence


def test_what_would_change_is_told_without_changing_anything() -> None:
    world = household()
    problem = component(["r:crm:1"], world, world.policy)
    change = what_if(problem, world.policy, without=[ADDRESS])
    assert change.before == (frozenset({"p:mail//1", "p:whatsapp//1", "r:crm:1"}),)
    assert change.after == (frozenset({"p:mail//1"}), frozenset({"p:whatsapp//1", "r:crm:1"}))
    merge = Decision(9, DecisionKind.MUST_LINK, ("p:whatsapp//2", "r:crm:1"))
    assert len(what_if(problem, world.policy, decisions=[merge]).after) == 1
    assert what_if(problem, world.policy).before == ()
