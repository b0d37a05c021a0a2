"""How many calls deliveries take, counted at the account, and what they carry."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bridge.nouns import Accepted, Reference, Thing, Written
from tests.adapters.zendesk.accounts import Place, comment, place, quick, refs, ticket, user

if TYPE_CHECKING:
    from pathlib import Path

    from bridge.nouns import Outcome, Record

COUNT = 1_000


def deliver(here: Place, records: list[Record]) -> list[str]:
    """Deliver as the outbox does: in hundreds, then one look at all jobs after the other until they have ended."""
    outcomes: list[Outcome] = []
    for start in range(0, len(records), 100):
        outcomes += here.target.write(records[0].object, records[start : start + 100])
    while any(isinstance(outcome, Accepted) for outcome in outcomes):
        here.clock.forward(timedelta(seconds=5))
        waiting = [n for n, outcome in enumerate(outcomes) if isinstance(outcome, Accepted)]
        for start in range(0, len(waiting), 100):
            some = waiting[start : start + 100]
            settled = here.target.settle([outcomes[n].job for n in some])  # type: ignore[union-attr]  # accepted ones
            for n, outcome in zip(some, settled, strict=True):
                outcomes[n] = outcome
    assert all(isinstance(outcome, Written) for outcome in outcomes)
    return [outcome.ref for outcome in outcomes if isinstance(outcome, Written)]


@pytest.mark.parametrize(("imports", "most"), [(True, 60), (False, 1_040)])
def test_a_thousand_of_each_take_few_calls_job_polls_and_all(tmp_path: Path, *, imports: bool, most: int) -> None:
    here = place(tmp_path, replace(quick(), data_imports=imports, job_seconds=20), job_wait=0)
    people = deliver(here, [user(n) for n in range(COUNT)])
    to = [Reference(Thing.PERSON, f"cb1-{n}", ref) for n, ref in enumerate(people)]
    tickets = deliver(here, [ticket(n, requester_id=to[n]) for n in range(COUNT)])
    deliver(here, [comment(n, tickets[n]) for n in range(COUNT)])
    assert len(here.fake.calls) <= most
    state = here.fake.state
    for person, case in zip(people, tickets, strict=True):
        assert str(state.tickets[int(case)]["requester_id"]) == person
    assert len(state.tickets) == COUNT
    assert sum(event["type"] == "Comment" for audit in state.audits for event in audit["events"]) == 2 * COUNT
    assert here.fake.notices.outside("acme.example") == []


def test_updates_of_a_hundred_take_a_look_and_a_job(here: Place) -> None:
    people = refs(here.target, [user(n) for n in range(100)])
    here.fake.calls.clear()
    refs(here.target, [replace(user(n), ref=ref, fields={"details": "New"}) for n, ref in enumerate(people)])
    assert len(here.fake.calls) == 3


def test_what_stands_there_already_is_not_written_again(here: Place) -> None:
    (ref,) = refs(here.target, [ticket(1)])
    here.fake.calls.clear()
    refs(here.target, [replace(ticket(1), ref=ref, fields={"subject": "Router 1 broken"})])
    assert [call.method for call in here.fake.calls] == ["GET"]


def test_one_message_goes_at_once_and_not_as_a_job(here: Place) -> None:
    (case,) = refs(here.target, [ticket(1)])
    here.fake.calls.clear()
    refs(here.target, [comment(1, case)])
    assert [(call.method, call.path) for call in here.fake.calls] == [("PUT", f"/api/v2/tickets/{case}")]
