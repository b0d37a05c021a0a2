"""What is read, once and without gaps, whatever clocks say and wherever it was interrupted."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from adapters.bluesky import cursor
from adapters.bluesky.lists import Item, Listing, Part, walk
from bridge.errors import ConfigError
from bridge.nouns import Cursor, Direction, Message, Page, Said
from tests.adapters.bluesky.harness import START, Account

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from bridge.nouns import SourceEvent

DAY = timedelta(days=1)


@pytest.fixture
def account(tmp_path: Path) -> Account:
    """Return an account without posts."""
    return Account(tmp_path, page=3, direct_messages=True, watch_minutes=0)


def read(account: Account, after: Cursor) -> tuple[list[SourceEvent], Cursor]:
    """Read to the end; returns the events and where it ended."""
    pages = list(account.source.pages(after))
    return events(pages), [Page((), after), *pages][-1].cursor


def events(pages: Iterable[Page]) -> list[SourceEvent]:
    return [event for page in pages for event in page.events]


def said(found: Iterable[SourceEvent]) -> list[Message]:
    return [event.message for event in found if isinstance(event, Said)]


def texts(found: Iterable[SourceEvent]) -> list[str]:
    return [message.text for message in said(found)]


def ask(account: Account, text: str, **more: Any) -> str:  # noqa: ANN401 - as the world's say
    """Let Ada ask the brand."""
    brand = account.far.brand
    return account.far.world.say(account.ada, f"@{brand.handle} {text}", mentions=brand, **more)


def test_what_an_author_s_slow_clock_puts_behind_what_was_read_is_read(account: Account) -> None:
    """A list is in the order of what authors say, at most of when the network took it in."""
    head = account.source.head()
    ask(account, "first")
    found, after = read(account, head)
    ask(account, "from a phone that is twenty hours behind", at=START - timedelta(hours=20))
    late, _ = read(account, after)
    handle = f"@{account.far.brand.handle}"
    assert texts(found) == [f"{handle} first"]
    assert texts(late) == [f"{handle} from a phone that is twenty hours behind"]


def test_what_stood_there_before_the_beginning_is_not_read(account: Account) -> None:
    ask(account, "before", at=START - timedelta(hours=1))
    found, after = read(account, account.source.head())
    assert texts(found) == []
    assert texts(read(account, after)[0]) == []


def test_a_post_that_claims_to_be_from_the_future_hides_none_that_follow(account: Account) -> None:
    head = account.source.head()
    ask(account, "from tomorrow's tomorrow", at=START + 30 * DAY)
    _, after = read(account, head)
    ask(account, "now")
    assert f"@{account.far.brand.handle} now" in texts(read(account, after)[0])


def test_posts_of_one_moment_on_both_sides_of_a_page_are_all_read(account: Account) -> None:
    head = account.source.head()
    asked = {ask(account, f"question {number}") for number in range(3)}
    account.clock.forward(timedelta(seconds=1))
    asked |= {ask(account, f"one more {number}") for number in range(2)}
    assert {message.native_id for message in said(read(account, head)[0])} == asked


def test_a_window_that_was_broken_off_goes_on_and_what_came_meanwhile_follows(account: Account) -> None:
    head = account.source.head()
    asked = []
    for number in range(8):
        account.clock.forward(timedelta(minutes=1))
        asked.append(ask(account, f"question {number}"))
    first = next(account.source.pages(head))
    account.clock.forward(timedelta(minutes=1))
    asked.append(ask(account, "meanwhile"))
    rest, after = read(account, first.cursor)
    last, _ = read(account, after)
    read_ones = [message.native_id for message in said([*first.events, *rest, *last])]
    assert sorted(read_ones) == sorted(asked)


def test_a_list_whose_cursor_is_not_taken_any_more_is_begun_anew(account: Account) -> None:
    head = account.source.head()
    for number in range(8):
        account.clock.forward(timedelta(minutes=1))
        ask(account, f"question {number}")
    first = next(account.source.pages(head))
    state = cursor.read(first.cursor)
    state.window("mentions").walk = "of another version"
    account.far.refuse_cursor = "of another version"
    rest, _ = read(account, state.cursor())
    assert len(texts([*first.events, *rest])) == 8


def test_a_cursor_of_somebody_else_is_said_so() -> None:
    for value in ("17", "{}", "nonsense", '{"windows": 3, "chat": null, "watch": {}}'):
        with pytest.raises(ConfigError, match="no cursor of a Bluesky source"):
            cursor.read(Cursor(value))


def test_cursors_stay_small_however_much_is_said() -> None:
    """Some thousand posts a day are known; of more, the oldest are read again, which changes nothing."""
    window, overlap = cursor.Window(since=START), DAY
    for number in range(5_000):
        window.note(f"at://{number}", START - timedelta(seconds=number))
    window.complete(overlap)
    assert len(cursor.State({"mentions": window}).cursor().value) < 60_000
    assert window.knows("at://0")


def test_a_poll_ends_past_the_overlap_and_not_with_the_list() -> None:
    asked: list[str] = []

    def page(after: str) -> Part:
        asked.append(after)
        at = START - timedelta(hours=10 * len(asked))
        return Part((Item(f"post {len(asked)}", "", at, {}),), f"page {len(asked)}")

    window = cursor.Window(since=START)
    found = [item.name for items, _ in walk(Listing("list", page, whole=True), window, DAY, START) for item in items]
    assert asked == ["", "page 1", "page 2"]
    assert found == ["post 1", "post 2"]


def test_what_stands_above_comes_along_first_and_opens_no_case_by_itself(account: Account) -> None:
    head, world = account.source.head(), account.far.world
    root = world.say(account.ben, "What router do you use?")
    reply = world.say(account.ada, "An Acme, but it blinks", to=root)
    asked = ask(account, "see above", to=reply)
    found = said(read(account, head)[0])
    assert [(message.native_id, message.automatic) for message in found] == [
        (reply, True),
        (root, True),
        (asked, False),
    ]
    assert {message.thread for message in found} == {root}
    assert found[-1].answers == (reply,)


def test_what_stands_above_in_a_thread_of_ours_is_meant_for_us(account: Account) -> None:
    """It was said to us before we began to read."""
    world = account.far.world
    root = world.say(account.far.brand, "Our new router is here!", at=START - 3 * DAY)
    first = world.say(account.ben, "Finally", to=root, at=START - 3 * DAY)
    head = account.source.head()
    world.say(account.ada, "How much?", to=first)
    found = {message.text: message.automatic for message in said(read(account, head)[0])}
    assert found == {"Our new router is here!": False, "Finally": False, "How much?": False}


def test_a_deleted_post_above_ends_what_comes_along(account: Account) -> None:
    head, world = account.source.head(), account.far.world
    root = world.say(account.ben, "What router do you use?")
    asked = ask(account, "see above", to=root)
    del world.records[root]
    found = said(read(account, head)[0])
    assert [message.native_id for message in found] == [asked]
    assert found[0].answers == (root,)


def test_a_quote_of_ours_answers_it(account: Account) -> None:
    world = account.far.world
    ours = world.say(account.far.brand, "Our best router ever")
    head = account.source.head()
    world.say(account.ben, "Ha!", quotes=ours)
    (quote,) = said(read(account, head)[0])
    assert (quote.text, quote.answers, quote.extra["addressed"]) == ("Ha!", (ours,), True)


def test_strangers_are_read_whomever_the_app_shows_first(account: Account) -> None:
    head = account.source.head()
    account.far.followed_first = True
    ask(account, "nobody follows me")
    assert texts(read(account, head)[0]) == [f"@{account.far.brand.handle} nobody follows me"]


def test_our_own_posts_are_ours_wherever_they_were_written(account: Account) -> None:
    head, world = account.source.head(), account.far.world
    asked = ask(account, "where is it?")
    world.say(account.far.brand, "On its way!", to=asked)
    found = {message.text: message for message in said(read(account, head)[0])}
    answer = found["On its way!"]
    assert (answer.direction, answer.answers, answer.thread) == (Direction.OUT, (asked,), asked)


def test_searches_find_what_mentions_nobody(tmp_path: Path) -> None:
    account = Account(tmp_path, search=("acme router", "acme.example"))
    head, world = account.source.head(), account.far.world
    untagged = world.say(account.ben, "My Acme router hums")
    world.say(account.ben, "Nice weather")
    found, after = read(account, head)
    (message,) = said(found)
    assert (message.native_id, message.automatic, message.extra["addressed"]) == (untagged, False, False)
    assert texts(read(account, after)[0]) == []


def test_what_is_switched_on_later_begins_from_now(tmp_path: Path) -> None:
    """A search may find years of the whole network, and old direct messages are answered."""
    account = Account(tmp_path)
    account.far.world.say(account.ben, "My router hums", at=START - timedelta(hours=1))
    account.far.chat.say(account.ada, "from before")
    _, after = read(account, account.source.head())
    account.source = account.with_settings(search=("router",), direct_messages=True)
    found, after = read(account, after)
    assert texts(found) == []
    account.far.world.say(account.ben, "My router still hums")
    account.far.chat.say(account.ada, "and now")
    assert texts(read(account, after)[0]) == ["My router still hums", "and now"]


def test_profiles_are_asked_for_in_batches_and_once_a_run(account: Account) -> None:
    brand = account.far.brand
    for number in range(60):
        person = account.far.world.person(f"P{number}")
        for text in ("hello", "hello?"):
            account.far.world.say(person, f"@{brand.handle} {text}", mentions=brand)
    account.far.page = 100
    before = account.far.called("app.bsky.actor.getProfiles")
    list(walked(account))
    assert account.far.called("app.bsky.actor.getProfiles") - before == 4


def walked(account: Account) -> Iterable[Page]:
    """Read without looking after posts, which asks for profiles, too."""
    for page in account.source.pages(Cursor()):
        if not page.more:
            return
        yield page


def test_an_unreadable_time_is_no_time(account: Account) -> None:
    asked = ask(account, "when?")
    account.far.world.records[asked].more["indexedAt"] = "yesterday"
    (message,) = said(read(account, Cursor())[0])
    assert message.sent_at is None


def test_history_is_read_from_a_time_on(account: Account) -> None:
    for days in (9, 5, 1):
        ask(account, f"{days} days ago", at=START - days * DAY)
    time: datetime = START - 6 * DAY
    found = said(read(account, account.source.at(time))[0])
    assert [message.text.partition(" ")[2] for message in found] == ["1 days ago", "5 days ago"]
    assert account.source.estimate(account.with_settings().at(time)).messages is None, "of direct messages nobody knows"
    assert account.with_settings(direct_messages=False).estimate(account.source.at(time)).messages == 2
