"""A program of others that serves on loopback for tests: started, killed, emptied, and its clock set."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import time
from abc import ABC, abstractmethod
from contextlib import closing
from typing import TYPE_CHECKING, ClassVar

import httpx

if TYPE_CHECKING:
    from datetime import datetime, timedelta
    from pathlib import Path

START_SECONDS = 60


class NotInstalledError(Exception):
    """A server is not here; says what to install."""


def free_port() -> int:
    """Return a port of loopback that nobody listens on."""
    with closing(socket.socket()) as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def dies_with_us() -> list[str]:
    """Return what a command is started through, so that a server does not outlive tests that were killed."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "TERM"] if setpriv else []


class Program(ABC):
    """A running server in a folder of its own, with its database there and a copy of it as it was set up: ``clean.db``."""

    database: ClassVar[str]
    """Name of the database, a SQLite file."""
    shows: ClassVar[str]
    """A path that answers once it serves."""

    def __init__(self, folder: Path, port: int) -> None:
        """Use the module's ``running``."""
        self.folder, self.port = folder, port
        self.url = f"http://127.0.0.1:{port}"
        self._process: subprocess.Popen[bytes] | None = None
        self.tokens: dict[str, str] = {}

    @abstractmethod
    def command(self) -> list[str | Path]:
        """Return what serves."""

    @abstractmethod
    def surroundings(self) -> dict[str, str]:
        """Return the environment of what serves."""

    def start(self) -> None:
        """Start serving; returns when it answers."""
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [*dies_with_us(), *self.command()],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                env=self.surroundings(),
                start_new_session=True,
            )
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until:
            assert self._process.poll() is None, (self.folder / "log").read_text()[-2000:]
            try:
                httpx.get(f"{self.url}{self.shows}", timeout=10, verify=False)  # noqa: S501 - loopback
            except httpx.TransportError:
                time.sleep(0.05)
            else:
                return
        raise TimeoutError((self.folder / "log").read_text()[-2000:])

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """Stop it, gently or by ``SIGKILL``, with all that it started."""
        if self._process is None:
            return
        for each in (how, signal.SIGKILL):
            try:
                os.killpg(self._process.pid, each)
                self._process.wait(5)
            except ProcessLookupError:
                break
            except subprocess.TimeoutExpired:
                continue
        self._process.wait()
        self._process = None

    def reset(self) -> None:
        """Empty it while it runs: SQLite copies the clean database over the used one."""
        with (
            closing(sqlite3.connect(self.folder / "clean.db")) as clean,
            closing(sqlite3.connect(self.folder / self.database, timeout=30)) as used,
        ):
            clean.backup(used)

    def at(self, now: datetime) -> None:
        """Set the server's clock."""
        self._clock(f"{now:%Y-%m-%d %H:%M:%S}")

    def ahead(self, by: timedelta) -> None:
        """Let the server's clock go on, so much ahead of the machine's."""
        self._clock(f"+{by.total_seconds():.0f}")

    def rows(self, sql: str, *values: object) -> list[sqlite3.Row]:
        """Read the database past the server."""
        with closing(sqlite3.connect(self.folder / self.database, timeout=30)) as connection:
            connection.row_factory = sqlite3.Row
            return connection.execute(sql, values).fetchall()

    def _clock(self, told: str) -> None:
        fresh = self.folder / "time.new"
        fresh.write_text(f"{told}\n")
        fresh.replace(self.folder / "time")
