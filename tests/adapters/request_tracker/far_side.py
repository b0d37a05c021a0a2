"""What stands in a Request Tracker, read past the adapter through its database."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from adapters.request_tracker.looking import MARK
from tests.conformance.harness import FarRecord

if TYPE_CHECKING:
    import sqlite3

    from tests.servers.request_tracker import RequestTracker

KEY = "CF.{Casebridge Key}"


class FarSide:
    """Users, tickets and messages of one server."""

    def __init__(self, server: RequestTracker) -> None:
        """Read this server."""
        self._server = server

    def users(self) -> list[FarRecord]:
        """Return the users that we made, and those of tests."""
        rows = self._server.rows(
            "SELECT Users.*, Principals.Disabled AS Gone FROM Users JOIN Principals ON Principals.id = Users.id "
            "WHERE Users.Name LIKE 'cb1-%' OR Users.Name LIKE '%@example.com' ORDER BY Users.id"
        )
        return [
            FarRecord(ref=str(row["id"]), key=row["Name"], fields=dict(row), deleted=bool(row["Gone"])) for row in rows
        ]

    def tickets(self) -> list[FarRecord]:
        """Return every ticket."""
        rows = self._server.rows(
            "SELECT Tickets.*, Queues.Name AS QueueName FROM Tickets JOIN Queues ON Queues.id = Tickets.Queue ORDER BY Tickets.id"
        )
        return [self._ticket(row) for row in rows]

    def _ticket(self, row: sqlite3.Row) -> FarRecord:
        ref = str(row["id"])
        custom = self._custom("RT::Ticket", ref)
        fields: dict[str, Any] = {
            **dict(row),
            "Queue": row["QueueName"],
            **{f"CF.{{{n}}}": v[0] for n, v in custom.items()},
        }
        for moves in ("LastUpdated", "LastUpdatedBy"):
            del fields[moves]
        fields["Content"] = self._text("Type = 'Create' AND ObjectId = ?", ref)
        requestors = self._server.rows(
            "SELECT MemberId FROM GroupMembers JOIN Groups ON Groups.id = GroupId "
            "WHERE Domain = 'RT::Ticket-Role' AND Groups.Name = 'Requestor' AND Instance = ?",
            ref,
        )
        fields["Requestor"] = str(requestors[0][0]) if requestors else ""
        links = self._server.rows("SELECT LocalTarget FROM Links WHERE Type = 'RefersTo' AND LocalBase = ?", ref)
        comments = self._server.rows("SELECT id FROM Transactions WHERE Type = 'Comment' AND ObjectId = ?", ref)
        return FarRecord(
            ref=ref,
            key=fields.get(KEY, ""),
            fields=fields,
            notes=tuple(self._text("Transactions.id = ?", each["id"]) for each in comments),
            tags=tuple(custom.get("Casebridge Tags", ())),
            links=tuple(str(each[0]) for each in links),
            closed=row["Status"] in {"resolved", "rejected"},
            deleted=row["Status"] == "deleted",
        )

    def messages(self) -> list[FarRecord]:
        """Return the messages that we wrote, in order; what our edits say below one counts as its own."""
        rows = self._server.rows(
            "SELECT * FROM Transactions WHERE ObjectType = 'RT::Ticket' AND Type IN ('Comment', 'Correspond') ORDER BY id"
        )
        found: dict[str, FarRecord] = {}
        for row in rows:
            custom = {
                f"CF.{{{name}}}": values[0] for name, values in self._custom("RT::Transaction", row["id"]).items()
            }
            text, mark = self._text("Transactions.id = ?", row["id"]), self.mark(row["id"])
            key = custom.pop(KEY, "") or (mark if mark.startswith("cb1-") else "")
            edited = re.match(r"Message #(\d+)( was edited. It now reads:\n\n)?", text)
            if not key and edited and edited[1] in found:
                found[edited[1]].fields.update(custom | ({"Content": text[edited.end() :]} if edited[2] else {}))  # type: ignore[attr-defined]  # a dict of ours
            elif key:
                survivor = self._server.rows("SELECT EffectiveId FROM Tickets WHERE id = ?", row["ObjectId"])
                fields = {"Content": text, "Type": row["Type"], **custom}
                ref = str(row["id"])
                found[ref] = FarRecord(
                    ref=ref, key=key, fields=fields, parent=str(survivor[0][0]), files=self._files(ref)
                )
        return list(found.values())

    def mark(self, transaction: object) -> str:
        """Return the key in a comment's subject: the server may die before it writes the custom field."""
        ((subject,),) = self._server.rows("SELECT Data FROM Transactions WHERE id = ?", transaction)
        found = MARK.match(subject or "")
        return found[1] if found else ""

    def _custom(self, kind: str, ref: object) -> dict[str, list[str]]:
        rows = self._server.rows(
            "SELECT Name, coalesce(Content, LargeContent) AS Value FROM ObjectCustomFieldValues AS v JOIN CustomFields AS c "
            "ON c.id = v.CustomField WHERE v.Disabled = 0 AND ObjectType = ? AND ObjectId = ? ORDER BY v.id",
            kind,
            ref,
        )
        found: dict[str, list[str]] = {}
        for row in rows:
            found.setdefault(row["Name"], []).append(row["Value"])
        return found

    def _text(self, where: str, value: object) -> str:
        rows = self._server.rows(
            "SELECT a.id FROM Attachments AS a JOIN Transactions ON Transactions.id = TransactionId "
            f"WHERE ObjectType = 'RT::Ticket' AND a.ContentType = 'text/plain' AND coalesce(Filename, '') = '' AND {where} ORDER BY a.id",
            value,
        )
        return self._server.content(rows[0]["id"]) if rows else ""

    def _files(self, transaction: str) -> tuple[str, ...]:
        rows = self._server.rows(
            "SELECT Filename FROM Attachments WHERE Filename <> '' AND TransactionId = ? ORDER BY id", transaction
        )
        return tuple(row["Filename"] for row in rows)
