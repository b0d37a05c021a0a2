"""What holds for every history."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.cases.segments import segments
from tests.bridge.cases.histories import POLICIES, History, histories
from tests.bridge.cases.stories import Story, members

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bridge.cases.model import Assembly


@given(histories(), st.integers(0, 1000))
def test_no_order_of_arrival_changes_the_result(history: History, seed: int) -> None:
    shuffled = [list(part) for part in (history.said, history.closings, history.foreign, history.decisions)]
    for part in shuffled:
        random.Random(seed).shuffle(part)
    assert History(*map(tuple, shuffled)).assembled() == history.assembled()


@given(histories())
def test_every_message_is_in_one_case_or_has_a_reason_why_it_is_in_none(history: History) -> None:
    assembly = history.assembled()
    placed = [
        id_ for case in assembly.cases for episode in case.episodes for id_ in (one.id for one in episode.messages)
    ]
    assert sorted([*placed, *assembly.no_case]) == [one.id for one in history.said]
    assert all(reason for reason in assembly.no_case.values())


@given(histories())
def test_every_episode_begins_with_the_customers_words_in_one_strand(history: History) -> None:
    for case in history.assembled().cases:
        for episode in case.episodes:
            words = [one for one in episode.messages if one.inbound]
            assert episode.anchor is words[0]
            assert len({(one.profile, one.conversation, one.at is None) for one in words}) == 1
            assert [one.order for one in words] == sorted(one.order for one in words)


@given(histories())
def test_cases_are_stated_in_full(history: History) -> None:
    assembly = history.assembled()
    anchors = {case.anchor.id for case in assembly.cases}
    for case in assembly.cases:
        assert [one.anchor for one in case.joined] == [episode.anchor.id for episode in case.episodes]
        assert case.previous is None or case.previous in anchors - {case.anchor.id}
        assert set(case.linked) <= anchors - {case.anchor.id}
    orders = [case.anchor.order for case in assembly.cases]
    assert orders == sorted(orders)


@given(histories())
def test_a_message_without_an_author_shares_its_case_with_nobody(history: History) -> None:
    """Unless people or a foreign case say so."""
    alone = replace(history, decisions=(), foreign=())
    for case in alone.assembled().cases:
        words = [one for episode in case.episodes for one in episode.messages if one.inbound]
        assert len(words) == 1 or all(one.profile is not None for one in words)


@given(histories(people_decide=False))
def test_what_wants_a_case_gets_one(history: History) -> None:
    for one in history.said:
        if one.inbound and one.wanted != "no" and one.mode != "history" and not one.deleted:
            assert one.id not in history.assembled().no_case


@given(histories())
@settings(max_examples=200)
def test_segments_assembled_apart_are_the_whole_assembled_at_once(history: History) -> None:
    parts = segments(history.said, POLICIES, foreign=history.foreign, decisions=history.decisions)
    assert sorted(one.id for part in parts for one in part) == [one.id for one in history.said]
    apart = [history.assembled(part) for part in parts]
    whole = history.assembled()
    assert _essence(apart) == _essence([whole])


def _essence(assemblies: Sequence[Assembly]) -> tuple[set[object], dict[int, str]]:
    cases = {replace(case, previous=None) for assembly in assemblies for case in assembly.cases}
    reasons: dict[int, str] = {}
    for assembly in assemblies:
        reasons |= assembly.no_case
    return set(cases), reasons


def test_silence_cuts_a_history_and_what_bridges_it_holds_it_together() -> None:
    story = Story()
    story.direct(0)
    story.direct(100)
    story.direct(None)
    assert [[one.id for one in part] for part in segments(story.said, POLICIES)] == [[1], [2], [3]]
    story.answer(50, 1)
    assert [[one.id for one in part] for part in segments(story.said, POLICIES)] == [[1, 4, 2], [3]]


def test_a_decision_holds_distant_parts_together() -> None:
    story = Story()
    story.direct(0)
    story.mail(200)
    story.decide("join", 1, 2)
    assert len(segments(story.said, POLICIES, decisions=story.decisions)) == 1


def test_a_case_of_others_holds_what_it_names_and_its_own_time_together() -> None:
    story = Story()
    story.direct(None)
    story.mail(200)
    story.elsewhere("7", 190, 260, message_keys=frozenset({story.said[0].key}))
    assert len(segments(story.said, POLICIES, foreign=story.foreign)) == 1


def test_no_messages_are_no_segments() -> None:
    assert segments([], POLICIES) == []


@given(histories(), st.data())
def test_a_later_message_changes_no_earlier_case_of_its_strand(history: History, data: st.DataObject) -> None:
    """Without decisions, foreign cases and deferred answers: what was together stays together when time goes on."""
    said = [one for one in history.said if one.inbound and one.at is not None and not one.facts]
    said.sort(key=lambda one: one.order)
    known = data.draw(st.integers(0, len(said)))
    plain = History((), (), (), ())
    before, after = plain.assembled(said[:known]), plain.assembled(said)
    grown = [case & {one.id for one in said[:known]} for case in members(after)]
    assert all(case in grown for case in members(before))


def test_ten_thousand_messages_of_one_customer_are_one_assembly() -> None:
    story = Story()
    for number in range(10_000):
        story.direct(number / 100, thread=number % 50, reason="outage", facts=[f"order:{number % 500}"])
    assembly = story.assembled()
    assert sum(len(case) for case in members(assembly)) == 10_000
