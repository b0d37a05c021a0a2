"""What every target promises when something goes wrong in between, and of jobs that are settled later."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bridge.errors import AuthError, RateLimited, Transient
from bridge.nouns import Accepted, Refusal, Retry, Thing, Unknown, Written
from tests.conformance.harness import Cannot, Trouble
from tests.conformance.writing import case_for, first, record, settle_after, standing, write, written

if TYPE_CHECKING:
    from tests.conformance.harness import TargetHarness


@pytest.mark.parametrize(
    ("trouble", "error"),
    [
        (Trouble.UNAUTHORISED, AuthError),
        (Trouble.RATE_LIMITED, RateLimited),
        (Trouble.UNREACHABLE, Transient),
    ],
)
def test_trouble_has_the_name_of_what_to_do_and_nothing_was_written(
    target: TargetHarness, trouble: Trouble, error: type[Exception]
) -> None:
    sent = record(target, first(target), "anchor")
    target.provoke(trouble)
    with pytest.raises(error):
        write(target, sent)
    assert standing(target, first(target), "anchor") == []
    assert isinstance(write(target, sent)[0], Written)


def test_after_a_lost_response_every_outcome_is_unknown_until_found(target: TargetHarness) -> None:
    sent = [record(target, first(target), f"anchor:{n}") for n in range(3)]
    asked_at = target.clock.now()
    target.provoke(Trouble.LOST_RESPONSE)
    assert all(isinstance(outcome, Unknown) for outcome in write(target, *sent))
    target.clock.forward(settle_after(target, first(target)))
    found = target.target.find(sent[0].object, {each.key: each.parent for each in sent}, asked_at)
    assert [found[each.key].ref for each in sent] == [
        standing(target, first(target), f"anchor:{n}")[0].ref for n in range(3)
    ]


def test_after_a_lost_request_nothing_is_found_and_it_can_be_written(target: TargetHarness) -> None:
    sent, asked_at = record(target, first(target), "anchor"), target.clock.now()
    target.provoke(Trouble.LOST_REQUEST)
    assert isinstance(write(target, sent)[0], Unknown)
    target.clock.forward(settle_after(target, first(target)))
    assert not target.target.find(sent.object, {sent.key: sent.parent}, asked_at)[sent.key].refs
    written(target, sent)
    assert len(standing(target, first(target), "anchor")) == 1


def test_a_job_is_settled_later_as_its_record_would_have_been(target: TargetHarness) -> None:
    """What is seen to be wrong beforehand may be refused at once."""
    good = record(target, first(target), "anchor")
    bad = replace(record(target, first(target), "bad"), fields={**good.fields, "no_such_field": "x"})
    target.provoke(Trouble.JOB)
    outcomes = write(target, good, bad)
    jobs = [outcome.job for outcome in outcomes if isinstance(outcome, Accepted)]
    assert isinstance(outcomes[0], Accepted)
    assert isinstance(outcomes[1], (Accepted, Refusal))
    for _ in range(100):
        settled = target.target.settle(jobs)
        assert len(settled) == len(jobs)
        if not any(isinstance(outcome, Accepted) for outcome in settled):
            break
        target.clock.forward(settle_after(target, first(target)))
        target.clock.forward(timedelta(seconds=1))
    assert [type(outcome) for outcome in settled] == [Written, Refusal][: len(jobs)]
    assert target.target.settle(jobs) == settled
    assert len(standing(target, first(target), "anchor")) == 1


def test_messages_taken_as_a_job_keep_their_order(target: TargetHarness) -> None:
    """The second of a case waits until the first is settled, or comes in the same job after it."""
    if not target.target.ordered_batches:
        raise Cannot("batches hold one message of a case")
    case = case_for(target)
    target.provoke(Trouble.JOB)
    outcomes = write(target, *(record(target, Thing.MESSAGE, f"anchor:{n}", parent=case) for n in range(3)))
    assert isinstance(outcomes[0], Accepted)
    assert all(isinstance(outcome, Retry) for outcome in outcomes[1:])


def test_a_job_that_nobody_gave_is_refused(target: TargetHarness) -> None:
    assert isinstance(target.target.settle(["no-such-job"])[0], Refusal)


def test_settling_nothing_is_no_error(target: TargetHarness) -> None:
    assert target.target.settle([]) == []
