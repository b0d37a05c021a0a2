"""Posts are looked after: what is gone is told, and what people are called by now."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from adapters.bluesky import cursor
from bridge.nouns import Cursor, Deleted, ProfileSeen
from tests.adapters.bluesky.harness import START, Account
from tests.adapters.bluesky.test_reading import DAY, ask, read, said, texts

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def account(tmp_path: Path) -> Account:
    """Return an account without posts."""
    return Account(tmp_path, page=3, direct_messages=True, watch_minutes=0)


def test_a_post_that_is_gone_is_told_once(account: Account) -> None:
    asked = ask(account, "never mind")
    _, after = read(account, Cursor())
    del account.far.world.records[asked]
    found, after = read(account, after)
    assert [event for event in found if isinstance(event, Deleted)] == [Deleted("bluesky", asked, START)]
    assert not [event for event in read(account, after)[0] if isinstance(event, Deleted)]


def test_a_post_that_is_gone_before_it_was_read_leaves_no_text(account: Account) -> None:
    asked = ask(account, "never mind")
    shown = account.far.world.notified(account.far.brand)
    ((reason, stored),) = shown
    row = {
        "uri": asked,
        "cid": stored.cid,
        "reason": reason,
        "record": stored.value,
        "author": {"did": account.ada.did},
    }
    account.far.world.odd.append({**row, "indexedAt": "2026-03-02T08:59:00.000Z"})
    del account.far.world.records[asked]
    found, _ = read(account, Cursor())
    assert texts(found) == []
    assert Deleted("bluesky", asked, START) in found


def test_somebody_who_blocks_us_has_not_deleted_anything(account: Account) -> None:
    ask(account, "you again")
    _, after = read(account, Cursor())
    account.ada.blocks.add(account.far.brand.did)
    found, _ = read(account, after)
    assert not [event for event in found if isinstance(event, Deleted)]


def test_names_reach_and_handles_are_followed_without_a_new_post(account: Account) -> None:
    account.ada.followers = 48_000
    ask(account, "hello")
    first, after = read(account, Cursor())
    (message,) = said(first)
    assert message.author is not None
    assert (message.author.handle, message.author.reach) == ("ada.bsky.example", 48_000)
    account.ada.handle, account.ada.followers = "ada-kern.example", 50_000
    seen = [event.profile for event in read(account, after)[0] if isinstance(event, ProfileSeen)]
    assert [(each.id, each.handle, each.reach) for each in seen] == [(account.ada.did, "ada-kern.example", 50_000)]


def test_posts_are_looked_after_for_as_long_and_as_often_as_the_settings_say(tmp_path: Path) -> None:
    account = Account(tmp_path, watch=2, watch_days=3, watch_minutes=30)
    asked = [ask(account, f"question {number}", at=START + timedelta(seconds=number)) for number in range(3)]
    _, after = read(account, Cursor())
    assert set(cursor.read(after).watch.posts) == set(asked[1:])
    account.clock.forward(timedelta(minutes=29))
    looked = account.far.called("app.bsky.feed.getPosts")
    _, after = read(account, after)
    assert account.far.called("app.bsky.feed.getPosts") == looked
    account.clock.forward(3 * DAY)
    _, after = read(account, after)
    assert cursor.read(after).watch.posts == {}
