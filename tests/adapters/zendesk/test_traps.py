"""Zendesk's oddities: names that an upsert would overwrite, folded ids, replays, suspended users, limits of one ticket."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bridge.errors import RateLimited
from bridge.nouns import (
    Amendment,
    AmendmentKind,
    CaseEvent,
    Cursor,
    Ended,
    Reference,
    Refusal,
    Retry,
    Thing,
    Unknown,
    What,
    Written,
)
from tests.adapters.zendesk.accounts import Place, comment, key, place, quick, refs, ticket, user
from tests.fakes.zendesk.org import hostile

if TYPE_CHECKING:
    from pathlib import Path


def test_the_name_of_somebody_who_stands_there_is_never_overwritten(here: Place) -> None:
    """Also if another process wrote them, so that only Zendesk knows."""
    (ref,) = refs(here.target, [user(1)])
    here.fake.state.users[int(ref)]["name"] = "Dr. Ada Kern"
    (outcome,) = here.again().write("users", [user(1)])
    assert outcome == Written(ref, created=False)
    assert here.fake.state.users[int(ref)]["name"] == "Dr. Ada Kern"
    assert [call.path for call in here.fake.calls if "create_or_update" in call.path] == []


@pytest.mark.parametrize("count", [1, 3], ids=["alone", "in a job"])
def test_somebody_with_the_same_address_is_named_and_not_taken_over(here: Place, count: int) -> None:
    other = here.fake.agent.user("Ada Kern", email="ada@example.org")
    outcomes = here.target.write("users", [user(0, email="ada@example.org"), *(user(n) for n in range(1, count))])
    refusal = outcomes[0]
    assert isinstance(refusal, Refusal)
    assert (refusal.code, refusal.candidates, refusal.field) == (Ended.DUPLICATE, (other,), "email")
    assert here.fake.state.users[int(other)]["external_id"] is None


def test_an_external_id_in_other_letters_is_ours_all_the_same(here: Place) -> None:
    (ref,) = refs(here.target, [user(1)])
    here.fake.state.users[int(ref)]["external_id"] = user(1).key.upper()
    (outcome,) = here.again().write("users", [user(1)])
    assert outcome == Written(ref, created=False)


def test_a_ticket_sent_again_with_the_same_idempotency_key_is_the_same_ticket(here: Place) -> None:
    """Though the process that sends it again knows nothing of the first."""
    here.target.schema("tickets")
    here.wire.lose = "response"
    assert isinstance(here.target.write("tickets", [ticket(1)])[0], Unknown)
    (outcome,) = here.again().write("tickets", [ticket(1)])
    assert isinstance(outcome, Written)
    assert list(here.fake.state.tickets) == [int(outcome.ref)]


def test_another_body_under_the_same_key_is_refused_with_a_way_out(here: Place) -> None:
    refs(here.target, [ticket(1)])
    (refusal,) = here.again().write("tickets", [ticket(1, subject="Another")])
    assert isinstance(refusal, Refusal)
    assert "casebridge deliveries retry" in refusal.reason


def test_tickets_that_stand_twice_are_told(here: Place) -> None:
    """No external id of a ticket is unique."""
    one, two = (here.fake.agent.ticket("Router", external_id=key("twice")) for _ in range(2))
    found = here.target.find("tickets", {key("twice"): ""}, here.clock.now())[key("twice")]
    assert found.refs == (one, two)


def test_a_suspended_requester_is_refused_with_the_menu_path(here: Place) -> None:
    (person,) = refs(here.target, [user(1)])
    here.fake.agent.suspend(person)
    (refusal,) = here.target.write("tickets", [ticket(1, requester_id=Reference(Thing.PERSON, key("x"), person))])
    assert isinstance(refusal, Refusal)
    assert refusal.field == "requester_id"
    assert "Suspended users" in refusal.reason


def test_a_ticket_closed_for_good_takes_no_message_and_says_how_to_go_on(tmp_path: Path) -> None:
    here = place(tmp_path, closed_tickets="refuse")
    (case,) = refs(here.target, [ticket(1)])
    here.fake.agent.close_for_good(case)
    (refusal,) = here.target.write("comments", [comment(1, case)])
    assert isinstance(refusal, Refusal)
    assert refusal.code == "closed"
    assert "follow-up" in refusal.reason
    amendments = [
        Amendment(kind=kind, thing=Thing.CASE, ref=case, key=key(str(kind)), text="x")
        for kind in (AmendmentKind.NOTE, AmendmentKind.REOPEN)
    ]
    assert all(isinstance(outcome, Refusal) for outcome in here.target.amend(amendments))


def test_a_message_for_a_closed_ticket_makes_one_follow_up_that_stands_for_it(here: Place) -> None:
    """As a merge would: the activity tells of it, the message is then written there, and no key is new."""
    (person,) = refs(here.target, [user(1)])
    (case,) = refs(here.target, [ticket(1, requester_id=Reference(Thing.PERSON, user(1).key, person), priority="high")])
    here.fake.agent.close_for_good(case)
    keys = sorted(here.target.keys("tickets"))
    reopen = Amendment(kind=AmendmentKind.REOPEN, thing=Thing.CASE, ref=case, key=key("reopen"))
    assert isinstance(here.target.amend([reopen])[0], Written)
    for target in (here.target, here.again()):
        (refusal,) = target.write("comments", [comment(1, case)])
        assert isinstance(refusal, Refusal)
        assert refusal.code == Ended.MERGED
    follow_up = max(here.fake.state.tickets)
    row = here.fake.state.tickets[follow_up]
    assert len(here.fake.state.tickets) == 2
    assert (str(row["requester_id"]), row["priority"], row["is_public"]) == (person, "high", False)
    told = [item for page in here.target.activity(Cursor()) for item in page.items if isinstance(item, CaseEvent)]
    assert [(each.case_ref, each.value) for each in told if each.what is What.MERGED] == [(case, str(follow_up))]
    found = here.target.find("tickets", {ticket(1).key: ""}, here.clock.now())[ticket(1).key]
    assert found.merged_into == str(follow_up)
    assert sorted(here.target.keys("tickets")) == keys
    assert [each.ref for page in here.target.cases(Cursor()) for each in page.cases] == []
    refs(here.target, [comment(1, str(follow_up))])


def test_thirty_updates_of_one_ticket_and_then_a_wait(tmp_path: Path) -> None:
    here = place(tmp_path, replace(quick(), per_ticket=30))
    (case,) = refs(here.target, [ticket(1)])
    outcomes = here.target.write("comments", [comment(n, case) for n in range(40)])
    kinds = [type(outcome) for outcome in outcomes]
    assert kinds == [Written] * 30 + [Retry] * 10
    here.clock.forward(timedelta(minutes=11))
    refs(here.target, [comment(n, case) for n in range(40)])
    assert len(here.fake.state.comments_of(int(case))) == 41


def _goes(here: Place, number: int) -> bool:
    try:
        refs(here.target, [ticket(number)])
    except RateLimited:
        return False
    return True


def test_what_others_need_of_a_minute_is_left_to_them(tmp_path: Path) -> None:
    here = place(tmp_path, replace(quick(), limit=400, neighbour=310))
    refs(here.target, [ticket(0)])
    taken = sum(_goes(here, n) for n in range(1, 50))
    assert taken < 20
    assert here.fake.access.used <= 400 * 0.8 + 1
    here.clock.forward(timedelta(minutes=2))
    refs(here.target, [ticket(50)])


def test_a_conflict_with_another_writer_is_tried_again(tmp_path: Path) -> None:
    here = place(tmp_path, replace(quick(hostile()), conflict_every=1))
    (case,) = refs(here.target, [ticket(1)])
    assert isinstance(here.target.write("comments", [comment(1, case)])[0], Retry)


def test_an_edited_message_is_a_correction_once(here: Place) -> None:
    (case,) = refs(here.target, [ticket(1)])
    (ref,) = refs(here.target, [comment(1, case)])
    edited = replace(comment(1, case), ref=ref, fields={"body": "It blinks green."})
    for target in (here.target, here.target, here.again()):
        refs(target, [edited])
    said = [row["body"] for row in here.fake.state.comments_of(int(case))]
    assert len(said) == 3
    assert said[2].startswith("It blinks green.")
    assert said[2].endswith(f"[{comment(1, case).key} corrected]")


def test_a_redaction_blacks_out_every_version_of_a_message(here: Place) -> None:
    (case,) = refs(here.target, [ticket(1)])
    (ref,) = refs(here.target, [comment(1, case, body="My number is 4711.\n\nCall me.", link="https://x.example/1")])
    refs(here.target, [replace(comment(1, case), ref=ref, fields={"body": "My number is 4712."})])
    redact = Amendment(kind=AmendmentKind.REDACT, thing=Thing.MESSAGE, ref=ref, key=key("redact"))
    for _ in range(2):
        assert isinstance(here.target.amend([redact])[0], Written)
    said = " ".join(row["body"] for row in here.fake.state.comments_of(int(case))[1:])
    assert all(word not in said for word in ("471", "Call", "x.example"))
    assert said.count("[cb1-") == 2
