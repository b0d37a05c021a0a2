"""The demo's week goes into a plain account and a hostile one, twice; an answer finds its way back; nobody is mailed."""

from __future__ import annotations

import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bridge.clock import SystemClock
from bridge.errors import Exit
from config.demo import write_project
from tests.adapters.hubspot.accounts import quick
from tests.adapters.hubspot.files import Files
from tests.fakes.hubspot.app import Fake
from tests.fakes.hubspot.org import SERVICE_KEY, hostile, plain
from tests.fakes.serving import running
from tests.project import casebridge as run
from tests.source_tree import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from tests.fakes.hubspot.org import Org

TARGET = """\
targets:
  hubspot:
    type: hubspot
    persons: create
    publish: true
    hold_seconds: 0
    token: ${{HUBSPOT_KEY}}
    base_url: {url}
    time_zone: Europe/Berlin
    pipeline: "{pipeline}"

"""
OTHER_PIPELINE = {
    'hs_pipeline:        {value: "0",': 'hs_pipeline: {value: "7700",',
    '{open: "1", waiting: "2", closed: "4"}, default: "1"': '{open: "7701", waiting: "7702", closed: "7703"}, default: "7701"',
    "  contact:": "  acme_region: {value: emea, write: create_only}\n  contact:",
}
"""What an admin of the hostile account changes in the mapping of cases."""


def prepare(folder: Path, url: str, pipeline: str) -> None:
    write_project(folder, SystemClock().now())
    project = folder / "casebridge.yaml"
    text = project.read_text(encoding="utf-8")
    begin, end = text.index("targets:"), text.index("triage: triage.yaml")
    text = text[:begin] + TARGET.format(url=url, pipeline=pipeline) + text[end:].replace("to: desk", "to: hubspot")
    project.write_text(text, encoding="utf-8")


def change_mappings(folder: Path) -> None:
    shutil.copytree(ROOT / "mappings" / "hubspot", folder / "mappings" / "hubspot")
    case, message = (folder / "mappings" / "hubspot" / name for name in ("case.yaml", "message.yaml"))
    text = case.read_text(encoding="utf-8").partition("tests:")[0]
    for before, after in OTHER_PIPELINE.items():
        assert before in text
        text = text.replace(before, after)
    case.write_text(text, encoding="utf-8")
    message.write_text(message.read_text(encoding="utf-8").replace("key: casebridge_key", "key: ''"), encoding="utf-8")


def casebridge(folder: Path, *words: str) -> tuple[int, str]:
    ended = run(folder, *words, HUBSPOT_KEY=SERVICE_KEY)
    assert SERVICE_KEY not in ended.output
    return ended.returncode, ended.output


@pytest.mark.parametrize("org", [plain(), replace(hostile(), lock_every=0)], ids=["plain", "hostile"])
def test_a_week_is_delivered_once_answered_and_verified(tmp_path: Path, org: Org) -> None:
    fake = Fake(SystemClock(), quick(org))
    folder = tmp_path / "week"
    with running(Files(fake.app)) as url:
        prepare(folder, url, "0" if org.channels else "7700")
        if not org.channels:
            change_mappings(folder)
        code, said = casebridge(folder, "check", "--prepare")
        assert code == Exit.OK, said
        code, said = casebridge(folder, "sync")
        assert code <= Exit.SET_ASIDE, said
        fake.calls.clear()
        code, said = casebridge(folder, "sync")
        assert code <= Exit.SET_ASIDE, said
        writing = ("create", "update", "archive", "upsert")
        assert [call.path for call in fake.calls if call.path.endswith(writing)] == []
        answered = next(
            item.id for item in fake.portal.all("tickets") if fake.portal.linked(("tickets", item.id), "contacts")
        )
        fake.agent.note(answered, "#reply Wir kümmern uns darum. ^Mia")
        casebridge(folder, "sync")
        assert "reply" in casebridge(folder, "actions", "list")[1]
        assert casebridge(folder, "ledger")[0] == casebridge(folder, "verify")[0] == Exit.OK
    assert fake.notices.outside("acme.example") == []
