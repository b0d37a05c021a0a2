"""The network in memory: what tests lean on beyond the suite of all sources and publishers."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from pydantic import BaseModel

from adapters.memory.publisher import MemoryPublisher
from adapters.memory.settings import MemorySourceSettings
from adapters.memory.source import MemorySource
from bridge.contracts import Surroundings
from bridge.errors import ConfigError, Unsupported
from bridge.faults import Fault
from bridge.nouns import ActionKind, Cursor, Direction, Message, Said, Written
from bridge.registry import source as registered_source
from tests.adapters.memory.harness import MemoryPublisherHarness, said

if TYPE_CHECKING:
    from bridge.clock import FixedClock


class Other(BaseModel):
    """Settings of something else."""


def connected(clock: FixedClock, **settings: int) -> MemorySource:
    return MemorySource.connect(MemorySourceSettings.model_validate(settings), Surroundings("memory", Path(), clock))


def read(source: MemorySource, after: Cursor | None = None) -> list[list[str]]:
    """Return the native ids said on each page."""
    return [
        [event.message.native_id for event in page.events if isinstance(event, Said)]
        for page in source.pages(after or Cursor())
    ]


def test_pages_may_repeat_the_end_of_the_one_before(clock: FixedClock) -> None:
    """So that whoever reads at least once is seen to store once."""
    source = connected(clock, page_size=2, overlap=1)
    source.network.say(*(said(number) for number in range(4)))
    assert read(source) == [["m0", "m1"], ["m1", "m2", "m3"]]


def test_our_own_post_comes_back_as_a_message_of_the_brand(tmp_path: Path) -> None:
    harness = MemoryPublisherHarness(tmp_path)
    end = Cursor(str(len(harness.network.log)))
    outcome = harness.publisher.publish(harness.action("We are on it."))
    assert isinstance(outcome, Written)
    (page,) = MemorySource("memory", harness.network).pages(end)
    (event,) = page.events
    assert isinstance(event, Said)
    assert (event.message.native_id, event.message.direction) == (outcome.ref, Direction.OUT)
    assert event.message.answers == ("m0",)
    assert event.message.author is not None
    assert event.message.author.id == harness.network.settings.brand


def test_a_like_is_no_message(tmp_path: Path) -> None:
    harness = MemoryPublisherHarness(tmp_path)
    before = len(harness.network.log)
    like = harness._action("", "m0", kind=ActionKind.LIKE)
    assert isinstance(harness.publisher.publish(like), Written)
    assert len(harness.network.log) == before


def test_a_reply_window_closes_to_the_second(tmp_path: Path) -> None:
    harness = MemoryPublisherHarness(tmp_path)
    message = harness.network.message("m3")
    assert message is not None
    until = harness.network.window_closes(message)
    assert until is not None
    action = harness._action("Hello", "m3", public=False)
    harness.clock.forward(until - harness.clock.now())
    assert harness.publisher.eligibility(action).until == until
    assert harness.publisher.eligibility(action).can
    harness.clock.forward(timedelta(seconds=1))
    assert not harness.publisher.eligibility(action).can


def test_each_cannot_names_what_could_be_done_instead(tmp_path: Path) -> None:
    harness = MemoryPublisherHarness(tmp_path)
    offered = [harness.publisher.eligibility(action).alternatives for action in harness.ineligible()]
    assert all(offered[:5])


def test_what_was_posted_stays_posted_when_the_message_goes(tmp_path: Path) -> None:
    """A repeated key answers with the post, not with why it could not be made now."""
    harness = MemoryPublisherHarness(tmp_path)
    action = harness.action("We are on it.")
    first = harness.publisher.publish(action)
    harness.network.delete("m0")
    again = harness.publisher.publish(action)
    assert isinstance(first, Written)
    assert again == Written(first.ref, created=False)


def test_a_message_shows_its_latest_revision(clock: FixedClock) -> None:
    source = connected(clock)
    source.network.say(said(0), Message(network="memory", native_id="m0", text="Edited"))
    message = source.network.message("m0")
    assert message is not None
    assert message.text == "Edited"


def test_trouble_in_the_middle_loses_no_page(clock: FixedClock) -> None:
    source = connected(clock, page_size=1)
    source.network.say(*(said(number) for number in range(3)))
    pages = source.pages(Cursor())
    first = next(pages)
    source.network.faults.next(Fault.RATE_LIMIT)
    with pytest.raises(Exception, match="asks to wait"):
        next(pages)
    assert read(source, first.cursor) == [["m1"], ["m2"]]


def test_a_publisher_answers_only_beside_its_own_source(tmp_path: Path, clock: FixedClock) -> None:
    other = registered_source("file")
    settings = other.settings_model.model_validate({"path": str(tmp_path / "export.jsonl")})
    with pytest.raises(ConfigError, match="beside a memory source"):
        MemoryPublisher.beside(other.connect(settings, Surroundings("feed", tmp_path, clock)))


def test_other_settings_are_refused(tmp_path: Path, clock: FixedClock) -> None:
    with pytest.raises(ConfigError, match="MemorySourceSettings"):
        MemorySource.connect(Other(), Surroundings("memory", tmp_path, clock))


def test_there_is_no_row_to_repair(clock: FixedClock) -> None:
    with pytest.raises(Unsupported, match="said again"):
        connected(clock).reread({}, "event 1")
