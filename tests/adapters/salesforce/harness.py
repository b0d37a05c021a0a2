"""A pretend Salesforce for the conformance suite, read past the adapter."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from bridge.nouns import Thing
from tests.adapters.salesforce.orgs import KEY, connected, opened
from tests.conformance.harness import Cannot, FarRecord, Sample, Trouble

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import timedelta
    from pathlib import Path

FAULTS: Mapping[Trouble, tuple[str | None, ...]] = {
    Trouble.UNAUTHORISED: ("401", None, "401"),
    Trouble.RATE_LIMITED: ("403_limit",),
    Trouble.UNREACHABLE: ("503",),
    Trouble.LOST_REQUEST: (None, "reset_before"),
    Trouble.LOST_RESPONSE: (None, "reset_after"),
}
"""Trouble → what the next calls meet; a write looks first, and the call that writes is the second."""
SAMPLES = {
    Thing.PERSON: Sample(
        object="Contact",
        key_field=KEY,
        fields={"LastName": "Kern", "FirstName": "Ada", "Email": "ada.kern@customers.example"},
        changed={"LastName": "Kern-Vogel"},
        empty_field="MobilePhone",
        filling="+4930123456",
        invalid={"LastName": "n" * 81, "Email": "nobody", "DoNotCall": "perhaps"},
        required="LastName",
    ),
    Thing.CASE: Sample(
        object="Case",
        key_field=KEY,
        fields={"Subject": "Router broken", "Description": "It blinks red.", "Priority": "High", "Origin": "Phone"},
        changed={"Subject": "Router broken again", "Priority": "Low"},
        empty_field="SuppliedName",
        filling="Ada Kern",
        invalid={"Subject": "s" * 256, "SuppliedEmail": "nobody", "Description": "d" * 32_001},
    ),
    Thing.MESSAGE: Sample(
        object="Casebridge_Message__c",
        key_field=KEY,
        fields={
            "Author__c": "Ada Kern",
            "Text__c": "It blinks red.",
            "Public__c": True,
            "Sent_At__c": "2026-03-02T08:00:00.000+0000",
            "Rating__c": 1.5,
        },
        changed={"Text__c": "It blinks green.", "Rating__c": 4.0},
        empty_field="Permalink__c",
        filling="https://social.example/p/1",
        invalid={"Rating__c": "five", "Author__c": "a" * 256, "Sent_At__c": "yesterday"},
        parented=True,
    ),
}


class SalesforceHarness:
    """A plain org."""

    samples = SAMPLES
    secrets = ("pretend-consumer-secret", "pretend.token")

    def __init__(self) -> None:
        self.fake = opened()
        self.clock = self.fake.clock
        self.target = connected(self.fake)

    def far(self, object_name: str) -> list[FarRecord]:
        return [self._far(row) for row in self.fake.rows(object_name, deleted=True)]

    def provoke(self, trouble: Trouble) -> None:
        if trouble is Trouble.JOB:
            self.target.close()
            self.target = connected(self.fake, bulk_from=1)
            return
        self.target.budget()
        self.fake.faults.order(*FAULTS[trouble])

    def lag(self) -> timedelta:
        raise Cannot("queries read what is committed")

    def answer(self, case_ref: str, text: str, *, public: bool) -> str:
        self.fake.agent().comment(case_ref, text, public=public)
        return str(self.fake.rows("CaseComment")[-1]["Id"])

    def take_back(self, answer_id: str) -> None:
        self.fake.agent().change(answer_id, IsPublished=False)

    def status(self, case_ref: str, *, closed: bool) -> None:
        self.fake.agent().status(case_ref, "Closed" if closed else "Working")

    def delete(self, thing: Thing, ref: str) -> None:  # noqa: ARG002 - an id says what it is
        self.fake.agent().delete(ref)

    def merge(self, thing: Thing, loser: str, winner: str) -> None:  # noqa: ARG002 - an id says what it is
        self.fake.agent().merge(winner, loser)

    def foreign_case(self, subject: str, permalink: str) -> str:
        return self.fake.agent().create("Case", Subject=subject, Description=f"See {permalink} please", Origin="Phone")

    def foreign_person(self, name: str, email: str) -> str:
        first, _, last = name.partition(" ")
        return self.fake.agent().create("Contact", FirstName=first, LastName=last, Email=email)

    def _far(self, row: dict[str, Any]) -> FarRecord:
        notes = [each for each in self.fake.rows("CaseComment") if each["ParentId"] == row["Id"]]
        paths = [str(each["PathOnClient"]).split("/") for each in self.fake.rows("ContentVersion")]
        mine = {name: value for name, value in row.items() if name not in ("LastModifiedDate", "SystemModstamp")}
        return FarRecord(
            ref=row["Id"],
            key=row.get(KEY) or "",
            fields=mine,
            parent=row.get("Case__c") or "",
            notes=tuple(note["CommentBody"].partition("\n\n[cb1-")[0] for note in notes if not note["IsPublished"]),
            tags=tuple(str(row.get("Casebridge_Tags__c") or "").split(";")),
            links=tuple(filter(None, [row.get("ParentId")])),
            closed=bool(row.get("IsClosed")),
            deleted=bool(row["IsDeleted"]),
            files=tuple(path[-1] for path in paths if row.get(KEY) in path),
        )


@contextmanager
def target(folder: Path) -> Iterator[SalesforceHarness]:  # noqa: ARG001 - nothing is kept in files
    """Give an empty org."""
    harness = SalesforceHarness()
    try:
        yield harness
    finally:
        harness.target.close()
