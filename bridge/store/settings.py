"""Facts about the store itself, by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from bridge.store import bulk, schema

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection


def read_setting(connection: Connection, name: str) -> Any:  # noqa: ANN401 - a JSON value
    """Return the value of a setting, None if it is not set."""
    table = schema.setting
    return connection.execute(select(table.c.value).where(table.c.name == name)).scalar()


def write_setting(connection: Connection, name: str, value: Any) -> None:  # noqa: ANN401 - a JSON value
    """Set a setting; None removes it."""
    table = schema.setting
    if value is None:
        connection.execute(table.delete().where(table.c.name == name))
        return
    bulk.upsert(connection, table, [{"name": name, "value": value}], key=("name",))
