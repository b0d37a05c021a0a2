"""A pretend Zendesk account for the conformance suite."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from adapters.zendesk.looking import messages
from adapters.zendesk.names import AMENDMENT, comment_ref
from adapters.zendesk.values import readable
from bridge.nouns import Thing
from tests.adapters.zendesk.accounts import KEY, place
from tests.conformance.harness import Cannot, FarRecord, Sample, Trouble
from tests.fakes.zendesk.org import TOKEN

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import timedelta
    from pathlib import Path

    from tests.fakes.zendesk.state import Row

SAMPLES = {
    Thing.PERSON: Sample(
        object="users",
        key_field=KEY,
        fields={"name": "Ada Kern", "details": "Writes from X."},
        changed={"name": "Ada Kern-Vogel", "details": "Writes from everywhere."},
        empty_field="phone",
        filling="+4930123456",
        invalid={"name": "n" * 256, "email": 7, "tags": "social"},
        required="name",
    ),
    Thing.CASE: Sample(
        object="tickets",
        key_field=KEY,
        fields={
            "subject": "Router broken since Monday",
            "description": "It blinks red.",
            "status": "open",
            "priority": "high",
            "tags": ["casebridge", "router"],
        },
        changed={"subject": "Router broken", "priority": "urgent", "tags": ["router"]},
        empty_field="type",
        filling="problem",
        invalid={"subject": "s" * 256, "status": "resolved", "priority": 1, "due_at": "tomorrow"},
        required="description",
    ),
    Thing.MESSAGE: Sample(
        object="comments",
        key_field="",
        fields={"body": "It blinks red.", "public": False},
        changed={"body": "It blinks green."},
        empty_field="link",
        filling="https://social.example/p/1",
        invalid={"body": "n" * 70_000, "public": "yes"},
        required="body",
        parented=True,
    ),
}
LOSE = {Trouble.UNREACHABLE: "nobody", Trouble.LOST_REQUEST: "request", Trouble.LOST_RESPONSE: "response"}
FAULTS = {Trouble.UNAUTHORISED: "401", Trouble.RATE_LIMITED: "429"}
_LINKED = re.compile(r"Belongs together with ticket #(\d+)")


class ZendeskHarness:
    """An empty account."""

    samples = SAMPLES
    secrets = (TOKEN,)

    def __init__(self, folder: Path) -> None:
        self.place = place(folder)
        self.target, self.clock, self.fake = self.place.target, self.place.clock, self.place.fake
        # What is read once is read before troubles come.
        for sample in SAMPLES.values():
            self.target.schema(sample.object)

    def far(self, object_name: str) -> list[FarRecord]:
        state = self.fake.state
        if object_name == "users":
            return [_user(row) for row in state.users.values() if row["role"] == "end-user"]
        if object_name == "tickets":
            return [self._ticket(row) for row in state.tickets.values()]
        return [far for ticket in state.tickets for far in self._messages(ticket)]

    def provoke(self, trouble: Trouble) -> None:
        if trouble is Trouble.JOB:
            reason = (
                "what does not fit is refused before a job is made of the rest; tests/adapters/zendesk/test_jobs.py"
            )
            raise Cannot(reason)
        if trouble in LOSE:
            self.place.wire.lose = LOSE[trouble]
        else:
            self.fake.faults.order(FAULTS[trouble])

    def lag(self) -> timedelta:
        reason = "look-ups by external id and of a ticket's comments read the database, never the search index"
        raise Cannot(reason)

    def answer(self, case_ref: str, text: str, *, public: bool) -> str:
        return f"{case_ref}/{self.fake.agent.comment(case_ref, text, public=public)}"

    def take_back(self, answer_id: str) -> None:
        self.fake.agent.hide(answer_id.partition("/")[2])

    def status(self, case_ref: str, *, closed: bool) -> None:
        self.fake.agent.change(case_ref, status="solved" if closed else "open")

    def delete(self, thing: Thing, ref: str) -> None:
        if thing is Thing.MESSAGE:
            reason = "nobody can delete a comment there"
            raise Cannot(reason)
        (self.fake.agent.delete_user if thing is Thing.PERSON else self.fake.agent.delete_ticket)(ref)

    def merge(self, thing: Thing, loser: str, winner: str) -> None:
        if thing is Thing.CASE:
            self.fake.agent.merge_tickets(loser, winner)
            return
        # Into whom a user was merged is told by their tickets alone.
        self.fake.agent.ticket("An earlier question", requester=loser)
        self.fake.agent.merge_users(loser, winner)

    def foreign_case(self, subject: str, permalink: str) -> str:
        return self.fake.agent.ticket(subject, text=f"See {permalink} please")

    def foreign_person(self, name: str, email: str) -> str:
        return self.fake.agent.user(name, email=email)

    def _ticket(self, row: Row) -> FarRecord:
        comments = [each["body"] for each in self.fake.state.comments_of(row["id"])]
        notes = tuple(text.partition("\n\n{")[0] for text in comments if AMENDMENT.search(text))
        return FarRecord(
            ref=str(row["id"]),
            key=row[KEY] or "",
            fields=_fields(row),
            notes=notes,
            tags=tuple(row["tags"]),
            links=tuple(found[1] for text in comments if (found := _LINKED.search(text))),
            closed=row["status"] in ("solved", "closed"),
            deleted=row["status"] == "deleted",
        )

    def _messages(self, ticket: int) -> Iterator[FarRecord]:
        """Yield the messages of ours in a ticket, as they read after their corrections."""
        for key, rows in messages(self.fake.state.comments_of(ticket)).items():
            (first, _), (_, latest) = rows[0], rows[-1]
            fields = {"body": latest.body, "public": first["public"], **({"link": latest.link} if latest.link else {})}
            files = tuple(file["file_name"] for row, _ in rows for file in row["attachments"])
            for _, said in rows:
                if not said.corrected:
                    yield FarRecord(
                        ref=comment_ref(str(ticket), key), key=key, fields=fields, parent=str(ticket), files=files
                    )


def _user(row: Row) -> FarRecord:
    return FarRecord(ref=str(row["id"]), key=row[KEY] or "", fields=_fields(row), deleted=not row["active"])


def _fields(row: Row) -> dict[str, Any]:
    changing = ("updated_at", "generated_timestamp", "is_public")
    return {name: value for name, value in readable(row).items() if name not in changing}


@contextmanager
def target(folder: Path) -> Iterator[ZendeskHarness]:
    """Give an empty account."""
    harness = ZendeskHarness(folder)
    yield harness
    harness.target.close()
