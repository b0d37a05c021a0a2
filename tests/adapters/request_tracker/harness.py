"""A real Request Tracker for the conformance suite, read past the adapter through its database."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from bridge.nouns import Thing
from tests.adapters.request_tracker.far_side import KEY, FarSide
from tests.adapters.request_tracker.servers import place
from tests.conformance.harness import Cannot, FarRecord, Sample, Trouble
from tests.servers.shared import request_tracker

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import timedelta
    from pathlib import Path

    from adapters.request_tracker.target import RequestTrackerTarget
    from tests.servers.request_tracker import RequestTracker

REAL = True
AUTHOR, CHANNEL = "CF.{Author}", "CF.{Channel}"
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
        there = FarSide(self.server)
        read = {"User": there.users, "Ticket": there.tickets, "Transaction": there.messages}
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


@contextmanager
def target(folder: Path) -> Iterator[RequestTrackerHarness]:
    """Give an empty server; one runs for the whole session."""
    harness = RequestTrackerHarness(request_tracker(), folder)
    try:
        yield harness
    finally:
        harness.place.target.close()
