"""Requests of a manifest are tried one by one: what goes out, what comes back, what was made of it; no secret shows."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import orjson
import pytest
from typer.testing import CliRunner

import cli
from bridge.clock import SystemClock
from tests.fakes.serving import running
from tests.fakes.tracker.app import CLIENT, SECRET, TOKEN, Tracker
from tests.source_tree import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PROJECT = """
organisation: Acme
environment: test
sources: {}
targets:
  tracker:
    type: http
    manifest: tracker.yaml
    base_url: %s
    values: {account: casebridge}
    secrets: {client: "${TRACKER_SECRET}"}
"""
MAPPING = """
object: tickets
key: attributes.external_key
fields: {attributes.title: {from: case.subject}}
"""


@pytest.fixture
def fake() -> Tracker:
    assert CLIENT == "casebridge"
    return Tracker(SystemClock())


@pytest.fixture
def project(tmp_path: Path, fake: Tracker, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("TRACKER_SECRET", SECRET)
    with running(fake.app) as address:
        (tmp_path / "casebridge.yaml").write_text(PROJECT % f"{address}/api")
        (tmp_path / "triage.yaml").write_text("rules: []\n")
        (tmp_path / "tracker.yaml").write_text((ROOT / "tests/adapters/http/tracker.yaml").read_text())
        (tmp_path / "mappings" / "tracker").mkdir(parents=True)
        (tmp_path / "mappings" / "tracker" / "case.yaml").write_text(MAPPING)
        yield tmp_path


def run(project: Path, *words: str, code: int = 0) -> Any:  # noqa: ANN401 - any JSON
    result = CliRunner().invoke(cli.main, ["--project", str(project), "--json", "http", *words])
    assert SECRET not in result.output
    assert TOKEN not in result.output
    assert result.exit_code == code, result.output
    return orjson.loads(result.stdout) if code == 0 else result.output


def test_a_secret_in_an_address_is_in_no_log_of_any_level(project: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Libraries would write whole addresses; a tool that is signed in to by one is one line away from that."""
    logging.getLogger("httpx").setLevel(logging.NOTSET)
    caplog.set_level(logging.DEBUG)
    manifest = project / "tracker.yaml"
    manifest.write_text(manifest.read_text().replace("\nauth:\n", '\nauth:\n  query: {key: "{secrets.client}"}\n'))
    words = ["--project", str(project), "check", "--debug"]
    result = CliRunner().invoke(cli.main, words)
    tried = run(project, "try", "tracker", "check")
    assert tried["answer"]["status"] == 200
    assert SECRET not in result.output + caplog.text
    assert "tracker" in result.output


def test_requests_are_listed(project: Path) -> None:
    assert {"request": "tickets.read", "sends": "GET /tickets/{ref}"} in run(project, "requests", "tracker")


def test_what_reads_is_sent_and_the_answer_explained(project: Path, fake: Tracker) -> None:
    ref = fake.agent.add("tickets", title="Router broken", body="It blinks.", external_key="cb1-abc")
    tried = run(project, "try", "tracker", "tickets.read", "--set", f"ref={ref}")
    assert tried["request"]["url"].endswith(f"/api/tickets/{ref}")
    assert tried["request"]["headers"]["Authorization"] == "*****"
    assert tried["answer"]["status"] == 200
    made = tried["made"]
    assert (made["means"], made["ref"], made["key"], made["subject"], made["status"]) == (
        "done",
        ref,
        "cb1-abc",
        "Router broken",
        "open",
    )


def test_a_list_tells_its_rows(project: Path, fake: Tracker) -> None:
    fake.agent.add("tickets", title="One")
    fake.agent.add("tickets", title="Two")
    made = run(project, "try", "tracker", "tickets.changed", "--set", "since=2026-03-02")["made"]
    assert (made["rows"], [row["subject"] for row in made["first"]]) == (2, ["One", "Two"])


def test_what_changes_something_is_only_shown_unless_it_is_to_be_sent(project: Path, fake: Tracker) -> None:
    words = ("try", "tracker", "tickets.create", "--set", "fields.attributes.title=Router broken")
    tried = run(project, *words)
    assert orjson.loads(tried["request"]["body"]) == {"attributes": {"title": "Router broken"}}
    assert "answer" not in tried
    assert not fake.items["tickets"]
    assert run(project, *words, "--send")["made"]["ref"] in fake.items["tickets"]


def test_an_error_is_told_as_a_sync_would_tell_it(project: Path) -> None:
    made = run(project, "try", "tracker", "tickets.read", "--set", "ref=9")["made"]
    assert (made["means"], made["sentence"]) == ("absent", "Tracker: there is no such record, or we may not see it.")


def test_who_we_are_is_read_by_the_check(project: Path) -> None:
    assert run(project, "try", "tracker", "check")["made"] == {
        "means": "done",
        "name": "Tracker of Acme",
        "me": "api:casebridge",
    }


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("tracker", "tickets.reed"), "did you mean 'tickets.read'"),
        (("tracker", "tickets.read", "--set", "reff=1"), "did you mean 'ref'"),
        (("tracker", "tickets.create", "--set", "fields.title=x"), "tickets has no field 'title'"),
        (("tracer", "check"), "there are: tracker"),
    ],
)
def test_a_mistake_is_told_with_a_suggestion(project: Path, words: tuple[str, ...], said: str) -> None:
    result = CliRunner().invoke(cli.main, ["--project", str(project), "http", "try", *words])
    assert said in " ".join(result.output.split()) + str(result.exception)
