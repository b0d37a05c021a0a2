"""What happened between an agent's answer and its sending: the post is gone, somebody else has answered, hours have passed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from bridge.nouns import ActionKind
from bridge.outbox.action_notes import ANSWERED_BY_HAND, BY_HAND
from bridge.store import schema

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from sqlalchemy import Select
    from sqlalchemy.engine import Connection, Row

    from bridge.app import App

A, M, R = schema.action.c, schema.message.c, schema.resolved.c

_NATIVE = (
    select(M.sent_at, M.received_at, M.permalink, M.network, A.id.label("action_id"))
    .select_from(schema.action)
    .join(schema.resolved, R.answers_id == A.message_id)
    .join(schema.message, M.id == R.message_id)
    .where(M.direction == "out", M.action_id.is_(None), M.deleted_at.is_(None), M.received_at > A.asked_at)
    .where(M.automatic.is_(False))
    .order_by(M.received_at, M.id)
)
"""Answers that people gave in the network's own app and nobody here knew of when the agent wrote."""


def gone(connection: Connection, row: Row[Any]) -> str:
    """Return why nothing can be done to a message any more: it is deleted; empty if it stands."""
    deleted_at = connection.execute(select(M.deleted_at).where(M.id == row.message_id)).scalar()
    if deleted_at is None:
        return ""
    whose = "our answer was" if row.kind == ActionKind.DELETE_OWN else "the customer's message was"
    return f"{whose} deleted on {row.network}, noticed at {deleted_at:%Y-%m-%d %H:%M} UTC"


def doubt(connection: Connection, row: Row[Any], stale: timedelta, now: datetime) -> str:
    """Return why a person must be asked before an answer is sent, empty if nobody need.

    ``stale``: how old an answer may be. What a person knew when he let it go is no reason to ask again.
    """
    if row.kind != ActionKind.REPLY:
        return ""
    native = connection.execute(_unknown_to(_NATIVE.where(A.id == row.id), row.approved_at)).first()
    if native is not None:
        return f"somebody answered on {row.network} at {_when(native)} already{_at(native)}"
    return too_old(row.approved_at or row.asked_at, stale, now)


def too_old(written: datetime, stale: timedelta, now: datetime) -> str:
    """Return the question about an answer that was written long ago, empty if it was not."""
    if now - written <= stale:
        return ""
    return f"it was written more than {stale.total_seconds() / 3600:g} hours ago; is it still true?"


def note_answers_by_hand(app: App) -> None:
    """Find what agents were asked to do on the network themselves and have done."""
    query = _NATIVE.where(A.state.in_((BY_HAND, "refused")), A.kind == str(ActionKind.REPLY))
    with app.store.read() as connection:
        found = {row.action_id: row for row in reversed(connection.execute(query).all())}
    if not found:
        return
    with app.store.write("by_hand") as connection:
        for id_, native in sorted(found.items()):
            done = {"state": ANSWERED_BY_HAND, "reason": f"at {_when(native)}{_at(native)}"}
            still = (A.id == id_) & A.state.in_((BY_HAND, "refused"))
            connection.execute(schema.action.update().where(still).values(done))


def _unknown_to(query: Select[Any], approved_at: datetime | None) -> Select[Any]:
    return query if approved_at is None else query.where(M.received_at > approved_at)


def _when(native: Row[Any]) -> str:
    return f"{native.sent_at or native.received_at:%Y-%m-%d %H:%M} UTC"


def _at(native: Row[Any]) -> str:
    return f" ({native.permalink})" if native.permalink else ""
