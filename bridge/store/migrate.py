"""Bring a store to the schema of this program, once, whoever starts first."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Column, MetaData, String, Table, inspect, select, text

from bridge.errors import ConfigError
from bridge.store import tables

if TYPE_CHECKING:
    from alembic.config import Config
    from sqlalchemy.engine import Connection

    from bridge.store.store import Store

HEAD = "0001"
"""The revision that ``bridge.store.tables`` describes."""

VERSION_TABLE = "casebridge_version"
"""Not Alembic's usual name, so that a neighbour in the same database keeps his."""

_ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(4916180023)")
_VERSION = Table(VERSION_TABLE, MetaData(), Column("version_num", String(32), primary_key=True))


def ensure(store: Store) -> bool:
    """Upgrade the store to ``HEAD`` and tell whether there was anything to do; safe when several start at once.

    Raises ``ConfigError`` if a newer program made the store, or somebody else's tables stand in its place.
    """
    if pending(store) is None:
        return False
    with store.write("migrate") as connection:
        if not store.sqlite:
            connection.execute(_ONE_AT_A_TIME)
        if _pending(connection, store) is None:
            return False
        _upgrade(connection)
        return True


def pending(store: Store) -> str | None:
    """Return the revision that an upgrade starts from (empty for a new store), None if there is none to do.

    Raises ``ConfigError`` as ``ensure`` does.
    """
    with store.read() as connection:
        return _pending(connection, store)


def stamp(connection: Connection) -> None:
    """Note that the tables of ``connection`` are those of ``HEAD``."""
    _VERSION.create(connection)
    connection.execute(_VERSION.insert().values(version_num=HEAD))


def _pending(connection: Connection, store: Store) -> str | None:
    where = store.url.render_as_string(hide_password=True)
    present = set(inspect(connection).get_table_names())
    if VERSION_TABLE not in present:
        if taken := sorted(present & set(tables.Table.metadata.tables)):
            message = (
                f"The database {where} holds tables that Casebridge did not make ({', '.join(taken[:3])}). "
                "Give it a database of its own."
            )
            raise ConfigError(message)
        return ""
    revision = connection.execute(select(_VERSION.c.version_num)).scalar_one_or_none() or ""
    if revision > HEAD:
        message = (
            f"The store {where} was made by a newer Casebridge (schema {revision}; this program knows up to {HEAD}). "
            "Install that version or a newer one, or restore a backup made with this one."
        )
        raise ConfigError(message)
    return None if revision == HEAD else revision


def _upgrade(connection: Connection) -> None:
    from alembic import command  # noqa: PLC0415 - costs 0.2 s, and only a new or older store needs it

    config = alembic_config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def alembic_config() -> Config:
    """Return Alembic's configuration; there is no ini file."""
    from alembic.config import Config  # noqa: PLC0415 - as above

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config
