"""Nothing is missed between two runs, whatever is said, edited, hidden or deleted meanwhile."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bridge.errors import AuthError, ConfigError, RateLimited, Refused, Transient
from bridge.nouns import Broken, Cursor, Deleted, Direction, Said
from tests.adapters.discourse.forums import HOST, place

if TYPE_CHECKING:
    from pathlib import Path

    from tests.adapters.discourse.forums import Place


def test_more_than_a_page_between_two_runs_is_read_without_a_gap(here: Place, topic: int) -> None:
    head = here.source.head()
    said = [here.forum.reply("mira", topic, f"Number {number}") for number in range(170)]
    assert [int(message.native_id) for message in here.said(head)] == said


def test_numbers_that_the_user_does_not_see_are_passed_over_quickly(here: Place, topic: int) -> None:
    _, cursor = here.read(here.source.head())
    for size, posts in ((100_000, 3), (40_000, 120), (7, 2), (90, 60)):
        here.forum.skip(size)
        for number in range(posts):
            here.forum.reply("mira", topic, f"Still down, number {size} {number}")
    here.forum.calls.clear()
    said = here.said(cursor)
    assert [message.native_id for message in said] == [str(id_) for id_ in sorted(here.forum.posts)[1:]]
    assert len(here.forum.calls) < 60


def test_a_run_that_ends_early_is_resumed_where_it_ended(here: Place, topic: int) -> None:
    head = here.source.head()
    said = [here.forum.reply("mira", topic, f"Number {number}") for number in range(170)]
    first = next(iter(here.source.pages(head)))
    read = {event.message.native_id for event in first.events if isinstance(event, Said)}
    rest = {message.native_id for message in here.said(first.cursor)}
    assert read
    assert sorted(map(int, read | rest)) == said
    assert not read & rest


def test_personal_messages_are_read_back_to_what_is_known(here: Place, topic: int) -> None:
    head = here.source.head()
    first = here.forum.open_topic("jonas", "My order", "Where is it?", private=True)
    mine = here.forum.posts[first].topic.id
    said = [first]
    for number in range(120):
        here.forum.reply("mira", topic, f"Number {number}")
        said.append(here.forum.reply("jonas", mine, f"Hello, number {number}?"))
    private = [message for message in here.said(head) if not message.public]
    assert [int(message.native_id) for message in private] == said


def test_personal_messages_are_left_alone_where_that_is_wanted(tmp_path: Path) -> None:
    here = place(tmp_path, private=False)
    here.forum.open_topic("jonas", "My order", "Where is it?", private=True)
    assert here.said(Cursor()) == []
    assert not [call for call in here.forum.calls if "private" in call.path]


def test_a_post_that_becomes_visible_late_is_read(here: Place, topic: int) -> None:
    late = here.forum.reply("mira", topic, "This waits for a moderator")
    here.forum.posts[late].hidden = True
    here.forum.reply("jonas", topic, "This does not")
    _, cursor = here.read(Cursor())
    here.forum.posts[late].hidden = False
    assert [int(message.native_id) for message in here.said(cursor)] == [late]


def test_what_a_post_answers_is_known_by_its_number_in_the_topic(here: Place, topic: int) -> None:
    first = here.forum.reply("mira", topic, "And now?")
    head = here.source.head()
    above = here.forum.reply("jonas", topic, "The same here", above=2)
    ours = here.forum.reply("acme", topic, "We look into it", above=3)
    messages = here.said(head)
    assert [message.answers for message in messages] == [(str(first),), (str(above),)]
    assert (messages[-1].native_id, messages[-1].direction) == (str(ours), Direction.OUT)


def test_only_wanted_categories_are_read(tmp_path: Path) -> None:
    here = place(tmp_path, categories=[4])
    for category in (3, 4):
        here.forum.open_topic("mira", "Hello", f"In category {category}", category=category)
    here.forum.open_topic("mira", "Mine", "To you alone", private=True)
    assert [message.text for message in here.said(Cursor())] == ["In category 4", "To you alone"]


@pytest.mark.parametrize("version", [True, False])
def test_an_edit_is_told_once_also_one_that_is_no_version(here: Place, topic: int, version: bool) -> None:  # noqa: FBT001 - both
    id_ = here.forum.reply("mira", topic, "Since Monday")
    _, cursor = here.read(Cursor())
    here.clock.forward(timedelta(minutes=2))
    here.forum.edit(id_, "Since Tuesday", version=version)
    (event,), cursor = here.read(cursor)
    assert isinstance(event, Said)
    assert (event.message.text, event.message.edited_at) == ("Since Tuesday", here.clock.now())
    assert here.read(cursor)[0] == []


def test_an_edit_of_an_older_post_is_noticed_when_it_is_looked_at_again(here: Place) -> None:
    first = here.forum.open_topic("mira", "No network", "It is down since Monday, why?")
    for number in range(60):
        here.forum.reply("jonas", here.forum.posts[first].topic.id, f"Number {number}")
    _, cursor = here.read(Cursor())
    here.clock.forward(timedelta(minutes=31))
    here.forum.edit(first, "It is up again.")
    found = list[str]()
    for _ in range(5):
        events, cursor = here.read(cursor)
        found += [f"{event.message.subject}: {event.message.text}" for event in events if isinstance(event, Said)]
    assert found == ["No network: It is up again."]


def test_deletions_by_authors_and_by_the_team_are_told_once(here: Place, topic: int) -> None:
    gone = [here.forum.reply("mira", topic, "Oh no, this is wrong") for _ in range(2)]
    here.forum.reply("mira", topic, "This stays")
    _, cursor = here.read(Cursor())
    here.forum.withdraw(gone[0])
    here.forum.remove(gone[1])
    events, cursor = here.read(cursor)
    assert events == [Deleted("discourse", str(id_), here.clock.now(), HOST) for id_ in gone]
    assert here.read(cursor)[0] == []


def test_a_run_looks_at_so_many_posts_again_and_no_more(tmp_path: Path) -> None:
    here = place(tmp_path, looks=3, watch_minutes=30)
    first = here.forum.open_topic("mira", "No network", "It is down since Monday, why?")
    for number in range(9):
        here.forum.reply("mira", here.forum.posts[first].topic.id, f"Number {number}")
    _, cursor = here.read(Cursor())
    seen = set[str]()
    for _ in range(4):
        here.clock.forward(timedelta(minutes=31))
        here.forum.calls.clear()
        _, cursor = here.read(cursor)
        looked = {call.path for call in here.forum.calls if call.path.startswith("/posts/")}
        assert len(looked) == 3
        seen |= looked
    assert len(seen) == 10


def test_what_the_team_does_and_whispers_is_no_message(here: Place, topic: int) -> None:
    here.forum.open_topic("bela", "Mine", "Hello there", private=True)
    whisper = here.forum.reply("bela", max(here.forum.topics), "He is difficult", kind=4)
    messages = here.said(Cursor())
    assert str(whisper) not in {message.native_id for message in messages}
    assert topic in {int(message.thread) for message in messages}


def test_a_personal_message_that_cannot_be_read_stays_private_when_it_is_repaired(here: Place) -> None:
    id_ = here.forum.open_topic("jonas", "My order", "Where is it?", private=True)
    here.forum.posts[id_].wrong["created_at"] = "yesterday"
    (event,) = [event for event in here.read(Cursor())[0] if isinstance(event, Broken)]
    repaired = (event.fields or {})["post"].replace("yesterday", "2026-03-02T08:00:00Z")
    (said,) = here.source.reread({"post": repaired}, "here").events
    assert isinstance(said, Said)
    assert not said.message.public


def test_history_is_read_from_a_time_on_and_counted_before(here: Place, topic: int) -> None:
    for number in range(60):
        here.clock.forward(timedelta(days=1))
        here.forum.reply("mira", topic, f"Day {number}")
    begin = here.source.at(here.clock.now() - timedelta(days=54))
    assert here.source.estimate(begin).messages == 55
    assert [message.text for message in here.said(begin)] == [f"Day {number}" for number in range(5, 60)]


def test_a_key_that_is_no_good_says_what_to_do(here: Place) -> None:
    here.forum.key = "another"
    with pytest.raises(AuthError, match="make a new one"):
        here.source.head()


def test_a_post_that_the_user_may_not_see_is_no_bad_key(here: Place, topic: int) -> None:
    id_ = here.forum.reply("mira", topic, "Into the team's own category")
    _, cursor = here.read(Cursor())
    here.forum.posts[id_].hidden = True
    here.forum.faults.order(None, None, "403")
    events, _ = here.read(cursor)
    assert events == [Deleted("discourse", str(id_), here.clock.now(), HOST)]


def test_a_forum_that_asks_to_wait_is_heard(here: Place) -> None:
    here.forum.faults.order("429")
    with pytest.raises(RateLimited) as caught:
        here.source.head()
    assert caught.value.retry_after == 17


def test_a_proxy_that_finds_nothing_deletes_nothing(here: Place, topic: int) -> None:
    id_ = here.forum.reply("mira", topic, "Still here")
    here.forum.reply("mira", topic, "And here")
    _, cursor = here.read(Cursor())
    here.forum.posts[id_].hidden = True
    here.forum.faults.order(None, None, "nowhere")
    with pytest.raises(Transient, match="in trouble"):
        here.read(cursor)


@pytest.mark.parametrize("cursor", ["7", "{}", "[]", '{"public": {"last": 1, "known": {"2": ["x"]}}, "private": {}}'])
def test_a_cursor_of_somebody_else_is_refused(here: Place, cursor: str) -> None:
    with pytest.raises(ConfigError, match="no place to resume from"):
        here.source.pages(Cursor(cursor))


def test_a_repaired_post_must_be_json(here: Place) -> None:
    with pytest.raises(Refused, match="no JSON"):
        here.source.reread({"post": "{"}, "here")
