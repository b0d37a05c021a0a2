"""Whether answers of a target go out, and since when."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from bridge.outbox.again import refresh_cases
from bridge.store.settings import read_setting, write_setting

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

    from bridge.app import TargetSetup


def publishing_since(connection: Connection, setup: TargetSetup, now: datetime) -> datetime | None:
    """Return since when answers of this target are published, noting when that was switched on; None while it is off.

    Open cases say where an answer goes, so they are delivered once more when that changes.
    """
    name = f"publish_since:{setup.name}"
    stored = read_setting(connection, name)
    if setup.publish == (stored is not None):
        return None if stored is None else datetime.fromisoformat(stored)
    refresh_cases(connection, setup.name)
    write_setting(connection, name, now.isoformat() if setup.publish else None)
    return now if setup.publish else None
