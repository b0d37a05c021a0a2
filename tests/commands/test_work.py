"""A sync and everything that people ask and decide afterwards."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from bridge.errors import Exit

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import Any

    from click.testing import Result


def test_a_sync_says_what_it_did_and_exits_with_what_was_set_aside(run: Callable[..., Result]) -> None:
    result = run("sync")
    assert result.exit_code == Exit.SET_ASIDE
    assert "export: " in result.stdout
    assert "casebridge quarantine list" in result.stderr


@pytest.mark.usefixtures("synced")
def test_status_says_how_things_stand(ask: Callable[..., Any], run: Callable[..., Result]) -> None:
    status = ask("status")
    assert (status["messages"], status["conversations"], status["customers"], status["cases"]) == (3, 3, 3, 2)
    assert status["quarantine"] == 1
    assert set(status["deliveries"]) >= {"pending", "delivered", "refused", "unknown", "waiting"}
    assert run("status", "--max-age", "2h").exit_code == 0


@pytest.mark.usefixtures("synced")
def test_status_says_when_everything_was_last_read(
    ask: Callable[..., Any], run: Callable[..., Result], folder: Path
) -> None:
    """People and a target's own records too; what we published is counted, not read."""
    (folder / "people.csv").write_text("id,name,email\nK-1,Ada Kern,ada@example.com\n", encoding="utf-8")
    source = (
        "\n  crm: {type: file, path: people.csv, what: people, mapping: {id: {from: id}, name: {from: name}}}\ntargets:"
    )
    project = (folder / "casebridge.yaml").read_text(encoding="utf-8")
    answered = project.replace("messages.jsonl}", "messages.jsonl, outbox: out.jsonl}").replace("\ntargets:", source)
    answered = answered.replace("{type: desk}", "{type: desk, publish: true, hold_seconds: 0}")
    (folder / "casebridge.yaml").write_text(answered, encoding="utf-8")
    run("sync")
    run("desk", "create", "Router broken", "--name", "Ben", "--email", "ben@example.org")
    run("desk", "reply", next(one["ref"] for one in ask("desk", "list") if one.get("channel") == "x"), "On its way.")
    assert run("sync").exit_code in (Exit.OK, Exit.SET_ASIDE)
    streams = {(one["connection"], one["stream"]): one for one in ask("status")["connections"]}
    read = {where for where, one in streams.items() if one["last_ok_at"]}
    assert read == {
        ("export", "messages"), ("crm", "messages"), ("desk", "contacts"), ("desk", "cases"), ("desk", "activity"),
    }  # fmt: skip
    assert (streams["crm", "messages"]["other"], streams["export", "published"]["new"]) == (1, 1)
    lines = run("status").stdout
    assert "export published: 1 of our answers\n" in lines
    assert "crm messages: 1 people and other events, last read" in lines
    assert "never" not in lines


def test_a_project_that_never_ran_is_too_old(run: Callable[..., Result]) -> None:
    result = run("status", "--max-age", "2h")
    assert (result.exit_code, "never" in result.stderr) == (Exit.SET_ASIDE, True)


@pytest.mark.usefixtures("synced")
def test_the_ledger_balances_and_the_target_agrees(run: Callable[..., Result], ask: Callable[..., Any]) -> None:
    assert ask("ledger")["balanced"] is True
    assert run("verify").exit_code == 0


@pytest.mark.usefixtures("synced")
def test_exports_are_json_lines(run: Callable[..., Result], folder: Path) -> None:
    lines = [json.loads(line) for line in run("customers", "export").stdout.splitlines()]
    assert sorted(key for line in lines for key in line["messages"]) == ["mail//3", "x//1", "x//2"]
    assert run("cases", "export", "--out", str(folder / "cases.jsonl")).exit_code == 0
    cases = [json.loads(line) for line in (folder / "cases.jsonl").read_text(encoding="utf-8").splitlines()]
    assert sorted(case["messages"] for case in cases) == [["mail//3"], ["x//1"]]


SHOWN = """
runs list|runs show R-1|messages list|messages show M-1|messages show x//1|conversations list|conversations show M-1
customers list|customers show P-1|cases list|cases show CASE|deliveries list|deliveries show D-1|quarantine list
quarantine show Q-1|find anna|audit|customers why P-1|customers why-not P-1 P-2|actions list
"""


@pytest.mark.usefixtures("synced")
def test_whatever_is_shown_hides_what_people_wrote(run: Callable[..., Result], ask: Callable[..., Any]) -> None:
    case = f"C-{ask('cases', 'list')[0]['id']}"
    for command in SHOWN.replace("CASE", case).strip().replace("\n", "|").split("|"):
        shown, said = run(*command.split()), run(*command.split(), "--json")
        assert (shown.exit_code, said.exit_code) == (0, 0), shown.output
        output = f"{shown.output} {said.output}"
        assert not [text for text in ("Where is my", "still no", "I love") if text in output], command
        assert json.loads(said.stdout) is not None


@pytest.mark.usefixtures("synced")
def test_text_is_shown_on_request(run: Callable[..., Result]) -> None:
    assert "Where is my parcel?" in run("messages", "list", "--show-text").stdout


@pytest.mark.usefixtures("synced")
def test_explain_names_the_rule_that_wanted_no_case(run: Callable[..., Result]) -> None:
    assert "praise" in run("explain", "x//2").stdout


@pytest.mark.usefixtures("synced")
def test_a_repaired_row_leaves_the_quarantine(
    run: Callable[..., Result], ask: Callable[..., Any], folder: Path
) -> None:
    assert run("quarantine", "replay", "--all").exit_code == Exit.SET_ASIDE
    assert list(ask("quarantine", "replay", "Q-1")["still_broken"]) == ["1"]
    fields = {"network": "x", "text": "my parcel!", "sent_at": "2026-03-01T11:00:00Z"}
    (folder / "repaired.jsonl").write_text(json.dumps({"id": "Q-1", "fields": fields}), encoding="utf-8")
    replayed = run("quarantine", "replay", "--file", str(folder / "repaired.jsonl"), "--set", "id=4")
    assert replayed.exit_code == 0, replayed.output
    assert (ask("status")["quarantine"], ask("status")["messages"]) == (0, 4)


@pytest.mark.usefixtures("synced")
def test_the_audit_names_what_comes_with_the_program_alike_wherever_that_is_installed(ask: Callable[..., Any]) -> None:
    """So that another folder of the program is no change of the configuration."""
    (version,) = ask("audit")
    assert sorted(version["diffs"]) == [
        "casebridge.yaml",
        "comes with Casebridge: mappings/desk/case.yaml",
        "comes with Casebridge: mappings/desk/message.yaml",
        "comes with Casebridge: mappings/desk/person.yaml",
        "triage.yaml",
    ]


@pytest.mark.usefixtures("synced")
def test_decisions_are_kept_and_applied(run: Callable[..., Result], ask: Callable[..., Any]) -> None:
    merged = ask("customers", "merge", "x//u1", "mail//ben@example.com", "--by", "Ann", "--reason", "same voice")
    assert (merged["kind"], merged["operands"]) == ("must_link", ["p:x//u1", "p:mail//ben@example.com"])
    run("sync")
    assert ask("status")["customers"] == 2
    run("customers", "unmerge", "x//u1", "mail//ben@example.com")
    run("sync")
    assert ask("status")["customers"] == 3
    (case,) = (row["id"] for row in ask("cases", "list") if row["network"] == "x")
    assert ask("cases", "not-a-case", f"C-{case}")["operands"] == ["x//1"]
    run("sync")
    assert "decision" in run("explain", "x//1").stdout


@pytest.mark.usefixtures("synced")
def test_a_pause_holds_until_resumed(run: Callable[..., Result], ask: Callable[..., Any], folder: Path) -> None:
    run("pause", "collect", "--reason", "holidays")
    (pause,) = ask("status")["pauses"]
    assert (pause["step"], pause["reason"]) == ("collect", "holidays")
    with (folder / "messages.jsonl").open("a", encoding="utf-8") as export:
        export.write('\n{"id": "9", "network": "x", "text": "hi"}\n')
    assert run("sync").exit_code == Exit.HALTED
    assert ask("resume")["resumed"] == ["collect"]
    run("sync")
    assert ask("status")["messages"] == 4


@pytest.mark.usefixtures("synced")
def test_the_audit_shows_what_changed_in_the_configuration(
    folder: Path, run: Callable[..., Result], ask: Callable[..., Any]
) -> None:
    triage = folder / "triage.yaml"
    triage.write_text(
        triage.read_text(encoding="utf-8").replace("priority: high", "priority: urgent"), encoding="utf-8"
    )
    run("sync")
    run("sync")
    newest, _first = ask("audit")
    assert list(newest["diffs"]) == ["triage.yaml"]
    assert "+  - {name: delivery" in newest["diffs"]["triage.yaml"]


@pytest.mark.usefixtures("synced")
def test_after_a_restore_nothing_is_doubled(folder: Path, run: Callable[..., Result], ask: Callable[..., Any]) -> None:
    copy = str(folder / "store.backup")
    assert run("backup", copy).exit_code == 0
    assert run("backup", copy).exit_code == Exit.CONFIG
    with (folder / "messages.jsonl").open("a", encoding="utf-8") as export:
        export.write('\n{"id": "9", "network": "x", "text": "where is my second parcel", "author": {"id": "u9"}}\n')
    run("sync")
    assert run("restore", copy, "--yes").exit_code == 0
    assert ask("status")["messages"] == 3
    run("sync")
    assert ask("status")["messages"] == 4
    assert run("verify").exit_code == 0, run("verify").output
    assert ask("ledger")["balanced"] is True


@pytest.mark.parametrize("content", [b"no database", b"SQLite format 3\x00 but broken", b""])
def test_only_a_backup_is_restored(folder: Path, run: Callable[..., Result], content: bytes) -> None:
    (folder / "other.backup").write_bytes(content)
    result = run("restore", str(folder / "other.backup"), "--yes")
    assert result.exit_code in {Exit.CONFIG, Exit.UNREACHABLE}, result.output
    assert run("status").exit_code == 0
