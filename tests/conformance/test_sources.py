"""What every source promises."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bridge.errors import AuthError, RateLimited, Transient
from bridge.nouns import Broken, Cursor, Message, Page, Said, UnknownKind
from tests.conformance.harness import Trouble

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.conformance.harness import SourceHarness

MANY = 10_000


def messages(pages: Iterable[Page]) -> list[Message]:
    return [event.message for page in pages for event in page.events if isinstance(event, Said)]


def keys(pages: Iterable[Page]) -> list[str]:
    return [message.key for message in messages(pages)]


def last(pages: list[Page]) -> Cursor:
    assert pages, "the harness holds something to read"
    return pages[-1].cursor


def read(source: SourceHarness, after: Cursor | None = None) -> list[Page]:
    """Read until the source ends; a cursor that repeats while claiming more is an error."""
    pages: list[Page] = []
    for page in source.source.pages(after or Cursor()):
        assert not (pages and page.more and page.cursor == pages[-1].cursor), "the cursor stands while claiming more"
        pages.append(page)
        assert len(pages) < MANY
    return pages


def test_it_reads_what_the_system_holds(source: SourceHarness) -> None:
    assert set(keys(read(source))) == source.keys


def test_each_message_has_its_own_key(source: SourceHarness) -> None:
    """A page may be repeated, but two different things never share a key."""
    said: dict[str, Message] = {}
    for message in messages(read(source)):
        assert message.native_id
        assert said.setdefault(message.key, message) == message


def test_times_have_a_zone(source: SourceHarness) -> None:
    times = [time for message in messages(read(source)) for time in (message.sent_at, message.edited_at) if time]
    assert all(time.tzinfo is not None for time in times)


def test_authors_have_a_stable_id(source: SourceHarness) -> None:
    authors = [message.author for message in messages(read(source)) if message.author]
    assert all(author.id and author.network for author in authors)


def test_there_are_at_least_three_pages_to_resume_after(source: SourceHarness) -> None:
    """So that the next promise means something."""
    assert len(source.keys) >= 5
    assert len(read(source)) >= 3


def test_resuming_after_any_page_loses_nothing(source: SourceHarness) -> None:
    pages = read(source)
    for count in range(1, len(pages) + 1):
        rest = read(source, pages[count - 1].cursor)
        assert set(keys(pages[:count])) | set(keys(rest)) == source.keys


def test_resuming_at_the_end_brings_nothing_new(source: SourceHarness) -> None:
    pages = read(source)
    assert set(keys(read(source, last(pages)))) <= set(keys(pages[-1:]))


def test_an_idle_poll_is_no_error(source: SourceHarness) -> None:
    end = last(read(source))
    for _ in range(3):
        end = [Page((), end), *read(source, end)][-1].cursor


def test_what_is_said_later_is_read_from_where_it_ended(source: SourceHarness) -> None:
    end = last(read(source))
    new = source.grow()
    assert new <= set(keys(read(source, end)))
    assert not new & source.keys or new <= source.keys


def test_the_last_page_claims_no_more(source: SourceHarness) -> None:
    pages = read(source)
    assert not pages[-1].more


def test_a_cursor_that_stands_while_claiming_more_is_visible(source: SourceHarness) -> None:
    """Nothing in the source hides it from the engine, which stops there."""
    source.stand_still()
    seen: list[Cursor] = []
    for page in source.source.pages(Cursor()):
        if seen and page.more and page.cursor == seen[-1]:
            return
        seen.append(page.cursor)
        assert len(seen) < MANY
    pytest.fail("the source ended as if everything were read")


def test_from_now_on_leaves_out_what_was_said(source: SourceHarness) -> None:
    head = source.source.head()
    assert not set(keys(read(source, head))) & source.keys
    new = source.grow()
    assert new <= set(keys(read(source, head)))


def test_from_a_time_on_leaves_out_nothing_since(source: SourceHarness) -> None:
    time, expected = source.since()
    assert expected <= set(keys(read(source, source.source.at(time))))


def test_an_estimate_is_right_or_unknown(source: SourceHarness) -> None:
    estimate = source.source.estimate(Cursor())
    assert estimate.messages is None or estimate.messages >= len(source.keys)
    assert estimate.money is None or estimate.money >= 0
    end = source.source.estimate(last(read(source)))
    assert end.messages is None or end.messages <= len(source.keys)


def test_an_estimate_reads_nothing_away(source: SourceHarness) -> None:
    source.source.estimate(Cursor())
    assert set(keys(read(source))) == source.keys


def test_an_unknown_kind_is_an_event(source: SourceHarness) -> None:
    kind = source.plant_unknown()
    pages = read(source)
    assert kind in {event.kind for page in pages for event in page.events if isinstance(event, UnknownKind)}
    assert source.keys <= set(keys(pages))


def test_what_cannot_be_read_is_an_event_and_the_rest_goes_on(source: SourceHarness) -> None:
    source.plant_broken()
    pages = read(source)
    broken = [event for page in pages for event in page.events if isinstance(event, Broken)]
    assert broken
    assert all(event.reason and event.where for event in broken)
    assert set(keys(pages)) == source.keys


def test_a_repaired_row_is_read_as_any_other(source: SourceHarness) -> None:
    repair = source.repair()
    assert keys([source.source.reread(repair.fields, repair.where)]) == [repair.key]


@pytest.mark.parametrize(
    ("trouble", "error"),
    [
        (Trouble.UNAUTHORISED, AuthError),
        (Trouble.RATE_LIMITED, RateLimited),
        (Trouble.UNREACHABLE, Transient),
    ],
)
def test_trouble_has_the_name_of_what_to_do(source: SourceHarness, trouble: Trouble, error: type[Exception]) -> None:
    """And once it is over, everything is read."""
    source.provoke(trouble)
    with pytest.raises(error) as raised:
        read(source)
    if isinstance(raised.value, RateLimited):
        assert raised.value.retry_after > 0
    assert set(keys(read(source))) == source.keys


def test_check_finds_a_healthy_system_well(source: SourceHarness) -> None:
    account = source.source.check()
    assert account.ok
    assert account.name


def test_nothing_shows_a_secret(source: SourceHarness, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(0)
    shown = [repr(source.source), repr(source.source.check()), repr(read(source)), caplog.text]
    assert not [secret for secret in source.secrets for text in shown if secret in text]


def test_closing_twice_does_no_harm(source: SourceHarness) -> None:
    source.source.close()
    source.source.close()


def test_settings_forbid_what_they_do_not_know_and_describe_what_they_do(source: SourceHarness) -> None:
    model = type(source.source).settings_model
    assert model.model_config.get("extra") == "forbid"
    assert [name for name, field in model.model_fields.items() if not field.description] == []
