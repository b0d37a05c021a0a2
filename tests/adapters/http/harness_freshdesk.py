"""A pretend Freshdesk for the conformance suite."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import SecretStr

from adapters.http.values import AMENDMENT, MARK, as_text
from bridge.nouns import Thing
from tests.adapters.http.connecting import connected, monday, provoke
from tests.conformance.harness import Cannot, FarRecord, Sample
from tests.fakes.carried import Carried
from tests.fakes.freshdesk.app import AGENT, KEY, Freshdesk

if TYPE_CHECKING:
    from datetime import timedelta
    from pathlib import Path

    from adapters.http.target import HttpTarget
    from tests.conformance.harness import Trouble
    from tests.fakes.rest import Item

NAMES = {Thing.PERSON: "contacts", Thing.CASE: "tickets", Thing.MESSAGE: "conversations"}
SAMPLES = {
    Thing.PERSON: Sample(
        object="contacts",
        key_field="unique_external_id",
        fields={"name": "Ada Kern", "description": "Writes on X as adakern."},
        changed={"name": "Ada Kern-Vogel"},
        empty_field="phone",
        filling="+4930123456",
        invalid={"name": "n" * 256, "email": 7},
        required="name",
    ),
    Thing.CASE: Sample(
        object="tickets",
        key_field="custom_fields.cf_casebridge_key",
        fields={
            "subject": "Router broken since Monday",
            "description": "It blinks red.\n<b>",
            "status": "2",
            "priority": "3",
            "tags": ["social"],
        },
        changed={"subject": "Router broken", "priority": "4"},
        empty_field="custom_fields.cf_permalink",
        filling="https://social.example/p/1",
        invalid={"subject": "s" * 256, "status": "8", "priority": 1, "tags": "router", "group_id": "x"},
        required="subject",
    ),
    Thing.MESSAGE: Sample(
        object="notes",
        key_field="",
        fields={"body": "It blinks red."},
        changed={"body": "It blinks green."},
        empty_field="",
        filling="",
        invalid={"body": "b" * 60_001, "private": "yes"},
        required="body",
        parented=True,
    ),
}


class FreshdeskHarness:
    """An empty account."""

    samples = SAMPLES
    secrets = (KEY,)

    def __init__(self, folder: Path) -> None:
        self.clock = monday()
        self.fake = Freshdesk(self.clock)
        self.wire = Carried(self.fake.app, self.clock)
        self.target: HttpTarget = self.connect(folder, self)
        self.target.schema("tickets")  # what is asked once is asked before troubles come

    @staticmethod
    def connect(folder: Path, there: FreshdeskHarness) -> HttpTarget:
        return connected(
            folder,
            there.clock,
            there.wire,
            SAMPLES,
            manifest="freshdesk",
            values={"domain": "acme"},
            secrets={"key": SecretStr(KEY)},
        )

    def far(self, object_name: str) -> list[FarRecord]:
        kind = "conversations" if object_name == "notes" else object_name
        return [self._far(item) for item in self.fake.of(kind)]

    def provoke(self, trouble: Trouble) -> None:
        provoke(trouble, self.wire, self.fake.faults)

    def lag(self) -> timedelta:
        reason = "contacts, which the suite asks for, are looked up in the database; of tickets the search lags"
        raise Cannot(reason)

    def answer(self, case_ref: str, text: str, *, public: bool) -> str:
        return str(self.fake.say(int(case_ref), text, private=not public).id)

    def take_back(self, answer_id: str) -> None:
        self.fake.items[int(answer_id)].deleted = True

    def status(self, case_ref: str, *, closed: bool) -> None:
        self.fake.touch(self.fake.items[int(case_ref)], AGENT, status=5 if closed else 2)

    def delete(self, thing: Thing, ref: str) -> None:  # noqa: ARG002 - an id says what it is
        item = self.fake.items[int(ref)]
        item.deleted = True
        self.fake.touch(item, AGENT)

    def merge(self, thing: Thing, loser: str, winner: str) -> None:  # noqa: ARG002 - there is nothing to be done
        reason = "the API does not tell what a ticket or contact was merged into"
        raise Cannot(reason)

    def foreign_case(self, subject: str, permalink: str) -> str:
        fields = {"subject": subject, "description": f"See {permalink} please", "status": 2, "priority": 1}
        return str(self.fake.make("tickets", {**fields, "tags": [], "custom_fields": {}}, AGENT).id)

    def foreign_person(self, name: str, email: str) -> str:
        return str(self.fake.make("contacts", {"name": name, "email": email}, AGENT).id)

    def _far(self, item: Item) -> FarRecord:
        fields: dict[str, Any] = dict(item.fields)
        fields |= {f"custom_fields.{name}": value for name, value in fields.pop("custom_fields", {}).items()}
        for name in ("description", "body") if item.kind != "contacts" else ():
            if name in fields:
                fields[name] = as_text(fields[name])
        mark = MARK.search(fields.get("body", ""))
        if mark:
            fields["body"] = MARK.sub("", fields["body"])
        for name in ("status", "priority", "requester_id"):
            if fields.get(name) is not None:
                fields[name] = str(fields[name])
        notes = [each for each in self.fake.of("conversations") if each.fields["ticket"] == item.id]
        texts = [as_text(each.fields["body"]) for each in notes]
        linked = [text.split("ticket ")[1].split(".")[0] for text in texts if text.startswith("Belongs together")]
        return FarRecord(
            ref=str(item.id),
            key=fields.get("custom_fields.cf_casebridge_key")
            or fields.get("unique_external_id")
            or (mark[1] if mark else ""),
            fields=fields,
            parent=str(fields.get("ticket", "")),
            notes=tuple(AMENDMENT.sub("", text).strip() for text in texts),
            tags=tuple(fields.get("tags", ())),
            links=tuple(linked),
            closed=fields.get("status") in ("4", "5"),
            deleted=item.deleted,
            files=tuple(item.files),
        )
