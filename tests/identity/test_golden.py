"""The golden record takes each value from the strongest source and loses no contact point."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from identity import normalise
from identity.golden import Facet, FacetKind, golden, provenance
from identity.model import Identifier, IdentifierKind, Relation
from tests.identity.worlds import day, mail, phone


def shows(relation: Relation, *identifiers: Identifier | None) -> tuple[tuple[Identifier, Relation], ...]:
    """Return identifiers of a facet in one relation."""
    return tuple((identifier, relation) for identifier in identifiers if identifier)


CRM = Facet(
    vertex="r:crm:1",
    kind=FacetKind.CRM,
    names=("Anna Müller",),
    identifiers=shows(Relation.CRM, *mail("anna@web.example"), normalise.handle("x", "sunny")),
    seen_at=day(0),
)
ON_X = Facet(
    vertex="p:x//1",
    kind=FacetKind.PROFILE,
    names=("Sunny 🙂",),
    network="x",
    handle="@Sunny",
    reach=1200,
    verified=True,
    url="https://x.example/sunny",
    identifiers=shows(Relation.PROFILE, normalise.handle("x", "@Sunny"))
    + shows(Relation.CLAIMED, *mail("sunny@web.example")),
    seen_at=day(5),
)
ON_WHATSAPP = Facet(
    vertex="p:whatsapp//1",
    kind=FacetKind.PROFILE,
    names=("Anna",),
    network="whatsapp",
    identifiers=shows(Relation.ATTESTED, phone("+491701234567")),
    reach=None,
    verified=False,
    seen_at=day(9),
)


def test_the_crm_names_a_customer_and_the_network_shows_the_handle() -> None:
    record = golden([ON_X, ON_WHATSAPP, CRM])
    assert record["name"] == "Anna Müller"
    assert (record["network"], record["handle"], record["url"]) == ("x", "Sunny", "https://x.example/sunny")
    assert (record["reach"], record["verified"]) == (1200, True)
    assert (record["email"], record["phone"]) == ("anna@web.example", "+491701234567")
    assert record["handles"] == [{"network": "x", "handle": "Sunny"}]


def test_what_is_only_claimed_is_kept_and_never_chosen() -> None:
    record = golden([ON_X])
    assert record["emails"] == ["sunny@web.example"]
    assert record["email"] == ""
    assert provenance([ON_X])["emails"] == [{"value": "sunny@web.example", "vertex": "p:x//1", "relation": "claimed"}]


def test_without_a_crm_row_the_verified_name_wins_then_the_most_recent() -> None:
    older = Facet(vertex="p:x//2", kind=FacetKind.PROFILE, names=("Anna M.",), network="x", seen_at=day(1))
    assert golden([older, ON_WHATSAPP])["name"] == "Anna"


def test_nobody_has_an_empty_record() -> None:
    record = golden([])
    assert (record["name"], record["emails"], record["reach"], record["verified"]) == ("", [], None, None)


@given(st.permutations([CRM, ON_X, ON_WHATSAPP]))
def test_the_order_of_members_does_not_matter(facets: list[Facet]) -> None:
    assert json.dumps(golden(facets)) == json.dumps(golden([CRM, ON_X, ON_WHATSAPP]))


def test_a_handle_that_a_crm_spells_otherwise_is_listed_once_as_the_network_shows_it() -> None:
    seen = (Identifier(IdentifierKind.HANDLE, "x", "lena_w"), Relation.CRM)
    row = Facet(vertex="r:crm:1", kind=FacetKind.CRM, identifiers=(seen,))
    profile = Facet(vertex="p:x//55", kind=FacetKind.PROFILE, network="x", handle="Lena_W")
    assert golden([row, profile])["handles"] == [{"network": "x", "handle": "Lena_W"}]
