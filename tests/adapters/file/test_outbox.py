"""The outbox of an export: whole lines, each answer once, whoever writes and whatever was cut off."""

from __future__ import annotations

import errno
import json
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from adapters.file.publisher import FilePublisher, id_of
from adapters.file.settings import FileSettings
from adapters.file.source import FileSource
from bridge.clock import FixedClock
from bridge.contracts import Surroundings
from bridge.errors import Transient
from bridge.message_format import message_from
from bridge.nouns import Action, ActionKind, Direction, Kind, Presence, Written
from tests.adapters.file.exports import messages, read

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 3, 2, 12, 0, 0, 500_000, tzinfo=UTC)
ACTION = Action(
    key="cb1-abc",
    kind=ActionKind.REPLY,
    connection="shop",
    network="facebook",
    scope="1002",
    reply_to="1002_7",
    recipient="u7",
    public=True,
    account="Shop",
    thread="1002_1",
    text='Wir kümmern uns.\nIhre "Shop"-Leute {"id":"answer-x", 😍',
)


def _source(folder: Path, **settings: str) -> FileSource:
    surroundings = Surroundings("shop", folder, FixedClock(NOW))
    return FileSource.connect(FileSettings(path="inbox/*.jsonl", **settings), surroundings)  # type: ignore[arg-type] # texts only


def _publisher(folder: Path) -> FilePublisher:
    return FilePublisher.beside(_source(folder, outbox="inbox/answers.jsonl"))


def _file(folder: Path) -> Path:
    return folder / "inbox" / "answers.jsonl"


@pytest.mark.parametrize(
    ("answered", "public", "kind"),
    [("post", True, "reply"), ("direct", False, "direct"), ("mail", False, "mail"), ("sms", False, "sms")],
)
def test_an_answer_is_of_the_kind_of_what_it_answers(tmp_path: Path, answered: str, *, public: bool, kind: str) -> None:
    _publisher(tmp_path).publish(replace(ACTION, public=public, answered=Kind(answered)))
    (line,) = (tmp_path / "inbox" / "answers.jsonl").read_text(encoding="utf-8").splitlines()
    assert json.loads(line)["kind"] == kind


def test_an_answer_is_one_line_of_the_message_format(tmp_path: Path) -> None:
    assert _publisher(tmp_path).publish(ACTION) == Written(id_of(ACTION), created=True)
    (line,) = _file(tmp_path).read_bytes().splitlines()
    message = message_from(json.loads(line))
    assert message.key == f"facebook/1002/{id_of(ACTION)}"
    assert (message.direction, message.kind, message.public) == (Direction.OUT, Kind.REPLY, True)
    assert (message.text, message.account, message.thread) == (ACTION.text, "Shop", "1002_1")
    assert (message.answers, message.extra) == (("1002_7",), {"recipient": "u7"})
    assert message.sent_at == NOW.replace(microsecond=0)


def test_what_was_private_is_answered_in_private(tmp_path: Path) -> None:
    _publisher(tmp_path).publish(replace(ACTION, public=False))
    message = message_from(json.loads(_file(tmp_path).read_bytes()))
    assert (message.kind, message.public) == (Kind.DIRECT, False)


def test_the_source_reads_its_outbox_as_what_we_said(tmp_path: Path) -> None:
    _publisher(tmp_path).publish(ACTION)
    (message,) = messages(read(_source(tmp_path)))
    assert (message.native_id, message.direction) == (id_of(ACTION), Direction.OUT)


def test_writers_side_by_side_write_each_answer_once(tmp_path: Path) -> None:
    actions = [replace(ACTION, key=f"cb1-{number % 10}") for number in range(80)]
    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(lambda action: _publisher(tmp_path).publish(action), actions))
    assert sum(isinstance(outcome, Written) and outcome.created for outcome in outcomes) == 10
    lines = [json.loads(line) for line in _file(tmp_path).read_bytes().splitlines()]
    assert sorted(line["id"] for line in lines) == sorted({id_of(action) for action in actions})


def test_a_line_that_was_cut_off_was_not_sent_and_is_written_anew(tmp_path: Path) -> None:
    other = replace(ACTION, key="cb1-other")
    _publisher(tmp_path).publish(other)
    whole = _file(tmp_path).read_bytes()
    _publisher(tmp_path).publish(ACTION)
    both = _file(tmp_path).read_bytes()
    for end in (len(whole) + 1, len(whole) + 40, len(both) - 1):
        _file(tmp_path).write_bytes(both[:end])
        assert _publisher(tmp_path).published(ACTION, NOW).presence is Presence.ABSENT
        assert _publisher(tmp_path).publish(ACTION) == Written(id_of(ACTION), created=True)
        assert _file(tmp_path).read_bytes() == both


def test_words_that_look_like_an_id_are_none(tmp_path: Path) -> None:
    _publisher(tmp_path).publish(replace(ACTION, text=json.dumps({"id": id_of(replace(ACTION, key="k"))}) + ","))
    assert _publisher(tmp_path).published(replace(ACTION, key="k"), NOW).presence is Presence.ABSENT


def test_a_full_disk_leaves_nothing_half_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _publisher(tmp_path).publish(ACTION)
    before = _file(tmp_path).read_bytes()

    def full(_file: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(Transient, match=r"answers\.jsonl cannot be used: No space left on device"):
            _publisher(tmp_path).publish(replace(ACTION, key="cb1-next"))
    assert _file(tmp_path).read_bytes() == before
    assert isinstance(_publisher(tmp_path).publish(replace(ACTION, key="cb1-next")), Written)


def test_without_an_outbox_it_says_what_to_set(tmp_path: Path) -> None:
    eligibility = FilePublisher.beside(_source(tmp_path)).eligibility(ACTION)
    assert not eligibility.can
    assert "set outbox:" in eligibility.reason
    assert eligibility.alternatives


@pytest.mark.parametrize(
    ("network", "public", "longest"),
    [("x", True, 280), ("x", False, 10_000), ("mastodon", True, 500), ("bluesky", True, 300), ("sms", False, 1_530)],
)
def test_each_network_takes_so_much_and_no_more(tmp_path: Path, network: str, public: bool, longest: int) -> None:  # noqa: FBT001 - a case of the table above
    action, publisher = replace(ACTION, network=network, public=public), _publisher(tmp_path)
    assert publisher.eligibility(replace(action, text="x" * longest)).can
    refused = publisher.eligibility(replace(action, text="x" * (longest + 1)))
    assert (refused.can, refused.max_length, refused.alternatives) == (False, longest, ("a shorter text",))


def test_networks_that_nobody_listed_take_any_length(tmp_path: Path) -> None:
    eligibility = _publisher(tmp_path).eligibility(replace(ACTION, network="forum", text="x" * 100_000))
    assert (eligibility.can, eligibility.max_length) == (True, None)


def test_only_json_lines_can_be_an_outbox() -> None:
    with pytest.raises(ValueError, match="outbox"):
        FileSettings(path="export.csv", outbox="answers.csv")
