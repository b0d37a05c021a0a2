"""A pretend Zammad for the conformance suite."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr

from adapters.http.values import AMENDMENT, MARK
from bridge.nouns import Thing
from tests.adapters.http.connecting import connected, monday, provoke
from tests.conformance.harness import Cannot, FarRecord, Sample
from tests.fakes.carried import Carried
from tests.fakes.zammad.app import AGENT, ME, TOKEN, Zammad

if TYPE_CHECKING:
    from pathlib import Path

    from adapters.http.target import HttpTarget
    from tests.conformance.harness import Trouble
    from tests.fakes.rest import Item

KEY = "casebridge_key"
SAMPLES = {
    Thing.PERSON: Sample(
        object="users",
        key_field=KEY,
        fields={"firstname": "Ada", "lastname": "Kern"},
        changed={"lastname": "Kern-Vogel"},
        empty_field="phone",
        filling="+4930123456",
        invalid={"firstname": "n" * 101, "email": 7},
    ),
    Thing.CASE: Sample(
        object="tickets",
        key_field=KEY,
        fields={
            "title": "Router broken since Monday",
            "group": "Social",
            "state": "new",
            "priority": "3 high",
            "article.body": "It blinks red.",
        },
        changed={"title": "Router broken", "priority": "2 normal"},
        empty_field="permalink",
        filling="https://social.example/p/1",
        invalid={"title": "t" * 251, "state": "resolved", "priority": 1},
        required="title",
    ),
    Thing.MESSAGE: Sample(
        object="articles",
        key_field="",
        fields={"body": "It blinks red.", "subject": "Router"},
        changed={},
        empty_field="",
        filling="",
        invalid={"body": "b" * 100_001, "from": 7},
        required="body",
        parented=True,
    ),
}
DELETED = "agents delete no tickets and users there; what an admin deletes by the API no list shows"


class ZammadHarness:
    """An empty server."""

    samples = SAMPLES
    secrets = (TOKEN,)

    def __init__(self, folder: Path) -> None:
        self.clock = monday()
        self.fake = Zammad(self.clock)
        self.wire = Carried(self.fake.app, self.clock)
        self.target: HttpTarget = connected(
            folder,
            self.clock,
            self.wire,
            SAMPLES,
            manifest="zammad",
            values={"host": "support.acme.example"},
            secrets={"token": SecretStr(TOKEN)},
        )

    def far(self, object_name: str) -> list[FarRecord]:
        kind = "ticket_articles" if object_name == "articles" else object_name
        return [self._far(item) for item in self.fake.of(kind) if item.id not in self._own()]

    def provoke(self, trouble: Trouble) -> None:
        provoke(trouble, self.wire, self.fake.faults)

    def lag(self) -> timedelta:
        self.fake.lag = timedelta(seconds=20)
        return timedelta(seconds=30)

    def answer(self, case_ref: str, text: str, *, public: bool) -> str:
        kind = {"type": "web" if public else "note", "internal": not public}
        return str(self.fake.say(int(case_ref), {"body": text, **kind}, AGENT).id)

    def take_back(self, answer_id: str) -> None:
        self.fake.touch(self.fake.items[int(answer_id)], AGENT, internal=True)

    def status(self, case_ref: str, *, closed: bool) -> None:
        self.fake.touch(self.fake.items[int(case_ref)], AGENT, state="closed" if closed else "open")

    def delete(self, thing: Thing, ref: str) -> None:
        if thing is not Thing.MESSAGE:
            raise Cannot(DELETED)
        del self.fake.items[int(ref)]

    def merge(self, thing: Thing, loser: str, winner: str) -> None:
        if thing is Thing.PERSON:
            reason = "users are not merged there"
            raise Cannot(reason)
        self.fake.merge(int(loser), int(winner))

    def foreign_case(self, subject: str, permalink: str) -> str:
        fields = {"title": subject, "group": "Users", "state": "open", "priority": "2 normal", "permalink": permalink}
        return str(self.fake.make("tickets", {**fields, "tags": []}, AGENT).id)

    def foreign_person(self, name: str, email: str) -> str:
        first, _, last = name.partition(" ")
        return str(self.fake.make("users", {"firstname": first, "lastname": last, "email": email}, AGENT).id)

    def _own(self) -> dict[int, Item]:
        """Return the articles that tickets were made with, which are parts of their tickets."""
        every = self.fake.of("ticket_articles")
        first = {each.fields["ticket_id"]: each for each in reversed(every)}
        return {each.id: each for each in first.values() if not MARK.search(each.fields["body"]) and each.by == ME}

    def _far(self, item: Item) -> FarRecord:
        fields: dict[str, Any] = dict(item.fields)
        articles = [each for each in self.fake.of("ticket_articles") if each.fields["ticket_id"] == item.id]
        own = next((each for each in self._own().values() if each.fields["ticket_id"] == item.id), None)
        if own is not None:
            fields["article.body"] = own.fields["body"]
        mark = MARK.search(fields.get("body", ""))
        if mark:
            fields["body"] = MARK.sub("", fields["body"])
        if fields.get("customer_id") is not None:
            fields["customer_id"] = str(fields["customer_id"])
        return FarRecord(
            ref=str(item.id),
            key=fields.get(KEY) or (mark[1] if mark else ""),
            fields=fields,
            parent=str(fields.get("ticket_id", "")),
            notes=tuple(AMENDMENT.sub("", each.fields["body"]).strip() for each in articles),
            tags=tuple(fields.get("tags", ())),
            links=tuple(str(to) for kind, one, to in self.fake.links if one == item.id and kind == "normal"),
            closed=fields.get("state") == "closed",
            files=tuple(item.files),
        )
