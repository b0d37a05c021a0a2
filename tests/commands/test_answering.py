"""``casebridge answer``: the same way as an agent's answer, told in the case with who it was."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from bridge.errors import Exit
from tests.commands.conftest import PROJECT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from click.testing import Result


@pytest.fixture
def answering(synced: Path, run: Callable[..., Result]) -> Path:
    """Give a project whose answers are published, with a template."""
    desk = "{type: desk, publish: true, hold_seconds: 0}"
    text = PROJECT.replace("{type: desk}", desk).replace("messages.jsonl}", "messages.jsonl, outbox: answers.jsonl}")
    (synced / "casebridge.yaml").write_text(text, encoding="utf-8")
    (synced / "templates").mkdir()
    (synced / "templates" / "delivery.yaml").write_text("en: Hello {handle}, it is on its way.", encoding="utf-8")
    run("sync")
    return synced


def sent(folder: Path) -> list[str]:
    """Return the texts that went out."""
    file = folder / "answers.jsonl"
    return [json.loads(line)["text"] for line in file.read_text().splitlines()] if file.exists() else []


def test_an_answer_is_sent_with_the_next_sync_and_told_in_the_case(
    answering: Path, run: Callable[..., Result], ask: Callable[..., Any]
) -> None:
    (drafted,) = ask("answer", "C-5", "--template", "delivery", "--text", "^Mia", "--by", "mia")
    assert (drafted["action"], drafted["state"], drafted["text"]) == (
        1,
        "held",
        "Hello anna, it is on its way.\n\n^Mia",
    )
    run("sync")
    assert sent(answering) == [drafted["text"]]
    run("sync")
    notes = [each["text"] for each in ask("desk", "show", "T-1002")["messages"] if not each["public"]]
    assert notes[0].startswith("mia answers in public on x, not before ")
    assert notes[0].endswith(f"UTC:\n\n{drafted['text']}")
    assert notes[1] == "Your answer was sent in public on x."
    assert ask("actions", "show", "A-1")["actor"] == "mia"


def test_a_trial_stores_and_sends_nothing(answering: Path, run: Callable[..., Result], ask: Callable[..., Any]) -> None:
    shown = run("answer", "C-5", "--text", "#public Hello", "--dry-run")
    assert "Hello" in shown.stdout
    assert "Nothing was stored: this was a trial." in shown.stderr
    assert ask("actions", "list") == []
    run("sync")
    assert sent(answering) == []


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("C-5", "--template", "none"), Exit.SET_ASIDE, "there is no template 'none'; there are: delivery"),
        (("C-5", "--text", "hi", "--via", "fax"), Exit.SET_ASIDE, "the customer never wrote on fax, but on x"),
        (("C-5",), Exit.CONFIG, "--text or --template"),
        (("C-99", "--text", "hi"), Exit.CONFIG, "C-99 stands in no target"),
        (("C-5", "--text", "hi", "--target", "crm"), Exit.CONFIG, "C-5 does not stand in 'crm', but in desk."),
    ],
)
@pytest.mark.usefixtures("answering")
def test_what_cannot_be_answered_says_why(
    run: Callable[..., Result], arguments: tuple[str, ...], code: int, told: str
) -> None:
    shown = run("answer", *arguments)
    assert shown.exit_code == code
    assert told in " ".join(shown.output.split())


def test_the_same_words_twice_are_not_two_answers(answering: Path, run: Callable[..., Result]) -> None:
    assert run("answer", "C-5", "--text", "hi").exit_code == Exit.OK
    again = run("answer", "C-5", "--text", "hi")
    assert again.exit_code == Exit.SET_ASIDE
    assert "on its way already as A-1" in again.output
    run("sync")
    assert sent(answering) == ["hi"]


@pytest.mark.usefixtures("synced")
def test_where_nothing_is_published_nothing_is_promised(run: Callable[..., Result]) -> None:
    shown = run("answer", "C-5", "--text", "hi")
    assert shown.exit_code == Exit.CONFIG
    assert "Answers from desk are not published: set publish: true there." in shown.output
