"""The canary goes through a target as a customer's case would, tells whether anybody was mailed, and leaves nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from bridge.errors import Exit

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from typer.testing import Result

ADDRESS = "admin@example.com"


def findings(result: Result) -> list[str]:
    return [line for line in result.stdout.splitlines() if "canary: " in line]


@pytest.mark.usefixtures("synced")
def test_a_test_case_is_created_answered_closed_reopened_and_deleted(
    run: Callable[..., Result], ask: Callable[..., Any]
) -> None:
    before = ask("desk", "list")
    result = run("check", "--canary", ADDRESS)
    assert result.exit_code == 0
    told = findings(result)
    for step in ("was created", "message was put", "note was written", "was closed", "opened again", "answered"):
        assert any(step in line and "nobody was mailed" in line for line in told), step
    assert ask("desk", "list") == before
    run("sync")
    assert run("verify").exit_code == 0
    assert ask("actions", "list") == []


def test_what_the_tool_tells_requesters_by_itself_is_found(folder: Path, run: Callable[..., Result]) -> None:
    project = folder / "casebridge.yaml"
    project.write_text(project.read_text().replace("{type: desk}", "{type: desk, auto_reply: Thanks for asking}"))
    result = run("check", "--canary", ADDRESS)
    assert result.exit_code == Exit.CONFIG
    (line,) = [line for line in findings(result) if "\tno\t" in line]
    assert "was created, and the requester was told: Thanks for asking" in line


def test_a_target_that_cannot_says_so_and_how_it_is_done_by_hand(folder: Path, run: Callable[..., Result]) -> None:
    project = folder / "casebridge.yaml"
    project.write_text(project.read_text().replace("{type: desk}", "{type: memory}"))
    result = run("check", "--canary", ADDRESS)
    (line,) = findings(result)
    assert "nothing was tried" in line
    assert "By hand: open a case with your own address" in line
    assert result.exit_code >= Exit.SET_ASIDE


def test_a_canary_needs_a_mail_address(run: Callable[..., Result]) -> None:
    assert run("check", "--canary", "nobody").exit_code == Exit.CONFIG
