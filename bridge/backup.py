"""Back a store up while it is in use, and put a backup in its place.

After a restore the store does not know what was sent since the backup. So what is delivered for the first time is looked
up in its target before it is sent, and every answer that was still to go out waits for a person.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import select

from bridge import lease
from bridge.errors import ConfigError, StoreBusy, Transient
from bridge.nouns import Thing
from bridge.restored import noting_restore
from bridge.store import migrate, postgres_programs, schema
from bridge.store.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy.engine import Connection
    from sqlalchemy.sql.dml import UpdateBase

    from bridge.app import App, TargetSetup

_MAGIC = b"SQLite format 3\x00"
_IN_DOUBT = ("sending", "accepted")
_UNSENT = ("held", "queued", "sending")
REVIEW = "The store was restored from a backup; look whether this was sent meanwhile, then approve or cancel it."
"""What is said of an answer that may have been sent after the backup was made."""


def backup(app: App, file: Path) -> None:
    """Write a consistent copy of the store to ``file``, which must not exist; others may go on working.

    Attachments are not in it: they are files that never change, in a folder of the project.
    """
    if file.exists():
        message = f"{file} exists already; a backup overwrites nothing. Name another file."
        raise ConfigError(message)
    if not file.parent.is_dir():
        message = f"There is no folder {file.parent} to write the backup to. Make it first."
        raise ConfigError(message)
    partial = file.with_name(f"{file.name}.partial")
    partial.unlink(missing_ok=True)
    partial.touch(mode=0o600)
    try:
        if app.store.sqlite:
            _copy(_path(app.store), partial)
        else:
            postgres_programs.dump(app.store, partial)
        partial.replace(file)
    finally:
        partial.unlink(missing_ok=True)


def restore(app: App, file: Path) -> None:
    """Put a backup in the place of the store.

    Raises ``StoreBusy`` while a sync is at work, ``ConfigError`` if the file is no backup of a store.
    """
    if not file.is_file():
        message = f"There is no backup {file}."
        raise ConfigError(message)
    if holders := lease.holders(app.store, app.clock.now()):
        message = f"A sync is at work ({', '.join(sorted(holders))}). Wait for its end, then restore."
        raise StoreBusy(message)
    if app.store.sqlite:
        _restore_sqlite(app, file)
    else:
        _restore_postgres(app, file)


def distrusting(now: datetime) -> list[UpdateBase]:
    """Return the statements that mark a restored store: what it holds for unsent may have been sent."""
    delivery, action = schema.delivery, schema.action
    in_doubt = delivery.c.state.in_(_IN_DOUBT)
    return [
        delivery.update().where(in_doubt).values(state="unknown", owner="", until=None, next_at=None),
        delivery.update().values(look_up=True),
        action.update().where(action.c.state.in_(_UNSENT)).values(state="review", reason=REVIEW),
        schema.lease.delete(),
        *noting_restore(now),
    ]


def recognise(app: App, setup: TargetSetup) -> None:
    """Distrust a store that never delivered anything to a target which holds our keys: it was lost and begun anew."""
    delivery, objects = schema.delivery.c, setup.objects(Thing.CASE)
    with app.store.read() as connection:
        known = connection.execute(select(delivery.id).where(delivery.target == setup.name).limit(1)).first()
    if known is not None or not any(True for name in objects for _ in setup.target.keys(name)):
        return
    with app.store.write("recognise") as connection:
        _execute(connection, noting_restore(app.clock.now()))


def _restore_sqlite(app: App, file: Path) -> None:
    """Prepare a copy beside the store, then take it over in one transaction of SQLite."""
    with file.open("rb") as opened:
        if opened.read(len(_MAGIC)) != _MAGIC:
            message = f"{file} is no backup of a SQLite store."
            raise ConfigError(message)
    staged = _path(app.store).with_name(f"{_path(app.store).name}.restoring")
    staged.unlink(missing_ok=True)
    staged.touch(mode=0o600)
    try:
        _copy(file, staged)
        prepared = Store(f"sqlite:///{staged}")
        _check(prepared, file)
        _distrust(prepared, app.clock.now())
        prepared.close()
        app.store.close()
        _copy(staged, _path(app.store))
    finally:
        for suffix in ("", "-wal", "-shm"):
            Path(f"{staged}{suffix}").unlink(missing_ok=True)


def _restore_postgres(app: App, file: Path) -> None:
    if migrate.VERSION_TABLE not in postgres_programs.contents(app.store, file):
        message = f"{file} is a dump of PostgreSQL, but no backup of a Casebridge store."
        raise ConfigError(message)
    app.store.close()
    postgres_programs.load(app.store, file, distrusting(app.clock.now()))
    migrate.ensure(app.store)


def _distrust(store: Store, now: datetime) -> None:
    with store.write("restore") as connection:
        _execute(connection, distrusting(now))


def _execute(connection: Connection, statements: Iterable[UpdateBase]) -> None:
    for statement in statements:
        connection.execute(statement)


def _check(prepared: Store, file: Path) -> None:
    if migrate.pending(prepared) == "":
        prepared.close()
        message = f"{file} is a SQLite file, but no backup of a Casebridge store."
        raise ConfigError(message)
    migrate.ensure(prepared)


def _copy(source: Path, target: Path) -> None:
    """Copy a SQLite database with its online backup: consistent, whoever else is reading or writing."""
    try:
        with (
            closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as old,
            closing(sqlite3.connect(target)) as new,
        ):
            old.backup(new)
    except sqlite3.Error as error:
        message = f"{source} cannot be copied to {target}: {error}. Check disk space and permissions."
        raise Transient(message) from error


def _path(store: Store) -> Path:
    if not store.url.database or store.url.database == ":memory:":
        message = "The store is in memory; there is nothing to back up."
        raise ConfigError(message)
    return Path(store.url.database)
