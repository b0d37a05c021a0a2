"""After each run people are told what is wrong and what is over, and a dead man's switch that the run was good."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from bridge import brakes
from bridge.errors import Exit
from bridge.store import schema
from cli import compose
from tests.fakes.serving import running

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from starlette.requests import Request
    from typer.testing import Result

ALERTS = """\
alerts:
  to:
    ops: {type: webhook, url: "${OPS_URL}"}
    team: {type: slack, url: "${TEAM_URL}"}
  heartbeat: ${HEARTBEAT_URL}
"""


@dataclass
class Office:
    """Whom the project tells."""

    told: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: {"ops": [], "team": []})
    beats: int = 0

    def app(self) -> Starlette:
        """Return what listens."""
        tell, beat = Route("/{who}", self._tell, methods=["POST"]), Route("/beat", self._beat)
        return Starlette(routes=[beat, tell])

    async def _tell(self, request: Request) -> Response:
        self.told[request.path_params["who"]].append(await request.json())
        return Response()

    async def _beat(self, _: Request) -> Response:
        self.beats += 1
        return Response()


@pytest.fixture
def office(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    """Return an office whom the project tells of alarms."""
    made = Office()
    with running(made.app()) as url:
        for name, path in (("OPS_URL", "ops"), ("TEAM_URL", "team"), ("HEARTBEAT_URL", "beat")):
            monkeypatch.setenv(name, f"{url}/{path}")
        file = folder / "casebridge.yaml"
        file.write_text(file.read_text() + ALERTS)
        yield made


@contextmanager
def braked(folder: Path) -> Iterator[None]:
    """Let a brake stop deliveries to the desk for a while."""
    app = compose(folder)
    words = "300 new cases within an hour; 300 wait. If they are wanted: casebridge resume deliver desk --accept 300"
    brakes.pause(app.store, brakes.DELIVER, "desk", by=brakes.BRAKE, reason=words, now=app.clock.now())
    yield
    brakes.resume(app.store, brakes.DELIVER, "desk")
    app.close()


def test_an_alarm_is_told_once_everywhere_and_its_end(folder: Path, run: Callable[..., Result], office: Office) -> None:
    with braked(folder):
        for _ in range(2):
            assert run("sync").exit_code == Exit.HALTED
        (raised,) = office.told["ops"]
        what, since, following = raised["text"].split("\n")
        assert (raised["severity"], raised["state"]) == ("critical", "raised")
        assert raised["title"] == "Casebridge: 300 new cases within an hour; 300 wait."
        assert what == "300 new cases within an hour; 300 wait."
        assert since.startswith("Since ")
        assert since.endswith(("customers wait.", "One customer waits."))
        assert following == "Next: if they are wanted: casebridge resume deliver desk --accept 300"
    assert run("sync").exit_code == Exit.OK
    assert [each["state"] for each in office.told["ops"]] == ["raised", "recovered"]
    assert [each["text"].split(" ")[0] for each in office.told["team"]] == [":rotating_light:", ":white_check_mark:"]


def test_the_heart_beats_after_good_runs_only(folder: Path, run: Callable[..., Result], office: Office) -> None:
    with braked(folder):
        run("sync")
        assert office.beats == 0
    run("sync")
    assert office.beats == 1


def test_an_alarm_is_listed_taken_on_and_gone(
    folder: Path, run: Callable[..., Result], ask: Callable[..., Any], office: Office
) -> None:
    with braked(folder):
        run("sync")
        (row,) = ask("alerts", "list")
        assert (row["severity"], row["acked_by"]) == ("critical", "")
        assert "casebridge resume deliver desk --accept 300" in row["words"]
        assert run("alerts", "ack", f"W-{row['id']}", "--by", "anna").exit_code == 0
        assert ask("alerts", "list")[0]["acked_by"] == "anna"
        assert run("alerts", "ack", "W-77").exit_code == Exit.CONFIG
    run("sync")
    assert ask("alerts", "list") == []
    (row,) = ask("alerts", "list", "--ended")
    assert row["ended_at"]
    assert len(office.told["ops"]) == 2


def test_a_test_reaches_everybody_and_says_who_is_not_reached(
    run: Callable[..., Result], ask: Callable[..., Any], office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("alerts", "test").exit_code == 0
    assert office.told["ops"][0]["text"] == "This is a test: nothing is wrong."
    monkeypatch.setenv("TEAM_URL", "http://127.0.0.1:9/hush-hush")
    failed = run("alerts", "test")
    assert failed.exit_code == Exit.UNREACHABLE
    assert "hush" not in failed.output
    rows = {row["channel"]: row["ok"] for row in ask("alerts", "test")}
    assert rows == {"ops": True, "team": False}


def test_who_cannot_be_told_hides_no_other_trouble(
    folder: Path, run: Callable[..., Result], office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEAM_URL", "http://127.0.0.1:9/hush-hush")
    with braked(folder):
        ended = run("sync")
    assert ended.exit_code == Exit.HALTED
    assert "alerts: team: it cannot be reached: ConnectError." in ended.output
    assert len(office.told["ops"]) == 1


def test_alarms_that_fail_by_themselves_spoil_no_run(
    folder: Path, run: Callable[..., Result], office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bridge.alarms.round.alarms", _broken)
    ended = run("sync")
    assert ended.exit_code == Exit.OWN_FAULT
    assert "alerts: ValueError: a fault of ours" in ended.output
    app = compose(folder)
    with app.store.read() as connection:
        assert connection.execute(schema.run.select()).one().exit_code == Exit.OWN_FAULT
    app.close()
    assert office.beats == 0


def _broken(_: object) -> None:
    message = "a fault of ours"
    raise ValueError(message)
