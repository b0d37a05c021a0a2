"""Every command explains itself, takes the shared options, and shows an example that parses."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import typer
from typer.testing import CliRunner

import cli
from tests.source_tree import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bridge.commands.root import Outline

SHARED = {"--project", "--json", "--quiet", "--debug", "--help"}


def _leaves(group: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:  # noqa: ANN401 - Typer's commands
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from _leaves(command, (*path, name))
        else:
            yield (*path, name), command


COMMANDS = dict(_leaves(typer.main.get_command(cli.main)))


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_a_command_has_help_for_itself_and_for_each_option(path: tuple[str, ...]) -> None:
    command = COMMANDS[path]
    assert (command.help or "").strip().endswith((".", ")")) or "Example: " in command.help
    for parameter in command.params:
        assert parameter.help, parameter.name
    shown = CliRunner().invoke(cli.main, [*path, "--help"])
    assert shown.exit_code == 0
    assert set(re.findall(r"--[a-z-]+", shown.stdout)) | SHARED - set(_options(command)) >= SHARED


def _options(command: Any) -> list[str]:  # noqa: ANN401 - a Typer command
    return [name for parameter in command.params for name in parameter.opts]


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_a_command_takes_the_shared_options(path: tuple[str, ...]) -> None:
    assert set(_options(COMMANDS[path])) >= {"--project", "--json", "--quiet", "--debug"}


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_the_example_of_a_command_parses(path: tuple[str, ...]) -> None:
    found = re.search(r"Example: (casebridge .*)", COMMANDS[path].help)
    assert found, "its docstring ends with an example"
    words = shlex.split(found[1])
    assert tuple(words[1 : 1 + len(path)]) == path
    with COMMANDS[path].make_context(path[-1], words[1 + len(path) :], obj=_session()):
        pass


@pytest.mark.parametrize(
    "outline", [each for group in cli.COMMANDS.values() for each in group], ids=lambda one: one.name
)
def test_the_list_of_commands_says_what_they_say_of_themselves(outline: Outline) -> None:
    command = typer.main.get_command(cli.main).commands[outline.name]  # type: ignore[attr-defined] # a group's
    assert " ".join(command.help.split()).startswith(outline.line.removesuffix("."))
    assert outline.line in " ".join(re.sub("[│╭╮╰╯─]", "", CliRunner().invoke(cli.main, ["--help"]).stdout).split())


@pytest.mark.parametrize("file", sorted((ROOT / "bridge" / "commands").glob("*.py")), ids=lambda file: file.stem)
def test_a_group_knows_its_commands_by_itself(file: Path) -> None:
    """It is loaded alone: what another module adds to it would be missing."""
    text = file.read_text(encoding="utf-8")
    groups = set(re.findall(r"^@?(\w+)\.command\(", text, re.MULTILINE))
    assert {name for name in groups if not re.search(rf"^{name} = typer\.Typer\(", text, re.MULTILINE)} == set()


def test_help_is_there_at_once() -> None:
    """It needs neither the database toolkit nor YAML nor any adapter, whose loading takes a second."""
    program = "import sys, cli\ntry:\n    cli.main(['--help'])\nfinally:\n    print(*sys.modules, sep=chr(10), file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert "sync" in done.stdout
    loaded = {name.partition(".")[0] for name in done.stderr.split()}
    assert not loaded & {"sqlalchemy", "sqlmodel", "pydantic", "ruamel", "adapters", "structlog", "cel"}


def _session() -> object:
    from bridge.commands.context import Session  # noqa: PLC0415 - built here for parsing only

    return Session(compose=cli.compose, surrounding=Path, stage=object, starter=Path(), schemas=dict)


def test_commands_import_no_configuration_and_no_adapter() -> None:
    for file in (ROOT / "bridge" / "commands").glob("*.py"):
        assert not re.search(
            r"^\s*(?:from|import) (?:config|adapters|cli)\b", file.read_text(encoding="utf-8"), re.MULTILINE
        )
