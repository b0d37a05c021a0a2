"""The file source and its outbox for the conformance suite: an export of an invented shop."""

from __future__ import annotations

import csv
import json
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from adapters.file.publisher import FilePublisher
from adapters.file.settings import FileSettings
from adapters.file.source import FileSource
from bridge.clock import FixedClock
from bridge.contracts import Surroundings
from bridge.nouns import Action, ActionKind
from tests.conformance.harness import Cannot, Post, Repair, Trouble

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

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


class OutboxHarness:
    """An export with an outbox beside it."""

    secrets = ()

    def __init__(self, folder: Path) -> None:
        """Connect a publisher to an outbox that is not there yet."""
        self.clock = FixedClock(datetime(2026, 3, 2, 12, 0, tzinfo=UTC))
        self._surroundings = Surroundings("shop", folder, self.clock)
        self._path = folder / "out" / "answers.jsonl"
        self.publisher = self._publisher("out/answers.jsonl")
        self._keys = 0

    def action(self, text: str) -> Action:
        """Return an answer to a post."""
        self._keys += 1
        return Action(
            key=f"cb1-{self._keys}",
            kind=ActionKind.REPLY,
            connection="shop",
            network="x",
            scope="",
            reply_to="2",
            recipient="@omar77",
            public=True,
            text=text,
        )

    def ineligible(self) -> list[Action]:
        """Return what is too long, no answer, to nobody, or to a caller."""
        action = self.action("We are on it.")
        return [
            replace(action, text="x" * 281),
            replace(action, kind=ActionKind.HIDE),
            replace(action, reply_to=""),
            replace(action, network="phone"),
        ]

    def posts(self) -> list[Post]:
        """Read the outbox as whoever brings the answers to the network would."""
        if self._path.is_dir():
            self._path.rmdir()
        if not self._path.exists():
            return []
        lines = map(json.loads, self._path.read_text(encoding="utf-8").splitlines())
        return [Post(line["id"], line["text"], line["answers"][0]) for line in lines]

    def provoke(self, trouble: Trouble) -> None:
        """Let a folder stand where the outbox is wanted, until somebody looks; refuse what no file can play."""
        if trouble is not Trouble.UNREACHABLE:
            reason = f"a file cannot play {trouble.name.lower()}"
            raise Cannot(reason)
        self._path.mkdir(parents=True)

    def _publisher(self, outbox: str) -> FilePublisher:
        settings = FileSettings(path="export.csv", network="x", outbox=outbox)
        return FilePublisher.beside(FileSource.connect(settings, self._surroundings))


@contextmanager
def source(folder: Path) -> Iterator[Harness]:
    """Yield the export and its source."""
    yield Harness(folder)


@contextmanager
def publisher(folder: Path) -> Iterator[OutboxHarness]:
    """Give an outbox in which nothing stands."""
    yield OutboxHarness(folder)
