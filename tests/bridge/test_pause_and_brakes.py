"""Pauses work while a sync runs; both brakes stop what nobody announced; nothing is lost, and the sentence says how to go on."""

from __future__ import annotations

import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from adapters.memory.settings import MemoryTargetSettings
from bridge import brakes
from bridge.app import Brakes, TargetSetup
from bridge.brakes import COLLECT, DELIVER, PUBLISH
from bridge.contracts import Surroundings
from bridge.engine import sync
from bridge.errors import Exit
from bridge.ledger import ledger
from bridge.runs import SyncOptions
from bridge.store import schema
from bridge.store.store import Store
from bridge.verify import verify
from cli import compose
from tests.bridge.outbox.world import LiveMemoryTarget, mappings
from tests.forest import forest
from tests.project import ROOT, put, write_project
from tests.shop import Shop, make_shop

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from bridge.app import App
    from bridge.nouns import Outcome, Record
    from bridge.runs import RunReport

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


class WatchedTarget(LiveMemoryTarget):
    """Somebody's workplace, where somebody pauses delivering during the second call."""

    calls = 0
    pauses_in: Store | None = None

    def write(self, object_name: str, records: Sequence[Record]) -> list[Outcome]:
        """Write, and while that takes place let the pause come from elsewhere."""
        self.calls += 1
        outcomes = super().write(object_name, records)
        if self.calls == 2 and self.pauses_in is not None:
            brakes.pause(self.pauses_in, DELIVER, "crm", by="Ann", reason="maintenance", now=self.crm.clock.now())
        return outcomes


@contextmanager
def crm_app(folder: Path, **limits: int) -> Iterator[App]:
    """Compose a project whose desk is replaced by a CRM in memory, which is somebody's workplace."""
    app = compose(folder)
    settings = MemoryTargetSettings(batch=10)
    target = WatchedTarget.connect(settings, Surroundings("crm", folder, app.clock))
    setup = TargetSetup(name="crm", target=target, mappings=mappings(), brakes=Brakes(**limits))
    syncs = {"all": replace(app.syncs["all"], targets=("crm",))}
    yield replace(app, targets={"crm": setup}, syncs=syncs)
    app.close()


def _said(number: int) -> list[dict[str, object]]:
    return [
        {
            "id": str(one),
            "network": "x",
            "text": f"Where is my parcel {one}?",
            "sent_at": "2026-03-02T08:00:00Z",
            "author": {"id": f"u{one}"},
        }
        for one in range(number)
    ]


def _sync(app: App, *, accept: int | None = None) -> RunReport:
    return sync(app, None, SyncOptions(accept=accept))


def _cases(app: App) -> int:
    target = app.targets["crm"].target
    assert isinstance(target, WatchedTarget)
    return sum(row.object == "Case" for row in target.crm.rows.values())


def _is_whole(app: App) -> None:
    for name in app.targets:
        assert verify(app, name).ok
    report = ledger(app)
    assert report.balanced
    assert all("waiting" not in line.parts for line in report.targets), report


def test_collecting_stops_after_the_page_in_which_it_is_paused_and_goes_on_behind_it(tmp_path: Path) -> None:
    folder = write_project(tmp_path / "project")
    project = folder / "casebridge.yaml"
    project.write_text(project.read_text().replace("account: brand", "account: brand\n    page_size: 10"))
    put(folder, "all.jsonl", _said(50))
    app = compose(folder)
    read: list[int] = []

    def somebody_pauses(step: str, _name: str, count: int) -> None:
        if step == "collect":
            read.append(count)
            if len(read) == 3:
                brakes.pause(app.store, COLLECT, "", by="Ann", reason="", now=app.clock.now())

    report = sync(app, None, SyncOptions(progress=somebody_pauses))
    assert read == [10, 10, 10]
    again = _sync(app)
    assert again.exit_code == Exit.HALTED
    assert "Collecting from feed is paused. Go on with: casebridge resume collect" in again.problems[0]
    brakes.resume(app.store, COLLECT, "")
    assert _sync(app).exit_code == Exit.OK
    assert report.counts["feed"]["new"] == 30
    assert ledger(app).sources[0].parts == {"new": 50, "repeated": 0, "quarantined": 0}
    _is_whole(app)
    app.close()


def test_delivering_stops_after_the_batch_in_which_it_is_paused_and_nothing_is_lost(tmp_path: Path) -> None:
    folder = write_project(tmp_path / "project")
    put(folder, "all.jsonl", _said(50))
    with crm_app(folder) as app:
        target = app.targets["crm"].target
        assert isinstance(target, WatchedTarget)
        target.pauses_in = Store(app.store.url.render_as_string(hide_password=False))
        report = _sync(app)
        target.pauses_in.close()
        assert (report.exit_code, target.calls) == (Exit.HALTED, 2)
        assert any("maintenance" in problem for problem in report.problems)
        with app.store.read() as connection:
            flying = select(func.count()).where(schema.delivery.c.state == "sending")
            assert connection.execute(flying).scalar_one() == 0
        assert _sync(app).exit_code == Exit.HALTED
        assert target.calls == 2
        brakes.resume(app.store, DELIVER, "crm")
        assert _sync(app).exit_code == Exit.OK
        assert _cases(app) == 50
        _is_whole(app)


def test_a_pause_from_another_process_stops_a_running_sync_and_resuming_ends_it(tmp_path: Path) -> None:
    folder = write_project(tmp_path / "project")
    put(folder, "all.jsonl", forest(3_000, 600))
    program = [sys.executable, "-c", "from cli import run; run()", "--project", str(folder), "sync"]
    running = subprocess.Popen(program, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    app = compose(folder)
    while running.poll() is None and not _delivered(app):
        time.sleep(0.05)
    brakes.pause(app.store, DELIVER, "", by="Ann", reason="", now=app.clock.now())
    _, said = running.communicate(timeout=120)
    assert running.returncode == Exit.HALTED, said
    assert "Ann" in said
    some = _delivered(app)
    assert _sync(app).exit_code == Exit.HALTED
    assert _delivered(app) == some
    brakes.resume(app.store, DELIVER, "")
    assert _sync(app).exit_code == Exit.OK
    assert _delivered(app) > some
    _is_whole(app)
    app.close()


def _delivered(app: App) -> int:
    with app.store.read() as connection:
        return connection.execute(select(func.count()).where(schema.delivery.c.delivered_version > 0)).scalar_one()


def test_a_flood_of_cases_trips_the_brake_while_reading_goes_on(tmp_path: Path) -> None:
    folder = write_project(tmp_path / "project")
    put(folder, "a.jsonl", _said(5))
    with crm_app(folder, cases_per_hour=3) as app:
        report = _sync(app)
        assert (report.exit_code, _cases(app)) == (Exit.HALTED, 3)
        (problem,) = report.problems
        assert "More than 3 new cases within an hour would go to crm; 2 wait." in problem
        assert "casebridge resume deliver crm --accept 2" in problem
        put(folder, "b.jsonl", _said(7))
        report = _sync(app)
        assert (report.exit_code, report.counts["feed"]["new"], _cases(app)) == (Exit.HALTED, 2, 3)
        assert _sync(app, accept=4).exit_code == Exit.OK
        assert _cases(app) == 7
        _is_whole(app)


def test_an_import_that_was_announced_with_its_count_is_no_flood(tmp_path: Path) -> None:
    folder = write_project(tmp_path / "project")
    put(folder, "a.jsonl", _said(8))
    with crm_app(folder, cases_per_hour=3) as app:
        assert _sync(app, accept=5).exit_code == Exit.OK
        assert _cases(app) == 8
        put(folder, "b.jsonl", _said(9))
        assert _sync(app).exit_code == Exit.HALTED


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    """Give a project whose answers are published, three an hour."""
    shop = make_shop(tmp_path / "project", publish=True)
    with (shop.folder / "casebridge.yaml").open("a") as project:
        project.write("brakes: {answers_per_hour: 3}\n")
    shop.say(*"abcdef", name="all")
    shop.sync()
    shop.sync()
    return shop


def _answer_all(shop: Shop, texts: Sequence[str]) -> RunReport:
    for native_id, text in zip("abcdef", texts, strict=False):
        shop.answer(native_id, text)
    shop.sync()
    shop.clock.forward(2 * MINUTE)
    return shop.sync()


def test_more_answers_than_usual_trip_the_brake_and_go_on_when_accepted(shop: Shop) -> None:
    report = _answer_all(shop, [f"Answer {number}" for number in range(5)])
    assert report.exit_code == Exit.HALTED
    assert len(shop.sent()) == 3
    (problem,) = [each for each in report.problems if "answers within an hour" in each]
    assert "3 answers within an hour on feed; 2 wait." in problem
    assert "casebridge resume publish feed --accept 2" in problem
    assert shop.sync().exit_code == Exit.HALTED
    with shop.app() as app:
        brakes.resume(app.store, PUBLISH, "feed", accept=2)
    assert shop.sync().exit_code == Exit.OK
    assert sorted(shop.sent()) == [f"Answer {number}" for number in range(5)]


def test_after_an_hour_the_brake_gives_room_again(shop: Shop) -> None:
    _answer_all(shop, [f"Answer {number}" for number in range(5)])
    shop.clock.forward(HOUR)
    with shop.app() as app:
        brakes.resume(app.store, PUBLISH, "feed")
    assert shop.sync().exit_code == Exit.OK
    assert len(shop.sent()) == 5


def test_the_third_of_three_identical_texts_trips_the_brake(shop: Shop) -> None:
    report = _answer_all(shop, ["Please restart it."] * 3)
    assert report.exit_code == Exit.HALTED
    assert shop.sent().count("Please restart it.") == 2
    assert any("3 identical texts within an hour on feed; 1 wait." in problem for problem in report.problems)
    with shop.app() as app:
        brakes.resume(app.store, PUBLISH, "feed", accept=1)
    assert shop.sync().exit_code == Exit.OK
    assert shop.sent().count("Please restart it.") == 3


def test_a_pause_of_publishing_holds_answers_until_it_ends(shop: Shop) -> None:
    with shop.app() as app:
        brakes.pause(app.store, PUBLISH, "feed", by="Ann", reason="", now=app.clock.now())
    report = _answer_all(shop, ["Answer"])
    assert (report.exit_code, shop.sent()) == (Exit.HALTED, [])
    assert any("Ann" in problem for problem in report.problems)
    with shop.app() as app:
        brakes.resume(app.store, PUBLISH, "feed")
    assert shop.sync().exit_code == Exit.OK
    assert shop.sent() == ["Answer"]
