"""What the environment sets: ours by name, checked, from ``.env`` too; the environment wins, the command line before it."""

from __future__ import annotations

from pathlib import Path

import pytest

from bridge.errors import ConfigError
from config.environment import read_environment
from config.loading import read_project

PROJECT = "organisation: acme\nenvironment: production\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a project without sources."""
    (tmp_path / "casebridge.yaml").write_text(PROJECT, encoding="utf-8")
    return tmp_path


def test_nothing_needs_to_be_set(folder: Path) -> None:
    found = read_environment(folder)
    assert (found.project, found.environment, found.log_level, found.log_format) == (folder, "", None, "text")
    assert read_environment().project == Path()


def test_the_environment_names_the_project_where_the_command_line_does_not(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CASEBRIDGE_PROJECT", str(folder))
    assert read_environment().project == folder
    assert read_environment(folder / "casebridge.yaml").project == folder / "casebridge.yaml"


def test_the_env_file_of_the_project_counts_and_the_environment_wins(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / ".env").write_text(
        "CASEBRIDGE_LOG_LEVEL=debug\nCASEBRIDGE_LOG_FORMAT=json\nOTHER=1\n", encoding="utf-8-sig"
    )
    monkeypatch.setenv("CASEBRIDGE_LOG_FORMAT", "text")
    for project in (folder, folder / "casebridge.yaml"):
        found = read_environment(project)
        assert (found.log_level, found.log_format) == ("debug", "text")


def test_one_project_file_serves_staging_and_production(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert read_project(folder).project.environment == "production"
    monkeypatch.setenv("CASEBRIDGE_ENVIRONMENT", "staging")
    assert read_project(folder).project.environment == "staging"
    monkeypatch.setenv("CASEBRIDGE_ENVIRONMENT", "")
    assert read_project(folder).project.environment == "production", "set to nothing is not set"


def test_a_wrong_value_is_a_sentence_that_names_the_variable_and_not_the_value(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CASEBRIDGE_LOG_LEVEL", "hunter2")
    with pytest.raises(ConfigError, match=r"CASEBRIDGE_LOG_LEVEL: input should be 'debug', 'info'") as raised:
        read_environment(folder)
    assert "hunter2" not in str(raised.value)


def test_an_env_file_that_is_no_text_is_a_sentence(folder: Path) -> None:
    (folder / ".env").write_bytes(b"NAME=\xff\xfe\n")
    with pytest.raises(ConfigError, match="it is not UTF-8"):
        read_environment(folder)
