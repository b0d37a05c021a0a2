"""A target that takes only so much a minute: one sync goes on minute by minute, and gives up where nothing moves."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from adapters.memory.settings import MemoryTargetSettings
from adapters.memory.target import MemoryTarget
from bridge.clock import FixedClock
from bridge.contracts import Surroundings
from bridge.engine import sync
from bridge.errors import Exit, RateLimited
from bridge.runs import SyncOptions
from cli import compose
from tests.project import put, write_project

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from bridge.nouns import Outcome, Record
    from bridge.runs import RunReport

MINUTE = timedelta(minutes=1)


class Sparing(MemoryTarget):
    """Takes some records a minute."""

    most = 4
    live_by_nature = False

    def write(self, object_name: str, records: Sequence[Record]) -> list[Outcome]:
        """Write what this minute has room for, or say when the next begins."""
        now = self.crm.clock.now()
        self.asked = getattr(self, "asked", 0) + 1
        begun, count = getattr(self, "minute", (now, 0))
        begun, count = (begun, count) if now < begun + MINUTE else (now, 0)
        if count + len(records) > self.most:
            message = "So much for this minute."
            raise RateLimited(message, retry_after=(begun + MINUTE - now).total_seconds())
        self.minute = (begun, count + len(records))
        return super().write(object_name, records)


def synced(folder: Path, most: int) -> tuple[RunReport, Sparing]:
    """Deliver the words of ten people in one sync."""
    write_project(folder)
    said = [{"id": str(n), "text": "Why is it late?", "author": {"id": f"u{n}"}} for n in range(10)]
    put(folder, "1.jsonl", [each | {"sent_at": "2026-03-01T10:00:00Z"} for each in said])
    clock = FixedClock(datetime(2026, 3, 2, 9, 0, tzinfo=UTC))
    with closing(compose(folder, clock)) as app:
        target = Sparing.connect(MemoryTargetSettings(batch=2), Surroundings("crm", folder, clock))
        target.most = most
        crm = replace(app.targets["desk"], name="crm", target=target)
        syncs = {name: replace(each, targets=("crm",)) for name, each in app.syncs.items()}
        return sync(replace(app, targets={"crm": crm}, syncs=syncs), None, SyncOptions()), target


def test_a_sync_goes_on_with_each_minute(tmp_path: Path) -> None:
    report, target = synced(tmp_path / "project", most=4)
    assert report.counts["crm"]["created"] == 30
    assert report.exit_code is Exit.OK
    assert report.problems == []
    assert target.crm.clock.now() > datetime(2026, 3, 2, 9, 5, tzinfo=UTC)


def test_a_sync_ends_where_no_minute_brings_anything(tmp_path: Path) -> None:
    report, target = synced(tmp_path / "project", most=0)
    assert report.exit_code is Exit.UNREACHABLE
    assert "left alone until" in report.problems[0]
    assert target.asked <= 2
