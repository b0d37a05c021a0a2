"""A brand's week goes into the CRM once, however grown that is; an answer finds its way back; nobody is mailed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from bridge.errors import Exit
from config.demo import write_project
from tests.weeks.crm import NAME, Crm, holding
from tests.weeks.office import Office, connect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from bridge.clock import ShiftedClock

ANSWER = "Ein neuer Router geht heute raus. ^Mia"
HER_TWEET = "Router kam kaputt"


@pytest.fixture(params=[False, True], ids=["plain", "hostile"])
def crm(request: pytest.FixtureRequest, make: Callable[..., Crm]) -> Crm:
    """Open the CRM, friendly or grown."""
    return make(grown=request.param)


@pytest.fixture
def office(crm: Crm, clock: ShiftedClock, tmp_path: Path) -> Iterator[Office]:
    """Set up the demonstration's project beside the CRM, as the CRM's page says."""
    folder = tmp_path / "week"
    write_project(folder, clock.now())
    with crm.serving() as address:
        connect(folder, crm.target(address))
        crm.adapt(folder)
        yield Office(folder, clock, dict(crm.secrets))


def answers(folder: Path) -> list[str]:
    """Return what was handed over for the networks."""
    lines = [line for file in (folder / "outbox").glob("*.jsonl") for line in file.read_text("utf-8").splitlines()]
    return [json.loads(line)["text"] for line in lines]


def problems(office: Office) -> list[str]:
    """Return what ``check`` objects to in the CRM."""
    found = office.ask("check", "--prepare")
    return [one["text"] for one in found if not one["ok"] and one["connection"] == NAME]


def test_a_week_is_delivered_once_answered_and_verified(office: Office, crm: Crm) -> None:
    assert all("reading once a minute" in problem for problem in problems(office))
    office.run("mapping", "check", expect=lambda code: code == Exit.OK)
    office.settle()
    if crm.vanished:
        refused = office.deliveries(state="refused", thing="case")
        assert refused
        assert all(one["field"] == crm.vanished and crm.vanished in one["reason"] for one in refused)
        crm.adapt_again(office.folder)
        office.run("deliveries", "retry", "--where", "state=refused", "--where", "thing=case")
        office.settle()
    set_aside = office.deliveries(state="refused")
    assert {one["thing"] for one in set_aside} <= {"person"}, set_aside
    assert all("there already" in one["reason"] for one in set_aside), set_aside
    office.balances()

    written = list(crm.writes())
    office.later(minutes=5)
    office.run("sync")
    assert crm.writes() == written
    assert crm.mailed() == []

    crm.answer(holding(crm, HER_TWEET).id, ANSWER)
    for _ in range(4):
        office.sync()
    office.settle()
    assert answers(office.folder) == [ANSWER]
    assert holding(crm, HER_TWEET).answered.startswith("Your answer was sent in private on whatsapp")
    assert crm.mailed() == []
    office.balances()
