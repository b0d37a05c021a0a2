"""What customers say, counted by connection and kind: a kind that falls silent, or comes late, is noticed for itself."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from bridge.nouns import Direction, Mode
from bridge.reading import MESSAGES
from bridge.store import bulk, schema

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy.engine import Connection

_H, _P = schema.heard.c, schema.progress.c


@dataclass(frozen=True, slots=True)
class Heard:
    """How one kind of message comes over one connection."""

    new: int
    first_at: datetime
    last_at: datetime
    """When the newest was said, by the network's clock."""
    pause_seconds: int = 0
    """The longest time between two of them."""
    late: int = 0
    """So many of the newest were said before the connection was last read to its end, and did not come then."""
    late_since: datetime | None = None
    """When the first of these was said."""
    late_seconds: int = 0
    """How long after it was said the network still did not show the slowest of them."""

    def with_one(self, said: datetime, looked: datetime | None) -> Heard:
        """Return it with one more message; ``looked``: when the connection was last read to its end before."""
        pause = max(self.pause_seconds, int((said - self.last_at).total_seconds()))
        told = replace(self, new=self.new + 1, last_at=max(self.last_at, said), pause_seconds=pause)
        if looked is None or said >= looked:
            return replace(told, late=0, late_since=None, late_seconds=0)
        seconds = max(self.late_seconds, int((looked - said).total_seconds()))
        return replace(told, late=self.late + 1, late_since=self.late_since or said, late_seconds=seconds)


def note_heard(connection: Connection, rows: Iterable[Mapping[str, Any]]) -> None:
    """Count messages that were just stored: those of customers that came by themselves, not history."""
    counted = [
        row
        for row in rows
        if row["direction"] == Direction.IN and row["mode"] == Mode.LIVE and row["sent_at"] is not None
    ]
    by_stream = itemgetter("connection", "kind")
    for (name, kind), said in groupby(sorted(counted, key=itemgetter("connection", "kind", "sent_at")), key=by_stream):
        _note(connection, name, kind, [row["sent_at"] for row in said])


def _note(connection: Connection, name: str, kind: str, said: Sequence[datetime]) -> None:
    where = (_H.connection == name) & (_H.kind == kind)
    row = connection.execute(select(schema.heard).where(where).with_for_update()).mappings().first()
    looked = connection.execute(
        select(_P.last_ok_at).where(_P.connection == name, _P.stream == MESSAGES)
    ).scalar_one_or_none()
    heard = Heard(**{each: row[each] for each in Heard.__slots__}) if row else Heard(0, said[0], said[0])
    for at in said:
        heard = heard.with_one(at, looked)
    values = {each: getattr(heard, each) for each in Heard.__slots__}
    bulk.upsert(connection, schema.heard, [{"connection": name, "kind": kind, **values}], key=("connection", "kind"))
