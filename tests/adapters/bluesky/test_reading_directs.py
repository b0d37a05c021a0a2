"""Direct messages are read from their log, each once, and stop nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bridge.errors import AuthError
from bridge.nouns import Broken, Cursor, Deleted, Direction, UnknownKind
from tests.adapters.bluesky.harness import START, Account
from tests.adapters.bluesky.test_reading import ask, events, read, said, texts

if TYPE_CHECKING:
    from pathlib import Path

    from bridge.nouns import Page


@pytest.fixture
def account(tmp_path: Path) -> Account:
    """Return an account without posts."""
    return Account(tmp_path, page=3, direct_messages=True, watch_minutes=0)


def test_direct_messages_are_private_in_their_conversation(account: Account) -> None:
    chat = account.far.chat
    chat.say(account.ada, "from before")
    head = account.source.head()
    asked = chat.say(account.ada, "My number is 4711")
    answer = chat.say(account.far.brand, "Thank you", to=account.ada)
    chat.happens("ReadMessage")
    found, after = read(account, head)
    (question, reply) = said(found)
    assert (question.native_id, question.public, question.direction) == (asked, False, Direction.IN)
    assert (reply.native_id, reply.direction, reply.thread) == (answer, Direction.OUT, asked.partition("/")[0])
    assert question.author is not None
    assert question.author.handle == "ada.bsky.example"
    assert texts(read(account, after)[0]) == []


def test_a_direct_message_that_is_taken_back_is_told(account: Account) -> None:
    head = account.source.head()
    asked = account.far.chat.say(account.ada, "oops")
    _, after = read(account, head)
    account.far.chat.take_back(asked)
    assert read(account, after)[0] == [Deleted("bluesky", asked, START)]


def test_an_entry_of_the_log_that_nobody_knows_is_shown(account: Account) -> None:
    head = account.source.head()
    account.far.chat.say(account.ada, "hello")
    account.far.chat.happens("SingTogether")
    kinds = [event.kind for event in read(account, head)[0] if isinstance(event, UnknownKind)]
    assert kinds == ["chat.bsky.convo.defs#logSingTogether"]


def test_a_broken_direct_message_is_set_aside_and_the_rest_goes_on(account: Account) -> None:
    head = account.source.head()
    account.far.chat.say(account.ada, "hello", sender=None)
    account.far.chat.say(account.ada, "again")
    found, _ = read(account, head)
    assert [event.reason for event in found if isinstance(event, Broken)] == ["author.did is missing, or is no text"]
    assert texts(found) == ["again"]


def test_direct_messages_that_may_not_be_read_stop_nothing_before_them(tmp_path: Path) -> None:
    """What is public is handed over before the error is raised, with the cursor behind it."""
    account = Account(tmp_path)
    ask(account, "hello")
    account.far.scope = "com.atproto.appPass"
    account.far.end_tokens(refresh=True)
    pages: list[Page] = []
    source = account.with_settings(direct_messages=True)
    with pytest.raises(AuthError, match="does not allow direct messages"):
        pages.extend(source.pages(Cursor()))
    assert texts(events(pages)) == [f"@{account.far.brand.handle} hello"]
