"""Trouble that passes: it stops what it must and no more, and costs no calls that help nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bridge.errors import RateLimited, Transient
from bridge.nouns import Presence, Retry
from tests.adapters.zendesk.accounts import Place, comment, refs, ticket, user

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bridge.nouns import Found

OTHERS = "409"
"""Somebody else was writing at the same moment."""


def presence(found: Mapping[str, Found]) -> list[Presence]:
    """Return what is known of tickets 0 to 4."""
    return [found[ticket(n).key].presence for n in range(5)]


def test_a_look_that_meets_a_conflict_is_tried_again_and_no_refusal(here: Place) -> None:
    here.fake.faults.order(OTHERS)
    with pytest.raises(Transient):
        here.target.find("users", {user(1).key: ""}, here.clock.now())


def test_a_job_that_meets_a_conflict_is_tried_again_as_it_is(here: Place) -> None:
    here.target.schema("users")
    here.fake.calls.clear()
    here.fake.faults.order(OTHERS)
    outcomes = here.target.write("users", [user(n) for n in range(8)])
    assert all(isinstance(outcome, Retry) for outcome in outcomes)
    assert len(here.fake.calls) == 1
    assert here.fake.state.writes == 0


def test_one_look_of_many_that_fails_leaves_the_others_to_be_found(here: Place) -> None:
    refs(here.target, [ticket(n) for n in range(4)])
    here.fake.faults.order(None, "500")
    found = here.again().find("tickets", {ticket(n).key: "" for n in range(5)}, here.clock.now())
    everything = [Presence.FOUND, Presence.UNSURE, Presence.FOUND, Presence.FOUND, Presence.UNSURE]
    assert presence(found) == everything


@pytest.mark.parametrize("trouble", [["500", "500", "500"], ["429"]], ids=["in trouble", "limited"])
def test_looks_end_where_nothing_answers_or_a_limit_is_reached(here: Place, trouble: list[str]) -> None:
    refs(here.target, [ticket(n) for n in range(4)])
    target = here.again()
    here.fake.calls.clear()
    here.fake.faults.order(None, *trouble)
    found = target.find("tickets", {ticket(n).key: "" for n in range(5)}, here.clock.now())
    assert presence(found) == [Presence.FOUND, *[Presence.UNSURE] * 4]
    assert len(here.fake.calls) == 1 + len(trouble)


def test_looks_that_fail_from_the_first_say_why(here: Place) -> None:
    here.fake.faults.order("429")
    with pytest.raises(RateLimited):
        here.target.find("comments", {comment(1, "17").key: "17"}, here.clock.now())
