"""One promise for each guard, told with invented people."""

from __future__ import annotations

import pytest

from identity import normalise
from identity.model import DecisionKind, Relation
from identity.policy import IdentityPolicy
from identity.solution import Reason
from tests.identity.worlds import World, day, mail, phone

NUMBER, OTHER_NUMBER = phone("+49 170 1234567"), phone("+49 170 7654321")


def two(first: str, second: str, *names: str) -> World:
    """Return a world of two vertices with a name each (empty for none)."""
    world = World(policy=IdentityPolicy())
    for key, name in zip((first, second), names, strict=True):
        world.add(key, *([name] if name else []))
    return world


def reasons(world: World) -> set[Reason]:
    """Return why links were refused."""
    return {refused.reason for refused in world.solve().refused}


def test_a_mail_address_links_a_crm_row_and_a_mail_sender_of_compatible_names() -> None:
    world = two("r:crm:1", "p:mail//anna@web.example", "Anna Müller", "A. Mueller")
    world.show("r:crm:1", Relation.CRM, *mail("Anna@Web.example"))
    world.show("p:mail//anna@web.example", Relation.SENDER, *mail("anna@web.example"))
    assert world.together("r:crm:1", "p:mail//anna@web.example")


def test_an_unverified_sender_is_a_suggestion_where_the_policy_says_so() -> None:
    world = two("r:crm:1", "p:mail//anna@web.example", "Anna Müller", "Anna Müller")
    world.policy = IdentityPolicy(trust_unauthenticated_senders=False)
    world.show("r:crm:1", Relation.CRM, *mail("anna@web.example"))
    world.show("p:mail//anna@web.example", Relation.SENDER, *mail("anna@web.example"))
    assert not world.together("r:crm:1", "p:mail//anna@web.example")
    assert [suggested.reason for suggested in world.solve().suggestions] == [Reason.UNVERIFIED]


def test_a_verified_sender_links_whatever_the_names() -> None:
    world = two("p:login//1", "p:mail//anna@web.example", "sunshine", "Anna Müller")
    world.show("p:login//1", Relation.AUTHENTICATED, *mail("anna@web.example"))
    world.show("p:mail//anna@web.example", Relation.AUTHENTICATED, *mail("anna@web.example"))
    assert world.together("p:login//1", "p:mail//anna@web.example")


def test_different_names_at_one_mailbox_go_to_review() -> None:
    world = two("r:crm:1", "p:mail//x@web.example", "Anna Müller", "Bernd Müller")
    world.show("r:crm:1", Relation.CRM, *mail("x@web.example"))
    world.show("p:mail//x@web.example", Relation.SENDER, *mail("x@web.example"))
    assert reasons(world) == {Reason.NAMES_DIFFER}
    assert [suggested.reason for suggested in world.solve().suggestions] == [Reason.NAMES_DIFFER]


@pytest.mark.parametrize(
    "address",
    [
        "info@web.example",
        "service-de@web.example",
        "no-reply@web.example",
        "x7k2@privaterelay.appleid.com",
        "anna@brand.example",
        "anna@mail.brand.example",
        "anna@mailinator.com",
        "none@none.com",
        "filiale@web.example",
    ],
)
def test_mailboxes_of_nobody_never_link(address: str) -> None:
    world = two("r:crm:1", "p:mail//1", "Anna Müller", "Anna Müller")
    world.policy = IdentityPolicy(own_domains=("brand.example",), extra_role_locals=("filiale",))
    world.show("r:crm:1", Relation.CRM, *mail(address))
    world.show("p:mail//1", Relation.AUTHENTICATED, *mail(address))
    assert not world.together("r:crm:1", "p:mail//1")
    assert mail(address)[0] in world.solve().shared
    assert not world.solve().suggestions


def test_an_address_that_three_people_write_from_links_nobody() -> None:
    world = World(policy=IdentityPolicy())
    for number, name in enumerate(["Anna Müller", "Bernd Weber", "Carla Novak", "Anna Müller"]):
        world.add(f"p:forms//{number}", name)
        world.show(f"p:forms//{number}", Relation.PROFILE, *mail("werkstatt@web.example"))
    assert len(world.solve().clusters) == 4
    assert world.solve().shared == {mail("werkstatt@web.example")[0]: "shown by more than 2 different people"}


def test_two_rows_of_one_crm_never_merge_and_are_reported() -> None:
    world = two("r:crm:1", "r:crm:2", "Anna Müller", "Anna Müller")
    world.show("r:crm:1", Relation.CRM, *mail("anna@web.example"), NUMBER)
    world.show("r:crm:2", Relation.CRM, *mail("anna@web.example"), NUMBER)
    assert not world.together("r:crm:1", "r:crm:2")
    assert [suggested.reason for suggested in world.solve().suggestions] == [Reason.CRM_DUPLICATE]


def test_rows_of_two_crms_merge() -> None:
    world = two("r:crm:1", "r:shop:1", "Anna Müller", "Anna Müller")
    world.show("r:crm:1", Relation.CRM, *mail("anna@web.example"))
    world.show("r:shop:1", Relation.CRM, *mail("anna@web.example"))
    assert world.together("r:crm:1", "r:shop:1")


def test_a_customer_with_a_row_takes_no_attested_id_of_another_row() -> None:
    world = two("r:crm:1", "p:login//1", "Anna Müller", "Anna Müller")
    world.show("r:crm:1", Relation.CRM, normalise.crm_id("crm", "1"), *mail("anna@web.example"))
    world.show("p:login//1", Relation.AUTHENTICATED, normalise.crm_id("crm", "2"), *mail("anna@web.example"))
    assert reasons(world) == {Reason.CRM_DUPLICATE}


def test_a_phone_number_links_only_with_a_compatible_first_name() -> None:
    world = two("r:crm:1", "p:whatsapp//1", "Anna Müller", "Bernd Müller")
    world.show("r:crm:1", Relation.CRM, NUMBER)
    world.show("p:whatsapp//1", Relation.ATTESTED, NUMBER)
    assert not world.together("r:crm:1", "p:whatsapp//1")
    world.add("p:sms//1", "Anna")
    world.show("p:sms//1", Relation.ATTESTED, NUMBER)
    assert world.together("r:crm:1", "p:sms//1")


def test_a_caller_without_a_name_is_shown_with_the_customer_and_links_nobody_further() -> None:
    world = two("r:crm:1", "p:phone//1", "Anna Müller", "")
    world.show("r:crm:1", Relation.CRM, NUMBER)
    world.show("p:phone//1", Relation.ATTESTED, NUMBER, OTHER_NUMBER)
    world.add("r:shop:9", "Bernd Weber")
    world.show("r:shop:9", Relation.CRM, OTHER_NUMBER)
    assert world.together("r:crm:1", "p:phone//1")
    assert not world.together("r:crm:1", "r:shop:9")
    assert world.solve().provisional == {"p:phone//1"}


def test_a_second_identifier_makes_a_nameless_member_firm() -> None:
    world = two("r:crm:1", "p:phone//1", "Anna Müller", "")
    world.show("r:crm:1", Relation.CRM, NUMBER, *mail("anna@web.example"))
    world.show("p:phone//1", Relation.ATTESTED, NUMBER, *mail("anna@web.example"))
    assert world.together("r:crm:1", "p:phone//1")
    assert not world.solve().provisional


def test_a_caller_without_a_name_on_a_household_number_belongs_to_nobody() -> None:
    world = two("r:crm:1", "r:crm:2", "Anna Müller", "Bernd Müller")
    world.add("p:phone//1")
    for key in world.people:
        world.show(key, Relation.ATTESTED, NUMBER)
    assert frozenset({"p:phone//1"}) in world.solve().clusters
    assert Reason.AMBIGUOUS in reasons(world)


def test_a_name_that_fits_two_people_of_a_household_belongs_to_neither() -> None:
    world = two("r:crm:1", "r:crm:2", "Anna Müller", "Bernd Müller")
    world.add("p:forms//1", "Müller")
    for key in world.people:
        world.show(key, Relation.PROFILE, *mail("mueller@web.example"))
    assert frozenset({"p:forms//1"}) in world.solve().clusters


def test_a_recycled_number_does_not_link_its_old_owner_with_the_new_one() -> None:
    world = two("r:crm:1", "r:crm:2", "Anna Müller", "Bernd Weber")
    world.add("p:phone//1")
    world.show("r:crm:1", Relation.CRM, NUMBER, first=day(0), last=day(30))
    world.show("r:crm:2", Relation.CRM, NUMBER, first=day(600))
    world.show("p:phone//1", Relation.ATTESTED, NUMBER, first=day(620))
    assert world.together("r:crm:2", "p:phone//1")
    assert not world.together("r:crm:1", "p:phone//1")


@pytest.mark.parametrize("relation", [Relation.CLAIMED, Relation.MENTIONED])
def test_what_is_said_never_links(relation: Relation) -> None:
    world = two("r:crm:1", "p:x//1", "Anna Müller", "Anna Müller")
    world.show("r:crm:1", Relation.CRM, NUMBER, *mail("anna@web.example"), normalise.handle("x", "@anna"))
    world.show("p:x//1", relation, NUMBER, *mail("anna@web.example"), normalise.handle("x", "@anna"))
    assert not world.together("r:crm:1", "p:x//1")
    assert bool(world.solve().suggestions) == (relation is Relation.CLAIMED)


def test_order_numbers_never_link() -> None:
    world = two("r:shop:1", "p:forms//1", "Anna Müller", "Anna Müller")
    for key in world.people:
        world.show(key, Relation.CRM, normalise.order("shop", "# 4711"))
    assert not world.together(*world.people)


def test_a_handle_in_the_crm_finds_the_account_on_the_same_network_only() -> None:
    world = two("r:crm:1", "p:x//123", "Anna Müller", "sunny")
    world.add("p:instagram//77", "Anna Müller")
    world.show("r:crm:1", Relation.CRM, normalise.handle("x", "https://x.com/Sunny_Anna"))
    world.show("p:x//123", Relation.PROFILE, normalise.handle("x", "@sunny_anna"))
    world.show("p:instagram//77", Relation.PROFILE, normalise.handle("instagram", "@sunny_anna"))
    assert world.together("r:crm:1", "p:x//123")
    assert not world.together("r:crm:1", "p:instagram//77")


def test_two_accounts_that_had_a_handle_one_after_the_other_stay_two() -> None:
    world = two("p:x//1", "p:x//2", "Anna", "Bernd")
    world.add("r:crm:1", "Anna Müller")
    handle = normalise.handle("x", "@star")
    world.show("p:x//1", Relation.PROFILE, handle, first=day(0), last=day(100))
    world.show("p:x//2", Relation.PROFILE, handle, first=day(200), last=day(300))
    world.show("r:crm:1", Relation.CRM, handle, first=day(50))
    assert world.together("p:x//1", "r:crm:1")
    assert not world.together("p:x//1", "p:x//2")


def test_a_handle_shown_long_after_its_account_was_last_seen_is_a_suggestion() -> None:
    world = two("p:x//1", "r:crm:1", "Anna", "Bernd Weber")
    world.show("p:x//1", Relation.PROFILE, normalise.handle("x", "@star"), first=day(0), last=day(10))
    world.show("r:crm:1", Relation.CRM, normalise.handle("x", "@star"), first=day(800))
    assert [suggested.reason for suggested in world.solve().suggestions] == [Reason.HANDLE_MOVED]


def test_a_profile_whose_id_is_its_handle_joins_the_account_with_this_handle() -> None:
    world = two("p:x//4711", "p:x//sunny", "", "")
    for key in world.people:
        world.show(key, Relation.PROFILE, normalise.handle("x", "@Sunny"))
    assert world.together("p:x//4711", "p:x//sunny")


def test_the_same_id_in_two_scopes_is_two_accounts() -> None:
    world = two("p:facebook/page1/7", "p:facebook/page2/7", "Anna Müller", "Anna Müller")
    world.show("p:facebook/page1/7", Relation.PROFILE, normalise.uid("facebook", "page1", "7"))
    world.show("p:facebook/page2/7", Relation.PROFILE, normalise.uid("facebook", "page2", "7"))
    assert not world.together(*world.people)


def test_a_customer_grows_no_more_mailboxes_than_the_policy_allows() -> None:
    world = World(policy=IdentityPolicy(max_emails_per_customer=2))
    for number in range(3):
        world.add(f"p:shop//{number}", "Anna Müller")
        world.show(f"p:shop//{number}", Relation.PROFILE, NUMBER, *mail(f"anna{number}@web.example"))
    assert sorted(map(len, world.solve().clusters)) == [1, 2]
    assert reasons(world) == {Reason.TOO_MANY}


def accounts(places: list[str], shared: str) -> World:
    """Return a world of one person's accounts on a network, each with its id there and one value that all show."""
    world = World(policy=IdentityPolicy())
    for number, place in enumerate(places, 1):
        key = f"p:mastodon/{place}/{number}"
        world.add(key, "Anna Müller")
        for scope, id_ in ((place, str(number)), ("", shared)):
            found = normalise.uid("mastodon", scope, id_)
            assert found is not None
            world.show(key, Relation.PROFILE, found)
    return world


def test_an_account_that_is_seen_through_many_servers_is_one_account() -> None:
    world = accounts([f"server{number}.example" for number in range(6)], "https://home.example/users/anna")
    assert world.together("p:mastodon/server0.example/1", "p:mastodon/server5.example/6")


def test_a_customer_grows_no_more_accounts_of_one_server_than_the_policy_allows() -> None:
    assert reasons(accounts(["home.example"] * 4, "https://home.example/users/anna")) == {Reason.TOO_MANY}


def test_accounts_that_differ_are_counted_however_many_servers_show_one_of_them_each() -> None:
    """The id that an account has for everybody tells them apart; a number on the phones of a family does not make them one."""
    world = World(policy=IdentityPolicy())
    for number in range(4):
        key = f"p:mastodon/server{number}.example/{number}"
        world.add(key, "Anna Müller")
        for scope, id_ in ((f"server{number}.example", str(number)), ("", f"https://home.example/users/{number}")):
            found = normalise.uid("mastodon", scope, id_)
            assert found is not None
            world.show(key, Relation.PROFILE, found)
        world.show(key, Relation.AUTHENTICATED, NUMBER)
    assert max(map(len, world.solve().clusters)) == 3
    assert reasons(world) == {Reason.TOO_MANY}


def test_people_decide_last() -> None:
    world = two("r:crm:1", "p:x//1", "Anna Müller", "Bernd Weber")
    world.decide(DecisionKind.MUST_LINK, "r:crm:1", "p:x//1")
    assert world.together("r:crm:1", "p:x//1")
    world.decide(DecisionKind.CANNOT_LINK, "p:x//1", "r:crm:1")
    assert not world.together("r:crm:1", "p:x//1")
    world.decide(DecisionKind.MUST_LINK, "r:crm:1", "p:x//1")
    assert world.together("r:crm:1", "p:x//1")


def test_people_may_merge_two_rows_of_one_crm() -> None:
    world = two("r:crm:1", "r:crm:2", "Anna Müller", "Anna Schmidt")
    world.decide(DecisionKind.MUST_LINK, "r:crm:1", "r:crm:2")
    assert world.together("r:crm:1", "r:crm:2")


def test_what_people_part_is_neither_linked_nor_suggested_again() -> None:
    world = two("r:crm:1", "r:crm:2", "Anna Müller", "Anna Müller")
    world.show("r:crm:1", Relation.CRM, NUMBER)
    world.show("r:crm:2", Relation.CRM, NUMBER)
    world.decide(DecisionKind.CANNOT_LINK, "r:crm:1", "r:crm:2")
    assert not world.solve().suggestions


def test_a_blocked_identifier_links_nobody_by_decision_or_policy() -> None:
    for blocked in (True, False):
        world = two("r:crm:1", "p:mail//1", "Anna Müller", "Anna Müller")
        for key in world.people:
            world.show(key, Relation.AUTHENTICATED, NUMBER)
        if blocked:
            world.decide(DecisionKind.BLOCK, str(NUMBER))
        else:
            world.policy = IdentityPolicy(blocked_identifiers=(str(NUMBER),))
        assert not world.together(*world.people)


def test_a_conflict_refuses_one_link_and_leaves_the_others() -> None:
    world = two("r:crm:1", "r:crm:2", "Anna Müller", "Anna Müller")
    world.add("p:mail//1", "Anna Müller")
    world.show("r:crm:1", Relation.CRM, NUMBER, *mail("anna@web.example"))
    world.show("r:crm:2", Relation.CRM, NUMBER)
    world.show("p:mail//1", Relation.SENDER, *mail("anna@web.example"))
    assert world.together("r:crm:1", "p:mail//1")
    assert not world.together("r:crm:1", "r:crm:2")


def test_beyond_the_cap_the_widest_weak_values_stop_linking() -> None:
    world = World(policy=IdentityPolicy(component_cap=5))
    for number in range(8):
        world.add(f"p:shop//{number}", "Anna Müller")
        world.show(f"p:shop//{number}", Relation.PROFILE, *mail("anna@web.example"))
        world.show(f"p:shop//{number}", Relation.PROFILE, normalise.uid("shop", "", str(number // 2)))
    solution = world.solve()
    assert solution.overgrown == ("p:shop//0",)
    assert sorted(map(len, solution.clusters)) == [2, 2, 2, 2]
