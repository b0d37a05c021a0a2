"""The storm itself: messages come in while the program runs, is killed and runs again, until all is quiet."""

from __future__ import annotations

import shutil
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from bridge.errors import Exit
from bridge.outbox.predicates import OPEN
from bridge.store import schema
from bridge.store.store import Store
from tests.project import begin, ended, fork, put
from tests.source_tree import ROOT
from tests.storms.worker import work

if TYPE_CHECKING:
    import random
    from collections.abc import Mapping, Sequence
    from multiprocessing.context import ForkServerProcess
    from pathlib import Path

    from tests.project import Ended
    from tests.storms.crm import Crm
    from tests.storms.story import Story

PROJECT = """\
organisation: acme
environment: test
store: {store}
sources:
  feed: {{type: file, path: 'inbox/*.jsonl'}}
targets:
  crm:
    mode: live
    persons: create
    brakes: {{cases_per_hour: 1000000}}
{target}
triage: triage.yaml
"""
ENDS = frozenset({Exit.OK, Exit.SET_ASIDE, Exit.CREDENTIALS, Exit.UNREACHABLE, Exit.HALTED})
"""How a run may end in bad weather: a 401 looks like a revoked key where a key cannot be renewed."""
MOST_RUNS = 150
"""So many runs after the last message must be enough."""
PAUSE = timedelta(minutes=2)
"""Between two runs, by the clock of the story."""
LONG_PAUSE = timedelta(minutes=20)
"""The same once all is said: longer than any back-off, so that whatever failed is due again."""
DAY = timedelta(hours=25)
TO_SPEND = 20
"""Calls of a day that the neighbour leaves to us."""
ON_A_SPENT_DAY = 3
"""Waves that come in on that day."""
MINUTE = 60


@dataclass(slots=True)
class Storm:
    """One project in a storm."""

    folder: Path
    store: str
    crm: Crm
    chance: random.Random
    patience: float
    """Seconds after which a run is killed at the latest, if it is to be killed."""
    kills: float
    """How probable it is that a run is to be killed."""
    workers: int = 0
    """Further processes that deliver beside each run."""
    did: Counter[str] = field(default_factory=Counter)

    def blow(self, story: Story) -> None:
        """Let everything come in, wave by wave, then run until all is quiet."""
        for name in story.files.values():
            (self.folder / "inbox" / name).write_text(f"What {name} shows.", encoding="utf-8")
        half = len(story.waves) // 2
        self._come_in(story.waves[:half])
        self.crm.neighbour_uses(self.crm.share - self.crm.used - TO_SPEND)
        self._come_in(story.waves[half : half + ON_A_SPENT_DAY])
        self.crm.forward(DAY)
        self._come_in(story.waves[half + ON_A_SPENT_DAY :])
        self.quiet()

    def _come_in(self, waves: Sequence[Sequence[Mapping[str, Any]]]) -> None:
        for wave in waves:
            self.did["waves"] += 1
            put(self.folder, f"{self.did['waves']:04d}.jsonl", wave)
            self.run()

    def quiet(self) -> None:
        """Run until nothing is on its way."""
        for _ in range(MOST_RUNS):
            self.run(LONG_PAUSE)
            if not self.open():
                return
        pending = self.casebridge("deliveries", "list", "--limit", "20").output
        message = f"after {MOST_RUNS} runs there is still {self.open()}:\n{pending}"
        raise AssertionError(message)

    def run(self, after: timedelta = PAUSE) -> None:
        """Sync once, and maybe kill it in the midst."""
        self.crm.forward(after)
        clock = replace(self.crm.clock)
        process = begin(self.folder, "sync", clock=clock, **self.crm.secrets)
        workers = [fork(work, self.folder, clock, self.crm.secrets) for _ in range(self.workers)]
        self.did["runs"] += 1
        if self.chance.random() < self.kills:
            process.join(self.chance.uniform(0.05, self.patience))
            for each in (process, *workers):
                self._kill(each)
            return
        done = ended(self.folder, process)
        assert done.returncode in ENDS, done.output
        for each in workers:
            each.join(MINUTE)
            assert each.exitcode == 0

    def _kill(self, process: ForkServerProcess) -> None:
        self.did["killed"] += process.is_alive()
        process.kill()
        process.join()
        process.close()

    def open(self) -> dict[str, int]:
        """Return how many records are on their way, by state."""
        state = schema.delivery.c.state
        store = Store(self.store)
        with store.read() as connection:
            rows = connection.execute(select(state, func.count()).where(OPEN).group_by(state)).all()
        store.close()
        return {row[0]: row[1] for row in rows}

    def casebridge(self, *words: str) -> Ended:
        """Run a command to its end."""
        return ended(self.folder, begin(self.folder, *words, clock=replace(self.crm.clock), **self.crm.secrets))


def settle_in(folder: Path, crm: Crm, url: str, store: str = "") -> str:
    """Write a project that reads files and delivers into an organisation; returns the address of its store."""
    store = store or f"sqlite:///{folder}/casebridge.db"
    (folder / "inbox").mkdir(parents=True)
    target = crm.target.replace("{url}", url)
    (folder / "casebridge.yaml").write_text(PROJECT.format(store=store, target=target), encoding="utf-8")
    shutil.copy(ROOT / "config" / "starter" / "triage.yaml", folder / "triage.yaml")
    mappings = folder / "mappings" / "crm"
    mappings.mkdir(parents=True)
    for name, text in crm.mappings.items():
        (mappings / f"{name}.yaml").write_text(text, encoding="utf-8")
    return store
