"""Which episodes are one case: named facts, reasons, late facts, foreign cases."""

from __future__ import annotations

import pytest

from bridge.cases.policy import CasePolicy
from tests.bridge.cases.stories import Story, day


def test_four_mails_and_a_tweet_about_one_broken_router_are_one_case() -> None:
    story = Story()
    for number in range(4):
        story.mail(number, thread=10 + number, facts=["product:router"], reason="technical")
    story.tweet(4, reason="technical", facts=["product:router"])
    assert story.cases() == [{1, 2, 3, 4, 5}]


def test_four_mails_that_became_a_foreign_case_and_a_tweet_are_one_case() -> None:
    story = Story()
    story.elsewhere("4711", opened=0, last=3, facts=frozenset({"product:router"}), reason="technical")
    story.tweet(4, facts=["product:router"])
    (case,) = story.assembled().cases
    assert case.foreign == (("crm", "4711"),)
    assert case.joined[0].by == "foreign"


def test_a_shared_fact_joins_across_channels() -> None:
    story = Story()
    story.mail(0, facts=["order:1"])
    story.direct(5, facts=["order:1"])
    assert story.cases() == [{1, 2}]


def test_the_case_with_the_latest_message_is_joined_first() -> None:
    story = Story()
    story.mail(0, thread=10, facts=["product:a"])
    story.mail(0.1, thread=11, facts=["product:b"])
    story.direct(1, facts=["product:a", "product:b"])
    assert story.cases() == [{1}, {2, 3}]


def test_facts_of_other_kinds_join_nothing() -> None:
    story = Story()
    story.mail(0, facts=["weather:rain"])
    story.direct(1, facts=["weather:rain"])
    assert len(story.cases()) == 2


def test_two_orders_are_two_matters_whatever_else_they_share() -> None:
    story = Story()
    story.mail(0, facts=["order:1", "customer_number:9"], reason="delivery")
    story.direct(0.1, facts=["order:2", "customer_number:9"], reason="delivery")
    assert len(story.cases()) == 2


def test_the_same_reason_joins_within_its_days() -> None:
    for silence, number in ((2.9, 1), (3.1, 2)):
        story = Story()
        story.mail(0, reason="outage")
        story.tweet(silence, reason="outage")
        assert len(story.cases()) == number


def test_a_reason_joins_only_by_what_opened_the_case_or_was_named() -> None:
    """Else one matter would drag in another for ever, three days at a time."""
    story = Story()
    story.mail(0, reason="outage")
    story.tweet(2, thread=20, reason="outage")
    story.tweet(4, thread=21, reason="outage")
    assert story.cases() == [{1, 2}, {3}]


def test_an_episode_joined_by_a_named_fact_brings_others_in_by_its_reason() -> None:
    story = Story()
    story.mail(0, reason="outage", facts=["order:1"])
    story.tweet(3, thread=20, reason="outage", facts=["order:1"])
    story.tweet(5, thread=21, reason="outage")
    assert story.cases() == [{1, 2, 3}]


@pytest.mark.parametrize("more", [{"joinable_reason": False, "reason": "other"}, {"reason": ""}])
def test_catch_all_and_unknown_reasons_join_nothing(more: dict[str, object]) -> None:
    story = Story()
    story.mail(0, **more)
    story.tweet(0.1, **more)
    assert len(story.cases()) == 2


def test_reasons_join_nothing_where_the_policy_says_so() -> None:
    story = Story()
    story.mail(0, reason="outage")
    story.tweet(0.1, reason="outage")
    assert len(story.assembled({0: CasePolicy(join_reason_days=0)}).cases) == 2


def test_a_closed_case_is_joined_no_more() -> None:
    story = Story()
    story.mail(0, facts=["order:1"])
    story.close(1, 1)
    story.tweet(2, facts=["order:1"])
    assert len(story.cases()) == 2


def test_a_reopened_case_is_joined_again() -> None:
    story = Story()
    story.mail(0, facts=["order:1"])
    story.close(1, 1)
    story.mail(2)
    story.tweet(3, facts=["order:1"])
    assert story.cases() == [{1, 2, 3}]


def test_the_larger_window_of_both_channels_decides_whether_a_case_is_open() -> None:
    story = Story()
    story.direct(0, facts=["order:1"])
    story.tweet(20, facts=["order:1"])
    assert len(story.cases()) == 1
    story = Story()
    story.tweet(0, facts=["order:1"])
    story.tweet(20, thread=21, facts=["order:1"])
    assert len(story.cases()) == 2


def test_an_unwanted_episode_joins_nothing() -> None:
    story = Story()
    story.mail(0, facts=["order:1"])
    story.tweet(1, facts=["order:1"], wanted="no", rule="praise")
    assert story.cases() == [{1}]


def test_in_doubt_there_are_two_linked_cases() -> None:
    story = Story()
    story.mail(0, reason="outage")
    story.tweet(5, reason="outage")
    first, second = story.assembled().cases
    assert second.linked == (first.anchor.id,)
    assert not first.linked


def test_a_known_other_reason_is_no_doubt() -> None:
    story = Story()
    story.mail(0, reason="billing")
    story.tweet(1, reason="outage")
    assert [case.linked for case in story.assembled().cases] == [(), ()]


def test_a_late_fact_joins_the_case_that_its_episode_opened() -> None:
    story = Story()
    story.mail(0, facts=["order:1"])
    story.direct(1)
    story.direct(1.1, facts=["order:1"])
    (case,) = story.assembled().cases
    assert len(case.episodes) == 2
    assert case.joined[1].by == "fact"


def test_a_late_fact_takes_an_episode_out_of_the_case_that_only_its_reason_had_found() -> None:
    story = Story()
    story.mail(0, thread=10, facts=["order:1"], reason="billing")
    story.mail(0.1, thread=11, reason="delivery")
    story.direct(1, reason="delivery")
    assert story.cases() == [{1}, {2, 3}]
    story.direct(1.1, facts=["order:1"])
    assert story.cases() == [{1, 3, 4}, {2}]


def test_a_late_fact_of_a_kind_already_named_moves_nothing() -> None:
    story = Story()
    story.mail(0, facts=["order:1"])
    story.direct(1, facts=["order:2"])
    story.direct(1.1, facts=["order:1"])
    assert story.cases() == [{1}, {2, 3}]


def test_an_earlier_message_that_arrives_late_can_split_what_a_reason_had_joined() -> None:
    """The same function of more facts: what was one case is two."""
    story = Story()
    story.mail(0, reason="delivery", facts=["order:1"])
    story.direct(1, thread=31, reason="delivery")
    assert len(story.cases()) == 1
    story.direct(0.5, thread=31, facts=["order:2"], reason="delivery")
    assert story.cases() == [{1}, {2, 3}]


def test_the_past_is_not_judged_by_the_future() -> None:
    """A fact that a case shows later finds no episode of before."""
    story = Story()
    story.mail(0)
    story.direct(1, facts=["product:x"])
    story.mail(2, facts=["product:y"])
    before = story.cases()
    story.mail(3, facts=["product:z"])
    assert [case & {1, 2, 3} for case in story.cases()] == before


def test_a_foreign_case_is_joined_by_the_same_reason() -> None:
    story = Story()
    story.elsewhere("1", opened=0, last=0.5, reason="outage")
    story.tweet(2, reason="outage")
    assert story.assembled().cases[0].foreign == (("crm", "1"),)


def test_in_doubt_a_foreign_case_is_linked_and_not_joined() -> None:
    story = Story()
    story.elsewhere("1", opened=0, last=0.5)
    story.tweet(2)
    (case,) = story.assembled().cases
    assert case.foreign == ()
    assert case.linked_foreign == (("crm", "1"),)


@pytest.mark.parametrize("when", [-1, 5.1])
def test_a_foreign_case_is_joined_only_while_it_is_open(when: float) -> None:
    story = Story()
    story.elsewhere("1", opened=0, last=4, closed=5, reason="outage")
    story.tweet(when, reason="outage")
    assert story.assembled().cases[0].foreign == ()


def test_a_foreign_case_that_begins_later_takes_in_ours_by_a_named_fact() -> None:
    story = Story()
    story.tweet(0, facts=["order:1"])
    story.elsewhere("1", opened=1, last=2, facts=frozenset({"order:1"}))
    assert story.assembled().cases[0].foreign == (("crm", "1"),)


def test_a_foreign_case_that_names_a_message_adopts_it_whatever_else() -> None:
    story = Story()
    story.tweet(0, wanted="no", rule="praise", facts=["order:1"])
    story.elsewhere(
        "1", opened=30, last=31, closed=32, message_keys=frozenset({"net//0001"}), facts=frozenset({"order:9"})
    )
    (case,) = story.assembled().cases
    assert case.foreign == (("crm", "1"),)
    assert case.closed_at == day(32)


def test_two_episodes_that_join_one_foreign_case_are_one_case() -> None:
    story = Story()
    story.elsewhere("1", opened=0, last=5, facts=frozenset({"order:1"}))
    story.tweet(1, facts=["order:1"])
    story.mail(2, facts=["order:1"])
    (case,) = story.assembled().cases
    assert len(case.episodes) == 2


def test_a_foreign_case_is_never_reopened() -> None:
    """What the customer says after its close is a new case that follows it."""
    story = Story()
    story.elsewhere("1", opened=0, last=3, closed=4, facts=frozenset({"order:1"}))
    story.tweet(1, facts=["order:1"])
    story.tweet(5)
    first, second = story.assembled().cases
    assert first.closed_at == day(4)
    assert second.foreign == ()
    assert second.previous == first.anchor.id


def test_two_foreign_cases_of_one_matter_are_not_made_one() -> None:
    story = Story()
    story.elsewhere("1", opened=0, last=5, facts=frozenset({"order:1"}))
    story.elsewhere("2", opened=0, last=5, facts=frozenset({"product:x"}))
    story.tweet(1, facts=["order:1"])
    story.tweet(2, facts=["product:x"])
    (case,) = story.assembled().cases
    assert len(case.foreign) == 1


def test_without_time_a_shared_fact_joins_and_a_reason_does_not() -> None:
    story = Story()
    story.tweet(None, thread=1, facts=["order:1"], reason="outage")
    story.tweet(None, thread=2, facts=["order:1"])
    story.tweet(None, thread=3, reason="outage")
    assert story.cases() == [{1, 2}, {3}]


def test_the_present_joins_no_imported_case() -> None:
    story = Story()
    story.mail(0, facts=["order:1"], mode="as_case")
    story.tweet(1, facts=["order:1"])
    assert len(story.cases()) == 2
    story.mail(2, thread=11, facts=["order:1"], mode="as_case")
    assert story.cases() == [{1, 3}, {2}]
