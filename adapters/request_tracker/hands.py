"""An agent's hands, lent for trying: through the same token, so that nothing of it is taken for an agent's."""

from __future__ import annotations

import base64
import mimetypes
from typing import TYPE_CHECKING, Any

from adapters.request_tracker import contents
from adapters.request_tracker.looking import OF_TICKETS
from adapters.request_tracker.names import COMMENT, CORRESPOND, DELETED, NAME
from bridge.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from adapters.request_tracker.looking import Row
    from adapters.request_tracker.tracker import Tracker

_CANNOT = "Request Tracker cannot {}; do it by hand there."


class Hands:
    """What an agent does in Request Tracker."""

    def __init__(self, tracker: Tracker) -> None:
        """Work in one Request Tracker."""
        self._tracker = tracker

    def list(self, *, status: str = "", limit: int = 20) -> list[dict[str, Any]]:
        """Return the newest tickets of our queues."""
        queues = " OR ".join(f"Queue = '{name}'" for name in self._tracker.settings.queues)
        asked: dict[str, str | int] = {"fields": "Subject,Status", "orderby": "id", "order": "DESC", "per_page": 100}
        rows = self._tracker.client.get("tickets", query=queues, **asked)["items"]
        cases = [self._case(row) for row in rows]
        return [case for case in cases if status in ("", case["status"])][:limit]

    def show(self, ref: str) -> dict[str, Any]:
        """Return a ticket with what was said in it."""
        row = self._ticket(ref)
        rows = self._tracker.client.all(f"ticket/{ref}/history", fields="Type,Creator,Created", orderby="id")
        said = [each for each in rows if each["Type"] in (COMMENT, CORRESPOND, "Create")]
        texts = contents.texts(self._tracker, [str(each["id"]) for each in said])
        messages = [
            {
                "ref": str(each["id"]),
                "at": each["Created"],
                "author": each["Creator"]["id"],
                "public": each["Type"] != COMMENT,
                "text": texts.get(str(each["id"]), ("", ()))[0],
            }
            for each in said
        ]
        return {"object": "case", **self._case(row), "messages": messages, "events": []}

    def reply(self, case_ref: str, text: str, *, author: str, attach: Sequence[Path] = ()) -> str:
        """Answer by correspondence, which scrips mail to the requestor."""
        return self._say("correspond", case_ref, f"{text}\n\n{author}", attach)

    def note(self, case_ref: str, text: str, *, author: str) -> str:
        """Write a comment."""
        return self._say("comment", case_ref, f"{text}\n\n{author}", ())

    def make_internal(self, message_ref: str, *, author: str) -> None:  # noqa: ARG002 - the protocol's
        """Refuse: what was said stays public."""
        raise Refused(_CANNOT.format(f"take answer {message_ref} back"))

    def set_status(self, case_ref: str, status: str, *, author: str) -> None:  # noqa: ARG002 - RT names the user
        """Set a status: open or closed by what the lifecycle offers, or one of its own words."""
        row = self._ticket(case_ref)
        ways = [each["to"] for each in row["_hyperlinks"] if each.get("ref") == "lifecycle" and each["to"] != DELETED]
        fitting = [way for way in ways if status in (way, self._tracker.status(way))]
        if not fitting and self._tracker.status(row["Status"]) == status:
            return
        wanted = fitting[0] if fitting else status
        self._tracker.client.write("PUT", f"ticket/{case_ref}", {"Status": wanted})
        if self._ticket(case_ref)["Status"] != wanted:
            message = f"Ticket {case_ref} did not become {status}; the lifecycle offers {', '.join(ways) or 'nothing'}."
            raise Refused(message)

    def delete(self, ref: str, *, author: str) -> None:  # noqa: ARG002 - RT names the user
        """Delete a ticket of ours; a user of ours is disabled."""
        row = self._tracker.client.found(f"user/{ref}")
        if row is not None and str(row[NAME]).startswith("cb1-"):
            self._tracker.client.write("DELETE", f"user/{ref}")
            return
        self._ticket(ref)
        self._tracker.client.write("DELETE", f"ticket/{ref}")

    def create_person(self, **fields: Any) -> str:  # noqa: ANN401 - field values of any type
        """Add a user: name, email."""
        name, email = str(fields.get("name") or ""), str(fields.get("email") or "")
        body = {NAME: email or name, "RealName": name, "EmailAddress": email}
        response = self._tracker.client.write("POST", "user", body)
        return response.headers["Location"].rsplit("/", 1)[-1]

    def create(self, subject: str, *, text: str = "", requester: str = "", author: str) -> str:  # noqa: ARG002 - RT names the user
        """Open a ticket in the first of our queues."""
        body: dict[str, Any] = {"Queue": self._tracker.settings.queues[0], "Subject": subject, "Content": text}
        if requester:
            body["Requestor"] = [requester]
        return str(self._tracker.client.write("POST", "ticket", body).json()["id"])

    def merge_cases(self, loser: str, winner: str, *, author: str) -> None:  # noqa: ARG002 - RT names the user
        """Merge two tickets."""
        self._tracker.client.write("PUT", f"ticket/{loser}", {"MergeInto": winner})

    def merge_persons(self, loser: str, winner: str, *, author: str) -> None:  # noqa: ARG002 - the protocol's
        """Refuse: only an extension merges users."""
        raise Refused(_CANNOT.format(f"merge users {loser} and {winner}"))

    def mailed(self, case_ref: str) -> Sequence[str]:
        """Return the mails that scrips sent of a ticket to others than staff, by what it recorded of them."""
        query = f"{OF_TICKETS} AND ObjectId = {case_ref} AND Type = 'EmailRecord'"
        rows = self._tracker.client.all("transactions", query=query, fields="Type", orderby="id")
        mails = contents.mailed_to(self._tracker, [str(row["id"]) for row in rows])
        return [f"“{subject}”" for to, subject in mails if to]

    def _say(self, how: str, ref: str, text: str, attach: Sequence[Path]) -> str:
        files = tuple(
            {
                "FileName": path.name,
                "FileType": mimetypes.guess_type(path.name)[0] or "application/octet-stream",
                "FileContent": base64.b64encode(path.read_bytes()).decode(),
            }
            for path in attach
        )
        body = {"Content": text, "ContentType": "text/plain", **({"Attachments": [*files]} if files else {})}
        self._ticket(ref)
        response = self._tracker.client.write("POST", f"ticket/{ref}/{how}", body)
        return response.headers["Location"].rsplit("/", 1)[-1]

    def _ticket(self, ref: str) -> Row:
        row = self._tracker.finder.ticket(ref) if ref.isdecimal() else None
        if row is None:
            message = f"Request Tracker has no ticket {ref}."
            raise Refused(message)
        return row

    def _case(self, row: Row) -> dict[str, Any]:
        return {"ref": str(row["id"]), "subject": row["Subject"], "status": self._tracker.status(row["Status"])}
