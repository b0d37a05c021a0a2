"""A real Request Tracker for the conformance suite, read past the adapter through its database."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from adapters.request_tracker.messages import EDITED
from bridge.nouns import Thing
from tests.adapters.request_tracker.servers import place
from tests.conformance.harness import Cannot, FarRecord, Sample, Trouble
from tests.servers.shared import request_tracker

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator
    from datetime import timedelta
    from pathlib import Path

    from adapters.request_tracker.target import RequestTrackerTarget
    from tests.servers.request_tracker import RequestTracker

REAL = True
KEY, AUTHOR, CHANNEL = "CF.{Casebridge Key}", "CF.{Author}", "CF.{Channel}"
SAMPLES = {
    Thing.PERSON: Sample(
        object="User",
        key_field="Name",
        fields={"RealName": "Ada Kern", "NickName": "adakern", "Organization": "Kern & Co"},
        changed={"RealName": "Ada Kern-Vogel", "NickName": "ada_kv"},
        empty_field="MobilePhone",
        filling="+4930123456",
        invalid={"RealName": "n" * 121, "EmailAddress": "nobody", "NickName": 7},
    ),
    Thing.CASE: Sample(
        object="Ticket",
        key_field=KEY,
        fields={
            "Queue": "Social",
            "Subject": "Router broken since Monday",
            "Content": "It blinks red.",
            "Status": "new",
            "Priority": 50,
            CHANNEL: "x",
        },
        changed={"Subject": "Router broken", "Priority": 100},
        empty_field=AUTHOR,
        filling="@adakern",
        invalid={
            "Subject": "s" * 201,
            "Queue": "Nowhere",
            "Status": "flying",
            "Priority": "many",
            CHANNEL: "fax",
            "Due": "tomorrow",
        },
        required="Subject",
    ),
    Thing.MESSAGE: Sample(
        object="Transaction",
        key_field=KEY,
        fields={"Content": "It blinks red.", "Type": "Comment"},
        changed={"Content": "It blinks green."},
        empty_field="CF.{Permalink}",
        filling="https://social.example/p/1",
        invalid={"Content": 7, "Type": "Shout", "TimeTaken": "long"},
        parented=True,
    ),
}
LOSE = {
    Trouble.UNAUTHORISED: "401",
    Trouble.RATE_LIMITED: "429",
    Trouble.UNREACHABLE: "nobody",
    Trouble.LOST_REQUEST: "request",
    Trouble.LOST_RESPONSE: "response",
}
_SAID = EDITED.format(ref=0).split("0")


class RequestTrackerHarness:
    """An empty server."""

    samples = SAMPLES

    def __init__(self, server: RequestTracker, folder: Path) -> None:
        server.reset()
        self.server = server
        self.place = place(server, folder)
        self.clock, self.secrets = self.place.clock, (server.tokens["casebridge"],)
        # What is read once is read before troubles come.
        for sample in SAMPLES.values():
            self.place.target.schema(sample.object)

    @property
    def target(self) -> RequestTrackerTarget:
        self.place.wire.used()
        return self.place.target

    def far(self, object_name: str) -> list[FarRecord]:
        read = {"User": self._users, "Ticket": self._tickets, "Transaction": self._messages}
        return read[object_name]()

    def provoke(self, trouble: Trouble) -> None:
        if trouble is Trouble.JOB:
            reason = "everything is written at once"
            raise Cannot(reason)
        self.place.wire.trouble(LOSE[trouble])

    def lag(self) -> timedelta:
        reason = "searches read the database and do not lag"
        raise Cannot(reason)

    def answer(self, case_ref: str, text: str, *, public: bool) -> str:
        how = "correspond" if public else "comment"
        said = self.server.call("POST", f"ticket/{case_ref}/{how}", {"Content": text, "ContentType": "text/plain"})
        return said.headers["Location"].rsplit("/", 1)[-1]

    def take_back(self, answer_id: str) -> None:
        reason = f"what was said cannot be taken back there: {answer_id}"
        raise Cannot(reason)

    def status(self, case_ref: str, *, closed: bool) -> None:
        self.server.call("PUT", f"ticket/{case_ref}", {"Status": "resolved" if closed else "open"})

    def delete(self, thing: Thing, ref: str) -> None:
        if thing is Thing.MESSAGE:
            reason = "messages of a ticket are never deleted"
            raise Cannot(reason)
        kind = "user" if thing is Thing.PERSON else "ticket"
        assert self.server.call("DELETE", f"{kind}/{ref}").is_success

    def merge(self, thing: Thing, loser: str, winner: str) -> None:
        if thing is Thing.PERSON:
            reason = "users are not merged without an extension"
            raise Cannot(reason)
        assert self.server.call("PUT", f"ticket/{loser}", {"MergeInto": winner}).json() == ["Merge Successful"]

    def foreign_case(self, subject: str, permalink: str) -> str:
        body = {"Queue": "Social", "Subject": subject, "Content": f"See {permalink} please"}
        return str(self.server.call("POST", "ticket", body).json()["id"])

    def foreign_person(self, name: str, email: str) -> str:
        body = {"Name": email, "RealName": name, "EmailAddress": email}
        return self.server.call("POST", "user", body).headers["Location"].rsplit("/", 1)[-1]

    def _users(self) -> list[FarRecord]:
        rows = self.server.rows(
            "SELECT Users.*, Principals.Disabled AS Gone FROM Users JOIN Principals ON Principals.id = Users.id "
            "WHERE Users.Name LIKE 'cb1-%' OR Users.Name LIKE '%@example.com' ORDER BY Users.id"
        )
        return [
            FarRecord(ref=str(row["id"]), key=row["Name"], fields=dict(row), deleted=bool(row["Gone"])) for row in rows
        ]

    def _tickets(self) -> list[FarRecord]:
        rows = self.server.rows(
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
        requestors = self.server.rows(
            "SELECT MemberId FROM GroupMembers JOIN Groups ON Groups.id = GroupId "
            "WHERE Domain = 'RT::Ticket-Role' AND Groups.Name = 'Requestor' AND Instance = ?",
            ref,
        )
        fields["Requestor"] = str(requestors[0][0]) if requestors else ""
        links = self.server.rows("SELECT LocalTarget FROM Links WHERE Type = 'RefersTo' AND LocalBase = ?", ref)
        comments = self.server.rows("SELECT id FROM Transactions WHERE Type = 'Comment' AND ObjectId = ?", ref)
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

    def _messages(self) -> list[FarRecord]:
        """Read messages; what our edits say below one counts as its own."""
        rows = self.server.rows(
            "SELECT * FROM Transactions WHERE ObjectType = 'RT::Ticket' AND Type IN ('Comment', 'Correspond') ORDER BY id"
        )
        found: dict[str, FarRecord] = {}
        for row in rows:
            custom = {
                f"CF.{{{name}}}": values[0] for name, values in self._custom("RT::Transaction", row["id"]).items()
            }
            text, key = self._text("Transactions.id = ?", row["id"]), custom.pop(KEY, "")
            edited = re.match(r"Message #(\d+)( was edited. It now reads:\n\n)?", text)
            if not key and edited and edited[1] in found:
                found[edited[1]].fields.update(custom | ({"Content": text[edited.end() :]} if edited[2] else {}))  # type: ignore[attr-defined]  # a dict of ours
            elif key:
                survivor = self.server.rows("SELECT EffectiveId FROM Tickets WHERE id = ?", row["ObjectId"])
                fields = {"Content": text, "Type": row["Type"], **custom}
                ref = str(row["id"])
                found[ref] = FarRecord(
                    ref=ref, key=key, fields=fields, parent=str(survivor[0][0]), files=self._files(ref)
                )
        return list(found.values())

    def _custom(self, kind: str, ref: object) -> dict[str, list[str]]:
        rows = self.server.rows(
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
        rows = self.server.rows(
            "SELECT a.id FROM Attachments AS a JOIN Transactions ON Transactions.id = TransactionId "
            f"WHERE ObjectType = 'RT::Ticket' AND a.ContentType = 'text/plain' AND coalesce(Filename, '') = '' AND {where} ORDER BY a.id",
            value,
        )
        return self.server.content(rows[0]["id"]) if rows else ""

    def _files(self, transaction: str) -> tuple[str, ...]:
        rows = self.server.rows(
            "SELECT Filename FROM Attachments WHERE Filename <> '' AND TransactionId = ? ORDER BY id", transaction
        )
        return tuple(row["Filename"] for row in rows)


@contextmanager
def target(folder: Path) -> Iterator[RequestTrackerHarness]:
    """Give an empty server; one runs for the whole session."""
    harness = RequestTrackerHarness(request_tracker(), folder)
    try:
        yield harness
    finally:
        harness.place.target.close()
