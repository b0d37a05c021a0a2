"""Do what a page says, as its reader would: write its files, type its commands, look at what comes."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from typer.testing import CliRunner

import cli
from tests.docs.pages import Block, commands, missing
from tests.source_tree import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

MAKE = re.compile(r"make (\w+)(?: +#.*)?$")
_SHELL = re.compile(r"[|<>;&*]")
_QUOTED = re.compile(r""""[^"]*"|'[^']*'|#.*$""")


@dataclass(slots=True)
class Reader:
    """Somebody with a terminal, at first in an empty folder."""

    folder: Path
    bin: Path
    """A folder in which the program stands as ``casebridge``."""
    code: int = 0
    """Exit code of the last command."""

    def follow(self, page: Iterable[Block]) -> None:
        """Write the files of a page and type its commands, in order; every command must end well or be asked ``$?``."""
        for block in page:
            if block.file:
                self._write(block)
            elif block.language == "console":
                self._type(block)

    def _write(self, block: Block) -> None:
        path = self.folder / block.file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(block.text, encoding="utf-8")

    def _type(self, block: Block) -> None:
        lines = commands(block)
        for number, command in enumerate(lines):
            output = self._run(command.line)
            asked = number + 1 < len(lines) and lines[number + 1].line == "echo $?"
            assert asked or not self.code, f"$ {command.line}\nends with {self.code}:\n{output}"
            absent = missing(command.shown, output)
            assert absent is None, f"$ {command.line}\ndoes not show: {absent}\nbut:\n{output}"

    def _run(self, line: str) -> str:
        words = shlex.split(line, comments=True)
        if line == "echo $?":
            code, self.code = self.code, 0
            return str(code)
        if made := MAKE.match(line):
            self.code = 0
            assert re.search(rf"^{made[1]}:", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE), line
            return ""
        if words[0] == "cd":
            self.folder = (self.folder / words[1]).resolve()
            return ""
        if words[0] == "casebridge" and not _SHELL.search(_QUOTED.sub("", line)):
            return self.casebridge(words[1:])
        return self._shell(line)

    def casebridge(self, words: list[str]) -> str:
        """Run the program in the reader's folder; here, which is faster than a process of its own."""
        before = os.getcwd()  # noqa: PTH109 - put back below
        os.chdir(self.folder)
        try:
            result = CliRunner().invoke(cli.main, words)
        finally:
            os.chdir(before)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        self.code = result.exit_code
        return result.output

    def _shell(self, line: str) -> str:
        done = subprocess.run(
            ["bash", "-c", line],  # noqa: S607 - what a page says
            cwd=self.folder,
            env={**os.environ, "PATH": f"{self.bin}:{os.environ['PATH']}"},
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        self.code = done.returncode
        return done.stdout + done.stderr


def install(folder: Path) -> Path:
    """Put the program into a folder, for pages that use it in pipes; returns the folder."""
    folder.mkdir()
    program = folder / "casebridge"
    program.write_text(
        f"#!/bin/sh\nPYTHONPATH={shlex.quote(str(ROOT))} exec {shlex.quote(sys.executable)}"
        ' -c "from cli import run; run()" "$@"\n',
        encoding="utf-8",
    )
    program.chmod(0o755)
    return folder
