"""Real ticket tools, as stories need them: what stands there, what agents do there, what it mailed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

from bridge.clock import ShiftedClock

if TYPE_CHECKING:
    from tests.servers.django_helpdesk import DjangoHelpdesk
    from tests.servers.request_tracker import RequestTracker

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

    def answered(self, ticket: str) -> str:
        """Return how it stands with the agent's answer, as the ticket says."""
        ...

    def opened(self, subject: str, text: str, customer: str) -> str:
        """Open a ticket of a customer by hand, or as another program does; return its number."""
        ...

    def tickets(self) -> dict[str, list[object]]:
        """Return what agents keep as theirs (subject, status, owner, queue) of each ticket that stands."""
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

    def answered(self, ticket: str) -> str:
        """Read the custom field."""
        fields = self.server.call("GET", f"ticket/{ticket}").json()["CustomFields"]
        return next(str(each["values"][0]) for each in fields if each["name"] == "Casebridge Answer")

    def opened(self, subject: str, text: str, customer: str) -> str:
        """Create a ticket as an agent."""
        body = {"Queue": "Mail", "Subject": subject, "Content": text, "Owner": "mia", "Requestor": customer}
        return str(self.server.call("POST", "ticket", body).json()["id"])

    def tickets(self) -> dict[str, list[object]]:
        """Read the tickets that nobody deleted."""
        rows = self.server.rows("SELECT id, Subject, Status, Owner, Queue FROM Tickets WHERE Status <> 'deleted'")
        return {str(row["id"]): [*row][1:] for row in rows}


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

    def answered(self, ticket: str) -> str:
        """Read the custom field."""
        return str(self.server.call("GET", f"tickets/{ticket}/").json()["custom_casebridge_answer"])

    def opened(self, subject: str, text: str, customer: str) -> str:
        """Create a ticket as an agent."""
        body = {"queue": 2, "title": subject, "description": text, "submitter_email": customer, "priority": 3}
        return str(self.server.call("POST", "tickets/", body).json()["id"])

    def tickets(self) -> dict[str, list[object]]:
        """Read the tickets."""
        rows = self.server.rows("SELECT id, title, status, assigned_to_id, queue_id FROM helpdesk_ticket")
        return {str(row["id"]): [*row][1:] for row in rows}


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

    def alone(self) -> ShiftedClock:
        """Return a clock that shows the same time, for another process."""
        other = ShiftedClock()
        other.forward(self._by)
        return other
