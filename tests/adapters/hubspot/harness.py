"""A pretend HubSpot account for the conformance suite."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from adapters.hubspot.values import as_text
from bridge.nouns import Thing
from tests.adapters.hubspot.accounts import KEY, place
from tests.conformance.harness import Cannot, FarRecord, Sample, Trouble
from tests.fakes.hubspot.org import SERVICE_KEY

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import timedelta
    from pathlib import Path

    from tests.fakes.hubspot.portal import Item

SAMPLES = {
    Thing.PERSON: Sample(
        object="contacts",
        key_field=KEY,
        fields={"firstname": "Ada", "lastname": "Kern", "twitterhandle": "adakern"},
        changed={"lastname": "Kern-Vogel", "twitterhandle": "ada_kv"},
        empty_field="phone",
        filling="+4930123456",
        invalid={"firstname": "n" * 70_000, "email": 7, "lifecyclestage": "mystery"},
    ),
    Thing.CASE: Sample(
        object="tickets",
        key_field=KEY,
        fields={
            "subject": "Router broken since Monday",
            "content": "It blinks red.",
            "hs_pipeline": "0",
            "hs_pipeline_stage": "1",
            "hs_ticket_priority": "HIGH",
        },
        changed={"subject": "Router broken", "hs_ticket_priority": "URGENT"},
        empty_field="hs_ticket_category",
        filling="PRODUCT_ISSUE",
        invalid={
            "subject": "s" * 70_000,
            "hs_pipeline_stage": "resolved",
            "hs_ticket_priority": 1,
            "createdate": "yesterday",
        },
        required="subject",
    ),
    Thing.MESSAGE: Sample(
        object="notes",
        key_field=KEY,
        fields={"hs_note_body": "It blinks red.", "hs_timestamp": "2026-03-02T08:00:00.000Z"},
        changed={"hs_note_body": "It blinks green."},
        empty_field="hubspot_owner_id",
        filling="81001",
        invalid={"hs_note_body": "n" * 70_000, "hs_timestamp": "yesterday"},
        parented=True,
    ),
}
LOSE = {Trouble.UNREACHABLE: "nobody", Trouble.LOST_REQUEST: "request", Trouble.LOST_RESPONSE: "response"}
FAULTS = {Trouble.UNAUTHORISED: "401", Trouble.RATE_LIMITED: "429"}


class HubSpotHarness:
    """An empty account."""

    samples = SAMPLES
    secrets = (SERVICE_KEY,)

    def __init__(self, folder: Path) -> None:
        self.place = place(folder)
        self.target, self.clock, self.fake = self.place.target, self.place.clock, self.place.fake
        # What is read once is read before troubles come.
        for sample in SAMPLES.values():
            self.target.schema(sample.object)

    def far(self, object_name: str) -> list[FarRecord]:
        merged = {ref for name, ref in self.fake.portal.redirects if name == object_name}
        return [self._far(item) for item in self.fake.portal.items[object_name].values() if item.id not in merged]

    def provoke(self, trouble: Trouble) -> None:
        if trouble is Trouble.JOB:
            reason = "batches are written at once"
            raise Cannot(reason)
        if trouble in LOSE:
            self.place.wire.lose = LOSE[trouble]
        else:
            self.fake.faults.order(FAULTS[trouble])

    def lag(self) -> timedelta:
        reason = "look-ups by a unique property read the database, never the search index"
        raise Cannot(reason)

    def answer(self, case_ref: str, text: str, *, public: bool) -> str:
        return self.fake.agent.note(case_ref, f"<p>#reply {text}</p>" if public else f"<p>{text}</p>")

    def take_back(self, answer_id: str) -> None:
        self.fake.agent.delete("notes", answer_id)

    def status(self, case_ref: str, *, closed: bool) -> None:
        (self.fake.agent.close if closed else self.fake.agent.reopen)(case_ref)

    def delete(self, thing: Thing, ref: str) -> None:
        self.fake.agent.delete(SAMPLES[thing].object, ref)

    def merge(self, thing: Thing, loser: str, winner: str) -> None:
        self.fake.agent.merge(SAMPLES[thing].object, loser, winner)

    def foreign_case(self, subject: str, permalink: str) -> str:
        return self.fake.agent.ticket(subject, content=f"See {permalink} please")

    def foreign_person(self, name: str, email: str) -> str:
        first, _, last = name.partition(" ")
        return self.fake.agent.contact(firstname=first, lastname=last, email=email)

    def _far(self, item: Item) -> FarRecord:
        portal, here = self.fake.portal, (item.object, item.id)
        fields: dict[str, Any] = dict(item.properties)
        if "hs_note_body" in fields:
            fields["hs_note_body"] = as_text(fields["hs_note_body"])
        contacts, tickets = portal.linked(here, "contacts"), portal.linked(here, "tickets")
        notes = [portal.items["notes"][ref].properties["hs_note_body"] for ref in portal.linked(here, "notes")]
        fields |= {"contact": contacts[0]} if contacts and item.object != "contacts" else {}
        files = (fields.get("hs_attachment_ids") or "").split(";")
        return FarRecord(
            ref=item.id,
            key=fields.get(KEY, ""),
            fields=fields,
            parent=tickets[0] if tickets and item.object == "notes" else "",
            notes=tuple(as_text(text).partition("\n\n{")[0] for text in notes),
            tags=tuple(filter(None, fields.get("casebridge_tags", "").split("\n"))),
            links=tuple(tickets) if item.object == "tickets" else (),
            closed=fields.get("hs_pipeline_stage") == "4",
            deleted=item.archived_at is not None,
            files=tuple(self.place.file_names()[file] for file in files if file),
        )


@contextmanager
def target(folder: Path) -> Iterator[HubSpotHarness]:
    """Give an empty account."""
    harness = HubSpotHarness(folder)
    yield harness
    harness.target.close()
