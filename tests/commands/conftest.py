"""A project folder with an export, and a way to run commands in it."""

from __future__ import annotations

import json
import shutil
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

import cli

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from click.testing import Result

TRIAGE = """\
defaults: {priority: normal, case: check}
reasons: {delivery: {}, praise: {}}
rules:
  - {name: delivery, any_words: [parcel], set: {reason: delivery, case: "yes", priority: high}}
  - {name: praise, any_words: [love], set: {reason: praise, case: "no"}}
"""

PROJECT = """\
organisation: acme
environment: test
sources:
  export: {type: file, path: messages.jsonl}
targets:
  desk: {type: desk}
"""

ANNA = {"id": "u1", "handle": "anna"}
MESSAGES: list[dict[str, Any]] = [
    {"id": "1", "network": "x", "text": "Where is my parcel?", "sent_at": "2026-03-01T08:00:00Z", "author": ANNA},
    {"id": "2", "network": "x", "text": "I love you", "sent_at": "2026-03-01T09:00:00Z", "author": {"id": "u2"}},
    {
        "id": "3",
        "network": "mail",
        "kind": "mail",
        "subject": "parcel",
        "text": "still no parcel",
        "sent_at": "2026-03-01T10:00:00Z",
        "author": {"email": "ben@example.com"},
    },
]


def write_project(folder: Path) -> None:
    """Write a project whose export has three messages and one broken line."""
    (folder / "casebridge.yaml").write_text(PROJECT, encoding="utf-8")
    (folder / "triage.yaml").write_text(TRIAGE, encoding="utf-8")
    lines = [*(json.dumps(message) for message in MESSAGES), '{"id": "4", "network":']
    (folder / "messages.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")


def invoke(folder: Path, *arguments: str) -> Result:
    """Run one command in a project, as on the command line."""
    return CliRunner().invoke(cli.main, ["--project", str(folder), *arguments])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a project that never ran."""
    write_project(tmp_path)
    return tmp_path


@pytest.fixture(scope="session")
def synced_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a project after its first sync, to be copied."""
    template = tmp_path_factory.mktemp("synced")
    write_project(template)
    invoke(template, "sync")
    return template


@pytest.fixture
def synced(folder: Path, synced_template: Path) -> Path:
    """Let the project be one that has run once."""
    shutil.copytree(synced_template, folder, dirs_exist_ok=True)
    return folder


@pytest.fixture
def run(folder: Path) -> Callable[..., Result]:
    """Run one command in the project."""
    return partial(invoke, folder)


@pytest.fixture
def ask(run: Callable[..., Result]) -> Callable[..., Any]:
    """Run one command with ``--json`` and give what it says."""

    def asked(*arguments: str) -> Any:  # noqa: ANN401 - any JSON value
        result = run(*arguments, "--json")
        assert result.exception is None or isinstance(result.exception, SystemExit), result.output
        return json.loads(result.stdout)

    return asked
