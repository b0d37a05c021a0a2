"""The file source for the conformance suite: a CSV export of an invented shop."""

from __future__ import annotations

import csv
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from adapters.file.settings import FileSettings
from adapters.file.source import FileSource
from bridge.clock import FixedClock
from bridge.contracts import Surroundings
from tests.conformance.harness import Cannot, Repair

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.conformance.harness import Trouble

MAPPING = {
    "id": {"from": "nr"},
    "author.handle": {"from": "who"},
    "sent_at": {"from": "when", "parse_time": "%d.%m.%Y %H:%M", "zone": "Europe/Berlin"},
    "text": {"from": "what", "html_unescape": True},
    "answers": {"from": "re", "split": ","},
}
ROWS = (
    ("1", "anna_p", "02.03.2026 08:15", "Mein Paket fehlt &amp; niemand antwortet", ""),
    ("2", "omar77", "02.03.2026 08:16", "Same here, since\nMonday", "1"),
    ("3", "anna_p", "02.03.2026 09:00", "Hallo?", "1"),
    ("4", "lu_lu", "02.03.2026 09:30", "Super Laden! 😍", ""),
    ("5", "omar77", "02.03.2026 10:00", "مرحبا, any news?", "2,1"),
    ("6", "jo", "02.03.2026 10:05", 'He said "soon"', "5"),
)


class Harness:
    """An export that somebody else writes to."""

    secrets = ()

    def __init__(self, folder: Path) -> None:
        """Write the export."""
        self.clock = FixedClock(datetime(2026, 3, 2, 12, 0, tzinfo=UTC))
        self._path = folder / "export.csv"
        self._ids: list[str] = []
        self._path.write_text("nr,who,when,what,re\n", encoding="utf-8")
        for row in ROWS:
            self._append(row)
        settings = FileSettings(path="export.csv", network="x", mapping=MAPPING, page_size=2)
        self.source = FileSource.connect(settings, Surroundings("shop", folder, self.clock))

    @property
    def keys(self) -> frozenset[str]:
        """Return the keys of all readable rows."""
        return frozenset(f"x//{native_id}" for native_id in self._ids)

    def since(self) -> tuple[datetime, frozenset[str]]:
        """Return a time between the rows."""
        return datetime(2026, 3, 2, 8, 45, tzinfo=UTC), frozenset({"x//5", "x//6"})

    def grow(self) -> frozenset[str]:
        """Add a row."""
        number = str(len(self._ids) + 100)
        self._append((number, "mia", "02.03.2026 11:00", "Ich auch!", "1"))
        return frozenset({f"x//{number}"})

    def stand_still(self) -> None:
        """Refuse: the cursor is made of what was read."""
        reason = "a file has no far side that could hand out cursors"
        raise Cannot(reason)

    def plant_unknown(self) -> str:
        """Refuse: rows have no kinds."""
        reason = "all rows of a file are of one kind"
        raise Cannot(reason)

    def plant_broken(self) -> None:
        """Add a row without id, an impossible date and a good row."""
        with self._path.open("a", encoding="utf-8") as file:
            file.write(",jo,02.03.2026 11:30,no id,\n,,\n77,jo,31.02.2026 11:30,no such day,\n")
        self.grow()

    def repair(self) -> Repair:
        """Return the row whose date was impossible."""
        fields = {"nr": "77", "who": "jo", "when": "28.02.2026 11:30", "what": "no such day", "re": ""}
        return Repair(fields=fields, where="export.csv:12", key="x//77")

    def provoke(self, trouble: Trouble) -> None:
        """Refuse: files have neither limits nor sign-in."""
        reason = f"a file cannot play {trouble.name.lower()}"
        raise Cannot(reason)

    def _append(self, row: tuple[str, ...]) -> None:
        with self._path.open("a", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerow(row)
        self._ids.append(row[0])


@contextmanager
def source(folder: Path) -> Iterator[Harness]:
    """Yield the export and its source."""
    yield Harness(folder)
