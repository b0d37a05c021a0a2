"""What every target promises of agents' answers and events: all of them, with actor and time, in any number of pages."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from bridge.approvals import Who, other_eyes
from bridge.nouns import (
    Actor,
    AmendmentKind,
    Answer,
    CaseEvent,
    Cursor,
    PersonDeleted,
    PersonMerged,
    Thing,
    What,
)
from tests.conformance.writing import (
    amend,
    amendment,
    case_for,
    record,
    written,
)

if TYPE_CHECKING:
    from bridge.nouns import ActivityPage
    from tests.conformance.harness import TargetHarness


def activity(target: TargetHarness, after: Cursor | None = None) -> list[ActivityPage]:
    return list(target.target.activity(after or Cursor()))


def items(pages: list[ActivityPage]) -> list[Answer | CaseEvent | PersonMerged | PersonDeleted]:
    return [item for page in pages for item in page.items]


def answers(pages: list[ActivityPage]) -> list[Answer]:
    return [item for item in items(pages) if isinstance(item, Answer)]


def events(pages: list[ActivityPage], case_ref: str, what: What) -> list[CaseEvent]:
    found = [item for item in items(pages) if isinstance(item, CaseEvent)]
    return [item for item in found if item.case_ref == case_ref and item.what is what]


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


def test_one_agent_is_never_taken_for_two(target: TargetHarness) -> None:
    """Who wrote an answer is not somebody else when he approves it by a status."""
    case = case_for(target)
    native_id = target.answer(case, "We are on it.", public=True)
    target.clock.forward(timedelta(minutes=5))
    target.status(case, closed=True)
    pages = activity(target)
    (answer,) = [each for each in answers(pages) if each.native_id == native_id]
    event = events(pages, case, What.STATUS)[-1]
    assert not other_eyes(Who(answer.actor_name, answer.actor_id), Who(event.actor_name, event.actor_id))
    assert not answer.actor_name.isdecimal()


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
