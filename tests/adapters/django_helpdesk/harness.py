"""A real django-helpdesk for the conformance suite, read past the adapter through its database."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from adapters.django_helpdesk.texts import change_of, mark_of, plain
from bridge.nouns import Thing
from tests.adapters.django_helpdesk.servers import place
from tests.conformance.harness import Cannot, FarRecord, Sample, Trouble
from tests.servers.shared import django_helpdesk

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator
    from datetime import timedelta
    from pathlib import Path

    from adapters.django_helpdesk.target import DjangoHelpdeskTarget
    from tests.servers.django_helpdesk import DjangoHelpdesk

REAL = True
KEY = "custom_casebridge_key"
CASE = Sample(
    object="ticket",
    key_field=KEY,
    fields={
        "queue": 1,
        "title": "Router broken since Monday",
        "description": "It blinks red.",
        "priority": 2,
        "custom_channel": "x",
    },
    changed={"title": "Router broken", "priority": 1},
    empty_field="custom_customer",
    filling="Ada Kern",
    invalid={
        "title": "t" * 201,
        "queue": 99,
        "priority": "many",
        "status": 77,
        "custom_channel": "fax",
        "due_date": "tomorrow",
    },
    required="title",
)
MESSAGE = Sample(
    object="followup",
    key_field="",
    fields={"comment": "It blinks red.", "public": False},
    changed={"comment": "It blinks green."},
    empty_field="time_spent",
    filling="00:10:00",
    invalid={"comment": 7, "public": "yes", "time_spent": "long"},
    parented=True,
)
LOSE = {
    Trouble.UNAUTHORISED: "401",
    Trouble.RATE_LIMITED: "429",
    Trouble.UNREACHABLE: "nobody",
    Trouble.LOST_REQUEST: "request",
    Trouble.LOST_RESPONSE: "response",
}


class Samples(dict[Thing, Sample]):
    """Samples of what there is."""

    def __missing__(self, thing: Thing) -> Sample:
        """Say that there are none of it."""
        reason = f"there is no {thing}: of persons it knows addresses on tickets"
        raise Cannot(reason)


class DjangoHelpdeskHarness:
    """An empty site."""

    samples = Samples({Thing.CASE: CASE, Thing.MESSAGE: MESSAGE})

    def __init__(self, server: DjangoHelpdesk, folder: Path) -> None:
        server.reset()
        self.server = server
        self.place = place(server, folder)
        self.clock, self.secrets = self.place.clock, (server.tokens["casebridge"],)
        # What is read once is read before troubles come.
        for sample in self.samples.values():
            self.place.target.schema(sample.object)

    @property
    def target(self) -> DjangoHelpdeskTarget:
        self.place.wire.used()
        return self.place.target

    def far(self, object_name: str) -> list[FarRecord]:
        if object_name == "ticket":
            return [self._ticket(row) for row in self.server.rows("SELECT * FROM helpdesk_ticket ORDER BY id")]
        rows = self.server.rows("SELECT * FROM helpdesk_followup ORDER BY id")
        return [self._followup(row) for row in rows if mark_of(row["comment"])]

    def provoke(self, trouble: Trouble) -> None:
        if trouble is Trouble.JOB:
            reason = "everything is written at once"
            raise Cannot(reason)
        self.place.wire.trouble(LOSE[trouble])

    def lag(self) -> timedelta:
        reason = "lists read the database and do not lag"
        raise Cannot(reason)

    def answer(self, case_ref: str, text: str, *, public: bool) -> str:
        body = {"ticket": int(case_ref), "comment": text, "public": public}
        return str(self.server.call("POST", "followups/", body).json()["id"])

    def take_back(self, answer_id: str) -> None:
        assert self.server.call("PATCH", f"followups/{answer_id}/", {"public": False}).is_success

    def status(self, case_ref: str, *, closed: bool) -> None:
        """Set it as the page does: by a follow-up."""
        body = {"ticket": int(case_ref), "comment": "", "public": False, "new_status": 4 if closed else 2}
        assert self.server.call("POST", "followups/", body).is_success

    def delete(self, thing: Thing, ref: str) -> None:
        kind = "tickets" if self.samples[thing] is CASE else "followups"
        if thing is Thing.MESSAGE:
            reason = "a deleted follow-up leaves no trace"
            raise Cannot(reason)
        assert self.server.call("DELETE", f"{kind}/{ref}/").is_success

    def merge(self, thing: Thing, loser: str, winner: str) -> None:
        assert self.samples[thing]
        body = {"merged_to": int(winner), "status": 5}
        assert self.server.call("PATCH", f"tickets/{loser}/", body).is_success

    def foreign_case(self, subject: str, permalink: str) -> str:
        body = {"queue": 1, "title": subject, "description": f"See {permalink} please", "priority": 3}
        return str(self.server.call("POST", "tickets/", body).json()["id"])

    def foreign_person(self, name: str, email: str) -> str:
        reason = f"there are no persons: {name}, {email}"
        raise Cannot(reason)

    def _ticket(self, row: sqlite3.Row) -> FarRecord:
        custom = self.server.rows(
            "SELECT name, value FROM helpdesk_ticketcustomfieldvalue v JOIN helpdesk_customfield f ON f.id = v.field_id"
            " WHERE ticket_id = ?",
            row["id"],
        )
        fields: dict[str, Any] = {
            **dict(row),
            "queue": row["queue_id"],
            **{f"custom_{n}": value for n, value in custom},
        }
        del fields["modified"]
        said = self.server.rows("SELECT comment FROM helpdesk_followup WHERE ticket_id = ? AND NOT public", row["id"])
        return FarRecord(
            ref=str(row["id"]),
            key=fields.get(KEY) or "",
            fields=fields,
            notes=tuple(plain(each["comment"]) for each in said if change_of(each["comment"])),
            links=tuple(ref for each in said for ref in re.findall(r"^Related: ticket (\d+),", each["comment"])),
            tags=tuple((fields.get("custom_tags") or "").splitlines()),
            closed=row["status"] not in {1, 2},
        )

    def _followup(self, row: sqlite3.Row) -> FarRecord:
        files = self.server.rows(
            "SELECT filename FROM helpdesk_followupattachment WHERE followup_id = ? ORDER BY id", row["id"]
        )
        spent = row["time_spent"]
        fields = {"comment": plain(row["comment"]), "public": bool(row["public"])}
        if spent:
            fields["time_spent"] = f"{spent // 3_600_000_000:02}:{spent // 60_000_000 % 60:02}:00"
        return FarRecord(
            ref=str(row["id"]),
            key=mark_of(row["comment"]),
            fields=fields,
            parent=str(row["ticket_id"]),
            files=tuple(each["filename"] for each in files),
        )


@contextmanager
def target(folder: Path) -> Iterator[DjangoHelpdeskHarness]:
    """Give an empty site; one runs for the whole session."""
    harness = DjangoHelpdeskHarness(django_helpdesk(), folder)
    try:
        yield harness
    finally:
        harness.place.target.close()
