"""What takes two calls: fields that a new record ignores, and files after their message, also when the second call is lost."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import httpx
import orjson
import pytest

from bridge.errors import Transient
from bridge.nouns import Cursor, FileContent, KeyField, Record, Thing, Written
from identity import normalise
from tests.adapters.http.tools import case, key, place

if TYPE_CHECKING:
    from pathlib import Path

    from adapters.http.target import HttpTarget

BODY = """
objects:
  cases:
    thing: case
    settle_after: 0
    fields: {title: {required: true}, status: {later: true}, our_key: {}}
    reads: {at: at, subject: title, emails: from, phones: tel}
    find: {get: /cases, query: {our_key: "{key}"}, rows: "@"}
    read: {get: "/cases/{ref}"}
    create: {post: /cases, body: "{fields}"}
    update: {patch: "/cases/{ref}", body: "{fields}"}
    changed: {get: /cases, rows: "@"}
  notes:
    thing: message
    mark: text
    settle_after: 0
    fields: {text: {type: text, required: true}}
    reads: {files: files}
    within: {get: "/cases/{parent}/notes", rows: "@", pages: {by: none}}
    create: {post: "/cases/{parent}/notes", body: "{fields}"}
    update: {patch: "/notes/{ref}", body: "{fields}"}
    attach: {post: "/notes/{ref}/files", send: multipart, file: upload}
"""
KEYS = {Thing.CASE: KeyField("cases", "our_key"), Thing.MESSAGE: KeyField("notes", "")}


class Beginner:
    """A tool in which every case begins as new, whatever was sent, and whose door can fall shut at files."""

    def __init__(self) -> None:
        """Start empty."""
        self.cases: dict[str, dict[str, Any]] = {}
        self.notes: dict[str, dict[str, Any]] = {}
        self.shut = False

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Answer."""
        path, post = request.url.path.removeprefix("/api/").split("/"), request.method == "POST"
        if path[-1] == "files":
            if self.shut:
                raise httpx.ConnectError("shut", request=request)
            self.notes[path[1]]["files"].append("receipt.txt")
            return httpx.Response(201)
        body = orjson.loads(request.content) if request.content else {}
        if path[-1] == "notes":
            if not post:
                return httpx.Response(200, json=list(self.notes.values()))
            note = {"id": f"n{len(self.notes)}", "files": [], **body}
            self.notes[note["id"]] = note
            return httpx.Response(201, json=note)
        if post:
            made = {"id": f"c{len(self.cases)}", "at": "2026-03-02T09:00:00Z", **body, "status": "new"}
            self.cases[made["id"]] = made
            return httpx.Response(201, json=made)
        if path == ["cases"]:
            wanted = request.url.params.get("our_key")
            return httpx.Response(
                200, json=[each for each in self.cases.values() if wanted in (None, each.get("our_key"))]
            )
        there = (self.notes if path[0] == "notes" else self.cases)[path[1]]
        there |= body
        return httpx.Response(200, json=there)


def connected(folder: Path, tool: Beginner) -> HttpTarget:
    return place(folder, BODY, tool, keys=KEYS)


def note(folder: Path) -> Record:
    (folder / "receipt.txt").write_text("paid")
    file = FileContent("0f" * 16, "receipt.txt", "text/plain", 4, str(folder / "receipt.txt"))
    return Record(
        thing=Thing.MESSAGE,
        object="notes",
        key=key("n"),
        key_field="",
        fields={"text": "Hi"},
        parent="c0",
        files=(file,),
    )


def test_what_a_new_record_ignores_is_set_right_after(tmp_path: Path) -> None:
    tool = Beginner()
    (made,) = connected(tmp_path, tool).write("cases", [case("a", status="done")])
    assert isinstance(made, Written)
    assert (tool.cases["c0"]["status"], tool.cases["c0"]["title"]) == ("done", "Router")


def test_files_that_were_held_up_are_sent_with_the_next_attempt_of_any_process(tmp_path: Path) -> None:
    tool = Beginner()
    connected(tmp_path, tool).write("cases", [case("a")])
    tool.shut = True
    with pytest.raises(Transient, match="cannot be reached"):
        connected(tmp_path, tool).write("notes", [note(tmp_path)])
    tool.shut = False
    for _ in range(2):
        (outcome,) = connected(tmp_path, tool).write("notes", [note(tmp_path)])
        assert outcome == Written("n0", created=False)
    assert (tool.notes["n0"]["files"], len(tool.notes)) == (["receipt.txt"], 1)


def test_files_that_were_held_up_are_sent_when_the_message_is_brought_up_to_date(tmp_path: Path) -> None:
    """The engine does that with every record that it finds there after a doubt, also in another process."""
    tool = Beginner()
    connected(tmp_path, tool).write("cases", [case("a")])
    tool.shut = True
    with pytest.raises(Transient, match="cannot be reached"):
        connected(tmp_path, tool).write("notes", [note(tmp_path)])
    assert tool.notes["n0"]["files"] == []
    tool.shut = False
    later = connected(tmp_path, tool)
    found = later.find("notes", {key("n"): "c0"}, later.tool.clock.now())[key("n")]
    later.write("notes", [replace(note(tmp_path), ref=found.ref)])
    later.write("notes", [replace(note(tmp_path), ref=found.ref)])
    assert (tool.notes["n0"]["files"], len(tool.notes)) == (["receipt.txt"], 1)


def test_a_case_of_somebody_without_a_record_shows_the_address_that_stands_in_it(tmp_path: Path) -> None:
    tool = Beginner()
    theirs = {"id": "c9", "at": "2026-03-02T09:00:00Z", "title": "Invoice", "from": "Ada.Kern@example.com", "tel": None}
    tool.cases["c9"] = theirs
    (snapshot,) = [each for page in connected(tmp_path, tool).cases(Cursor()) for each in page.cases]
    assert [each.identifier for each in snapshot.shown] == list(normalise.email("Ada.Kern@example.com"))
