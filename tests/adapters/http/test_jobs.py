"""What a tool takes as a job is asked for until it is done, and ends as it would have at once."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import httpx
import orjson
import pytest

from bridge.errors import ConfigError
from bridge.nouns import Accepted, KeyField, Refusal, Thing, Unknown, Written
from tests.adapters.http.tools import case, key, place

if TYPE_CHECKING:
    from pathlib import Path

    from adapters.http.target import HttpTarget

BODY = """
answers:
  - {status: 202, means: accepted, job: job}
  - {path: failed, means: refused, reason: failed.why, field: failed.field}
job: {get: "/jobs/{job}", running: "state == 'running'", row: made}
objects:
  cases:
    thing: case
    fields: {title: {required: true}, our_key: {}}
    find: {get: /cases, query: {our_key: "{key}"}, rows: "@"}
    read: {get: "/cases/{ref}"}
    create: {post: /cases, body: "{fields}"}
    update: {patch: "/cases/{ref}", body: "{fields}"}
"""
KEYS = {Thing.CASE: KeyField("cases", "our_key")}


class Slow:
    """A tool that does everything later: ``now`` lets time pass."""

    def __init__(self) -> None:
        """Do nothing yet."""
        self.cases: dict[str, dict[str, Any]] = {}
        self.jobs: dict[str, tuple[str, dict[str, Any]]] = {}
        self.forgets, self.tells = False, True

    def now(self) -> None:
        """Do what was taken."""
        for ref, fields in self.jobs.values():
            if fields.get("title") != "bad":
                self.cases[ref] = {"id": ref, **self.cases.get(ref, {}), **fields}

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Answer."""
        kind, _, ref = request.url.path.removeprefix("/api/").partition("/")
        if kind == "jobs":
            return self._job(ref)
        if request.method == "GET" and ref:
            return httpx.Response(200, json=self.cases[ref]) if ref in self.cases else httpx.Response(404)
        if request.method == "GET":
            wanted = request.url.params["our_key"]
            return httpx.Response(200, json=[each for each in self.cases.values() if each.get("our_key") == wanted])
        job = f"j{len(self.jobs)}"
        self.jobs[job] = (ref or f"c{len(self.jobs)}", orjson.loads(request.content))
        return httpx.Response(202, json={"job": job})

    def _job(self, job: str) -> httpx.Response:
        if job not in self.jobs or self.forgets:
            return httpx.Response(404)
        ref, fields = self.jobs[job]
        if fields.get("title") == "bad":
            return httpx.Response(200, json={"failed": {"why": "No such title", "field": "title"}})
        if not fields.items() <= self.cases.get(ref, {}).items():
            return httpx.Response(200, json={"state": "running"})
        return httpx.Response(200, json={"state": "done", "made": {"id": ref} if self.tells else None})


@pytest.fixture
def tool() -> Slow:
    return Slow()


@pytest.fixture
def target(tool: Slow, tmp_path: Path) -> HttpTarget:
    return place(tmp_path, BODY, tool, keys=KEYS)


def taken(target: HttpTarget, *titles: str) -> list[str]:
    outcomes = target.write("cases", [case(title, title=title) for title in titles])
    assert all(isinstance(each, Accepted) for each in outcomes)
    return [each.job for each in outcomes if isinstance(each, Accepted)]


def test_a_job_that_runs_is_asked_for_again_and_then_written(target: HttpTarget, tool: Slow) -> None:
    (job,) = taken(target, "a")
    assert target.settle([job]) == [Accepted(job)]
    tool.now()
    assert target.settle([job]) == [Written("c0", created=True)]


def test_one_job_fails_by_itself(target: HttpTarget, tool: Slow) -> None:
    jobs = taken(target, "bad", "a")
    tool.now()
    refusal, made = target.settle(jobs)
    assert isinstance(refusal, Refusal)
    assert (refusal.reason, refusal.field) == ("Little: No such title (200).", "title")
    assert isinstance(made, Written)


def test_what_a_job_made_is_found_by_our_key_where_it_does_not_say(target: HttpTarget, tool: Slow) -> None:
    (job,) = taken(target, "a")
    tool.now()
    tool.tells = False
    assert target.settle([job]) == [Written("c0", created=True)]


def test_a_job_that_nobody_knows_any_more_was_done_if_its_record_stands(target: HttpTarget, tool: Slow) -> None:
    (job,) = taken(target, "a")
    tool.forgets = True
    (unsure,) = target.settle([job])
    assert isinstance(unsure, Unknown)
    tool.now()
    assert target.settle([job]) == [Written("c0", created=True)]


def test_a_change_is_a_job_too(target: HttpTarget, tool: Slow) -> None:
    taken(target, "a")
    tool.now()
    (outcome,) = target.write("cases", [replace(case("a", title="b"), ref="c0")])
    assert isinstance(outcome, Accepted)
    assert target.settle([outcome.job]) == [outcome]
    tool.now()
    assert target.settle([outcome.job]) == [Written("c0", created=False)]


def test_a_job_is_known_by_another_process(target: HttpTarget, tool: Slow, tmp_path: Path) -> None:
    (job,) = taken(target, "a")
    tool.now()
    assert place(tmp_path, BODY, tool, keys=KEYS).settle([job]) == [Written("c0", created=True)]
    assert json.loads(job)["key"] == key("a")


def test_a_try_shows_the_job_and_how_it_stands(target: HttpTarget, tool: Slow) -> None:
    tried = target.try_request("cases.create", {"fields.title": "a"}, send=True)
    assert tried["made"] == {"means": "accepted", "job": "j0"}
    asked = target.try_request("job", {"job": "j0"}, send=True)
    assert asked["made"]["running"] is True
    tool.now()
    asked = target.try_request("job", {"job": "j0"}, send=True)
    assert asked["made"] == {"means": "done", "running": False, "row": {"id": "c0"}}


@pytest.mark.parametrize("job", ["no-such-job", "{}", '{"object": "x", "id": "1", "key": "k"}'])
def test_what_is_no_job_is_refused(target: HttpTarget, job: str) -> None:
    assert isinstance(target.settle([job])[0], Refusal)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("job: {get", "# job: {get", "the manifest needs job"),
        ("thing: case", "thing: case\n    verify: true", "takes no verify, attach or later"),
        ("fields: {title: {required: true}", "fields: {title: {later: true}", "takes no verify, attach or later"),
    ],
)
def test_a_manifest_that_cannot_ask_for_its_jobs_is_wrong(
    tmp_path: Path, tool: Slow, before: str, after: str, said: str
) -> None:
    with pytest.raises(ConfigError, match=said):
        place(tmp_path, BODY.replace(before, after), tool, keys=KEYS)
