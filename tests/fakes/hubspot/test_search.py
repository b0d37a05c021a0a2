"""What search shows, and when."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hubspot.crm import tickets  # type: ignore[import-untyped]  # the SDK has no types

from tests.fakes.hubspot.sdk import Sdk, call

if TYPE_CHECKING:
    from bridge.clock import FixedClock
    from bridge.nouns import Json
    from tests.fakes.hubspot.app import Fake

LAG = timedelta(seconds=30)


def search(fake: Fake, object_name: str = "tickets", **body: Json) -> tuple[int, Json]:
    status, answer, _ = call(fake, "POST", f"/crm/v3/objects/{object_name}/search", body)
    return status, answer


def where(*filters: tuple[str, str, Json]) -> list[dict[str, Any]]:
    names = {"IN": "values", "NOT_IN": "values"}
    rows = [{"propertyName": name, "operator": how, names.get(how, "value"): value} for name, how, value in filters]
    return [{"filters": rows}]


def test_a_write_is_seen_after_the_lag_and_so_is_a_deletion(fake: Fake, api: Sdk, clock: FixedClock) -> None:
    known = fake.agent.ticket("One")
    wanted = tickets.PublicObjectSearchRequest(
        filter_groups=[
            tickets.FilterGroup(filters=[tickets.Filter(property_name="subject", operator="EQ", value="one")])
        ],
        properties=["content"],
        limit=10,
    )
    assert api.crm.tickets.search_api.do_search(wanted).total == 0
    clock.forward(LAG)
    assert [one.id for one in api.crm.tickets.search_api.do_search(wanted).results] == [known]
    fake.agent.change("tickets", known, content="new")
    clock.forward(LAG / 2)
    assert api.crm.tickets.search_api.do_search(wanted).results[0].properties["content"] is None
    fake.agent.delete("tickets", known)
    clock.forward(LAG / 2)
    assert api.crm.tickets.search_api.do_search(wanted).results[0].properties["content"] == "new"
    clock.forward(LAG)
    assert api.crm.tickets.search_api.do_search(wanted).total == 0


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ([("hs_ticket_priority", "EQ", "HIGH")], {"a"}),
        ([("hs_ticket_priority", "NEQ", "HIGH")], {"b", "c"}),
        ([("hs_ticket_priority", "HAS_PROPERTY", None)], {"a", "b"}),
        ([("hs_ticket_priority", "NOT_HAS_PROPERTY", None)], {"c"}),
        ([("subject", "IN", ["a", "c"])], {"a", "c"}),
        ([("subject", "NOT_IN", ["a", "c"])], {"b"}),
        ([("content", "CONTAINS_TOKEN", "tent")], {"b"}),
        ([("content", "CONTAINS_TOKEN", "zip*")], {"a"}),
        ([("createdate", "GTE", "1772442000000"), ("subject", "LT", "c")], {"a", "b"}),
        ([("createdate", "LT", "2026-03-02T09:00:00Z")], set()),
    ],
)
def test_filters_mean_what_they_say(
    fake: Fake, clock: FixedClock, filters: list[tuple[str, str, Json]], found: set[str]
) -> None:
    fake.agent.ticket("a", hs_ticket_priority="HIGH", content="The zipper broke")
    fake.agent.ticket("b", hs_ticket_priority="LOW", content="Where is my tent?")
    fake.agent.ticket("c")
    clock.forward(LAG)
    _, answer = search(fake, filterGroups=where(*filters), properties=["subject"])
    assert {one["properties"]["subject"] for one in answer["results"]} == found


def test_tickets_are_found_by_their_contact(fake: Fake, clock: FixedClock) -> None:
    contact = fake.agent.contact(email="mara@example.org")
    known, _ = fake.agent.ticket("One", contact=contact), fake.agent.ticket("Two")
    clock.forward(LAG)
    _, answer = search(fake, filterGroups=where(("associations.contact", "EQ", contact)))
    assert [one["id"] for one in answer["results"]] == [known]


def test_pages_are_in_the_order_asked_for(fake: Fake, clock: FixedClock) -> None:
    for number in (3, 1, 2):
        fake.agent.ticket(f"T{number}")
        clock.forward(timedelta(seconds=1))
    clock.forward(LAG)
    sorts = [{"propertyName": "subject", "direction": "DESCENDING"}]
    _, first = search(fake, sorts=sorts, limit=2, properties=["subject"])
    _, second = search(fake, sorts=sorts, limit=2, properties=["subject"], after=first["paging"]["next"]["after"])
    assert [one["properties"]["subject"] for one in first["results"] + second["results"]] == ["T3", "T2", "T1"]
    assert "paging" not in second


@pytest.mark.parametrize(
    "body",
    [
        {"limit": 201},
        {"limit": 200, "after": "9900"},
        {"filterGroups": where(("nosuch", "EQ", "x"))},
        {"filterGroups": where(("subject", "LIKE", "x"))},
        {"filterGroups": where(("subject", "IN", ["Upper"]))},
        {"filterGroups": where(("createdate", "GTE", "yesterday"))},
        {"filterGroups": where(*[("subject", "EQ", "x")] * 7)},
        {"filterGroups": where(("subject", "EQ", "x")) * 6},
        {"filterGroups": where(*[("subject", "EQ", "x")] * 5) * 4},
        {"filterGroups": where(("subject", "IN", ["x" * 40] * 90))},
        {"sorts": ["subject", "content"]},
    ],
)
def test_what_search_does_not_take_is_refused(fake: Fake, clock: FixedClock, body: dict[str, Json]) -> None:
    fake.agent.ticket("One")
    clock.forward(LAG)
    status, answer = search(fake, **body)
    assert (status, answer["category"]) == (400, "VALIDATION_ERROR")
