"""The audit of configuration: every version that a sync ran with, and what changed between two of them."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import insert, select

from bridge.keys import short_hash
from bridge.store.schema import config_version

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy.engine import Connection

    from bridge.app import App


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One version of the configuration and what it changed, as unified diffs by file."""

    id: int
    at: datetime
    hash: str
    diffs: Mapping[str, str]


def record(app: App) -> bool:
    """Store the configuration if it is not that of the last sync; tells whether it was stored. Secrets are masked."""
    digest = short_hash(*(part for file in sorted(app.config_files.items()) for part in file))
    newest = select(config_version.c.hash).order_by(config_version.c.id.desc()).limit(1)
    with app.store.read() as connection:
        if connection.execute(newest).scalar_one_or_none() == digest:
            return False
    row = {"at": app.clock.now(), "hash": digest, "files": dict(app.config_files)}
    with app.store.write("audit") as connection:
        connection.execute(insert(config_version).values(**row))
    return True


def changes(connection: Connection, *, limit: int = 20) -> list[Change]:
    """Return the newest versions, newest first, each with what it changed."""
    query = select(config_version).order_by(config_version.c.id.desc()).limit(limit + 1)
    rows = connection.execute(query).all()
    found = []
    for at, row in enumerate(rows[:limit]):
        before = rows[at + 1].files if at + 1 < len(rows) else {}
        found.append(Change(id=row.id, at=row.at, hash=row.hash, diffs=_diffs(before, row.files)))
    return found


def _diffs(before: Mapping[str, str], after: Mapping[str, str]) -> dict[str, str]:
    found = {name: _diff(name, before.get(name, ""), after.get(name, "")) for name in sorted({*before, *after})}
    return {name: text for name, text in found.items() if text}


def _diff(name: str, before: str, after: str) -> str:
    lines = difflib.unified_diff(
        before.splitlines(), after.splitlines(), f"{name} (before)", f"{name} (after)", lineterm="", n=2
    )
    return "\n".join(lines)
