"""A feed is read on from where it ended, edits are noticed, and what goes wrong with a site is said as it is."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from pydantic import ValidationError

from adapters.feed.settings import FeedSettings
from bridge.errors import AuthError, ConfigError, RateLimited, Transient, Unsupported
from bridge.nouns import Broken, Cursor, Said
from tests.adapters.feed.harness import MONDAY, connected
from tests.fakes.feed.site import HEAD, Site

if TYPE_CHECKING:
    from pathlib import Path

    from adapters.feed.source import FeedSource
    from bridge.clock import FixedClock
    from bridge.nouns import Message, SourceEvent


@pytest.fixture
def site(clock: FixedClock) -> Site:
    """Open a blog with three entries in a document."""
    return Site(clock, holds=3)


@pytest.fixture
def source(site: Site, clock: FixedClock, tmp_path: Path) -> FeedSource:
    """Read it."""
    return connected(tmp_path, site, clock)[0]


def run(source: FeedSource, after: Cursor) -> tuple[list[SourceEvent], Cursor]:
    """Read to the end."""
    pages = list(source.pages(after))
    return [event for page in pages for event in page.events], pages[-1].cursor


def messages(events: list[SourceEvent]) -> list[Message]:
    """Return what was said."""
    return [event.message for event in events if isinstance(event, Said)]


def test_what_a_feed_holds_is_read_once_with_and_without_versions(clock: FixedClock, tmp_path: Path) -> None:
    for versions in (True, False):
        site = Site(clock, versions=versions)
        source, _ = connected(tmp_path, site, clock)
        site.say("One")
        events, cursor = run(source, Cursor())
        assert [message.text for message in messages(events)] == ["One"]
        assert run(source, cursor) == ([], cursor)


def test_a_feed_that_did_not_change_is_not_sent_again(site: Site, source: FeedSource) -> None:
    site.say("One")
    _, cursor = run(source, Cursor())
    run(source, cursor)
    assert [call.status for call in site.calls] == [200, 304]


def test_a_feed_that_tells_when_it_was_changed_is_not_sent_again_either(site: Site, source: FeedSource) -> None:
    site.modified = "Mon, 02 Mar 2026 09:00:00 GMT"
    site.say("One")
    _, cursor = run(source, Cursor())
    assert run(source, cursor)[0] == []
    site.modified = "Mon, 02 Mar 2026 10:00:00 GMT"
    site.say("Two")
    assert [message.text for message in messages(run(source, cursor)[0])] == ["Two"]
    assert [call.status for call in site.calls] == [200, 304, 200]


def test_entries_that_get_other_names_are_the_same_entries(site: Site, source: FeedSource) -> None:
    for number in range(3):
        site.say(f"Entry {number}")
    _, cursor = run(source, Cursor())
    for item in site.items:
        item.guid = f"{item.guid}-after-the-upgrade"
        item.link = f"{item.link.replace('blog.', 'www.blog.')}?utm_source=feed"
    site.say("News")
    events, cursor = run(source, cursor)
    assert [message.text for message in messages(events)] == ["News"]
    site.items[1].text = "It is up again."
    events, cursor = run(source, cursor)
    assert [message.text for message in messages(events)] == ["It is up again."]
    assert run(source, cursor)[0] == []


def test_the_same_words_elsewhere_are_another_entry(site: Site, source: FeedSource) -> None:
    site.say("Thank you!")
    _, cursor = run(source, Cursor())
    site.items.clear()
    site.items.append(site.say("Thank you!"))
    site.items[0].guid, site.items[0].link = "entry-7", "https://blog.example/7"
    del site.items[1:]
    assert [message.native_id for message in messages(run(source, cursor)[0])] == ["entry-7"]


def test_entries_that_share_one_name_are_all_read_and_each_once(site: Site, source: FeedSource) -> None:
    for number in range(3):
        site.say(f"Entry {number}").guid = "https://blog.example/"
    events, cursor = run(source, Cursor())
    assert [message.text for message in messages(events)] == ["Entry 0", "Entry 1", "Entry 2"]
    assert len({message.native_id for message in messages(events)}) == 3
    del site.items[:2]
    assert messages(run(source, cursor)[0]) == []


def test_an_entry_that_vanishes_is_no_deletion_and_its_return_no_news(site: Site, source: FeedSource) -> None:
    for number in range(2):
        site.say(f"Entry {number}")
    _, cursor = run(source, Cursor())
    first = site.items.pop(0)
    events, cursor = run(source, cursor)
    assert events == []
    site.items.insert(0, first)
    assert run(source, cursor)[0] == []


def test_check_says_that_nothing_can_be_answered(site: Site, source: FeedSource) -> None:
    site.say("One")
    assert "is read only: agents are told to answer on the site, with the entry's address" in [
        finding.text for finding in source.check().findings
    ]


def test_older_documents_are_read_back_to_what_is_known(site: Site, source: FeedSource) -> None:
    for number in range(2):
        site.say(f"Entry {number}")
    _, cursor = run(source, Cursor())
    for number in range(2, 9):
        site.say(f"Entry {number}")
    site.calls.clear()
    events, cursor = run(source, cursor)
    assert [message.text for message in messages(events)] == [f"Entry {number}" for number in range(2, 9)]
    assert len(site.calls) == 3
    assert run(source, cursor)[0] == []


def test_only_so_many_older_documents_are_read(site: Site, clock: FixedClock, tmp_path: Path) -> None:
    for number in range(12):
        site.say(f"Entry {number}")
    source, _ = connected(tmp_path, site, clock, further=1)
    assert len(messages(run(source, Cursor())[0])) == 6


def test_a_document_on_another_host_is_not_fetched(site: Site, source: FeedSource) -> None:
    site.document = site.rss([site.say("One")], "http://169.254.169.254/latest")
    assert len(messages(run(source, Cursor())[0])) == 1
    assert len(site.calls) == 1


def test_an_edit_is_told_with_the_time_at_which_it_was_noticed(
    site: Site, source: FeedSource, clock: FixedClock
) -> None:
    item = site.say("One", "It is down.", dated=False)
    _, cursor = run(source, Cursor())
    clock.forward(timedelta(hours=1))
    item.text = "It is up again."
    (message,) = messages(run(source, cursor)[0])
    assert (message.native_id, message.text) == (item.guid, "It is up again.")
    assert (message.sent_at, message.edited_at) == (None, MONDAY + timedelta(hours=1))


def test_a_feed_that_breaks_off_is_told_once_and_read_when_it_is_whole(site: Site, source: FeedSource) -> None:
    for title in ("One", "Two"):
        site.say(title)
    whole = site.rss(site.items)
    site.document = whole[: whole.index(b"One") + 1]
    site.versions = False
    events, cursor = run(source, Cursor())
    assert [type(event) for event in events] == [Said, Broken]
    assert run(source, cursor)[0] == []
    site.document = None
    assert [message.text for message in messages(run(source, cursor)[0])] == ["One"]


def test_a_page_that_is_no_feed_is_kept_and_found_by_check(site: Site, source: FeedSource) -> None:
    site.document = b"<html><title>Maintenance</title></html>"
    ((event,), _) = run(source, Cursor())
    assert isinstance(event, Broken)
    assert not source.check().ok
    site.document = f"{HEAD}</channel></rss>".encode()
    assert source.check().ok


def test_only_what_has_one_of_the_words_is_read(site: Site, clock: FixedClock, tmp_path: Path) -> None:
    source, _ = connected(tmp_path, site, clock, match=["acme"], further=0)
    site.say("About bread")
    site.say("Why I left ACME")
    site.say("Hello", "<p>This acme&shy; thing</p>")
    assert len(messages(run(source, Cursor())[0])) == 2
    assert source.estimate(Cursor()).messages == 2


def test_what_is_not_said_to_the_brand_is_overheard(site: Site, clock: FixedClock, tmp_path: Path) -> None:
    site.say("One")
    for addressed, extra in ((False, {"listening": True}), (True, {})):
        source, _ = connected(tmp_path, site, clock, addressed=addressed)
        assert messages(run(source, Cursor())[0])[0].extra == extra


@pytest.mark.parametrize(
    ("moved", "error"),
    [("https://blog.example/moved", None), ("/moved", None), ("https://elsewhere.example/feed", "elsewhere.example")],
)
def test_a_feed_is_followed_on_its_own_host_only(site: Site, source: FeedSource, moved: str, error: str | None) -> None:
    site.say("One")
    site.moved = moved
    if error is None:
        assert len(messages(run(source, Cursor())[0])) == 1
    else:
        with pytest.raises(ConfigError, match=error):
            run(source, Cursor())


def test_a_feed_is_not_followed_away_from_https(site: Site, source: FeedSource) -> None:
    site.moved = "http://blog.example/moved"
    with pytest.raises(ConfigError, match="has moved"):
        run(source, Cursor())


@pytest.mark.parametrize(
    ("fault", "error", "words"),
    [
        ("401", AuthError, "user and password"),
        ("410", ConfigError, "gone for good"),
        ("429", RateLimited, "asks to wait"),
        ("500", Transient, "500"),
        ("reset_after", Transient, "does not answer"),
    ],
)
def test_trouble_is_said_as_it_is(
    site: Site, source: FeedSource, fault: str, error: type[Exception], words: str
) -> None:
    site.faults.order(fault)
    with pytest.raises(error, match=words):
        source.check()


def test_a_document_without_end_is_not_read_to_the_end(site: Site, clock: FixedClock, tmp_path: Path) -> None:
    source, _ = connected(tmp_path, site, clock, max_bytes=1_000)
    site.document = b"x" * 1_001
    with pytest.raises(ConfigError, match="max_bytes"):
        source.head()


@pytest.mark.parametrize("cursor", ["7", "{}", "[]", '{"etag": "", "modified": "", "known": [], "broken": ""}'])
def test_a_cursor_of_somebody_else_is_refused(source: FeedSource, cursor: str) -> None:
    with pytest.raises(ConfigError, match="no place to resume from"):
        source.pages(Cursor(cursor))


def test_there_are_no_rows_to_repair(source: FeedSource) -> None:
    with pytest.raises(Unsupported):
        source.reread({}, "here")


@pytest.mark.parametrize("url", ["file:///etc/passwd", "blog.example/feed", "https://you:pw@blog.example/feed", ""])
def test_an_address_that_is_not_of_the_web_is_refused(url: str) -> None:
    with pytest.raises(ValidationError, match="url"):
        FeedSettings(url=url)
