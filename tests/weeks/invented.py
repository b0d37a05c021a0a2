"""The invented trackers as places for a week: nothing but a manifest and mappings connects each."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from tests.fakes.invented import batchline, etagere, kreuzbrief
from tests.source_tree import ROOT
from tests.weeks.crm import NAME

if TYPE_CHECKING:
    from pathlib import Path

    from bridge.clock import ShiftedClock
    from tests.fakes.rest import House

HEAD = "    type: http\n    mode: live\n    publish: true\n    persons: create\n    manifest: tracker.yaml\n"
FILES = ROOT / "tests" / "adapters" / "http" / "invented"


class InventedPlace:
    """One of them."""

    name: str
    fake: House
    secrets: dict[str, str]
    target: str
    field: str = ""

    def adapt(self, folder: Path) -> None:
        """Put manifest and mappings into the project, as an admin does."""
        shutil.copy(FILES / self.name / "manifest.yaml", folder / "tracker.yaml")
        mappings = folder / "mappings" / NAME
        mappings.mkdir(parents=True)
        for file in (FILES / self.name).glob("*.yaml"):
            if file.stem != "manifest":
                shutil.copy(file, mappings)

    def _by_case(self, messages: str, parent: str, cases: str) -> dict[int, list[str]]:
        found: dict[int, list[str]] = {item.id: [] for item in self.fake.of(cases)}
        for item in self.fake.of(messages):
            found[int(item.fields[parent])].append(item.fields["text"])
        return found


class EtagerePlace(InventedPlace):
    """Answers 200 to everything."""

    name = "etagere"

    def __init__(self, clock: ShiftedClock) -> None:
        """Open it."""
        self.fake = self.desk = etagere.Etagere(clock)
        self.secrets = {"TRACKER_KEY": etagere.KEY}
        self.target = (
            HEAD + "    base_url: {address}/v3\n    values: {{host: h}}\n    secrets: {{key: '${{TRACKER_KEY}}'}}\n"
        )

    def answer(self, case: int, text: str) -> None:
        """Put up a note."""
        self.desk.say(case, text, internal=False)

    def said(self) -> dict[int, list[str]]:
        """Return the notes by issue."""
        return self._by_case("notes", "issue", "issues")


class BatchlinePlace(InventedPlace):
    """Does everything two seconds later."""

    name = "batchline"

    def __init__(self, clock: ShiftedClock) -> None:
        """Open it."""
        self.fake = self.desk = batchline.Batchline(clock, jobs=True)
        self.secrets = {"TRACKER_KEY": batchline.SECRET}
        self.target = (
            HEAD
            + f"    base_url: {{address}}/api/7\n    values: {{{{host: h, tenant: {batchline.TENANT}}}}}\n"
            + "    secrets: {{client: '${{TRACKER_KEY}}'}}\n"
        )

    def answer(self, case: int, text: str) -> None:
        """Write a visible entry."""
        self.desk.say(case, text, visible=True)

    def said(self) -> dict[int, list[str]]:
        """Return the entries by ticket."""
        return self._by_case("entries", "ticket", "tickets")


class KreuzbriefPlace(InventedPlace):
    """Finds nothing, and says 204 to what it does not do."""

    name = "kreuzbrief"

    def __init__(self, clock: ShiftedClock) -> None:
        """Open it."""
        self.fake = self.desk = kreuzbrief.Kreuzbrief(clock)
        self.secrets = {"TRACKER_KEY": kreuzbrief.KEY}
        self.target = (
            HEAD + "    base_url: '{address}'\n    values: {{host: h}}\n    secrets: {{key: '${{TRACKER_KEY}}'}}\n"
        )

    def answer(self, case: int, text: str) -> None:
        """Write a note that is not hidden."""
        self.desk.say(case, text, hidden=False)

    def said(self) -> dict[int, list[str]]:
        """Return the notes by ticket."""
        return self._by_case("notes", "ticket", "tickets")
