"""What every target promises of look-ups: found, absent, not yet sure, deleted, merged."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bridge.nouns import (
    Ended,
    Presence,
    Refusal,
    Thing,
    Written,
)
from tests.conformance.harness import THINGS
from tests.conformance.writing import (
    case_for,
    key,
    one,
    record,
    settle_after,
    standing,
    update,
    write,
    written,
)

if TYPE_CHECKING:
    from bridge.nouns import Found
    from tests.conformance.harness import TargetHarness

things = pytest.mark.parametrize("thing", THINGS)


def look(target: TargetHarness, thing: Thing, anchor: str) -> Found:
    """Look one key up when "not found" proves something."""
    asked_at = target.clock.now()
    target.clock.forward(settle_after(target, thing))
    keys = {key(anchor): place(target, thing)}
    return target.target.find(target.samples[thing].object, keys, asked_at)[key(anchor)]


def place(target: TargetHarness, thing: Thing) -> str:
    """Return the case in which a record of ``thing`` stands."""
    return case_for(target) if target.samples[thing].parented else ""


@things
def test_what_was_never_written_is_absent(target: TargetHarness, thing: Thing) -> None:
    assert look(target, thing, "never").presence is Presence.ABSENT


@things
def test_every_key_that_was_asked_for_is_answered(target: TargetHarness, thing: Thing) -> None:
    written(target, record(target, thing, "anchor"))
    asked = dict.fromkeys([key("anchor"), *(key(f"never:{n}") for n in range(300))], place(target, thing))
    assert set(target.target.find(target.samples[thing].object, asked, target.clock.now())) == set(asked)
    assert target.target.find(target.samples[thing].object, {}, target.clock.now()) == {}


def test_within_the_search_lag_absent_is_not_believed(target: TargetHarness) -> None:
    lag = target.lag()
    sent, asked_at = record(target, Thing.PERSON, "anchor"), target.clock.now()
    ref = written(target, sent)
    missing = dict.fromkeys([key("never"), sent.key], "")
    soon = target.target.find(sent.object, missing, asked_at)
    assert {found.presence for found in soon.values()} == {Presence.UNSURE}
    target.clock.forward(lag)
    later = target.target.find(sent.object, missing, asked_at)
    assert [later[each].presence for each in missing] == [Presence.ABSENT, Presence.FOUND]
    assert later[sent.key].ref == ref


def test_a_key_is_unique_even_while_the_search_lags(target: TargetHarness) -> None:
    target.lag()
    sent = record(target, Thing.PERSON, "anchor")
    assert written(target, sent) == written(target, sent)
    assert len(standing(target, Thing.PERSON, "anchor")) == 1


@things
def test_keys_are_all_that_stand(target: TargetHarness, thing: Thing) -> None:
    name = target.samples[thing].object
    before = sorted(target.target.keys(name))
    for n in range(5):
        written(target, record(target, thing, f"anchor:{n}"))
    assert sorted(target.target.keys(name)) == sorted([*before, *(key(f"anchor:{n}") for n in range(5))])


@things
def test_a_deletion_is_a_tombstone(target: TargetHarness, thing: Thing) -> None:
    """It is found as deleted, refuses a first delivery and an update, and is no key that stands."""
    sent = record(target, thing, "anchor")
    ref = written(target, sent)
    target.delete(thing, ref)
    assert look(target, thing, "anchor").deleted
    outcomes = [*write(target, sent), *write(target, update(sent, ref, target.samples[thing].changed))]
    assert [outcome.code for outcome in outcomes if isinstance(outcome, Refusal)] == [Ended.DELETED, Ended.DELETED]
    assert standing(target, thing, "anchor") == []
    assert sent.key not in list(target.target.keys(sent.object))


def test_a_message_for_a_deleted_case_is_refused(target: TargetHarness) -> None:
    case = case_for(target)
    target.delete(Thing.CASE, case)
    (refusal,) = write(target, record(target, Thing.MESSAGE, "anchor", parent=case))
    assert isinstance(refusal, Refusal)
    assert refusal.code == Ended.DELETED


@pytest.mark.parametrize("thing", [Thing.PERSON, Thing.CASE])
def test_a_merge_names_its_survivor(target: TargetHarness, thing: Thing) -> None:
    loser, winner = (written(target, record(target, thing, anchor)) for anchor in ("loser", "winner"))
    target.merge(thing, loser, winner)
    assert look(target, thing, "loser").merged_into == winner
    assert not look(target, thing, "winner").merged_into
    assert {key("loser"), key("winner")} <= set(target.target.keys(target.samples[thing].object))


@pytest.mark.parametrize("thing", [Thing.PERSON, Thing.CASE])
def test_a_first_delivery_under_a_merged_key_changes_nothing(target: TargetHarness, thing: Thing) -> None:
    sent = record(target, thing, "loser")
    loser, winner = written(target, sent), written(target, record(target, thing, "winner"))
    target.merge(thing, loser, winner)
    before = one(target, thing, winner).fields
    (outcome,) = write(target, sent)
    assert isinstance(outcome, Written | Refusal)
    if isinstance(outcome, Written):
        assert (outcome.ref, outcome.created) == (winner, False)
    else:
        assert outcome.code == Ended.MERGED
    assert one(target, thing, winner).fields == before


@pytest.mark.parametrize("thing", [Thing.PERSON, Thing.CASE])
def test_an_update_of_what_was_merged_says_so_or_reaches_the_survivor(target: TargetHarness, thing: Thing) -> None:
    sent = record(target, thing, "loser")
    loser, winner = written(target, sent), written(target, record(target, thing, "winner"))
    target.merge(thing, loser, winner)
    (outcome,) = write(target, update(sent, loser, target.samples[thing].changed))
    if isinstance(outcome, Written):
        assert outcome.ref == winner
    else:
        assert isinstance(outcome, Refusal)
        assert outcome.code == Ended.MERGED


def test_a_message_for_a_merged_case_reaches_the_survivor(target: TargetHarness) -> None:
    loser, winner = (written(target, record(target, Thing.CASE, anchor)) for anchor in ("loser", "winner"))
    target.merge(Thing.CASE, loser, winner)
    (outcome,) = write(target, record(target, Thing.MESSAGE, "anchor", parent=loser))
    if isinstance(outcome, Written):
        assert one(target, Thing.MESSAGE, outcome.ref).parent == winner
    else:
        assert isinstance(outcome, Refusal)
        assert outcome.code == Ended.MERGED
