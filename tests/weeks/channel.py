"""A brand on one network: customers write there, the desk answers, and the program dies again and again meanwhile."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from tests.project import ROOT, begin, ended
from tests.weeks.office import Office

if TYPE_CHECKING:
    from pathlib import Path

    from bridge.clock import ShiftedClock

PROJECT = """\
organisation: acme
environment: test
sources:
  network:
{source}
targets:
  tool:
{target}
triage: triage.yaml
"""
DESK = """\
    type: desk
    mode: live
    persons: create
    publish: true
    hold_seconds: 0
"""
READING = (
    "collect.before_commit",
    "collect.after_commit",
    "resolve.customers.before_commit",
    "deliver.after_send",
    "deliver.record.before_commit",
)
SENDING = (
    "publish.begin.before_commit",
    "publish.begin.after_commit",
    "publish.before_send",
    "publish.after_send",
    "publish.record.before_commit",
    "publish.record.after_commit",
)
KILLED = 137


class Connected(Protocol):
    """Where customers write."""

    @property
    def source(self) -> str:
        """Return the connection in the project file, indented by four."""
        ...


class Network(Connected, Protocol):
    """Where customers are answered, too; every id is the network's own."""

    def says(self, who: str, text: str, *, above: str = "", private: bool = False) -> str:
        """Let a customer write to the brand; return the id."""
        ...

    def posts(self, text: str) -> str:
        """Let the brand post something by itself; return the id."""
        ...

    def answers(self) -> list[tuple[str, str]]:
        """Return what Casebridge posted there: text without what the network wants before it, and what it answers."""
        ...


@dataclass
class Brand:
    """The project of a brand on one network."""

    office: Office
    deaths: list[str] = field(default_factory=list)

    def cases(self) -> list[dict[str, Any]]:
        """Return the desk's cases, each with its messages."""
        listed = self.office.ask("desk", "list", "--limit", "100")
        return [self.office.ask("desk", "show", case["ref"]) for case in listed]

    def holding(self, text: str) -> list[dict[str, Any]]:
        """Return the cases in which something was said."""
        return [case for case in self.cases() if text in str(case)]

    def sync(self, *points: str) -> None:
        """Sync, killed at each point that is reached; then some minutes later to the end, and once more."""
        for point in points:
            process = begin(self.office.folder, "sync", clock=self.office.clock, CRASH_AT=point, **self.office.secrets)
            if ended(self.office.folder, process).returncode == KILLED:
                self.deaths.append(point)
            self.office.later(minutes=2)
        for _ in range(2):
            self.office.sync()


def open_brand(folder: Path, network: Connected, clock: ShiftedClock, target: str = DESK, **secrets: str) -> Brand:
    """Write the project and begin to listen; ``target`` is where cases go, indented by four."""
    folder.mkdir()
    (folder / "casebridge.yaml").write_text(
        PROJECT.format(source=network.source.rstrip(), target=target.rstrip()), encoding="utf-8"
    )
    shutil.copy(ROOT / "config" / "starter" / "triage.yaml", folder / "triage.yaml")
    brand = Brand(Office(folder, clock, secrets))
    brand.office.run("sync")
    return brand


def a_week_with_deaths(brand: Brand, network: Network) -> None:
    """Play it: nothing is lost, nothing is done twice, what the brand says itself opens no case."""
    line = network.says("mira", "My line is down since Monday, why? Please help!")
    network.says("jonas", "Where is my router? I ordered it two weeks ago!", private=True)
    network.posts("We have new opening hours.")
    brand.sync(*READING)
    assert (len(brand.holding("line is down")), len(brand.holding("Where is my router"))) == (1, 1)
    assert (len(brand.cases()), brand.holding("opening hours")) == (2, [])
    for text, answer in (("line is down", "We look into it."), ("Where is my router", "It left our house today.")):
        (case,) = brand.holding(text)
        brand.office.run("desk", "reply", case["ref"], answer)
    brand.sync(*SENDING)
    assert sorted(text for text, _ in network.answers()) == ["It left our house today.", "We look into it."]
    assert dict(network.answers())["We look into it."] == line
    network.says("mira", "It is still down, why does nobody come?", above=line)
    brand.sync(READING[0])
    (case,) = brand.holding("line is down")
    assert "nobody come" in str(case)
    assert len(brand.cases()) == 2
    assert len(network.answers()) == 2
    assert brand.deaths == [*READING, *SENDING, READING[0]]
    assert "unbalanced" not in brand.office.run("ledger")
