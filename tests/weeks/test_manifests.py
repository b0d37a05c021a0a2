"""A brand's week goes into tools that are connected by manifests: once, answered, verified, and nobody is mailed."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Protocol

import pytest

from bridge.clock import ShiftedClock
from bridge.errors import Exit
from config.demo import write_project
from tests.fakes.freshdesk.app import KEY, Freshdesk
from tests.fakes.jira.app import MAIL, Jira
from tests.fakes.jira.app import TOKEN as JIRA_TOKEN
from tests.fakes.serving import running
from tests.fakes.zammad.app import TOKEN, Zammad
from tests.weeks.invented import BatchlinePlace, EtagerePlace, InventedPlace, KreuzbriefPlace
from tests.weeks.office import Office, connect

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.fakes.rest import House

HEAD = "    type: http\n    mode: live\n    publish: true\n    persons: create\n"
ANSWER = "Ein neuer Router geht heute raus. ^Mia"
HER_TWEET = "Router kam kaputt"


class Place(Protocol):
    """A tool, and how its page says that it is connected."""

    fake: House
    secrets: dict[str, str]
    target: str
    field: str
    """The field that says how it stands with an answer; empty where a note alone does."""

    def answer(self, case: int, text: str) -> None:
        """Answer the customer."""
        ...

    def said(self) -> dict[int, list[str]]:
        """Return what stands in each case."""
        ...


class FreshdeskPlace:
    """Freshdesk."""

    field = "cf_casebridge_answer"

    def __init__(self, clock: ShiftedClock) -> None:
        """Open an account."""
        self.fake = self.desk = Freshdesk(clock)
        self.secrets = {"FRESHDESK_KEY": KEY}
        self.target = (
            HEAD
            + "    manifest: freshdesk\n    base_url: {address}/api/v2\n    values: {{domain: acme}}\n    secrets: {{key: '${{FRESHDESK_KEY}}'}}\n"
        )

    def answer(self, case: int, text: str) -> None:
        """Reply."""
        self.desk.say(case, text, private=False)

    def said(self) -> dict[int, list[str]]:
        """Return the notes by ticket."""
        found: dict[int, list[str]] = {item.id: [] for item in self.fake.of("tickets")}
        for item in self.fake.of("conversations"):
            found[item.fields["ticket"]].append(item.fields["body"])
        return found


class ZammadPlace:
    """Zammad."""

    field = "casebridge_answer"

    def __init__(self, clock: ShiftedClock) -> None:
        """Start a server."""
        self.fake = self.desk = Zammad(clock)
        self.secrets = {"ZAMMAD_TOKEN": TOKEN}
        self.target = (
            HEAD
            + "    manifest: zammad\n    base_url: {address}/api/v1\n    values: {{host: support.acme.example}}\n    secrets: {{token: '${{ZAMMAD_TOKEN}}'}}\n"
        )

    def answer(self, case: int, text: str) -> None:
        """Write an article that is not internal."""
        self.desk.say(case, {"body": text, "type": "web", "internal": False}, 4)

    def said(self) -> dict[int, list[str]]:
        """Return the articles by ticket."""
        found: dict[int, list[str]] = {item.id: [] for item in self.fake.of("tickets")}
        for item in self.fake.of("ticket_articles"):
            found[item.fields["ticket_id"]].append(item.fields["body"])
        return found


class JiraPlace:
    """Jira Service Management."""

    field = ""

    def __init__(self, clock: ShiftedClock) -> None:
        """Open a site."""
        self.fake = self.desk = Jira(clock)
        self.secrets = {"JIRA_TOKEN": JIRA_TOKEN}
        self.target = (
            HEAD
            + "    manifest: jira-service-management\n    base_url: {address}/rest/api/3\n"
            + f"    values: {{{{site: acme, mail: {MAIL}, project: SUP, reopen: '11'}}}}\n    secrets: {{{{token: '${{{{JIRA_TOKEN}}}}'}}}}\n"
        )

    def answer(self, case: int, text: str) -> None:
        """Reply to customer."""
        document = {
            "type": "doc",
            "version": 1,
            "content": [{"type": "paragraph", "content": [{"type": "text", "text": text}]}],
        }
        self.desk.say(case, document, internal=False, by="5b10-bela")

    def said(self) -> dict[int, list[str]]:
        """Return the comments by issue."""
        found: dict[int, list[str]] = {item.id: [] for item in self.fake.of("issues")}
        for item in self.fake.of("comments"):
            found[item.fields["issue"]].append(json.dumps(item.fields["body"], ensure_ascii=False))
        return found


@pytest.fixture
def clock() -> ShiftedClock:
    return ShiftedClock()


PLACES = {
    "freshdesk": FreshdeskPlace,
    "zammad": ZammadPlace,
    "jira": JiraPlace,
    "etagere": EtagerePlace,
    "batchline": BatchlinePlace,
    "kreuzbrief": KreuzbriefPlace,
}


@pytest.fixture(params=PLACES.values(), ids=PLACES)
def place(request: pytest.FixtureRequest, clock: ShiftedClock) -> Place:
    made: Place = request.param(clock)
    return made


@pytest.fixture
def office(place: Place, clock: ShiftedClock, tmp_path: Path) -> Iterator[Office]:
    folder = tmp_path / "week"
    write_project(folder, clock.now())
    with running(place.fake.app) as address:
        connect(folder, place.target.format(address=address))
        if isinstance(place, InventedPlace):
            place.adapt(folder)
        yield Office(folder, clock, dict(place.secrets))


def test_a_week_is_delivered_once_answered_and_verified(office: Office, place: Place) -> None:
    office.run("mapping", "check", expect=lambda code: code == Exit.OK)
    office.settle()
    refused = office.deliveries(state="refused")
    assert {one["thing"] for one in refused} <= {"person"}, refused
    assert all("unique" in one["reason"] or "already" in one["reason"] for one in refused), refused
    office.balances()
    writes = [call for call in place.fake.calls if call.method != "GET" and not call.path.endswith(("/jql", "/token"))]
    assert writes
    office.later(minutes=10)
    office.run("sync")
    assert [
        call for call in place.fake.calls if call.method != "GET" and not call.path.endswith(("/jql", "/token"))
    ] == writes
    assert list(place.fake.notices) == []

    (case,) = [case for case, said in place.said().items() if any(HER_TWEET in text for text in said)]
    place.answer(case, ANSWER)
    sent = list(place.fake.notices)
    for _ in range(4):
        office.sync()
    office.settle()
    lines = [
        line for file in (office.folder / "outbox").glob("*.jsonl") for line in file.read_text("utf-8").splitlines()
    ]
    assert [json.loads(line)["text"] for line in lines] == [ANSWER]
    assert list(place.fake.notices) == sent
    if place.field:
        there = next(item.fields for item in place.fake.of("tickets") if item.id == case)
        assert there.get("custom_fields", there)[place.field].startswith("Your answer was sent in private on whatsapp")
    else:
        assert any("Your answer was sent in private on whatsapp" in text for text in place.said()[case])
    office.balances()


@pytest.mark.soak
def test_a_week_stands_once_though_a_fifth_of_all_calls_fails(office: Office, place: Place) -> None:
    """Cut before and after the deed, refused for a while, failed: nothing is doubled and nothing is missing."""
    place.fake.faults.probabilities = {"reset_before": 0.05, "reset_after": 0.05, "500": 0.03, "503": 0.04, "429": 0.03}
    for _ in range(40):
        office.sync()
        if not office.waiting():
            break
    place.fake.faults.probabilities = {}
    office.settle()
    assert place.fake.faults.drawn["reset_after"] > 3
    office.balances()
    marks = [
        mark for said in place.said().values() for text in said for mark in re.findall(r"\[(cb1-[a-z2-7]+)\]", text)
    ]
    assert len(marks) == len(set(marks))
    assert list(place.fake.notices) == []
