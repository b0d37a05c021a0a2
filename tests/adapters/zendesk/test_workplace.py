"""Zendesk is somebody's workplace: owners who left, tickets of an old connector, time that was tracked, limits of others."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bridge.errors import RateLimited
from bridge.nouns import CaseEvent, Cursor, Retry, What, Written
from tests.adapters.zendesk.accounts import Place, comment, place, quick, refs, ticket
from tests.fakes.zendesk.org import Field

if TYPE_CHECKING:
    from pathlib import Path

MIA, GONE = "9101", "9102"
BILLING = "360002"
TIME = Field(4801, "Total time spent (sec)", "integer")
POST = Field(4802, "Post")


def left(here: Place) -> None:
    """Let an agent leave."""
    here.fake.state.users[int(GONE)]["active"] = False


@pytest.mark.parametrize("count", [1, 4], ids=["alone", "in a job"])
def test_a_ticket_of_an_agent_who_left_goes_to_the_group_for_such(tmp_path: Path, count: int) -> None:
    here = place(tmp_path, fallback_group=BILLING)
    left(here)
    sent = [ticket(n, assignee_id=MIA if n else GONE) for n in range(count)]
    outcomes = here.target.write("tickets", sent)
    assert [type(outcome) for outcome in outcomes] == [Retry, *[Written] * (count - 1)]
    (ref,) = refs(here.target, sent[:1])
    row = here.fake.state.tickets[int(ref)]
    assert (row["assignee_id"], str(row["group_id"])) == (None, BILLING)
    assert len(here.fake.state.tickets) == count


def test_without_such_a_group_it_keeps_the_one_of_the_mapping(here: Place) -> None:
    left(here)
    sent = ticket(1, assignee_id=GONE, group_id="360001")
    here.target.write("tickets", [sent])
    (ref,) = refs(here.target, [sent])
    row = here.fake.state.tickets[int(ref)]
    assert (row["assignee_id"], row["group_id"]) == (None, 360001)


@pytest.mark.parametrize(
    ("old_posts", "named"),
    [
        ({"external_id": "x//"}, "x//1770000000000000001"),
        ({"custom_fields.4802": ""}, "https://x.example/p/1"),
        ({}, ""),
    ],
    ids=["id", "address", "nothing said"],
)
def test_the_post_of_an_old_connectors_ticket_is_known_by_its_field(
    tmp_path: Path, old_posts: dict[str, str], named: str
) -> None:
    here = place(tmp_path, replace(quick(), fields=(POST,)), old_posts=old_posts)
    fields = [{"id": 4802, "value": "https://x.example/p/1"}]
    here.fake.agent.ticket("Router", external_id="1770000000000000001", custom_fields=fields)
    (case,) = [case for page in here.target.cases(Cursor()) for case in page.cases]
    assert case.permalinks == ((named,) if named else ())


def test_time_that_agents_track_is_an_event_in_minutes(tmp_path: Path) -> None:
    here = place(tmp_path, replace(quick(), fields=(TIME,)), time_field="4801")
    (case,) = refs(here.target, [ticket(1)])
    for seconds in (120, 600):
        here.fake.agent.change(case, custom_fields=[{"id": 4801, "value": seconds}])
    items = [item for page in here.target.activity(Cursor()) for item in page.items if isinstance(item, CaseEvent)]
    told = [item for item in items if item.what is What.TIME_WORKED]
    assert [(each.case_ref, each.before, each.value, each.actor_id) for each in told] == [
        (case, "", "2", MIA),
        (case, "2", "10", MIA),
    ]


def test_the_limit_of_updates_a_minute_holds_the_rest_up_and_loses_nothing(tmp_path: Path) -> None:
    here = place(tmp_path, replace(quick(), update_limit=5))
    cases = refs(here.target, [ticket(n) for n in range(7)])
    sent = [comment(n, case) for n, case in enumerate(cases)]
    refs(here.target, sent[:1])
    for n in range(1, 5):
        refs(here.target, sent[n : n + 1])
    with pytest.raises(RateLimited) as limit:
        here.target.write("comments", sent[5:6])
    assert 0 < limit.value.retry_after <= 61
    here.clock.forward(timedelta(seconds=limit.value.retry_after))
    refs(here.target, sent[5:])
    assert [len(here.fake.state.comments_of(int(case))) for case in cases] == [2] * 7
