"""What every target promises of reading: look-ups, amendments, activity, foreign cases, contacts, budget, secrets."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bridge.errors import RateLimited
from bridge.nouns import (
    Actor,
    AmendmentKind,
    Answer,
    CaseEvent,
    Cursor,
    PersonDeleted,
    PersonMerged,
    PersonSeen,
    Presence,
    Refusal,
    Thing,
    Unknown,
    What,
    Written,
)
from tests.conformance.harness import Trouble
from tests.conformance.writing import (
    amend,
    amendment,
    case_for,
    key,
    one,
    record,
    standing,
    update,
    write,
    written,
)

if TYPE_CHECKING:
    from bridge.nouns import ActivityPage, CaseSnapshot, Found
    from tests.conformance.harness import TargetHarness

things = pytest.mark.parametrize("thing", list(Thing))


def look(target: TargetHarness, thing: Thing, anchor: str) -> Found:
    """Look one key up when "not found" proves something."""
    asked_at = target.clock.now()
    target.clock.forward(target.target.idempotency[thing].settle_after)
    return target.target.find(target.samples[thing].object, [key(anchor)], asked_at)[key(anchor)]


def activity(target: TargetHarness, after: Cursor | None = None) -> list[ActivityPage]:
    return list(target.target.activity(after or Cursor()))


def items(pages: list[ActivityPage]) -> list[Answer | CaseEvent | PersonMerged | PersonDeleted]:
    return [item for page in pages for item in page.items]


def answers(pages: list[ActivityPage]) -> list[Answer]:
    return [item for item in items(pages) if isinstance(item, Answer)]


def events(pages: list[ActivityPage], case_ref: str, what: What) -> list[CaseEvent]:
    found = [item for item in items(pages) if isinstance(item, CaseEvent)]
    return [item for item in found if item.case_ref == case_ref and item.what is what]


def snapshots(target: TargetHarness, after: Cursor | None = None) -> dict[str, CaseSnapshot]:
    return {case.ref: case for page in target.target.cases(after or Cursor()) for case in page.cases}


def people(target: TargetHarness) -> dict[str, PersonSeen]:
    found = [event for page in target.target.contacts(Cursor()) for event in page.events]
    return {event.person.native_id: event for event in found if isinstance(event, PersonSeen)}


# --- find, keys ---------------------------------------------------------------------------------------


@things
def test_what_was_never_written_is_absent(target: TargetHarness, thing: Thing) -> None:
    assert look(target, thing, "never").presence is Presence.ABSENT


@things
def test_every_key_that_was_asked_for_is_answered(target: TargetHarness, thing: Thing) -> None:
    written(target, record(target, thing, "anchor"))
    asked = [key("anchor"), *(key(f"never:{n}") for n in range(300))]
    assert set(target.target.find(target.samples[thing].object, asked, target.clock.now())) == set(asked)
    assert target.target.find(target.samples[thing].object, [], target.clock.now()) == {}


def test_within_the_search_lag_absent_is_not_believed(target: TargetHarness) -> None:
    lag = target.lag()
    sent, asked_at = record(target, Thing.PERSON, "anchor"), target.clock.now()
    ref = written(target, sent)
    missing = [key("never"), sent.key]
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
    assert [outcome.code for outcome in outcomes if isinstance(outcome, Refusal)] == ["deleted", "deleted"]
    assert standing(target, thing, "anchor") == []
    assert sent.key not in list(target.target.keys(sent.object))


def test_a_message_for_a_deleted_case_is_refused(target: TargetHarness) -> None:
    case = case_for(target)
    target.delete(Thing.CASE, case)
    (refusal,) = write(target, record(target, Thing.MESSAGE, "anchor", parent=case))
    assert isinstance(refusal, Refusal)
    assert refusal.code == "deleted"


@pytest.mark.parametrize("thing", [Thing.PERSON, Thing.CASE])
def test_a_merge_names_its_survivor(target: TargetHarness, thing: Thing) -> None:
    loser, winner = (written(target, record(target, thing, anchor)) for anchor in ("loser", "winner"))
    target.merge(thing, loser, winner)
    assert look(target, thing, "loser").merged_into == winner
    assert not look(target, thing, "winner").merged_into


@pytest.mark.parametrize("thing", [Thing.PERSON, Thing.CASE])
def test_a_first_delivery_under_a_merged_key_changes_nothing(target: TargetHarness, thing: Thing) -> None:
    sent = record(target, thing, "loser")
    loser, winner = written(target, sent), written(target, record(target, thing, "winner"))
    target.merge(thing, loser, winner)
    before = one(target, thing, winner).fields
    (outcome,) = write(target, sent)
    assert outcome == Written(winner, created=False) or (isinstance(outcome, Refusal) and outcome.code == "merged")
    assert one(target, thing, winner).fields == before


def test_a_message_for_a_merged_case_reaches_the_survivor(target: TargetHarness) -> None:
    loser, winner = (written(target, record(target, Thing.CASE, anchor)) for anchor in ("loser", "winner"))
    target.merge(Thing.CASE, loser, winner)
    (outcome,) = write(target, record(target, Thing.MESSAGE, "anchor", parent=loser))
    if isinstance(outcome, Written):
        assert one(target, Thing.MESSAGE, outcome.ref).parent == winner
    else:
        assert isinstance(outcome, Refusal)
        assert outcome.code == "merged"


# --- amendments ---------------------------------------------------------------------------------------


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


# --- activity -----------------------------------------------------------------------------------------


def test_an_agents_public_answer_is_read(target: TargetHarness) -> None:
    case = case_for(target)
    native_id = target.answer(case, "We are on it.", public=True)
    (answer,) = [each for each in answers(activity(target)) if each.native_id == native_id]
    assert (answer.case_ref, answer.text, answer.public, answer.actor) == (case, "We are on it.", True, Actor.AGENT)
    assert answer.at == target.clock.now()
    assert not answer.deleted


def test_an_internal_note_is_not_public(target: TargetHarness) -> None:
    native_id = target.answer(case_for(target), "He is angry.", public=False)
    assert not [each for each in answers(activity(target)) if each.native_id == native_id and each.public]


def test_an_answer_that_was_taken_back_is_read_as_such(target: TargetHarness) -> None:
    native_id = target.answer(case_for(target), "We are on it.", public=True)
    cursor = activity(target)[-1].cursor
    target.take_back(native_id)
    latest = [each for each in answers(activity(target, cursor)) if each.native_id == native_id][-1]
    assert latest.deleted or not latest.public


def test_our_own_writes_are_known_as_ours(target: TargetHarness) -> None:
    """Nothing that we wrote or noted comes back as an agent's."""
    written(target, record(target, Thing.MESSAGE, "anchor"))
    case = case_for(target)
    amend(target, amendment(AmendmentKind.NOTE, Thing.CASE, case, text="Continued in another case."))
    target.answer(case, "We are on it.", public=True)
    assert [each.text for each in answers(activity(target)) if each.actor is Actor.AGENT] == ["We are on it."]


def test_a_change_of_status_is_an_event_with_time_and_actor(target: TargetHarness) -> None:
    case = case_for(target)
    target.clock.forward(timedelta(minutes=5))
    target.status(case, closed=True)
    event = events(activity(target), case, What.STATUS)[-1]
    assert (event.value, event.actor, event.at) == ("closed", Actor.AGENT, target.clock.now())
    target.status(case, closed=False)
    assert events(activity(target), case, What.STATUS)[-1].value == "open"


def test_deletion_and_merge_of_a_case_are_events(target: TargetHarness) -> None:
    gone, loser, winner = (written(target, record(target, Thing.CASE, anchor)) for anchor in ("a", "b", "c"))
    target.delete(Thing.CASE, gone)
    target.merge(Thing.CASE, loser, winner)
    pages = activity(target)
    assert events(pages, gone, What.DELETED)
    assert [event.value for event in events(pages, loser, What.MERGED)] == [winner]


def test_deletion_and_merge_of_a_person_are_told(target: TargetHarness) -> None:
    """By the activity or by the contacts."""
    gone, loser, winner = (written(target, record(target, Thing.PERSON, anchor)) for anchor in ("a", "b", "c"))
    target.delete(Thing.PERSON, gone)
    target.merge(Thing.PERSON, loser, winner)
    told = [*items(activity(target)), *(event for page in target.target.contacts(Cursor()) for event in page.events)]
    assert gone in {event.native_id for event in told if isinstance(event, PersonDeleted)}
    assert (loser, winner) in {(event.loser, event.winner) for event in told if isinstance(event, PersonMerged)}


def test_activity_resumes_after_any_page_and_loses_nothing(target: TargetHarness) -> None:
    """Overlap is allowed, a gap is not."""
    case = case_for(target)
    for n in range(45):
        target.answer(case, f"Answer {n}", public=True)
    pages = activity(target)
    everything = [each.text for each in answers(pages) if each.actor is Actor.AGENT]
    assert {f"Answer {n}" for n in range(45)} <= set(everything)
    for count in range(1, len(pages) + 1):
        seen = answers(pages[:count]) + answers(activity(target, pages[count - 1].cursor))
        assert {each.native_id for each in seen} == {each.native_id for each in answers(pages)}


def test_activity_from_now_on_leaves_out_what_was(target: TargetHarness) -> None:
    case = case_for(target)
    target.answer(case, "Before", public=True)
    head = target.target.activity_head()
    target.clock.forward(timedelta(minutes=5))
    target.answer(case, "After", public=True)
    assert "After" in {each.text for each in answers(activity(target, head))}


def test_an_idle_activity_is_no_error(target: TargetHarness) -> None:
    head = target.target.activity_head()
    assert [page for page in activity(target, head) if page.more] == []


# --- foreign cases, contacts --------------------------------------------------------------------------


def test_open_cases_of_others_are_read_and_ours_are_not(target: TargetHarness) -> None:
    ours = case_for(target)
    ref = target.foreign_case("Router broken", "https://social.example/p/1")
    cases = snapshots(target)
    assert ref in cases
    assert ours not in cases
    assert cases[ref].subject == "Router broken"
    assert "https://social.example/p/1" in cases[ref].permalinks
    assert cases[ref].closed_at is None
    assert all(time.tzinfo for time in (cases[ref].read_at, cases[ref].opened_at, cases[ref].last_at))


def test_a_foreign_case_that_closed_since_is_told(target: TargetHarness) -> None:
    ref = target.foreign_case("Router broken", "https://social.example/p/1")
    cursor = list(target.target.cases(Cursor()))[-1].cursor
    target.clock.forward(timedelta(minutes=5))
    target.status(ref, closed=True)
    assert snapshots(target, cursor)[ref].closed_at is not None


def test_a_message_can_stand_in_a_foreign_case_and_leaves_its_fields_alone(target: TargetHarness) -> None:
    ref = target.foreign_case("Router broken", "https://social.example/p/1")
    before = one(target, Thing.CASE, ref).fields
    message = written(target, record(target, Thing.MESSAGE, "anchor", parent=ref))
    assert one(target, Thing.MESSAGE, message).parent == ref
    assert one(target, Thing.CASE, ref).fields == before


def test_the_targets_own_people_are_read_with_what_identifies_them(target: TargetHarness) -> None:
    ref = target.foreign_person("Ada Kern", "ada.kern@example.com")
    person = people(target)[ref].person
    assert (person.name, person.our_key) == ("Ada Kern", "")
    assert "ada.kern@example.com" in {shown.identifier.value for shown in person.shown}


def test_a_person_that_we_wrote_is_known_as_an_echo(target: TargetHarness) -> None:
    ref = written(target, record(target, Thing.PERSON, "anchor"))
    seen = people(target)
    assert ref not in seen or seen[ref].person.our_key == key("anchor")


def test_contacts_resume_after_any_page_and_lose_nothing(target: TargetHarness) -> None:
    refs = {target.foreign_person(f"Person {n}", f"person{n}@example.com") for n in range(45)}
    pages = list(target.target.contacts(Cursor()))
    for count in range(1, len(pages) + 1):
        rest = list(target.target.contacts(pages[count - 1].cursor))
        found = [event for page in pages[:count] + rest for event in page.events if isinstance(event, PersonSeen)]
        assert refs <= {event.person.native_id for event in found}


def test_a_changed_contact_is_read_again(target: TargetHarness) -> None:
    sent = record(target, Thing.PERSON, "anchor")
    ref = written(target, sent)
    pages = list(target.target.contacts(Cursor()))
    target.clock.forward(timedelta(minutes=5))
    written(target, update(sent, ref, target.samples[Thing.PERSON].changed))
    again = [event for page in target.target.contacts(pages[-1].cursor) for event in page.events]
    assert ref in {event.person.native_id for event in again if isinstance(event, PersonSeen)}


# --- the whole ----------------------------------------------------------------------------------------


def test_the_budget_has_a_batch_size(target: TargetHarness) -> None:
    budget = target.target.budget()
    assert budget.batch >= 1
    assert budget.daily_left is None or budget.daily_left >= 0
    assert budget.resets_at is None or budget.resets_at.tzinfo is not None


def test_check_finds_a_healthy_system_well(target: TargetHarness) -> None:
    account = target.target.check()
    assert account.ok
    assert account.name
    assert all(finding.text for finding in account.findings)


def test_each_thing_has_an_idempotency_strategy(target: TargetHarness) -> None:
    assert set(target.target.idempotency) == set(Thing)
    assert target.target.publish_gesture


def test_nothing_shows_a_secret(target: TargetHarness, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(0)
    outcomes = write(target, record(target, Thing.PERSON, "anchor"))
    shown = [repr(target.target), repr(target.target.check()), repr(outcomes), caplog.text]
    assert not [secret for secret in target.secrets for text in shown if secret in text]


def test_reading_meets_trouble_by_its_name(target: TargetHarness) -> None:
    """A rate limit while looking up is no "absent"."""
    target.provoke(Trouble.RATE_LIMITED)
    with pytest.raises(RateLimited):
        target.target.find(target.samples[Thing.CASE].object, [key("never")], target.clock.now())


def test_closing_twice_does_no_harm(target: TargetHarness) -> None:
    target.target.close()
    target.target.close()


def test_settings_forbid_what_they_do_not_know_and_describe_what_they_do(target: TargetHarness) -> None:
    model = type(target.target).settings_model
    assert model.model_config.get("extra") == "forbid"
    assert [name for name, field in model.model_fields.items() if not field.description] == []
