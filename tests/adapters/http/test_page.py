"""The manifest that the page builds step by step does what the page says, on a tracker as the page describes it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import httpx
import orjson
import pytest
from pydantic import SecretStr

from adapters.http.settings import HttpSettings
from adapters.http.target import HttpTarget
from bridge.contracts import Surroundings
from bridge.nouns import (
    Actor,
    Amendment,
    AmendmentKind,
    Answer,
    CaseEvent,
    Cursor,
    KeyField,
    Record,
    Refusal,
    Thing,
    What,
    Written,
)
from tests.adapters.http.connecting import monday
from tests.adapters.http.tools import key
from tests.docs.pages import blocks
from tests.source_tree import ROOT

if TYPE_CHECKING:
    from pathlib import Path

PAGE = ROOT / "docs" / "targets" / "http.md"
KEY = "ticket.custom.casebridge_key"
CASE = Record(
    thing=Thing.CASE,
    object="tickets",
    key=key("case"),
    key_field=KEY,
    fields={"ticket.title": "Router broken", "ticket.body": "It blinks.", "ticket.state": "new"},
)


class AcmeTracker:
    """Tickets and comments in envelopes."""

    def __init__(self) -> None:
        """Start empty."""
        self.clock, self.tickets, self.comments = (
            monday(),
            dict[str, dict[str, Any]](),
            dict[str, list[dict[str, Any]]](),
        )

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Answer."""
        if request.headers["authorization"] != "Bearer acme-token":
            return httpx.Response(401)
        path, query = request.url.path.removeprefix("/api"), request.url.params
        body = orjson.loads(request.content) if request.content else {}
        if path == "/me":
            return httpx.Response(200, json={"login": "casebridge", "id": 7})
        if path == "/tickets":
            return self._made(body) if request.method == "POST" else self._listed(query)
        ref, _, rest = path.removeprefix("/tickets/").partition("/")
        if ref not in self.tickets:
            return httpx.Response(404)
        if rest == "comments":
            return self._commented(ref, body) if body else httpx.Response(200, json={"comments": self.comments[ref]})
        if request.method == "PATCH":
            self.tickets[ref] |= {**body["ticket"], "updated": self._now()}
        return httpx.Response(200, json={"ticket": self.tickets[ref]})

    def say(self, ref: str, text: str, *, internal: bool, user: int = 9) -> dict[str, Any]:
        """Comment."""
        made = {
            "id": f"{ref}.{len(self.comments[ref])}",
            "text": text,
            "internal": internal,
            "user_id": user,
            "created": self._now(),
        }
        self.comments[ref].append({"comment": made})
        self.tickets[ref]["updated"] = self._now()
        return {"comment": made}

    def _made(self, body: dict[str, Any]) -> httpx.Response:
        if len(body["ticket"]["title"]) > 120:
            return httpx.Response(422, json={"error": {"message": "too long", "field": "ticket.title"}})
        ref, now = str(len(self.tickets) + 1), self._now()
        self.tickets[ref] = {"id": int(ref), "created": now, "updated": now, **body["ticket"]}
        self.comments[ref] = []
        return httpx.Response(201, json={"ticket": self.tickets[ref]})

    def _listed(self, query: Any) -> httpx.Response:  # noqa: ANN401 - query parameters
        found = list(self.tickets.values())
        if "casebridge_key" in query:
            found = [each for each in found if each.get("custom", {}).get("casebridge_key") == query["casebridge_key"]]
        if "updated_since" in query:
            found = [each for each in found if each["updated"] >= query["updated_since"].replace("Z", "+00:00")]
        size, page = int(query["per_page"]), int(query["page"])
        return httpx.Response(
            200, json={"tickets": [{"ticket": each} for each in found[size * (page - 1) : size * page]]}
        )

    def _commented(self, ref: str, body: dict[str, Any]) -> httpx.Response:
        return httpx.Response(
            201, json=self.say(ref, body["comment"]["text"], internal=body["comment"]["internal"], user=7)
        )

    def _now(self) -> str:
        return self.clock.now().isoformat()


@pytest.fixture
def tool() -> AcmeTracker:
    return AcmeTracker()


@pytest.fixture
def target(tool: AcmeTracker, tmp_path: Path) -> HttpTarget:
    (text,) = [block.text for block in blocks(PAGE) if block.file == "manifests/tracker.yaml"]
    (tmp_path / "tracker.yaml").write_text(text)
    settings = HttpSettings(
        manifest="tracker.yaml", values={"host": "tracker.acme.example"}, secrets={"token": SecretStr("acme-token")}
    )
    objects = {Thing.CASE: (KeyField("tickets", KEY),), Thing.MESSAGE: (KeyField("comments", ""),)}
    return HttpTarget.through(
        settings, Surroundings("tracker", tmp_path, tool.clock, objects), httpx.MockTransport(tool)
    )


def ref_of(target: HttpTarget, record: Record) -> str:
    (outcome,) = target.write(record.object, [record])
    assert isinstance(outcome, Written), outcome
    return outcome.ref


def test_the_steps_of_the_page_are_parts_of_the_whole() -> None:
    whole = next(block.text for block in blocks(PAGE) if block.file)
    steps = [
        block.text
        for block in blocks(PAGE)
        if block.language == "yaml" and not block.file and "type: http" not in block.text
    ]
    assert len(steps) >= 6
    assert [line for step in steps for line in step.splitlines() if line.split(" #")[0].strip() not in whole] == []


def test_the_first_step_signs_in_before_anything_else_is_written(tmp_path: Path, tool: AcmeTracker) -> None:
    first = next(block.text for block in blocks(PAGE) if block.text.startswith("name: Acme Tracker"))
    assert "objects" not in first
    (tmp_path / "tracker.yaml").write_text(first)
    settings = HttpSettings(
        manifest="tracker.yaml", values={"host": "tracker.acme.example"}, secrets={"token": SecretStr("acme-token")}
    )
    target = HttpTarget.through(settings, Surroundings("tracker", tmp_path, tool.clock), httpx.MockTransport(tool))
    made = target.try_request("check", {}, send=True)["made"]
    assert made == {"means": "done", "name": "casebridge", "me": "7"}


def test_cases_and_messages_stand_once(target: HttpTarget, tool: AcmeTracker) -> None:
    assert target.check().ok
    ref = ref_of(target, CASE)
    message = Record(
        thing=Thing.MESSAGE,
        object="comments",
        key=key("m"),
        key_field="",
        fields={"comment.text": "It blinks."},
        parent=ref,
    )
    for each in (CASE, CASE, message, message):
        ref_of(target, each)
    assert len(tool.tickets) == 1
    assert [each["comment"]["text"] for each in tool.comments[ref]] == [f"It blinks.\n\n[{key('m')}]"]
    assert all(each["comment"]["internal"] for each in tool.comments[ref])
    ref_of(target, replace(CASE, ref=ref, fields={"ticket.title": "Router"}))
    assert tool.tickets[ref]["title"] == "Router"
    assert target.write("tickets", [replace(CASE, ref="9")])[0] == Refusal(
        "Acme Tracker has no tickets 9, or does not show it to us.", code="not_found"
    )


def test_answers_and_changes_come_back(target: HttpTarget, tool: AcmeTracker) -> None:
    ref = ref_of(target, CASE)
    head = target.activity_head()
    tool.clock.forward(timedelta(minutes=10))
    tool.say(ref, "We are on it.", internal=False)
    tool.say(ref, "He is angry.", internal=True)
    tool.tickets[ref]["state"] = "done"
    items = [item for page in target.activity(head) for item in page.items]
    answers = [(item.text, item.public, item.actor) for item in items if isinstance(item, Answer)]
    assert answers == [("We are on it.", True, Actor.AGENT), ("He is angry.", False, Actor.AGENT)]
    assert "closed" in {item.value for item in items if isinstance(item, CaseEvent) and item.what is What.STATUS}


def test_foreign_cases_are_read_and_amendments_done_or_told(target: HttpTarget, tool: AcmeTracker) -> None:
    ours = ref_of(target, CASE)
    theirs = tool._made(
        {"ticket": {"title": "By mail", "body": "See https://social.example/p/1", "state": "open"}}
    ).json()
    (case,) = [case for page in target.cases(Cursor()) for case in page.cases]
    assert (case.ref, case.permalinks) == (str(theirs["ticket"]["id"]), ("https://social.example/p/1",))
    tool.tickets[ours]["state"] = "done"
    reopen, link = (
        Amendment(kind=kind, thing=Thing.CASE, ref=ours, key=key(kind), other_ref=case.ref)
        for kind in (AmendmentKind.REOPEN, AmendmentKind.LINK)
    )
    done, told = target.amend([reopen, link])
    assert isinstance(done, Written)
    assert tool.tickets[ours]["state"] == "open"
    assert isinstance(told, Refusal)
    assert told.reason.endswith(f"By hand: Open ticket {ours} and link ticket {case.ref}.")
