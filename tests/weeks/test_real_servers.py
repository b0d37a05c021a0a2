"""The same week on real ticket tools: delivered once, answered, verified, and nobody mailed; and what only they can show."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bridge.errors import Exit
from config.demo import write_project
from tests import project
from tests.servers import shared
from tests.weeks.feed import mail, say
from tests.weeks.office import Office, connect, read_only
from tests.weeks.test_week import ANSWER, answers, problems
from tests.weeks.tools import Ahead, Helpdesk, Tracker

if TYPE_CHECKING:
    from pathlib import Path

    from tests.weeks.tools import Tool

pytestmark = pytest.mark.real
YOU = "you+canary@house.example"
EVERY = ("crm", "x", "facebook", "instagram", "whatsapp", "mail", "phone", "reviews")
SOME = ("crm", "whatsapp")
HER_MESSAGE = "Der neue Router ist da"


@pytest.fixture(params=["request_tracker", "django_helpdesk"])
def tool(request: pytest.FixtureRequest) -> Tool:
    """Empty one tool after the other."""
    made: Tool = (
        Tracker(shared.request_tracker()) if request.param == "request_tracker" else Helpdesk(shared.django_helpdesk())
    )
    made.server.reset()
    return made


@pytest.fixture
def office(tool: Tool, tmp_path: Path) -> Office:
    """Set up the demonstration's project beside the tool, as its page says."""
    folder, clock = tmp_path / "week", Ahead(tool.server)
    write_project(folder, clock.now())
    connect(folder, tool.target.format(url=tool.server.url))
    return Office(folder, clock, {"TOOL_TOKEN": tool.server.tokens["casebridge"]})


@pytest.mark.parametrize("sources", [SOME, pytest.param(EVERY, marks=pytest.mark.soak)], ids=["short", "long"])
def test_a_week_is_delivered_once_answered_and_verified(office: Office, tool: Tool, sources: tuple[str, ...]) -> None:
    read_only(office.folder, *sources)
    assert problems(office) == []
    office.run("mapping", "check", expect=lambda code: code == Exit.OK)
    office.settle()
    assert [one["reason"] for one in office.deliveries(state="refused")] == []
    office.balances()

    written = tool.stands()
    office.later(minutes=5)
    office.run("sync", expect=lambda code: code == Exit.OK)
    assert tool.stands() == written
    assert tool.server.mails() == []

    tool.answer(tool.holding(HER_MESSAGE), ANSWER)
    for _ in range(4):
        office.sync()
    office.settle()
    assert answers(office.folder) == [ANSWER]
    assert tool.answered(tool.holding(HER_MESSAGE)).startswith("Your answer was sent in private on whatsapp")
    assert tool.server.mails() == []
    office.balances()


def test_a_canary_shows_that_nobody_is_mailed_and_leaves_nothing(office: Office, tool: Tool) -> None:
    flown = office.run("check", "--canary", YOU, expect=lambda code: code == Exit.OK)
    told = [line for line in flown.splitlines() if "canary: " in line]
    for step in ("was created", "internal note was written", "was closed", "opened again", "answered in public"):
        assert any(step in line for line in told), (step, told)
    assert tool.tickets() == {}
    assert tool.server.mails() == []


def test_what_a_ticket_of_an_old_connector_names_lands_there_and_its_agents_keep_it(tool: Tool, tmp_path: Path) -> None:
    folder, clock = project.write_project(tmp_path / "cutover"), Ahead(tool.server)
    connect(folder, tool.target.format(url=tool.server.url))
    office = Office(folder, clock, {"TOOL_TOKEN": tool.server.tokens["casebridge"]})
    link, her, said = "https://forum.example/posts/17", "mara.voss@example.org", "Does nobody answer here?"
    say(office, "nobody")
    theirs = tool.opened("Forum: Mara Voss", f"Router dead. {link}", her)
    before, mailed = tool.tickets(), tool.server.mails()
    office.sync()
    say(office, "monday", mail(office, "17", her, said, permalink=link))
    office.settle()
    assert tool.holding(said) == theirs
    assert tool.tickets() == before
    assert tool.server.mails() == mailed
    office.balances()
