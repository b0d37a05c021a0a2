"""What stands still is told with the words that let it go on, and those words do."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

import pytest

from bridge.errors import Exit

if TYPE_CHECKING:
    from collections.abc import Callable

    from click.testing import Result

pytestmark = pytest.mark.usefixtures("synced")


@pytest.mark.parametrize("what", [[], ["deliver"], ["deliver", "desk"], ["desk"], ["collect", "publish", "export"]])
def test_a_pause_names_the_command_that_ends_it(
    what: list[str], run: Callable[..., Result], ask: Callable[..., Any]
) -> None:
    sentence = run("pause", *what).stdout.strip()
    assert ask("status")["pauses"]
    again = shlex.split(sentence.partition("Go on with: casebridge ")[2])
    assert run(*again).exit_code == Exit.OK
    assert ask("status")["pauses"] == []


def test_resume_alone_ends_every_pause(run: Callable[..., Result], ask: Callable[..., Any]) -> None:
    run("pause", "deliver", "desk")
    run("pause", "collect")
    assert ask("resume")["resumed"] == ["collect", "deliver of desk"]
    assert ask("status")["pauses"] == []


def test_resume_ends_only_what_is_named(run: Callable[..., Result], ask: Callable[..., Any]) -> None:
    run("pause", "deliver", "publish", "desk")
    run("resume", "publish", "--connection", "desk")
    assert [(pause["step"], pause["connection"]) for pause in ask("status")["pauses"]] == [("deliver", "desk")]


def test_a_name_that_is_none_pauses_nothing(run: Callable[..., Result], ask: Callable[..., Any]) -> None:
    result = run("pause", "deliver", "dask")
    assert result.exit_code == Exit.CONFIG
    assert "export, desk" in result.output
    assert ask("status")["pauses"] == []


def test_nothing_paused_is_said(run: Callable[..., Result]) -> None:
    assert "Nothing of that was paused" in run("resume").output
