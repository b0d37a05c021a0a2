"""Cases of the desk that Casebridge did not make, as dated snapshots."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING

from adapters.desk import people, records
from adapters.desk.schema import CASE
from bridge.nouns import CasePage, CaseSnapshot, Cursor

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

    from adapters.desk.database import Database
    from adapters.desk.records import Row

PAGE = 200
_ENDS = ".,;:!?"
"""What follows an address in a sentence is no part of it."""
_URL = re.compile(r"https?://[^\s<>\"')\]]+")


def pages(database: Database, after: Cursor, read_at: datetime) -> Iterator[CasePage]:
    """Yield pages of foreign cases changed after the cursor; from the beginning only those that are open."""
    first_read, number, more = not after.value, int(after.value or 0), True
    while more:
        with database.read() as connection:
            rows = records.changed_since(connection, CASE, number, PAGE)
            cases = tuple(_snapshot(connection, row, read_at) for row in rows if not row.key)
        if not rows:
            return
        number, more = rows[-1].changed, len(rows) == PAGE
        wanted = tuple(case for case in cases if not (first_read and case.closed_at))
        yield CasePage(wanted, Cursor(str(number)), more)


def _snapshot(connection: sqlite3.Connection, row: Row, read_at: datetime) -> CaseSnapshot:
    messages = records.children(connection, row.ref)
    texts = [row.fields.get("description", ""), *(message.fields.get("text", "") for message in messages)]
    links = [row.fields.get("permalink", ""), *(url.rstrip(_ENDS) for text in texts for url in _URL.findall(text))]
    requester = row.fields.get("requester", "")
    return CaseSnapshot(
        ref=row.ref,
        read_at=read_at,
        opened_at=datetime.fromisoformat(row.fields.get("opened_at") or row.created_at.isoformat()),
        last_at=max([row.created_at, *(message.created_at for message in messages)]),
        closed_at=_closed_at(row),
        subject=row.fields.get("subject", ""),
        text=row.fields.get("description", ""),
        person_ref=requester,
        shown=() if requester else people.shown(*_named(row)),
        permalinks=tuple(dict.fromkeys(filter(None, links))),
    )


def _closed_at(row: Row) -> datetime | None:
    if row.deleted_at is not None:
        return row.deleted_at
    return row.changed_at if row.closed or row.merged_into else None


def _named(row: Row) -> tuple[dict[str, str], str]:
    contact = row.fields.get("person_handle", "")
    channel = row.fields.get("channel", "")
    return ({"email": contact}, "") if "@" in contact[1:] else ({"handle": contact}, channel)
