"""An agent's hands in Zendesk, lent by the API for trying: what they write is ours, never taken for an answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from adapters.zendesk.errors import Declined
from adapters.zendesk.limits import Purpose
from adapters.zendesk.names import STATUSES, TICKETS, USERS
from bridge.errors import Refused, Transient
from bridge.keys import short_hash
from bridge.nouns import FileContent, Retry

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from adapters.zendesk.account import Account

_STATUS = {"open": "open", "waiting": "pending", "closed": "solved"}
_SHOWN = ("subject", "status", "priority", "description", "tags", "requester_id")


@dataclass(frozen=True, slots=True)
class Hands:
    """Ids of tickets stand alone, users behind their object: ``users/17``. All raise ``Refused`` for what is not there."""

    account: Account

    def list(self, *, status: str = "", limit: int = 50) -> list[dict[str, Any]]:
        """Return the newest tickets; ``status`` is open, waiting or closed."""
        rows = self.account.client.get("/tickets", sort_by="created_at", sort_order="desc")["tickets"]
        return [case for row in rows if status in ("", (case := _case(row))["status"])][:limit]

    def show(self, ref: str) -> dict[str, Any]:
        """Return a ticket with its comments, or a user."""
        name, row = self._standing(ref)
        if name == USERS:
            return {"object": "person", "ref": f"{USERS}/{row['id']}", "name": row["name"], "email": row["email"]}
        comments = self.account.finder.comments(str(row["id"]), purpose=Purpose.ANSWER)
        messages = [
            {
                "ref": f"{row['id']}/{each['id']}",
                "at": each["created_at"],
                "text": each["body"],
                "public": each["public"],
            }
            for each in comments
        ]
        return {"object": "case", **_case(row), "messages": messages, "events": []}

    def reply(self, case_ref: str, text: str, *, author: str, attach: Sequence[Path] = ()) -> str:
        """Answer in public, as an agent would."""
        return self._say(case_ref, text, author, attach, public=True)

    def note(self, case_ref: str, text: str, *, author: str) -> str:
        """Write an internal note."""
        return self._say(case_ref, text, author, (), public=False)

    def make_internal(self, message_ref: str, *, author: str) -> None:  # noqa: ARG002 - Zendesk names the token's agent
        """Make a public comment an internal one."""
        ticket, _, comment = message_ref.partition("/")
        self._write("PUT", f"/tickets/{ticket}/comments/{comment}/make_private")

    def set_status(self, case_ref: str, status: str, *, author: str) -> None:  # noqa: ARG002 - Zendesk names the token's agent
        """Set a status: open, waiting, closed, or one of Zendesk's own."""
        _, row = self._standing(case_ref)
        self._write("PUT", f"/tickets/{row['id']}", {"ticket": {"status": _STATUS.get(status, status)}})

    def delete(self, ref: str, *, author: str) -> None:  # noqa: ARG002 - Zendesk names the token's agent
        """Delete a ticket, or a user; open tickets of a user are solved first, which Zendesk asks for."""
        name, row = self._standing(ref)
        self._write("DELETE", f"/{name}/{row['id']}")

    def create_person(self, **fields: Any) -> str:  # noqa: ANN401 - field values of any type
        """Add an end user: name, email, phone."""
        user = {name: value for name, value in fields.items() if value} | {"skip_verify_email": True}
        return f"{USERS}/{self._write('POST', '/users', {'user': user})['user']['id']}"

    def create(self, subject: str, *, text: str = "", requester: str = "", author: str) -> str:  # noqa: ARG002 - Zendesk names the token's agent
        """Open a ticket that Casebridge did not make."""
        person = {"requester_id": int(self._standing(requester)[1]["id"])} if requester else {}
        ticket = {"subject": subject, "comment": {"body": text or subject, "public": False}, **person}
        return str(self._write("POST", "/tickets", {"ticket": ticket})["ticket"]["id"])

    def merge_cases(self, loser: str, winner: str, *, author: str) -> None:  # noqa: ARG002 - Zendesk names the token's agent
        """Merge two tickets; it is done as a job."""
        self._write("POST", f"/tickets/{winner}/merge", {"ids": [int(loser)]})

    def merge_persons(self, loser: str, winner: str, *, author: str) -> None:  # noqa: ARG002 - Zendesk names the token's agent
        """Merge two users."""
        (_, goes), (_, stays) = self._standing(loser), self._standing(winner)
        self._write("PUT", f"/users/{goes['id']}/merge", {"user": {"id": stays["id"]}})

    def _say(self, ref: str, text: str, author: str, attach: Sequence[Path], *, public: bool) -> str:
        _, row = self._standing(ref)
        files = [FileContent(short_hash(str(path)), path.name, "", path.stat().st_size, str(path)) for path in attach]
        uploads = [self.account.client.upload(file) for file in files]
        comment = {"body": f"{text}\n\n{author}", "public": public, **({"uploads": uploads} if uploads else {})}
        self._write("PUT", f"/tickets/{row['id']}", {"ticket": {"comment": comment}})
        latest = self.account.finder.comments(str(row["id"]), purpose=Purpose.ANSWER)[-1]
        return f"{row['id']}/{latest['id']}"

    def _standing(self, ref: str) -> tuple[str, dict[str, Any]]:
        """Return a record by its ref; a bare number is a ticket's, or that of a user whom we made."""
        name, _, number = ref.rpartition("/")
        for each in (name,) if name else (TICKETS, USERS):
            row = (
                self.account.finder.rows(each, [number], purpose=Purpose.ANSWER).get(number)
                if each in (TICKETS, USERS)
                else None
            )
            if row is not None and row.get("active", True):
                return each, row
        message = f"Zendesk has no record {ref}."
        raise Refused(message)

    def _write(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """Change something; raises ``Transient`` where somebody else was writing at the same moment."""
        try:
            return self.account.client.write(method, path, body, purpose=Purpose.ANSWER)
        except Declined as declined:
            if isinstance(declined.problem.outcome(), Retry):
                raise Transient(str(declined)) from declined
            raise


def mailed(account: Account, ticket: str) -> list[str]:
    """Return a line for each mail that Zendesk sent about a ticket, oldest first."""
    try:
        rows = [
            row
            for page in account.client.pages(
                "/email_notifications", "email_notifications", {"filter[ticket_id]": ticket}
            )
            for row in page
        ]
    except Declined:
        return []
    return [f"“{row.get('subject') or 'a mail'}”" for row in reversed(rows)]


def _case(row: dict[str, Any]) -> dict[str, Any]:
    told = {name: row.get(name) for name in _SHOWN if row.get(name)}
    return {"ref": str(row["id"]), **told, "status": STATUSES.get(row["status"], row["status"])}
