"""A real django-helpdesk is driven by its adapter and by a manifest: what stands there is the same, record by record."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from bridge.errors import Exit
from config.demo import write_project
from tests.servers import shared
from tests.weeks.crm import NAME
from tests.weeks.office import Office, connect, read_only
from tests.weeks.tools import HELPDESK, Ahead, Helpdesk

if TYPE_CHECKING:
    from pathlib import Path

    from tests.servers.django_helpdesk import DjangoHelpdesk

pytestmark = pytest.mark.real

MANIFEST = """\
    type: http
    manifest: django_helpdesk
    mode: live
    publish: true
    base_url: {url}/api
    values: {{host: helpdesk.example, me: "1"}}
    secrets: {{token: "${{TOOL_TOKEN}}"}}
"""
WAYS = {"adapter": HELPDESK, "manifest": MANIFEST}
SHORT, LONG = ("crm", "whatsapp"), ("crm", "whatsapp", "mail")
"""Of the week: people who write twice, files; mails that belong together."""
ANSWER = "Ein neuer Router geht heute raus. ^Mia"


def stands(server: DjangoHelpdesk) -> dict[str, Any]:
    """Return what stands in the tool by our key: each ticket with its fields, its follow-ups and their files."""
    found: dict[str, Any] = {}
    for ticket in server.rows("SELECT * FROM helpdesk_ticket ORDER BY id"):
        rows = server.rows(
            "SELECT name, value FROM helpdesk_ticketcustomfieldvalue v JOIN helpdesk_customfield f ON f.id = v.field_id"
            " WHERE ticket_id = ?",
            ticket["id"],
        )
        custom = {row["name"]: row["value"] for row in rows if row["value"]}
        names = ("queue_id", "title", "description", "status", "priority", "submitter_email", "merged_to_id")
        followups = server.rows("SELECT * FROM helpdesk_followup WHERE ticket_id = ? ORDER BY id", ticket["id"])
        found[custom["casebridge_key"]] = {
            **{name: ticket[name] for name in names},
            **custom,
            "followups": [_followup(server, each) for each in followups],
        }
    return found


def _followup(server: DjangoHelpdesk, row: Any) -> dict[str, Any]:  # noqa: ANN401 - a row of the database
    files = server.rows("SELECT filename, mime_type FROM helpdesk_followupattachment WHERE followup_id = ?", row["id"])
    names = ("comment", "public", "user_id", "new_status")
    return {**{name: row[name] for name in names}, "files": sorted(map(tuple, files))}


def answered(folder: Path) -> list[tuple[str, str, str]]:
    """Return what was handed over for the networks: on which, as an answer to what, and the text."""
    found = []
    for file in sorted((folder / "outbox").glob("*.jsonl")):
        for line in file.read_text("utf-8").splitlines():
            said = json.loads(line)
            found.append((file.stem, str(said.get("in_reply_to") or said.get("reply_to")), said["text"]))
    return found


def played(folder: Path, way: str, sources: tuple[str, ...]) -> tuple[dict[str, Any], list[tuple[str, str, str]], int]:
    """Deliver, deliver again, answer; return what stands, what the networks are told, and how many writes came second."""
    tool = Helpdesk(shared.django_helpdesk())
    tool.server.reset()
    clock = Ahead(tool.server)
    write_project(folder, clock.now())
    connect(folder, WAYS[way].format(url=tool.server.url))
    read_only(folder, *sources)
    office = Office(folder, clock, {"TOOL_TOKEN": tool.server.tokens["casebridge"]})
    problems = [one["text"] for one in office.ask("check") if not one["ok"] and one["connection"] == NAME]
    assert problems == []
    office.run("mapping", "check", expect=lambda code: code == Exit.OK)
    office.settle()
    assert [one["reason"] for one in office.deliveries(state="refused")] == []
    office.balances()

    written, stood = tool.stands(), stands(tool.server)
    office.later(minutes=5)
    office.run("sync", expect=lambda code: code == Exit.OK)
    again = len(set(map(str, tool.stands())) ^ set(map(str, written)))
    tool.answer(_whose(tool.server), ANSWER)
    for _ in range(4):
        office.sync()
    office.settle()
    office.balances()
    assert tool.server.mails() == []
    return stood, answered(folder), again


def _whose(server: DjangoHelpdesk) -> str:
    """Return the first ticket with a message of somebody who can be answered."""
    rows = server.rows("SELECT ticket_id FROM helpdesk_followup WHERE comment LIKE '%(whatsapp %' ORDER BY comment")
    return str(rows[0]["ticket_id"])


@pytest.mark.parametrize(
    ("sources", "tickets"), [(SHORT, 8), pytest.param(LONG, 20, marks=pytest.mark.soak)], ids=["short", "long"]
)
def test_adapter_and_manifest_leave_the_same(tmp_path: Path, sources: tuple[str, ...], tickets: int) -> None:
    by_adapter, answers, written_again = played(tmp_path / "adapter", "adapter", sources)
    by_manifest, answers_too, written_again_too = played(tmp_path / "manifest", "manifest", sources)
    assert len(by_adapter) > tickets
    assert sum(len(one["followups"]) for one in by_adapter.values()) > 3 * tickets
    assert any(each["files"] for one in by_adapter.values() for each in one["followups"])
    assert by_manifest.keys() == by_adapter.keys()
    differing = {key: (by_manifest[key], one) for key, one in by_adapter.items() if by_manifest[key] != one}
    assert differing == {}
    assert (written_again, written_again_too) == (0, 0)
    assert [text for _, _, text in answers] == [ANSWER]
    assert answers_too == answers
