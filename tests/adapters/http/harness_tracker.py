"""The unknown tracker for the conformance suite."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr

from bridge.nouns import Thing
from tests.adapters.http.connecting import connected, monday, provoke
from tests.conformance.harness import FarRecord, Sample, Trouble
from tests.fakes.carried import Carried
from tests.fakes.tracker.app import CLIENT, SECRET, TOKEN, Tracker

if TYPE_CHECKING:
    from adapters.http.target import HttpTarget
    from tests.fakes.tracker.app import Item

MANIFEST = Path(__file__).with_name("tracker.yaml")
KEY = "attributes.external_key"
SAMPLES = {
    Thing.PERSON: Sample(
        object="people",
        key_field=KEY,
        fields={"attributes.name": "Ada Kern", "attributes.mail": "ada.kern@example.com"},
        changed={"attributes.name": "Ada Kern-Vogel"},
        empty_field="attributes.phone",
        filling="+4930123456",
        invalid={"attributes.name": "n" * 81, "attributes.mail": 7},
        required="attributes.name",
    ),
    Thing.CASE: Sample(
        object="tickets",
        key_field=KEY,
        fields={
            "attributes.title": "Router broken since Monday",
            "attributes.body": "It blinks red.",
            "attributes.state": "new",
            "attributes.prio": "2",
            "attributes.labels": ["social", "router"],
        },
        changed={"attributes.title": "Router broken", "attributes.labels": ["router"]},
        empty_field="attributes.assignee",
        filling="bela",
        invalid={
            "attributes.title": "t" * 121,
            "attributes.state": "resolved",
            "attributes.labels": "router",
            "attributes.prio": 2,
        },
        required="attributes.title",
    ),
    Thing.MESSAGE: Sample(
        object="comments",
        key_field="",
        fields={"attributes.text": "It blinks red.", "attributes.internal": True},
        changed={"attributes.text": "It blinks green."},
        empty_field="attributes.via",
        filling="x",
        invalid={"attributes.internal": "yes", "attributes.text": "t" * 90_001},
        required="attributes.text",
        parented=True,
    ),
}
NAMES = {Thing.PERSON: "people", Thing.CASE: "tickets", Thing.MESSAGE: "comments"}


class TrackerHarness:
    """An empty tracker."""

    samples = SAMPLES
    secrets = (SECRET, TOKEN)

    def __init__(self, folder: Path) -> None:
        self.clock = monday()
        self.fake = Tracker(self.clock)
        self.wire = Carried(self.fake.app, self.clock)
        self.target: HttpTarget = connected(
            folder,
            self.clock,
            self.wire,
            SAMPLES,
            manifest=str(MANIFEST),
            values={"account": CLIENT},
            secrets={"client": SecretStr(SECRET)},
        )
        self.target.check()

    def far(self, object_name: str) -> list[FarRecord]:
        return [self._far(item) for item in self.fake.items[object_name].values()]

    def provoke(self, trouble: Trouble) -> None:
        provoke(trouble, self.wire, self.fake.faults)
        if trouble is Trouble.UNAUTHORISED:  # a token is renewed once
            self.fake.faults.order("401")

    def lag(self) -> timedelta:
        self.fake.lag = timedelta(seconds=30)
        return timedelta(seconds=30)

    def answer(self, case_ref: str, text: str, *, public: bool) -> str:
        return self.fake.agent.comment(case_ref, text, internal=not public)

    def take_back(self, answer_id: str) -> None:
        self.fake.agent.hide(answer_id)

    def status(self, case_ref: str, *, closed: bool) -> None:
        self.fake.agent.set("tickets", case_ref, state="done" if closed else "new")

    def delete(self, thing: Thing, ref: str) -> None:
        self.fake.agent.delete(NAMES[thing], ref)

    def merge(self, thing: Thing, loser: str, winner: str) -> None:
        self.fake.agent.merge(NAMES[thing], loser, winner)

    def foreign_case(self, subject: str, permalink: str) -> str:
        return self.fake.agent.add("tickets", title=subject, body=f"See {permalink} please")

    def foreign_person(self, name: str, email: str) -> str:
        return self.fake.agent.add("people", name=name, mail=email)

    def _far(self, item: Item) -> FarRecord:
        fields: dict[str, Any] = {f"attributes.{name}": value for name, value in item.fields.items()}
        text, _, mark = str(item.fields.get("text", "")).rpartition("\n\n[")
        if mark:
            fields["attributes.text"] = text
        for name in ("attributes.prio", "attributes.reporter"):
            if fields.get(name) is not None:
                fields[name] = str(fields[name])
        comments = [each for each in self.fake.items["comments"].values() if each.fields["ticket"] == item.id]
        return FarRecord(
            ref=item.id,
            key=item.fields.get("external_key") or mark.rstrip("]"),
            fields=fields,
            parent=item.fields.get("ticket", ""),
            notes=tuple(each.fields["text"].partition("\n\n{")[0] for each in comments),
            tags=tuple(item.fields.get("labels", ())),
            links=tuple(item.fields.get("related", ())),
            closed=item.fields.get("state") == "done",
            deleted=item.deleted,
            files=tuple(item.files),
        )
