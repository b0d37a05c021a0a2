"""People decide last, and for ever: split, join, move-to, not-a-case."""

from __future__ import annotations

from tests.bridge.cases.stories import Story


def two_matters_in_one_strand() -> Story:
    story = Story()
    story.direct(0)
    story.direct(1)
    story.direct(2)
    return story


def test_a_split_begins_a_case_of_its_own() -> None:
    story = two_matters_in_one_strand()
    story.decide("split", 2)
    assert story.cases() == [{1}, {2, 3}]
    assert story.assembled().cases[1].previous == 1


def test_a_split_stands_against_shared_facts_and_reasons() -> None:
    story = Story()
    story.mail(0, facts=["order:1"], reason="delivery")
    story.tweet(1, facts=["order:1"], reason="delivery")
    story.decide("split", 2)
    assert story.cases() == [{1}, {2}]


def test_a_split_can_be_joined_again_by_what_comes_later() -> None:
    story = two_matters_in_one_strand()
    story.decide("split", 2)
    story.decide("join", 1, 2)
    assert story.cases() == [{1, 2, 3}]


def test_the_later_decision_wins() -> None:
    story = Story()
    story.mail(0)
    story.tweet(1)
    story.decide("join", 1, 2)
    assert len(story.cases()) == 1
    story.decide("split", 2)
    assert len(story.cases()) == 2
    story.decide("join", 2, 1)
    assert len(story.cases()) == 1


def test_a_join_brings_both_cases_together() -> None:
    story = Story()
    story.mail(0, thread=10, facts=["order:1"])
    story.tweet(0.1, thread=20, facts=["order:1"])
    story.mail(0.2, thread=11, facts=["order:2"])
    story.tweet(0.3, thread=21, facts=["order:2"])
    story.decide("join", 2, 4)
    assert story.cases() == [{1, 2, 3, 4}]


def test_a_move_takes_one_episode_to_another_case() -> None:
    story = Story()
    story.mail(0, thread=10, facts=["order:1"])
    story.tweet(0.1, thread=20, facts=["order:1"])
    story.mail(0.2, thread=11)
    story.decide("move_to", 2, 3)
    assert story.cases() == [{1}, {2, 3}]
    by = {one.anchor: one.by for case in story.assembled().cases for one in case.joined}
    assert by == {1: "opened", 2: "decision", 3: "opened"}


def test_what_comes_later_follows_where_people_moved_it() -> None:
    story = Story()
    story.mail(0, thread=10)
    story.mail(0.1, thread=11)
    story.tweet(0.2, facts=["product:x"])
    story.decide("move_to", 3, 1)
    story.direct(1, facts=["product:x"])
    assert story.cases() == [{1, 3, 4}, {2}]


def test_an_answer_of_ours_stands_for_the_message_that_it_answers() -> None:
    story = Story()
    story.mail(0)
    story.tweet(1)
    story.answer(2, 2)
    story.decide("join", 1, 3)
    assert story.cases() == [{1, 2, 3}]


def test_not_a_case_ends_it() -> None:
    story = Story()
    story.mail(0)
    story.decide("not_a_case", 1)
    assembly = story.assembled()
    assert not assembly.cases
    assert assembly.no_case == {1: "decision:1"}


def test_what_the_customer_says_after_a_not_a_case_is_heard() -> None:
    story = Story()
    story.direct(0)
    story.decide("not_a_case", 1, at=1)
    story.direct(2)
    assembly = story.assembled()
    assert story.cases() == [{2}]
    assert assembly.no_case == {1: "decision:1"}


def test_the_case_that_others_had_joined_goes_on_without_the_one_that_is_none() -> None:
    story = Story()
    story.mail(0, facts=["order:1"])
    story.tweet(1, facts=["order:1"])
    story.decide("not_a_case", 1)
    (case,) = story.assembled().cases
    assert case.anchor.id == 2
    assert case.joined[0].by == "opened"


def test_people_can_make_a_case_of_what_the_rules_did_not_want() -> None:
    story = Story()
    story.mail(0)
    story.tweet(1, wanted="no", rule="praise")
    story.decide("join", 1, 2)
    assert story.cases() == [{1, 2}]


def test_a_decision_that_names_nothing_here_changes_nothing() -> None:
    story = two_matters_in_one_strand()
    story.decide("join", 1, 99)
    story.decide("split", 98)
    story.decide("move_to", 2, 2)
    assert story.cases() == [{1, 2, 3}]


def test_a_foreign_case_does_not_take_what_people_split_off() -> None:
    story = Story()
    story.elsewhere("1", opened=0, last=5, facts=frozenset({"order:1"}))
    story.tweet(1, facts=["order:1"])
    story.decide("split", 1)
    assert story.assembled().cases[0].foreign == ()


def test_two_moves_that_name_each_other_are_one_case() -> None:
    story = Story()
    story.mail(0)
    story.tweet(1)
    story.decide("move_to", 1, 2)
    story.decide("move_to", 2, 1)
    assert story.cases() == [{1, 2}]
