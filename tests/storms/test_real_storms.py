"""On a real Request Tracker: calls are lost, it is killed over them, the program is killed, too, and all stands once."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from bridge.clock import SystemClock
from tests.servers import program, request_tracker
from tests.storms.hurried import Hurried
from tests.storms.request_tracker import Tracker
from tests.storms.test_storms import SEED, Scale, all_stands_in_the_end

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.postgres import Server
    from tests.servers.request_tracker import RequestTracker

pytestmark = pytest.mark.real

FACTOR = 20
"""How much faster than the machine's the clock of the story runs; it is put forward only when no call is under way."""
BRIEF = Scale(people=16, waves=4, kills=0.8, patience=1.5)
LONG = Scale(people=120, waves=20, kills=0.6, patience=5.0)


@pytest.fixture
def server() -> Iterator[RequestTracker]:
    """Start a server of the test's own, because it is killed."""
    try:
        with request_tracker.running(SystemClock().now()) as started:
            yield started
    except program.NotInstalledError as missing:
        pytest.skip(str(missing))


def storm(server: RequestTracker, scale: Scale, folder: Path, *, store: str = "", workers: int = 0) -> str:
    """Let the storm blow; return what happened."""
    tracker = Tracker(Hurried(FACTOR), SEED, server)
    said = all_stands_in_the_end(tracker, scale, folder, store=store, workers=workers)
    assert tracker.kills > 1
    assert tracker.faults.drawn["reset_after"] > 1
    return f"{said}; the server was killed {tracker.kills} times"


@pytest.mark.parametrize("scale", [BRIEF, pytest.param(LONG, marks=pytest.mark.soak)], ids=["brief", "long"])
def test_all_stands_once_though_server_and_program_are_killed(
    server: RequestTracker, scale: Scale, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = storm(server, scale, tmp_path / "project")
    with capsys.disabled():
        sys.stdout.write(f"\n{said}\n")


@pytest.mark.postgres
@pytest.mark.parametrize("scale", [BRIEF, pytest.param(LONG, marks=pytest.mark.soak)], ids=["brief", "long"])
def test_two_workers_of_one_store_double_nothing(
    server: RequestTracker,
    scale: Scale,
    tmp_path: Path,
    postgres_server: Server,
    capsys: pytest.CaptureFixture[str],
) -> None:
    database = postgres_server.create()
    said = storm(server, scale, tmp_path / "project", store=postgres_server.url(database), workers=1)
    postgres_server.drop(database)
    with capsys.disabled():
        sys.stdout.write(f"\n{said}, beside a second worker\n")
