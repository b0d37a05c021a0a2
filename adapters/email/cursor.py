"""Where reading stands: for each folder its UIDVALIDITY, the last UID, and when that mail arrived.

UIDs only grow while UIDVALIDITY stays; when it changes they mean nothing any more, and the folder is read again by date.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from bridge.errors import ConfigError
from bridge.nouns import Cursor

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Position:
    """How far one folder was read."""

    validity: int
    uid: int
    arrived: datetime | None = None
    """When the last mail that was read came."""


def dump(positions: Mapping[str, Position]) -> Cursor:
    """Return the cursor."""
    held = {
        name: [each.validity, each.uid, each.arrived.isoformat() if each.arrived else ""]
        for name, each in sorted(positions.items())
    }
    return Cursor(json.dumps(held, ensure_ascii=False, separators=(",", ":")))


def load(cursor: Cursor) -> dict[str, Position]:
    """Return the positions by folder; empty for the beginning. Raises ``ConfigError`` for what is no cursor."""
    if not cursor.value:
        return {}
    try:
        return {
            name: Position(int(validity), int(uid), datetime.fromisoformat(arrived) if arrived else None)
            for name, (validity, uid, arrived) in json.loads(cursor.value).items()
        }
    except (ValueError, TypeError, AttributeError) as error:
        message = "The place up to which the mailbox was read cannot be understood; was it written by another version?"
        raise ConfigError(message) from error
