"""What another policy or decision would change is told case by case."""

from __future__ import annotations

from bridge.cases.policy import CasePolicy
from bridge.cases.simulate import Change, Difference, compare
from tests.bridge.cases.stories import Story


def changed(story: Story, **policy: float) -> list[Difference]:
    return compare(story.assembled(), story.assembled({0: CasePolicy(**policy)}))


def test_a_shorter_window_splits_a_case() -> None:
    story = Story()
    story.tweet(0)
    story.tweet(5)
    assert changed(story, reopen_public_days=3) == [Difference(Change.SPLIT, (1,), (1, 2), (1, 2))]


def test_a_longer_window_joins_cases() -> None:
    story = Story()
    story.tweet(0)
    story.tweet(10)
    assert changed(story, reopen_public_days=30) == [Difference(Change.JOINED, (1, 2), (1,), (1, 2))]


def test_what_is_dropped_and_opened_is_told() -> None:
    story = Story()
    story.mail(0)
    before = story.assembled()
    story.decide("not_a_case", 1)
    after = story.assembled()
    assert compare(before, after) == [Difference(Change.DROPPED, (1,), (), (1,))]
    assert compare(after, before) == [Difference(Change.OPENED, (), (1,), (1,))]


def test_a_case_that_grows_or_shrinks_is_told() -> None:
    story = Story()
    story.mail(0, facts=["order:1"])
    story.tweet(1, facts=["order:1"])
    before = story.assembled()
    story.decide("not_a_case", 2)
    after = story.assembled()
    assert compare(before, after) == [Difference(Change.SHRANK, (1,), (1,), (2,))]
    assert compare(after, before) == [Difference(Change.GREW, (1,), (1,), (2,))]


def test_the_queue_to_check_and_foreign_cases_are_told() -> None:
    sure, unsure = Story(), Story()
    sure.mail(0)
    unsure.mail(0, wanted="check")
    unsure.elsewhere("1", opened=-1, last=0, message_keys=frozenset({"net//0001"}))
    unsure_alone = Story()
    unsure_alone.mail(0, wanted="check")
    assert [one.change for one in compare(sure.assembled(), unsure_alone.assembled())] == [Change.CHECKED]
    assert [one.change for one in compare(sure.assembled(), unsure.assembled())] == [Change.FOREIGN]
