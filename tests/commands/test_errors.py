"""Errors are one sentence on stderr and an exit code; secrets are in none of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bridge import errors
from bridge.commands import running
from bridge.errors import Exit

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from click.testing import Result

Run = "Callable[..., Result]"
SECRET = "hunter2-hunter2"


def test_a_mistake_in_the_project_file_is_one_sentence_with_file_and_line(
    folder: Path, run: Callable[..., Result]
) -> None:
    (folder / "casebridge.yaml").write_text("organization: acme\n", encoding="utf-8")
    result = run("status")
    assert result.exit_code == Exit.CONFIG
    assert result.stdout == ""
    assert "casebridge.yaml:1: unknown key 'organization'; did you mean 'organisation'?" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("command", ["check", "plan", "sync"])
def test_a_mistake_in_the_rules_stops_what_needs_them_and_names_their_file(
    folder: Path, run: Callable[..., Result], command: str
) -> None:
    (folder / "triage.yaml").write_text("rulez: []\n", encoding="utf-8")
    result = run(command)
    assert (result.exit_code, "triage.yaml:1" in result.stderr) == (Exit.CONFIG, True)
    assert run("status").exit_code == Exit.OK, "what needs no rules goes on"


@pytest.mark.usefixtures("synced")
def test_a_store_stays_with_its_organisation_and_environment(
    run: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Under other keys every record would be created in the targets once more."""
    monkeypatch.setenv("CASEBRIDGE_ENVIRONMENT", "staging")
    for command in ("plan", "sync"):
        result = run(command)
        assert result.exit_code == Exit.CONFIG
        assert "the store was made for acme / test, and the project is acme / staging now" in result.stderr
    monkeypatch.delenv("CASEBRIDGE_ENVIRONMENT")
    assert run("sync").exit_code == Exit.OK
    assert run("verify").exit_code == Exit.OK


def test_missing_rules_are_a_sentence(folder: Path, run: Callable[..., Result]) -> None:
    (folder / "triage.yaml").unlink()
    result = run("status")
    assert (result.exit_code, "triage.yaml" in result.stderr) == (Exit.CONFIG, True)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errors.ConfigError("wrong"), 2),
        (errors.AuthError("renew it"), 3),
        (errors.RateLimited("wait", retry_after=1.0), 4),
        (errors.StoreBusy("busy"), 5),
        (errors.Halted("paused"), 6),
        (KeyboardInterrupt(), 130),
        (RuntimeError("boom"), 70),
    ],
)
def test_each_error_has_its_exit_code(
    run: Callable[..., Result], monkeypatch: pytest.MonkeyPatch, error: BaseException, code: int
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(running.accounts, "ledger", fail)
    result = run("ledger")
    assert result.exit_code == code
    assert result.stderr.startswith("casebridge: ")
    assert "Traceback" not in result.stderr


def test_debug_shows_the_traceback(run: Callable[..., Result], monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        message = "boom"
        raise RuntimeError(message)

    monkeypatch.setattr(running.accounts, "ledger", fail)
    result = run("ledger", "--debug")
    assert (result.exit_code, "Traceback" in result.stderr) == (Exit.OWN_FAULT, True)


@pytest.mark.parametrize(
    "arguments",
    [
        ["cases", "show", "twelve"],
        ["status", "--max-age", "soon"],
        ["deliveries", "retry"],
        ["deliveries", "list", "--where", "colour=red"],
        ["sync", "--from", "yesterday"],
        ["sync", "--as-cases"],
        ["sync", "nightly"],
        ["sync", "--source", "crm"],
        ["pause", "deliver", "--connection", "crm"],
        ["verify", "crm"],
        ["schema", "poem"],
        ["mapping", "check", "crm"],
        ["messages", "show", "M-99"],
        ["customers", "merge", "P-1", "P-1"],
        ["restore", "nothing.backup", "--yes"],
        ["no-such-command"],
    ],
)
def test_what_cannot_be_done_is_refused_with_a_sentence(run: Callable[..., Result], arguments: list[str]) -> None:
    result = run(*arguments)
    assert result.exit_code == Exit.CONFIG, result.output
    assert result.stderr
    assert "Traceback" not in result.stderr


def test_a_secret_is_in_no_output_and_its_place_is_named(folder: Path, run: Callable[..., Result]) -> None:
    project = folder / "casebridge.yaml"
    project.write_text(
        f"{project.read_text(encoding='utf-8')}store: postgresql://ann:{SECRET}@127.0.0.1:1/x\n", encoding="utf-8"
    )
    result = run("status", "--debug")
    assert result.exit_code == Exit.UNREACHABLE
    assert SECRET not in result.output
