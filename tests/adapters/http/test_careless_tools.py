"""Tools that say yes and do no, that ignore filters, that know no key: nothing is doubled, nothing is lost unseen."""

from __future__ import annotations

from dataclasses import replace
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any

import httpx
import orjson
import pytest

from bridge.errors import ConfigError
from bridge.nouns import Actor, Answer, Cursor, KeyField, Presence, Record, Refusal, Thing, Written
from tests.adapters.http.connecting import monday
from tests.adapters.http.tools import case, key, place

if TYPE_CHECKING:
    from pathlib import Path

    from adapters.http.target import HttpTarget

OBJECTS = """
pages: {by: page, number: page, size: {page_size: 3}, until: short}
objects:
  cases:
    thing: case
    settle_after: 60
    verify: true
    fields: {title: {required: true}, status: {}, our_key: {}}
    reads: {at: modified, deleted: gone, subject: title, status: status}
    create: {post: /cases, body: "{fields}"}
    read: {get: "/cases/{ref}"}
    update: {put: "/cases/{ref}", body: "{fields}"}
    remove: {delete: "/cases/{ref}"}
    changed: {get: /cases, query: {modified_since: "{since}"}, rows: results, newest_first: true}
  notes:
    thing: message
    mark: text
    reads_case: true
    fields: {text: {type: text, required: true}}
    reads: {at: date, public: public, author: "user == 'casebridge' && 'us' || 'agent'"}
    within: {get: "/cases/{parent}", rows: notes, pages: {by: none}}
    create: {post: /notes, body: {case: "{parent}", title: "{case.title}", public: false, "...": "{fields}"}}
"""
KEYS = {Thing.CASE: KeyField("cases", "our_key"), Thing.MESSAGE: KeyField("notes", "")}


class Careless:
    """A tool that takes unknown filters and fields in silence, and drops statuses that it does not like."""

    def __init__(self, *, knows_key: bool = True) -> None:
        """Start empty."""
        self.clock, self.cases, self.knows_key = monday(), dict[str, dict[str, Any]](), knows_key
        self.calls: list[tuple[str, str]] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Answer."""
        path, method = request.url.path.removeprefix("/api"), request.method
        self.calls.append((method, path))
        body = orjson.loads(request.content) if request.content else {}
        now = self.clock.now().isoformat()
        if (method, path) == ("POST", "/notes"):
            there = self.cases[body["case"]]
            note = {
                "id": f"n{len(there['notes'])}",
                "text": body["text"],
                "public": body["public"],
                "date": now,
                "user": "casebridge",
            }
            there["title"], there["notes"], there["modified"] = body["title"], [*there["notes"], note], now
            return httpx.Response(201, json=note)
        if (method, path) == ("POST", "/cases"):
            made = {"id": str(len(self.cases) + 1), "notes": [], "modified": now, **self._taken(body)}
            self.cases[made["id"]] = made
            return httpx.Response(201, json=made)
        if method == "GET" and path == "/cases":
            newest = sorted(self.cases.values(), key=lambda each: each["modified"], reverse=True)
            page = int(request.url.params["page"])
            return httpx.Response(200, json={"results": newest[3 * (page - 1) : 3 * page]})
        there = self.cases.get(path.rpartition("/")[2], {})
        if not there:
            return httpx.Response(404)
        if method == "DELETE":
            del self.cases[there["id"]]
        elif method == "PUT":
            there |= {**self._taken(body), "modified": now}
        return httpx.Response(200, json=there)

    def _taken(self, body: dict[str, Any]) -> dict[str, Any]:
        known = {"title", "status"} | ({"our_key"} if self.knows_key else set())
        return {name: value for name, value in body.items() if name in known and value != "resolved"}


def connected(folder: Path, tool: Careless) -> HttpTarget:
    return place(folder, OBJECTS, tool, keys=KEYS, clock=tool.clock)


def note(text: str, parent: str) -> Record:
    fields = {"text": text}
    return Record(thing=Thing.MESSAGE, object="notes", key=key(text), key_field="", fields=fields, parent=parent)


def test_an_update_that_was_taken_and_not_done_is_refused(tmp_path: Path) -> None:
    target = connected(tmp_path, Careless())
    (made,) = target.write("cases", [case("a", status="open")])
    assert isinstance(made, Written)
    (refusal,) = target.write("cases", [replace(case("a", status="resolved"), ref=made.ref)])
    assert isinstance(refusal, Refusal)
    assert (refusal.field, refusal.reason) == ("status", "Little said yes and did not change status.")


def test_a_create_that_dropped_our_key_is_taken_back_and_refused(tmp_path: Path) -> None:
    """Otherwise each attempt would make one more."""
    tool = Careless(knows_key=False)
    (refusal,) = connected(tmp_path, tool).write("cases", [case("a")])
    assert isinstance(refusal, Refusal)
    assert refusal.field == "our_key"
    assert tool.cases == {}


def test_unknown_filters_that_return_everything_double_nothing(tmp_path: Path) -> None:
    tool = Careless()
    for n in range(8):
        connected(tmp_path, tool).write("cases", [case(f"case {n}")])
    again = connected(tmp_path, tool)
    outcomes = [again.write("cases", [case(f"case {n}")])[0] for n in range(8)]
    assert all(isinstance(outcome, Written) and not outcome.created for outcome in outcomes)
    assert len(tool.cases) == 8


def test_what_was_scanned_once_is_not_scanned_again(tmp_path: Path) -> None:
    tool = Careless()
    target = connected(tmp_path, tool)
    for n in range(9):
        target.write("cases", [case(f"case {n}")])
        tool.clock.sleep(3600)
    tool.calls.clear()
    target.write("cases", [case("one more")])
    assert tool.calls.count(("GET", "/cases")) == 1


def test_after_a_lost_answer_the_scan_finds_what_was_made(tmp_path: Path) -> None:
    tool = Careless()
    target = connected(tmp_path, tool)
    attempt = tool.clock.now()
    connected(tmp_path, tool).write("cases", [case("a")])
    found = target.find("cases", {key("a"): "", key("b"): ""}, attempt)
    assert (found[key("a")].ref, found[key("b")].presence) == ("1", Presence.UNSURE)
    tool.clock.sleep(60)
    assert target.find("cases", {key("b"): ""}, attempt)[key("b")].presence is Presence.ABSENT


def test_a_message_is_known_by_its_mark_and_repeats_what_the_tool_would_forget(tmp_path: Path) -> None:
    tool = Careless()
    target = connected(tmp_path, tool)
    (made,) = target.write("cases", [case("a")])
    assert isinstance(made, Written)
    first, second = (connected(tmp_path, tool).write("notes", [note("It blinks.", made.ref)])[0] for _ in range(2))
    assert isinstance(first, Written)
    assert second == replace(first, created=False)
    assert [each["text"] for each in tool.cases["1"]["notes"]] == [f"It blinks.\n\n[{key('It blinks.')}]"]
    assert tool.cases["1"]["title"] == "Router"


def test_old_cases_are_no_news_where_the_tool_knows_no_since(tmp_path: Path) -> None:
    tool = Careless()
    target = connected(tmp_path, tool)
    for n in range(9):
        target.write("cases", [case(f"case {n}")])
    tool.clock.sleep(3600)
    head = target.activity_head()
    tool.clock.sleep(60)
    tool.cases["4"]["notes"].append(
        {"id": "x", "text": "We are on it.", "public": True, "date": tool.clock.now().isoformat(), "user": "bela"}
    )
    tool.cases["4"]["modified"] = tool.clock.now().isoformat()
    tool.calls.clear()
    items = [item for page in target.activity(head) for item in page.items]
    (answer,) = [item for item in items if isinstance(item, Answer)]
    assert (answer.text, answer.public, answer.actor, answer.case_ref) == ("We are on it.", True, Actor.AGENT, "4")
    assert {item.case_ref for item in items} == {"4"}
    assert tool.calls.count(("GET", "/cases")) == 1
    assert [page.items for page in target.activity(Cursor(list(target.activity(head))[-1].cursor.value))][-1] == ()


def test_a_clock_that_goes_wrong_there_loses_no_answer(tmp_path: Path) -> None:
    """What the tool dates is asked for by the tool's own clock, which each answer tells."""
    tool = Careless()
    ours = monday()

    def dated(request: httpx.Request) -> httpx.Response:
        answer = tool(request)
        answer.headers["Date"] = format_datetime(tool.clock.now(), usegmt=True)
        return answer

    tool.clock.sleep(-7200)  # two hours behind
    target = place(tmp_path, OBJECTS, dated, keys=KEYS, clock=ours)
    target.write("cases", [case("a")])
    head = target.activity_head()
    tool.clock.sleep(600)
    ours.sleep(600)
    now = tool.clock.now().isoformat()
    tool.cases["1"]["notes"].append({"id": "x", "text": "We are on it.", "public": True, "date": now, "user": "bela"})
    tool.cases["1"]["modified"] = now
    items = [item for page in target.activity(head) for item in page.items]
    assert [item.text for item in items if isinstance(item, Answer)] == ["We are on it."]


def test_our_own_login_is_known_by_a_value_where_no_answer_tells_it(tmp_path: Path) -> None:
    tool = Careless()
    body = 'values: {me: "Our login."}' + OBJECTS.replace(
        "author: \"user == 'casebridge' && 'us' || 'agent'\"", "author: \"'agent'\", author_id: user"
    )
    target = place(tmp_path, body, tool, keys=KEYS, clock=tool.clock, values={"me": "casebridge"})
    (made,) = target.write("cases", [case("a")])
    assert isinstance(made, Written)
    now = tool.clock.now().isoformat()
    for user in ("casebridge", "bela"):
        tool.cases["1"]["notes"].append({"id": user, "text": "Hi", "public": True, "date": now, "user": user})
    answers = [item for page in target.activity(Cursor()) for item in page.items if isinstance(item, Answer)]
    assert {answer.native_id: answer.actor for answer in answers} == {"casebridge": Actor.US, "bela": Actor.AGENT}


def test_a_request_that_is_refused_while_reading_is_a_mistake_in_the_manifest(tmp_path: Path) -> None:
    target = place(tmp_path, OBJECTS, lambda _: httpx.Response(400, json={"error": "unknown filter"}), keys=KEYS)
    for reading in (target.activity, target.cases):
        with pytest.raises(ConfigError, match=r"Little: unknown filter \(400\). Correct the request in the manifest"):
            list(reading(Cursor()))
    with pytest.raises(ConfigError, match="casebridge http try"):
        target.find("cases", {key("a"): ""}, monday().now())
