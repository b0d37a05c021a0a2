"""A pretend Jira Service Management for the conformance suite."""

from __future__ import annotations

from collections import UserDict
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr

from adapters.http.values import AMENDMENT, MARK, as_document, from_document
from bridge.nouns import Thing
from tests.adapters.http.connecting import connected, monday, provoke
from tests.conformance.harness import Cannot, FarRecord, Sample
from tests.fakes.carried import Carried
from tests.fakes.jira.app import AGENT, MAIL, TOKEN, Jira

if TYPE_CHECKING:
    from pathlib import Path

    from adapters.http.target import HttpTarget
    from tests.conformance.harness import Trouble
    from tests.fakes.rest import Item


class Samples(UserDict[Thing, Sample]):
    """Samples of what there is."""

    def __missing__(self, thing: Thing) -> Sample:
        reason = f"no {thing} is written there: a customer needs a mail address and cannot be changed by the API"
        raise Cannot(reason)


SAMPLES = Samples(
    {
        Thing.CASE: Sample(
            object="issues",
            key_field="fields.labels",
            fields={
                "fields.summary": "Router broken since Monday",
                "fields.description": "It blinks red.",
                "fields.issuetype.name": "Task",
                "fields.priority.name": "High",
            },
            changed={"fields.summary": "Router broken", "fields.priority.name": "Low"},
            empty_field="fields.customfield_10020",
            filling="https://social.example/p/1",
            invalid={"fields.summary": "s" * 256, "fields.customfield_10020": 7},
            required="fields.summary",
        ),
        Thing.MESSAGE: Sample(
            object="comments",
            key_field="",
            fields={"body": "It blinks red."},
            changed={"body": "It blinks green."},
            empty_field="",
            filling="",
            invalid={"body": "b" * 32_001},
            required="body",
            parented=True,
        ),
    }
)


class JiraHarness:
    """A site without issues."""

    samples = SAMPLES
    secrets = (TOKEN,)

    def __init__(self, folder: Path) -> None:
        self.clock = monday()
        self.fake = Jira(self.clock)
        self.wire = Carried(self.fake.app, self.clock, searches="/search/jql")
        self.target: HttpTarget = connected(
            folder,
            self.clock,
            self.wire,
            SAMPLES,
            manifest="jira-service-management",
            values={"site": "acme", "mail": MAIL, "project": "SUP", "reopen": "11"},
            secrets={"token": SecretStr(TOKEN)},
        )

    def far(self, object_name: str) -> list[FarRecord]:
        return [self._far(item) for item in self.fake.of(object_name)]

    def provoke(self, trouble: Trouble) -> None:
        provoke(trouble, self.wire, self.fake.faults)

    def lag(self) -> timedelta:
        self.fake.lag = timedelta(seconds=30)
        return timedelta(seconds=120)

    def answer(self, case_ref: str, text: str, *, public: bool) -> str:
        return str(self.fake.say(int(case_ref), as_document(text), internal=not public, by=AGENT).id)

    def take_back(self, answer_id: str) -> None:
        del self.fake.items[int(answer_id)]

    def status(self, case_ref: str, *, closed: bool) -> None:
        self.fake.touch(self.fake.items[int(case_ref)], AGENT, status="done" if closed else "new")

    def delete(self, thing: Thing, ref: str) -> None:
        if thing is Thing.CASE:
            reason = "a deleted issue is answered as one that may not be seen, so a deletion is never believed"
            raise Cannot(reason)
        del self.fake.items[int(ref)]

    def merge(self, thing: Thing, loser: str, winner: str) -> None:  # noqa: ARG002 - there is nothing to be done
        reason = "nothing is merged there"
        raise Cannot(reason)

    def foreign_case(self, subject: str, permalink: str) -> str:
        fields = {
            "summary": subject,
            "description": as_document(f"See {permalink} please"),
            "labels": [],
            "status": "new",
        }
        return str(self.fake.make("issues", fields, AGENT).id)

    def foreign_person(self, name: str, email: str) -> str:  # noqa: ARG002 - there is nothing to be done
        reason = "persons are not read there: mail addresses are hidden"
        raise Cannot(reason)

    def _far(self, item: Item) -> FarRecord:
        comments = [each for each in self.fake.of("comments") if each.fields["issue"] == item.id]
        labels = item.fields.get("labels", [])
        key = next((label for label in labels if label.startswith("cb1-")), "")
        fields: dict[str, Any] = {f"fields.{name}": value for name, value in item.fields.items()}
        for name in ("issuetype", "priority"):
            fields[f"fields.{name}.name"] = (item.fields.get(name) or {}).get("name")
        if item.fields.get("description"):
            fields["fields.description"] = from_document(item.fields["description"])
        if item.kind == "comments":
            text = from_document(item.fields["body"])
            found = MARK.search(text)
            fields, key = {"body": MARK.sub("", text)}, found[1] if found else ""
        issue = self.fake.items.get(item.fields.get("issue", 0), item)
        return FarRecord(
            ref=str(item.id),
            key=key,
            fields=fields,
            parent=str(item.fields.get("issue", "")),
            notes=tuple(AMENDMENT.sub("", from_document(each.fields["body"])).strip() for each in comments),
            tags=tuple(labels),
            links=tuple(to for one, to in self.fake.links if one == str(item.id)),
            closed=item.fields.get("status") == "done",
            files=tuple(issue.files),
        )
