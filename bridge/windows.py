"""Windows for answers: noted when a case says where its answer goes, and told of before they close.

A network says until when a message can be answered (``Eligibility.until``). Whoever still waits two hours before that is
told of in the case; an alarm stands until he is answered, or for a day after it was too late.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import exists, select

from bridge.outbox.notes import want_note
from bridge.outbox.predicates import STANDS
from bridge.store import bulk, schema

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy import ColumnElement
    from sqlalchemy.engine import Connection, Row

    from bridge.app import App

W, A, D, C, M, R = (
    schema.reply_window.c,
    schema.action.c,
    schema.delivery.c,
    schema.case.c,
    schema.message.c,
    schema.resolved.c,
)

BEFORE = timedelta(hours=2)
"""How long before a window closes people are told."""
AFTER = timedelta(days=1)
"""For how long it is told that somebody was not answered in time."""
_ON_ITS_WAY = ("held", "queued", "sending", "sent", "delivered", "answered_by_hand")


@dataclass(frozen=True, slots=True)
class Window:
    """Until when the customer's last message in a case can be answered; None for ever."""

    message_id: int
    until: datetime | None


def note_windows(app: App, found: Mapping[int, Window]) -> None:
    """Write down the windows of cases (by number), where they are not known so."""
    with app.store.read() as connection:
        known = {
            row.case_id: Window(row.message_id, row.until)
            for row in bulk.rows_where(connection, select(schema.reply_window), W.case_id, sorted(found))
        }
    changed = {id_: one for id_, one in found.items() if known.get(id_, Window(one.message_id, None)) != one}
    if not changed:
        return
    with app.store.write("windows") as connection:
        bulk.delete(connection, W.case_id, sorted(changed))
        rows = [
            {"case_id": id_, "message_id": one.message_id, "until": one.until, "told_at": None}
            for id_, one in sorted(changed.items())
            if one.until is not None
        ]
        bulk.insert_new(connection, schema.reply_window, rows)


def waiting(connection: Connection, after: datetime, before: datetime) -> list[Row[Any]]:
    """Return the windows of customers who wait, that close between two times: case, network, connection, until."""
    query = (
        select(W.case_id, W.until, W.told_at, M.network, M.connection)
        .join(schema.message, M.id == W.message_id)
        .join(schema.case, C.id == W.case_id)
        .where(W.until > after, W.until <= before, C.status == "open", C.redirect_to.is_(None))
        .where(~_answered(), ~_wanted())
    )
    return list(connection.execute(query.order_by(W.until, W.case_id)))


def warn(app: App) -> int:
    """Tell the cases whose window closes soon; returns how many."""
    now = app.clock.now()
    with app.store.read() as connection:
        closing = [row for row in waiting(connection, now, now + BEFORE) if row.told_at is None]
    if not closing:
        return 0
    with app.store.write("windows.told") as connection:
        for row in closing:
            for place in _places(connection, row.case_id):
                want_note(connection, app, place, _words(row), now)
            told = (W.case_id == row.case_id) & (W.until == row.until)
            connection.execute(schema.reply_window.update().where(told).values(told_at=now))
    return len(closing)


def _words(row: Row[Any]) -> str:
    return f"The window for answers on {row.network} closes at {row.until:%Y-%m-%d %H:%M} UTC, and the customer still waits."


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a case stands."""

    target: str
    case_ref: str
    case_id: int
    key: str


def _places(connection: Connection, case_id: int) -> list[_Place]:
    query = select(D.target, D.ref).where(STANDS, D.thing == "case", D.case_id == case_id, D.ref != "")
    rows = connection.execute(query.order_by(D.id))
    return [_Place(row.target, row.ref, case_id, f"window:{row.target}:{case_id}") for row in rows]


def _answered() -> ColumnElement[bool]:
    """Tell whether something of ours answers that message."""
    answer = schema.message.alias()
    said = (R.message_id == answer.c.id) & (R.answers_id == W.message_id)
    return exists(select(R.message_id).where(said, answer.c.direction == "out", answer.c.deleted_at.is_(None)))


def _wanted() -> ColumnElement[bool]:
    return exists(select(A.id).where(A.message_id == W.message_id, A.kind == "reply", A.state.in_(_ON_ITS_WAY)))
