"""What every target promises of one-shot changes: done once and visible, or refused with a reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bridge.nouns import (
    AmendmentKind,
    Refusal,
    Thing,
    Unknown,
    Written,
)
from tests.conformance.harness import THINGS, Trouble
from tests.conformance.writing import (
    amend,
    amendment,
    case_for,
    one,
    record,
    standing,
    written,
)

if TYPE_CHECKING:
    from tests.conformance.harness import TargetHarness

things = pytest.mark.parametrize("thing", THINGS)


def manual(outcomes: object) -> bool:
    """Tell whether the target refused with a manual step."""
    (outcome,) = outcomes if isinstance(outcomes, list) else [outcomes]
    return isinstance(outcome, Refusal) and bool(outcome.reason)


def test_a_link_stands_at_both_or_is_done_by_hand(target: TargetHarness) -> None:
    a, b = (written(target, record(target, Thing.CASE, anchor)) for anchor in ("a", "b"))
    outcomes = amend(target, amendment(AmendmentKind.LINK, Thing.CASE, a, other_ref=b))
    assert manual(outcomes) or b in one(target, Thing.CASE, a).links


def test_a_tag_stands_or_is_set_by_hand(target: TargetHarness) -> None:
    case = case_for(target)
    outcomes = amend(target, amendment(AmendmentKind.TAG, Thing.CASE, case, text="continued"))
    assert manual(outcomes) or "continued" in one(target, Thing.CASE, case).tags


def test_a_note_stands_once_and_internally(target: TargetHarness) -> None:
    case = case_for(target)
    note = amendment(AmendmentKind.NOTE, Thing.CASE, case, text="Continued in another case.")
    outcomes = amend(target, note)
    amend(target, note)
    assert manual(outcomes) or one(target, Thing.CASE, case).notes.count("Continued in another case.") == 1


def test_a_closed_case_is_reopened_once(target: TargetHarness) -> None:
    """The same amendment later does not reopen a case that an agent has closed again."""
    case = case_for(target)
    target.status(case, closed=True)
    reopen = amendment(AmendmentKind.REOPEN, Thing.CASE, case)
    if manual(amend(target, reopen)):
        return
    assert not one(target, Thing.CASE, case).closed
    target.status(case, closed=True)
    amend(target, reopen)
    assert one(target, Thing.CASE, case).closed


def test_an_open_case_is_not_reopened(target: TargetHarness) -> None:
    case = case_for(target)
    before = one(target, Thing.CASE, case).fields
    amend(target, amendment(AmendmentKind.REOPEN, Thing.CASE, case))
    assert one(target, Thing.CASE, case).fields == before


@things
def test_a_redaction_leaves_no_word(target: TargetHarness, thing: Thing) -> None:
    sent = record(target, thing, "anchor")
    ref = written(target, sent)
    outcomes = amend(target, amendment(AmendmentKind.REDACT, thing, ref))
    if not manual(outcomes):
        field = target.samples[thing].required or next(iter(sent.fields))
        assert str(sent.fields[field]) not in str(one(target, thing, ref).fields)


@things
def test_what_we_wrote_can_be_withdrawn(target: TargetHarness, thing: Thing) -> None:
    ref = written(target, record(target, thing, "anchor"))
    withdraw = amendment(AmendmentKind.WITHDRAW, thing, ref)
    if not manual(amend(target, withdraw)):
        assert standing(target, thing, "anchor") == []
        assert isinstance(amend(target, withdraw)[0], Written)


def test_what_others_made_is_not_withdrawn(target: TargetHarness) -> None:
    ref = target.foreign_case("Router broken", "https://social.example/p/1")
    assert isinstance(amend(target, amendment(AmendmentKind.WITHDRAW, Thing.CASE, ref))[0], Refusal)
    assert not one(target, Thing.CASE, ref).deleted


def test_an_amendment_of_what_is_not_there_is_refused_and_the_next_is_done(target: TargetHarness) -> None:
    case = case_for(target)
    bad = amendment(AmendmentKind.TAG, Thing.CASE, "no-such-case", text="x")
    good = amendment(AmendmentKind.TAG, Thing.CASE, case, text="y")
    outcomes = amend(target, bad, good)
    assert isinstance(outcomes[0], Refusal)
    assert manual([outcomes[1]]) or "y" in one(target, Thing.CASE, case).tags


def test_an_amendment_after_a_lost_response_can_be_repeated(target: TargetHarness) -> None:
    case = case_for(target)
    note = amendment(AmendmentKind.NOTE, Thing.CASE, case, text="Continued in another case.")
    target.provoke(Trouble.LOST_RESPONSE)
    if isinstance(amend(target, note)[0], Unknown):
        amend(target, note)
        assert one(target, Thing.CASE, case).notes.count("Continued in another case.") == 1
