"""The benchmark measures what it says, and still runs."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

from benchmarks.collect import invented_messages
from bridge.message_format import message_from
from bridge.nouns import Direction
from tests.source_tree import ROOT

if TYPE_CHECKING:
    from pathlib import Path


def test_the_messages_are_the_same_for_everybody_and_in_the_message_format() -> None:
    first, again = (list(invented_messages.messages(500)) for _ in range(2))
    assert first == again
    assert len({message_from(document).key for document in first}) == 500


def test_the_messages_are_a_fair_task(tmp_path: Path) -> None:
    """About 414 bytes each, a nested author, threads of several people, answers of the brand."""
    invented_messages.write(tmp_path / "messages.jsonl", 5_000)
    assert 390 < (tmp_path / "messages.jsonl").stat().st_size / 5_000 < 440
    messages = [message_from(document) for document in invented_messages.messages(5_000)]
    people: dict[str, set[str]] = {}
    for message in messages:
        if message.author and message.direction is Direction.IN:
            people.setdefault(message.thread, set()).add(message.author.key)
    assert sum(len(authors) > 1 for authors in people.values()) > len(people) / 2
    assert 0.2 < sum(message.direction is Direction.OUT for message in messages) / 5_000 < 0.3


def test_a_small_run_gives_figures_of_every_contender_that_needs_no_extra(tmp_path: Path) -> None:
    options = ["--messages", "300", "--only", "floor", "--only", "casebridge", "--results", str(tmp_path)]
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.collect.run", *options],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (written,) = tmp_path.glob("*.json")
    figures = json.loads(written.read_text(encoding="utf-8"))["figures"]
    assert [figure["contender"] for figure in figures] == ["floor", "casebridge"]
    assert figures[0]["rows"] == 300
    assert figures[1]["rows"] > 600
    assert all(figure["seconds"] > 0 and figure["peak_mb"] > 10 for figure in figures)
