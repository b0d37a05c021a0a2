"""What the project file promises: typed, with file, line and a suggestion for whatever is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bridge.errors import ConfigError
from config.loading import read_project

if TYPE_CHECKING:
    from pathlib import Path

GOOD = """\
organisation: acme
units: {at: {title: Austria}}
sources:
  export:
    type: file
    path: messages.jsonl
    unit: at
targets:
  desk: {type: desk}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    _write(tmp_path, GOOD)
    return tmp_path


def _write(folder: Path, text: str) -> None:
    (folder / "casebridge.yaml").write_text(text, encoding="utf-8")


def _error(folder: Path, text: str) -> str:
    _write(folder, text)
    with pytest.raises(ConfigError) as raised:
        read_project(folder)
    return str(raised.value)


def test_a_project_is_read_from_its_folder_and_from_its_file(folder: Path) -> None:
    by_folder = read_project(folder)
    by_file = read_project(folder / "casebridge.yaml")
    assert by_folder.project.organisation == by_file.project.organisation == "acme"
    assert by_folder.folder == folder
    assert by_folder.warnings == ()


def test_settings_of_an_adapter_stand_beside_ours(folder: Path) -> None:
    source = read_project(folder).project.sources["export"]
    assert (source.unit, source.path) == ("at", "messages.jsonl")  # type: ignore[attr-defined] # of the file adapter


@pytest.mark.parametrize(
    ("wrong", "right", "line", "says"),
    [
        ("organisation", "organization", 1, "did you mean 'organisation'"),
        ("    path:", "    pth:", 6, "did you mean 'path'"),
        ("{type: desk}", "{type: desk, account: brand}", 9, "unknown key 'account' in targets.desk."),
        ("type: file", "type: fil", 5, "did you mean 'file'"),
        ("type: desk", "type: zendesc", 9, "there is no adapter 'zendesc'"),
        ("unit: at", "unit: att", 7, "there is no unit 'att'; there are: at; did you mean 'at'"),
        ("{type: desk}", "{type: desk, mode: shadowy}", 9, "did you mean 'shadow'"),
        ("{type: desk}", "{type: desk, hold_seconds: soon}", 9, "hold_seconds"),
        ("{type: desk}", "{typ: desk}", 9, "needs a `type`: one of desk"),
        ("  desk:", "  export:", 9, "is also a source"),
        ("  desk:", "  'my desk':", 9, "is no name"),
    ],
)
def test_what_is_wrong_is_told_with_line_and_suggestion(
    folder: Path, wrong: str, right: str, line: int, says: str
) -> None:
    error = _error(folder, GOOD.replace(wrong, right, 1))
    assert any(one.startswith(f"{folder / 'casebridge.yaml'}:{line}: ") and says in one for one in error.splitlines())


def test_a_sync_names_only_what_is_there(folder: Path) -> None:
    error = _error(folder, GOOD + "syncs:\n  night:\n    from: exprt\n    to: desk\n")
    assert ":12: there is no source 'exprt'; there are: export; did you mean 'export'" in error


def test_a_pattern_that_is_none_is_an_error_with_its_line(folder: Path) -> None:
    error = _error(folder, GOOD.replace("    unit: at\n", "    facts: {order: '(['}\n"))
    assert ":7: sources.export.facts.order: is not a regular expression" in error


def test_a_folder_without_a_project_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="casebridge init"):
        read_project(tmp_path)


def test_variables_come_from_the_environment_then_from_the_env_file(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _write(folder, GOOD.replace("acme", "${ORG}").replace("{title: Austria}", "{title: '${TITLE}'}"))
    (folder / ".env").write_text("ORG=from-file\nTITLE='Land der Berge'\n", encoding="utf-8")
    monkeypatch.setenv("ORG", "from-environment")
    project = read_project(folder).project
    assert (project.organisation, project.units["at"].title) == ("from-environment", "Land der Berge")


def test_a_missing_variable_is_told_with_its_line(folder: Path) -> None:
    assert ":1: the environment variable ORGA is not set" in _error(folder, GOOD.replace("acme", "${ORGA}"))


def test_policy_of_a_unit_is_the_projects_with_what_differs(folder: Path) -> None:
    _write(folder, GOOD + "cases:\n  reopen_mail_days: 20\n  units:\n    at: {reopen_public_days: 3}\n")
    cases = read_project(folder).project.cases
    assert (cases.base().reopen_mail_days, cases.base().reopen_public_days) == (20, 7)
    assert (cases.of_units()["at"].reopen_mail_days, cases.of_units()["at"].reopen_public_days) == (20, 3)


def test_an_unknown_unit_of_the_case_policy_is_an_error(folder: Path) -> None:
    assert "there is no unit 'ch'" in _error(folder, GOOD + "cases:\n  units:\n    ch: {reopen_public_days: 3}\n")
