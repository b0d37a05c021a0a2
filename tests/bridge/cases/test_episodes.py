"""Strands become episodes: windows by channel, closes, a bare thanks, edited reviews, messages without a time."""

from __future__ import annotations

import pytest

from bridge.cases.policy import CasePolicy
from tests.bridge.cases.stories import TWITTER, Story, day


def test_the_next_message_of_an_episode_continues_its_case() -> None:
    story = Story()
    story.tweet(0)
    story.tweet(6)
    story.tweet(12)
    assert story.cases() == [{1, 2, 3}]


@pytest.mark.parametrize(
    ("channel", "within", "beyond"),
    [("tweet", 6.9, 7.1), ("direct", 29.9, 30.1), ("mail", 13.9, 14.1), ("review", 6.9, 7.1)],
)
def test_each_channel_has_its_reopen_window(channel: str, within: float, beyond: float) -> None:
    for silence, number in ((within, 1), (beyond, 2)):
        story = Story()
        say = getattr(story, channel)
        say(0)
        say(silence)
        assert len(story.cases()) == number


def test_after_the_window_a_new_case_follows_the_old_one() -> None:
    story = Story()
    story.tweet(0)
    story.tweet(8)
    first, second = story.assembled().cases
    assert first.previous is None
    assert second.previous == first.anchor.id


def test_the_window_counts_from_the_close() -> None:
    story = Story()
    story.tweet(0)
    story.close(5, 1)
    story.tweet(11)
    assert story.cases() == [{1, 2}]


def test_a_message_within_the_window_reopens_a_closed_case() -> None:
    story = Story()
    story.tweet(0)
    story.close(1, 1)
    assert story.assembled().cases[0].closed_at == day(1)
    story.tweet(3)
    assert story.assembled().cases[0].closed_at is None


def test_an_answer_of_ours_reopens_nothing() -> None:
    story = Story()
    story.tweet(0)
    story.close(1, 1)
    story.answer(2, 1)
    assert story.assembled().cases[0].closed_at == day(1)


def test_an_answer_of_ours_keeps_the_episode_open_for_the_reply() -> None:
    story = Story()
    story.tweet(0)
    story.answer(6, 1)
    story.tweet(12)
    assert story.cases() == [{1, 2, 3}]


def test_a_reopening_in_the_target_takes_the_close_back() -> None:
    story = Story()
    story.tweet(0)
    story.close(5, 1)
    story.reopen(6, 1)
    assert story.assembled().cases[0].closed_at is None
    story.tweet(11)
    assert len(story.cases()) == 2, "the window counts from the last message again"


def test_a_close_applies_to_what_was_placed_there_then() -> None:
    story = Story()
    story.tweet(0)
    story.mail(0.1)
    story.close(5, 1)
    tweet, mail = story.assembled().cases
    assert tweet.closed_at == day(5)
    assert mail.closed_at is None


def test_after_the_hard_close_a_new_case_begins_in_any_event() -> None:
    story = Story()
    story.direct(0)
    story.close(85, 1)
    story.direct(91)
    assert len(story.cases()) == 2


def test_a_bare_thanks_belongs_to_its_case() -> None:
    story = Story()
    story.tweet(0)
    story.tweet(20, thanks=True, wanted="no")
    assert story.cases() == [{1, 2}]


def test_a_bare_thanks_restarts_no_clock() -> None:
    story = Story()
    story.tweet(0)
    story.tweet(5, thanks=True, wanted="no")
    story.tweet(8)
    assert story.cases() == [{1, 2}, {3}]


def test_a_bare_thanks_reopens_nothing() -> None:
    story = Story()
    story.tweet(0)
    story.close(1, 1)
    story.tweet(2, thanks=True, wanted="no")
    assert story.assembled().cases[0].closed_at == day(1)


def test_a_complaint_behind_a_thanks_reopens() -> None:
    story = Story()
    story.tweet(0)
    story.close(1, 1)
    story.tweet(2, thanks=True, wanted="no")
    story.tweet(2.1)
    case = story.assembled().cases[0]
    assert case.closed_at is None
    assert len(case.episodes[0].messages) == 3


def test_an_edited_review_reopens() -> None:
    story = Story()
    story.review(0, edited_at=day(20))
    story.close(2, 1)
    assert story.assembled().cases[0].closed_at is None


def test_an_edited_post_reopens_nothing() -> None:
    story = Story()
    story.tweet(0, edited_at=day(3))
    story.close(2, 1)
    assert story.assembled().cases[0].closed_at == day(2)


def test_the_window_counts_from_the_edit_of_a_review() -> None:
    story = Story()
    story.review(0, edited_at=day(10))
    story.review(16)
    assert story.cases() == [{1, 2}]


def test_an_edit_before_the_close_reopens_nothing() -> None:
    story = Story()
    story.review(0, edited_at=day(1))
    story.close(2, 1)
    assert story.assembled().cases[0].closed_at == day(2)


def test_other_people_in_a_thread_have_strands_of_their_own() -> None:
    story = Story()
    story.tweet(0, thread=7, profile=TWITTER)
    story.tweet(0.1, thread=7, profile=99)
    assert story.cases() == [{1}, {2}]


def test_two_threads_of_one_profile_are_two_strands() -> None:
    story = Story()
    story.tweet(0, thread=7)
    story.tweet(0.1, thread=8)
    assert story.cases() == [{1}, {2}]


def test_messages_without_a_time_know_no_windows_and_stand_apart() -> None:
    story = Story()
    story.tweet(None)
    story.tweet(0)
    story.tweet(None)
    assert story.cases() == [{2}, {1, 3}]


def test_messages_without_an_author_are_cases_of_their_own() -> None:
    story = Story()
    story.review(0, profile=None, facts=["order:1"], reason="delivery")
    story.review(0.1, profile=None, facts=["order:1"], reason="delivery")
    story.answer(0.2, 1)
    assert story.cases() == [{1, 3}, {2}]


def test_an_answer_belongs_to_the_episode_of_its_message() -> None:
    story = Story()
    story.tweet(0)
    story.tweet(20)
    story.answer(21, 1)
    assert story.cases() == [{1, 3}, {2}]


def test_an_answer_that_a_clock_puts_before_its_message_still_belongs_to_it() -> None:
    story = Story()
    story.answer(0, 2)
    story.tweet(0.001)
    case = story.assembled().cases[0]
    assert [message.id for message in case.episodes[0].messages] == [2, 1]


@pytest.mark.parametrize("to", [None, 77])
def test_words_of_ours_that_answer_nothing_here_are_our_own(to: int | None) -> None:
    story = Story()
    story.tweet(0)
    story.answer(1, to)
    assert story.assembled().no_case == {2: "own"}


def test_an_episode_follows_the_policy_of_its_first_message() -> None:
    strict = {0: CasePolicy(), 1: CasePolicy(reopen_public_days=1)}
    story = Story()
    story.tweet(0, policy=0)
    story.tweet(3, policy=1)
    story.tweet(20, policy=1)
    story.tweet(23, policy=0)
    assert len(story.assembled(strict).cases) == 3


def test_unwanted_messages_are_no_case_by_the_rule_that_said_so() -> None:
    story = Story()
    story.tweet(0, wanted="no", rule="spam")
    story.tweet(1, thread=21, wanted="no", rule="praise")
    assembly = story.assembled()
    assert not assembly.cases
    assert assembly.no_case == {1: "rule:spam", 2: "rule:praise"}


def test_what_was_said_before_belongs_to_the_case_once_there_is_one() -> None:
    story = Story()
    story.tweet(0, wanted="no")
    story.tweet(1)
    assert story.cases() == [{1, 2}]


def test_an_unsure_message_is_a_case_to_check_until_a_sure_one_comes() -> None:
    story = Story()
    story.tweet(0, wanted="check")
    assert story.assembled().cases[0].to_check
    story.tweet(1, wanted="yes")
    assert not story.assembled().cases[0].to_check


def test_history_alone_opens_no_case() -> None:
    story = Story()
    story.tweet(0, mode="history")
    assert story.assembled().no_case == {1: "history"}


def test_history_belongs_to_the_case_that_a_present_message_opens() -> None:
    story = Story()
    story.tweet(0, mode="history")
    story.tweet(1)
    assert story.cases() == [{1, 2}]


def test_imported_cases_are_closed_and_reopened_by_the_present() -> None:
    story = Story()
    story.tweet(0, mode="as_case")
    story.tweet(1, mode="as_case")
    assert story.assembled().cases[0].closed_at == day(1)
    story.tweet(3)
    (case,) = story.assembled().cases
    assert case.closed_at is None


def test_a_deleted_message_opens_no_case_but_stays_in_one_that_others_justify() -> None:
    story = Story()
    story.tweet(0, deleted=True)
    assert story.assembled().no_case == {1: "deleted"}
    story.tweet(1)
    assert story.cases() == [{1, 2}]


def test_a_case_knows_how_it_came_together() -> None:
    story = Story()
    story.tweet(0, facts=["order:1"])
    story.mail(1, facts=["order:1"])
    (case,) = story.assembled().cases
    assert [(one.anchor, one.by, one.fact) for one in case.joined] == [(1, "opened", ""), (2, "fact", "order:1")]
