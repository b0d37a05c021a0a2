"""An agent's hands, lent for trying."""

from __future__ import annotations

import mimetypes
from typing import TYPE_CHECKING, Any

from adapters.django_helpdesk.names import COMMENT, DUPLICATE, FOLLOWUP, OPEN, PATHS, REOPENED, TICKET
from adapters.django_helpdesk.texts import change_marked, plain, verbatim
from bridge.errors import Refused
from bridge.keys import target_key

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from adapters.django_helpdesk.client import Row
    from adapters.django_helpdesk.helpdesk import Helpdesk

_CLOSED = 4
_STATUSES = {"open": REOPENED, "new": OPEN, "resolved": 3, "closed": _CLOSED}


class Hands:
    """What an agent does in django-helpdesk. What they write carries a mark, so that it is no agent's answer."""

    def __init__(self, desk: Helpdesk) -> None:
        """Work in one django-helpdesk."""
        self._desk = desk

    def list(self, *, status: str = "", limit: int = 20) -> list[dict[str, Any]]:
        """Return the newest tickets."""
        found: list[dict[str, Any]] = []
        for rows in self._desk.client.backwards(PATHS[TICKET]):
            found += [case for row in reversed(rows) if status in ("", (case := self._case(row))["status"])]
            if len(found) >= limit:
                break
        return found[:limit]

    def show(self, ref: str) -> dict[str, Any]:
        """Return a ticket with its follow-ups."""
        row = self._ticket(ref)
        messages = [
            {"ref": str(each["id"]), "at": each["date"], "public": each["public"], "text": plain(each[COMMENT])}
            for each in row["followup_set"]
        ]
        return {"object": "case", **self._case(row), "messages": messages, "events": []}

    def reply(self, case_ref: str, text: str, *, author: str, attach: Sequence[Path] = ()) -> str:
        """Write a public follow-up, which mails the submitter."""
        return self._say(case_ref, text, author, public=True, attach=attach)

    def note(self, case_ref: str, text: str, *, author: str) -> str:
        """Write a private follow-up."""
        return self._say(case_ref, text, author, public=False)

    def make_internal(self, message_ref: str, *, author: str) -> None:  # noqa: ARG002 - the site names its user
        """Make a follow-up private."""
        self._desk.client.write("PATCH", f"{PATHS[FOLLOWUP]}{message_ref}/", {"public": False})

    def set_status(self, case_ref: str, status: str, *, author: str) -> None:
        """Set a status: open, new, resolved, closed."""
        if status not in _STATUSES:
            message = f"django-helpdesk has no status {status} here; there are {', '.join(_STATUSES)}."
            raise Refused(message)
        if self._desk.status(self._ticket(case_ref)["status"]) != status:
            self._say(case_ref, f"Set to {status}.", author, public=False, new_status=_STATUSES[status])

    def delete(self, ref: str, *, author: str) -> None:  # noqa: ARG002 - the site names its user
        """Delete a ticket."""
        self._desk.client.write("DELETE", f"{PATHS[TICKET]}{self._ticket(ref)['id']}/")

    def create_person(self, **fields: Any) -> str:  # noqa: ANN401 - field values of any type
        """Return the address, which is all that django-helpdesk knows of persons."""
        return str(fields.get("email") or "")

    def create(self, subject: str, *, text: str = "", requester: str = "", author: str) -> str:  # noqa: ARG002 - the site names its user
        """Open a ticket in the first queue."""
        body = {
            "queue": 1,
            "title": subject,
            "description": text or subject,
            "priority": 3,
            "submitter_email": requester,
        }
        return str(self._desk.client.write("POST", PATHS[TICKET], body)["id"])

    def merge_cases(self, loser: str, winner: str, *, author: str) -> None:  # noqa: ARG002 - the site names its user
        """Merge two tickets."""
        body = {"merged_to": int(winner), "status": DUPLICATE}
        self._desk.client.write("PATCH", f"{PATHS[TICKET]}{loser}/", body)

    def merge_persons(self, loser: str, winner: str, *, author: str) -> None:  # noqa: ARG002 - the protocol's
        """Refuse: there are none."""
        message = f"django-helpdesk has no persons {loser} and {winner}."
        raise Refused(message)

    def mailed(self, case_ref: str) -> Sequence[str]:
        """Return to how many a follow-up of a ticket was mailed, by what the site recorded."""
        followups = self._ticket(case_ref)["followup_set"]
        return [
            f"“{each['title']}” to {len(each['email_recipients'])}"
            for each in followups
            if each.get("email_recipients")
        ]

    def _say(self, ref: str, text: str, author: str, *, public: bool, attach: Sequence[Path] = (), **more: int) -> str:
        case = self._ticket(ref)
        key = target_key("hands", ref, f"{len(case['followup_set'])}:{text}")
        said = change_marked(f"{text}\n\n{author}", key)
        body: dict[str, Any] = {"ticket": case["id"], COMMENT: verbatim(said), "public": public, **more}
        if not attach:
            return str(self._desk.client.write("POST", PATHS[FOLLOWUP], body)["id"])
        files = [(path.name, path.read_bytes(), mimetypes.guess_type(path.name)[0] or "text/plain") for path in attach]
        form = {name: str(value).lower() if isinstance(value, bool) else str(value) for name, value in body.items()}
        return str(self._desk.client.upload(PATHS[FOLLOWUP], form, files)["id"])

    def _ticket(self, ref: str) -> Row:
        row = self._desk.finder.ticket(ref)
        if row is None:
            message = f"django-helpdesk has no ticket {ref}."
            raise Refused(message)
        return row

    def _case(self, row: Row) -> dict[str, Any]:
        return {"ref": str(row["id"]), "subject": row["title"], "status": self._desk.status(row["status"])}
