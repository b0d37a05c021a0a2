"""A store that came from a backup, or was lost and begun anew: what it does not know may stand in targets already."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bridge.store import schema
from bridge.store.settings import read_setting

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection
    from sqlalchemy.sql.dml import UpdateBase

LOOKED_UP_FOR = timedelta(days=30)
"""So long after a restore every record is looked up in its target before it is sent for the first time.

What was sent in the lost time comes again with the first syncs. After this time only what the restored store itself
holds for unsent is still looked up, however old it is.
"""

_RESTORED_AT = "restored_at"


def noting_restore(now: datetime) -> list[UpdateBase]:
    """Return the statements that note that the store was restored, or begun anew, at this moment."""
    setting = schema.setting
    return [
        setting.delete().where(setting.c.name == _RESTORED_AT),
        setting.insert().values(name=_RESTORED_AT, value=now.isoformat()),
    ]


def restored_lately(connection: Connection, now: datetime) -> datetime | None:
    """Return when the store was restored, None if it never was or so long ago that it does not matter any more."""
    stored = read_setting(connection, _RESTORED_AT)
    restored = datetime.fromisoformat(stored) if stored is not None else None
    return restored if restored is not None and now - restored <= LOOKED_UP_FOR else None
