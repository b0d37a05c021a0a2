"""A public answer with personal data, from the agent at the desk to the network or not, by the program's own commands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.commands.conftest import PROJECT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from click.testing import Result

PUBLISHING = PROJECT.replace("path: messages.jsonl", "path: messages.jsonl, outbox: answers.jsonl").replace(
    "desk: {type: desk}", "desk: {type: desk, publish: true, hold_seconds: 0}"
)
OWN = "personal_data: {phones: [0800 5550100]}\n"


@pytest.fixture
def case(folder: Path, run: Callable[..., Result], ask: Callable[..., Any]) -> str:
    """Deliver the case of somebody who wrote in public, with publishing on; returns its number at the desk."""
    (folder / "casebridge.yaml").write_text(PUBLISHING + OWN, encoding="utf-8")
    run("sync")
    (found,) = [each["ref"] for each in ask("desk", "list") if "anna" in str(each)]
    return str(found)


def answers(folder: Path) -> str:
    """Return what was published."""
    file = folder / "answers.jsonl"
    return file.read_text(encoding="utf-8") if file.exists() else ""


def test_it_waits_with_what_was_found_until_somebody_lets_it_go_by_name(
    folder: Path, case: str, run: Callable[..., Result], ask: Callable[..., Any]
) -> None:
    ask("desk", "reply", case, "Hello Ms Kesselring, call 0800/555 01 00, order 4009871123 is late.")
    run("sync")
    (held,) = ask("actions", "list", "--state", "review")
    assert held["reason"] == "it would tell everybody a name and an order number"
    assert held["found"] == ["name", "order"]
    shown = ask("actions", "show", "A-1", "--show-text")
    assert shown["found"] == ["name: Kesselring", "order: 4009871123"]
    run("sync")
    assert "Write it anew without “Kesselring”, “4009871123”" in run("desk", "show", case).stdout
    assert answers(folder) == ""
    ask("actions", "approve", "A-1", "--by", "Ann")
    run("sync")
    assert "Kesselring" in answers(folder)
    (override,) = ask("actions", "show", "A-1")["overrides"]
    assert (override["by"], override["found"]) == ("Ann", ["name", "order"])
    assert override["at"].startswith("20")


def test_cancelled_it_never_goes(folder: Path, case: str, run: Callable[..., Result], ask: Callable[..., Any]) -> None:
    ask("desk", "reply", case, "Is 0171 3920012 still your number?")
    run("sync")
    ask("actions", "cancel", "A-1")
    run("sync")
    assert answers(folder) == ""


def test_what_the_brand_publishes_itself_goes_at_once(
    folder: Path, case: str, run: Callable[..., Result], ask: Callable[..., Any]
) -> None:
    ask("desk", "reply", case, "Call us: +49 800 5550100.")
    run("sync")
    assert "+49 800 5550100" in answers(folder)
