"""Jobs are settled later, item by item; what a job does not say is found out and never guessed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bridge.errors import RateLimited
from bridge.nouns import Accepted, Ended, Presence, Refusal, Retry, Unknown, Written
from tests.adapters.zendesk.accounts import Place, comment, place, quick, refs, ticket, user

if TYPE_CHECKING:
    from pathlib import Path

    from bridge.nouns import Outcome


def slow(folder: Path, **settings: float) -> Place:
    """Open an account whose jobs take twenty seconds, and wait for none."""
    return place(folder, replace(quick(), job_seconds=20), job_wait=0, **settings)


def jobs(outcomes: list[Outcome]) -> list[str]:
    assert all(isinstance(outcome, Accepted) for outcome in outcomes), outcomes
    return [outcome.job for outcome in outcomes if isinstance(outcome, Accepted)]


def later(here: Place) -> None:
    here.clock.forward(timedelta(seconds=30))


def test_a_job_is_settled_later_each_record_by_itself(tmp_path: Path) -> None:
    here = slow(tmp_path)
    spammer = here.fake.agent.user("Spammer")
    here.fake.agent.suspend(spammer)
    sent = [ticket(1), ticket(2, requester_id=spammer), ticket(3)]
    taken = jobs(here.target.write("tickets", sent))
    assert jobs(here.target.settle(taken)) == taken
    later(here)
    first, refused, third = here.target.settle(taken)
    assert isinstance(first, Written)
    assert isinstance(third, Written)
    assert isinstance(refused, Refusal)
    assert refused.field == "requester_id"
    assert here.target.settle(taken) == [first, refused, third]
    assert here.again().settle(taken) == [first, refused, third]


def test_the_second_message_of_a_ticket_waits_for_the_first(tmp_path: Path) -> None:
    here = slow(tmp_path)
    cases = [here.fake.agent.ticket(f"Router {n}") for n in range(3)]
    sent = [comment(n, cases[n % 3]) for n in range(4)]
    outcomes = here.target.write("comments", sent)
    jobs(outcomes[:3])
    assert isinstance(outcomes[3], Retry)
    later(here)
    assert all(isinstance(outcome, Written) for outcome in here.target.settle(jobs(outcomes[:3])))
    refs(here.target, sent[3:])
    said = [row["body"].partition("\n")[0] for row in here.fake.state.comments_of(int(cases[0]))]
    assert said[1:] == ["It blinks 0 times.", "It blinks 3 times."]


def test_messages_of_one_ticket_go_in_order_in_one_batch(here: Place) -> None:
    (case,) = refs(here.target, [ticket(1)])
    refs(here.target, [comment(n, case) for n in range(5)])
    said = [row["body"].partition("\n")[0] for row in here.fake.state.comments_of(int(case))]
    assert said[1:] == [f"It blinks {n} times." for n in range(5)]


def test_a_job_that_ended_half_done_is_unknown_and_found_out(tmp_path: Path) -> None:
    here = slow(tmp_path)
    asked_at = here.clock.now()
    taken = jobs(here.target.write("users", [user(n) for n in range(4)]))
    here.fake.jobs.kill_next = 1
    later(here)
    assert all(isinstance(outcome, Unknown) for outcome in here.target.settle(taken))
    here.clock.forward(timedelta(minutes=5))
    found = here.target.find("users", {user(n).key: "" for n in range(4)}, asked_at)
    presence = [found[user(n).key].presence for n in range(4)]
    assert presence == [Presence.FOUND, Presence.FOUND, Presence.ABSENT, Presence.ABSENT]


def test_a_job_that_zendesk_has_forgotten_is_unknown(tmp_path: Path) -> None:
    here = slow(tmp_path)
    taken = jobs(here.target.write("users", [user(n) for n in range(3)]))
    here.clock.forward(timedelta(hours=2))
    assert all(isinstance(outcome, Unknown) for outcome in here.target.settle(taken))


def test_a_job_whose_answer_got_lost_is_not_believed_absent_while_it_may_still_run(tmp_path: Path) -> None:
    here = slow(tmp_path)
    asked_at = here.clock.now()
    here.target.schema("tickets")
    here.wire.lose = "response"
    sent = [ticket(n) for n in range(3)]
    assert all(isinstance(outcome, Unknown) for outcome in here.target.write("tickets", sent))
    keys = dict.fromkeys((each.key for each in sent), "")
    assert {each.presence for each in here.target.find("tickets", keys, asked_at).values()} == {Presence.UNSURE}
    here.clock.forward(timedelta(minutes=5))
    assert {each.presence for each in here.target.find("tickets", keys, asked_at).values()} == {Presence.FOUND}


def test_too_many_jobs_are_waited_for(tmp_path: Path) -> None:
    here = place(tmp_path, replace(quick(), job_seconds=600, most_jobs=2), job_wait=0)
    for n in range(2):
        jobs(here.target.write("users", [user(n * 3 + k) for k in range(3)]))
    with pytest.raises(RateLimited) as limit:
        here.target.write("users", [user(n) for n in range(90, 93)])
    assert limit.value.retry_after == 15


def test_a_message_for_a_ticket_that_was_merged_or_deleted_meanwhile_says_so(tmp_path: Path) -> None:
    here = slow(tmp_path)
    loser, winner, gone, closed = (here.fake.agent.ticket(f"Router {n}") for n in range(4))
    taken = jobs(here.target.write("comments", [comment(n, case) for n, case in enumerate((loser, gone, closed))]))
    here.fake.agent.merge_tickets(loser, winner)
    here.fake.agent.delete_ticket(gone)
    here.fake.agent.close_for_good(closed)
    later(here)
    outcomes = here.target.settle(taken)
    assert [getattr(outcome, "code", "") for outcome in outcomes] == [Ended.MERGED, Ended.DELETED, "closed"]


def test_without_support_users_go_one_by_one_after_one_refusal(tmp_path: Path) -> None:
    here = place(tmp_path, replace(quick(), data_imports=False))
    refs(here.target, [user(n) for n in range(5)])
    refs(here.target, [user(n) for n in range(5, 10)])
    paths = [call.path.removeprefix("/api/v2") for call in here.fake.calls if call.method == "POST"]
    assert paths == ["/users/create_many", *["/users"] * 10]


def test_a_ticket_whose_requester_was_merged_meanwhile_is_the_survivors(tmp_path: Path) -> None:
    """Who that is, exports tell a minute later; who was deleted long ago is a refusal."""
    here = place(
        tmp_path, replace(quick(), job_seconds=20, export_lag=timedelta(seconds=60)), job_wait=0, export_lag=70
    )
    loser, winner, gone = (here.fake.agent.user(name) for name in ("Ida B.", "Ida Brandt", "Gone"))
    here.fake.agent.ticket("An old question", requester=loser)
    sent = [ticket(1, requester_id=loser), ticket(2), ticket(3, requester_id=gone)]
    taken = jobs(here.target.write("tickets", sent))
    here.fake.agent.merge_users(loser, winner)
    here.fake.agent.delete_user(gone)
    later(here)
    assert [type(outcome) for outcome in here.target.settle(taken)] == [Retry, Written, Retry]
    again = [sent[0], sent[2]]
    assert [type(outcome) for outcome in here.target.write("tickets", again)] == [Retry, Retry]
    here.clock.forward(timedelta(minutes=6))
    written, refused = here.target.write("tickets", again)
    assert isinstance(written, Written)
    assert str(here.fake.state.tickets[int(written.ref)]["requester_id"]) == winner
    assert isinstance(refused, Refusal)
    assert refused.field == "requester_id"
