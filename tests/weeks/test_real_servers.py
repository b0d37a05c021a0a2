"""The same week on real ticket tools: delivered once, answered, verified, and nobody mailed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

import pytest

from bridge.clock import ShiftedClock
from bridge.errors import Exit
from config.demo import write_project
from tests.servers import shared
from tests.weeks.office import Office, connect
from tests.weeks.test_week import ANSWER, HER_TWEET, answers, problems

if TYPE_CHECKING:
    from pathlib import Path

    from tests.servers.django_helpdesk import DjangoHelpdesk
    from tests.servers.request_tracker import RequestTracker

pytestmark = pytest.mark.real

TRACKER = """\
    type: request_tracker
    mode: live
    persons: create
    publish: true
    base_url: {url}
    token: ${{TOOL_TOKEN}}
    user: casebridge
    queues: [Social]
"""
HELPDESK = """\
    type: django_helpdesk
    mode: live
    publish: true
    base_url: {url}
    token: ${{TOOL_TOKEN}}
"""


class Tool(Protocol):
    """A real server, as the story needs it."""

    server: RequestTracker | DjangoHelpdesk
    target: str

    def stands(self) -> list[object]:
        """Return what changes with every write."""
        ...

    def holding(self, text: str) -> str:
        """Return the ticket in which a text was said."""
        ...

    def answer(self, ticket: str, text: str) -> None:
        """Answer the customer, as the page tells agents to."""
        ...


@dataclass(frozen=True, slots=True)
class Tracker:
    """Request Tracker."""

    server: RequestTracker
    target: str = TRACKER

    def stands(self) -> list[object]:
        """Return every transaction."""
        return [tuple(row) for row in self.server.rows("SELECT id, Type, ObjectId FROM Transactions")]

    def holding(self, text: str) -> str:
        """Look into every text."""
        rows = self.server.rows(
            "SELECT a.id, ObjectId FROM Attachments a JOIN Transactions t ON t.id = TransactionId"
            " WHERE ObjectType = 'RT::Ticket' AND a.ContentType = 'text/plain'"
        )
        (found,) = {str(row["ObjectId"]) for row in rows if text in self.server.content(row["id"])}
        return found

    def answer(self, ticket: str, text: str) -> None:
        """Reply to the ticket."""
        said = self.server.call("POST", f"ticket/{ticket}/correspond", {"Content": text, "ContentType": "text/plain"})
        assert said.is_success


@dataclass(frozen=True, slots=True)
class Helpdesk:
    """django-helpdesk."""

    server: DjangoHelpdesk
    target: str = HELPDESK

    def stands(self) -> list[object]:
        """Return every ticket and follow-up."""
        tickets = self.server.rows("SELECT id, modified FROM helpdesk_ticket")
        followups = self.server.rows("SELECT id, comment, public FROM helpdesk_followup")
        return [*map(tuple, tickets), *map(tuple, followups)]

    def holding(self, text: str) -> str:
        """Look into every follow-up."""
        rows = self.server.rows("SELECT ticket_id, comment FROM helpdesk_followup")
        (found,) = {str(row["ticket_id"]) for row in rows if text in row["comment"]}
        return found

    def answer(self, ticket: str, text: str) -> None:
        """Respond in public."""
        body = {"ticket": int(ticket), "comment": text, "public": True}
        assert self.server.call("POST", "followups/", body).is_success


class Ahead(ShiftedClock):
    """A clock that the server goes by, too."""

    def __init__(self, server: RequestTracker | DjangoHelpdesk) -> None:
        """Begin now."""
        super().__init__()
        self._server, self._by = server, timedelta()
        server.ahead(self._by)

    def forward(self, by: timedelta) -> None:
        """Put both forward."""
        super().forward(by)
        self._by += by
        self._server.ahead(self._by)


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


def test_a_week_is_delivered_once_answered_and_verified(office: Office, tool: Tool) -> None:
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

    tool.answer(tool.holding(HER_TWEET), ANSWER)
    for _ in range(4):
        office.sync()
    office.settle()
    assert answers(office.folder) == [ANSWER]
    assert tool.server.mails() == []
    office.balances()
