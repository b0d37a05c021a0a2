"""The people of the account: what an agent does in the browser, past the API."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.fakes.zendesk import people, work
from tests.fakes.zendesk.work import WEB

if TYPE_CHECKING:
    from tests.fakes.zendesk.state import Row, State

MAIL = {"channel": "email", "source": {"from": {}, "to": {}, "rel": None}}


@dataclass(frozen=True, slots=True)
class Agent:
    """One agent; ids are numbers as text, as our refs are."""

    state: State
    id: int = 9101

    def user(self, name: str, **fields: Any) -> str:  # noqa: ANN401 - any field
        """Add an end user, who verifies nothing."""
        with self.state.lock:
            return str(people.create(self.state, {"name": name, "skip_verify_email": True, **fields})["id"])

    def ticket(self, subject: str, *, requester: str = "", text: str = "", **fields: Any) -> str:  # noqa: ANN401 - any field
        """Let somebody's mail make a ticket."""
        with self.state.lock:
            by = int(requester) if requester else self.id
            given = {
                "subject": subject,
                "comment": {"body": text or subject, "public": True},
                "requester_id": by,
                **fields,
            }
            return str(work.create(self.state, given, by=by, via=MAIL)["id"])

    def incoming(self, ticket: str, text: str) -> None:
        """Let the requester write a further mail."""
        with self.state.lock:
            by = self.state.tickets[int(ticket)]["requester_id"]
            work.change(self.state, int(ticket), {"comment": {"body": text, "public": True}}, by=by, via=MAIL)

    def comment(self, ticket: str, text: str, *, public: bool) -> str:
        """Answer, or write an internal note; returns the comment's id."""
        self.change(ticket, comment={"body": text, "public": public})
        return str(self.state.comments_of(int(ticket))[-1]["id"])

    def change(self, ticket: str, **given: Any) -> None:  # noqa: ANN401 - any field
        """Change a ticket."""
        with self.state.lock:
            work.change(self.state, int(ticket), given, by=self.id, via=WEB)

    def automation(self, ticket: str, **given: Any) -> None:  # noqa: ANN401 - any field
        """Let an automation change a ticket."""
        with self.state.lock:
            work.change(self.state, int(ticket), given, by=-1, via={"channel": "rule", "source": {"rel": "automation"}})

    def close_for_good(self, ticket: str) -> None:
        """Let a solved ticket be closed, as time does."""
        with self.state.lock:
            row = self.state.tickets[int(ticket)]
            row["status"] = "closed"
            self.state.touched(row)

    def hide(self, comment: str) -> None:
        """Make a public comment internal."""
        with self.state.lock:
            work.hide(self.state, int(comment), by=self.id)

    def delete_ticket(self, ticket: str) -> None:
        """Delete a ticket."""
        with self.state.lock:
            work.delete(self.state, int(ticket), by=self.id)

    def delete_user(self, user: str) -> None:
        """Delete a user."""
        with self.state.lock:
            people.delete(self.state, int(user))

    def merge_tickets(self, loser: str, winner: str) -> None:
        """Merge two tickets."""
        with self.state.lock:
            work.merge(self.state, [int(loser)], int(winner), by=self.id)

    def merge_users(self, loser: str, winner: str) -> None:
        """Merge two users; the tickets go along."""
        with self.state.lock:
            people.merge(self.state, int(loser), int(winner))
            work.move_requester(self.state, int(loser), int(winner), by=self.id)

    def suspend(self, user: str) -> None:
        """Suspend a user."""
        with self.state.lock:
            row = self.state.users[int(user)]
            row["suspended"] = True
            self.state.touched(row)

    def row(self, ticket: str) -> Row:
        """Return a ticket as it stands."""
        return self.state.tickets[int(ticket)]
