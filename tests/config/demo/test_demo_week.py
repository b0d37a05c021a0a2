"""The demonstration's week is lifelike, invented, complete, and always ends today."""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import phonenumbers
import pytest
from ruamel.yaml import YAML

from adapters.file.settings import FileSettings
from adapters.file.source import FileSource
from bridge.clock import FixedClock
from bridge.contracts import Surroundings
from bridge.nouns import Broken, Cursor, Direction, Message, PersonSeen, Said, SourceEvent
from config.demo import write_project

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2027, 7, 14, 12, 0, tzinfo=UTC)

# Ranges that the German regulator keeps for films and books; nobody can be called there.
FICTION = re.compile(r"\+49(?:30231250|30231251|4066969|8999998|17139200|176040690)\d+")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo") / "project"
    write_project(folder, NOW)
    return folder


@pytest.fixture(scope="module")
def events(project: Path) -> list[SourceEvent]:
    found: list[SourceEvent] = []
    for name, entry in _yaml(project / "casebridge.yaml")["sources"].items():
        settings = {key: value for key, value in entry.items() if key in FileSettings.model_fields}
        surroundings = Surroundings(name, project, FixedClock(NOW))
        source = FileSource.connect(FileSettings.model_validate(settings), surroundings)
        found += [event for page in source.pages(Cursor()) for event in page.events]
        source.close()
    return found


@pytest.fixture(scope="module")
def messages(events: list[SourceEvent]) -> list[Message]:
    return [event.message for event in events if isinstance(event, Said)]


def _yaml(path: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    return loaded


def test_it_has_more_than_220_messages_on_seven_channels_in_two_languages(messages: list[Message]) -> None:
    keys = {message.key for message in messages}
    assert len(keys) >= 220
    assert {message.network for message in messages} == {
        *("x", "facebook", "instagram", "whatsapp", "mail", "phone", "reviews")
    }
    languages = Counter(message.lang for message in messages)
    assert languages["de"] > 100
    assert languages["en"] > 25


def test_it_always_ends_in_the_day_before_now_and_lasts_ten_days_at_most(messages: list[Message]) -> None:
    times = [message.sent_at for message in messages if message.sent_at]
    assert len(times) == len(messages)
    assert NOW - timedelta(days=1) < max(times) <= NOW
    assert max(times) - min(times) < timedelta(days=10)


def test_five_rows_are_broken_on_purpose_each_in_its_own_way(events: list[SourceEvent]) -> None:
    reasons = sorted(event.reason for event in events if isinstance(event, Broken))
    assert len(set(reasons)) >= 4
    assert len(reasons) == 5


def test_everything_that_makes_a_week_hard_is_in_it(messages: list[Message], events: list[SourceEvent]) -> None:
    """Repeated and edited rows, authorless reviews, own answers, auto-replies, missed calls, files, a renamed handle."""
    twice = Counter(message.key for message in messages)
    assert max(twice.values()) == 2
    assert sum(message.edited_at is not None for message in messages) == 2
    assert sum(message.network == "reviews" and message.author is None for message in messages) >= 10
    assert sum(message.direction is Direction.OUT or _own(message) for message in messages) >= 45
    assert any(message.automatic for message in messages)
    assert sum(message.missed for message in messages) >= 10
    assert sum(bool(message.attachments) for message in messages) == 4
    handles = {message.author.handle for message in messages if message.author and message.author.id == "80012"}
    assert handles == {"luna_bastelt", "luna.naeht"}
    assert sum(isinstance(event, PersonSeen) for event in events) >= 25


def _own(message: Message) -> bool:
    return message.author is not None and message.author.handle == "nordlicht_hilft"


def test_the_outage_is_a_spike_and_its_thread_a_crowd(messages: list[Message]) -> None:
    evening = [message for message in messages if message.sent_at and message.sent_at.hour in {17, 18, 19, 20}]
    busiest, count = Counter(message.sent_at.date() for message in evening if message.sent_at).most_common(1)[0]
    assert count > 50
    threads: dict[str, set[str]] = {}
    for message in messages:
        if message.sent_at and message.sent_at.date() == busiest and message.author and message.thread:
            threads.setdefault(message.thread, set()).add(message.author.key)
    assert max(map(len, threads.values())) >= 15


def test_every_phone_number_is_one_that_is_kept_for_fiction(messages: list[Message], events: list[SourceEvent]) -> None:
    shown = [shown for message in messages if message.author for shown in message.author.shown]
    shown += [shown for event in events if isinstance(event, PersonSeen) for shown in event.person.shown]
    numbers = {each.identifier.value for each in shown if each.identifier.kind == "phone"}
    assert len(numbers) >= 15
    assert {number for number in numbers if not FICTION.fullmatch(number)} == set()
    assert all(phonenumbers.is_valid_number(phonenumbers.parse(number)) for number in numbers)


def test_every_link_in_the_week_leads_to_a_message_of_the_week(messages: list[Message]) -> None:
    known = {(message.network, message.native_id) for message in messages}
    assert {(message.network, link) for message in messages for link in message.answers} <= known


def test_every_attachment_is_there(messages: list[Message], project: Path) -> None:
    paths = [attachment.path for message in messages for attachment in message.attachments]
    assert all((project / path).is_file() for path in paths)


def test_a_project_that_is_there_already_is_not_overwritten(project: Path) -> None:
    with pytest.raises(FileExistsError):
        write_project(project, NOW)
