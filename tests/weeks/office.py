"""A project beside a pretend CRM, run by the program; project and CRM share a clock that can be put forward."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from typer.testing import CliRunner

import cli
from bridge.errors import Exit
from tests.weeks.crm import NAME

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from click.testing import Result

    from bridge.clock import ShiftedClock

ROUNDS = 12
"""Most syncs until everything has settled: a hostile organisation holds records for seconds, again and again."""


@dataclass(frozen=True, slots=True)
class Office:
    """A project folder, and how its people run the program."""

    folder: Path
    clock: ShiftedClock
    secrets: dict[str, str] = field(default_factory=dict)

    def run(self, *words: str, expect: Callable[[int], bool] = lambda code: code <= Exit.SET_ASIDE) -> str:
        """Run a command; return what it says, stdout and stderr."""
        ended = self._invoke(*words)
        assert ended.exception is None or isinstance(ended.exception, SystemExit), ended.exception
        assert expect(ended.exit_code), f"{' '.join(words)} ends with {ended.exit_code}:\n{ended.output}"
        return ended.output

    def ask(self, *words: str) -> Any:  # noqa: ANN401 - any JSON value
        """Run a command with ``--json``; return the value."""
        ended = self._invoke(*words, "--json")
        assert ended.exit_code <= Exit.CONFIG, ended.output
        return json.loads(ended.stdout)

    def _invoke(self, *words: str) -> Result:
        """Run a command here, by the clock that is shared with the CRM."""
        with patch.object(cli, "compose", partial(cli.compose, clock=self.clock)):
            return CliRunner().invoke(cli.main, ["--project", str(self.folder), *words], env=self.secrets)

    def settle(self) -> None:
        """Sync until nothing waits any more, some minutes between."""
        for _ in range(ROUNDS):
            self.sync()
            if not self.waiting():
                return
        raise AssertionError(self.waiting()[:3])

    def sync(self) -> None:
        """Sync some minutes later; what the CRM did not take yet may be left."""
        self.later(minutes=5)
        self.run("sync", expect=lambda code: code in {Exit.OK, Exit.SET_ASIDE, Exit.UNREACHABLE})

    def later(self, *, minutes: float) -> None:
        """Let time pass for us and for the CRM."""
        self.clock.forward(timedelta(minutes=minutes))

    def waiting(self) -> list[dict[str, Any]]:
        """Return the deliveries that are on their way; what waits for a refused case is not."""
        refused = any(one["thing"] == "case" for one in self.deliveries(state="refused"))
        moving = [one for one in self.deliveries() if one["state"] in {"pending", "sending", "unknown", "accepted"}]
        return [one for one in moving if not (refused and one["thing"] == "amendment")]

    def deliveries(self, **where: str) -> list[dict[str, Any]]:
        """Return deliveries into the CRM."""
        named = [word for name, value in where.items() for word in ("--where", f"{name}={value}")]
        found: list[dict[str, Any]] = self.ask("deliveries", "list", "--limit", "100000", *named)
        return found

    def balances(self) -> None:
        """Ledger and CRM agree: nothing is missing, doubled or unknown to us."""
        self.run("ledger", expect=lambda code: code == Exit.OK)
        self.run("verify", expect=lambda code: code == Exit.OK)


def connect(folder: Path, target: str) -> None:
    """Put the CRM in the place of the project's targets."""
    project = folder / "casebridge.yaml"
    before, _, rest = project.read_text(encoding="utf-8").partition("targets:\n")
    after = rest.partition("\ntriage:")[2]
    text = f"{before}targets:\n  {NAME}:\n{target}\ntriage:{after}"
    project.write_text(text.replace("to: desk", f"to: {NAME}"), encoding="utf-8")


def read_only(folder: Path, *sources: str) -> None:
    """Let the demonstration's week be of these sources alone: the first reading of a real tool takes its time."""
    project = folder / "casebridge.yaml"
    text, changed = re.subn(r"from: \[.*\]", f"from: [{', '.join(sources)}]", project.read_text(encoding="utf-8"))
    assert changed == 1
    project.write_text(text, encoding="utf-8")
