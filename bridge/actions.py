"""Actions: what is to be done on a network, and where an answer goes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from bridge.nouns import Action, ActionKind, Kind
from bridge.store import bulk, schema

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.engine import Connection, Row

A = schema.action.c
_M = schema.message.c
_R = schema.resolved.c
_P = schema.profile.c

OPEN = ("held", "queued", "review")
"""States in which nothing has been sent."""

MESSAGE = (
    _M.id,
    _M.key,
    _M.network,
    _M.connection,
    _M.account,
    _M.public,
    _M.kind,
    _M.thread,
    _M.sent_at,
    _M.received_at,
    _M.author_id,
    _M.permalink,
)


@dataclass(frozen=True, slots=True)
class Where:
    """The customer's message that an answer goes to, None if the case has none."""

    message: Row[Any] | None
    private_case: bool
    """The case holds something that was said in private."""


def where_to(connection: Connection, case_id: int, *, in_public: bool) -> Where:
    """Return where an answer in a case goes: to the customer's last message, and in private if the case holds anything private.

    ``in_public``: the agent says that it may go in public all the same.
    """
    query = (
        select(*MESSAGE)
        .join(schema.resolved, _R.message_id == _M.id)
        .where(_R.case_id == case_id, _M.direction == "in", _M.deleted_at.is_(None))
    )
    rows: list[Row[Any]] = list(connection.execute(query))
    private = any(not row.public for row in rows)
    eligible = [row for row in rows if not private or row.public is in_public]
    return Where(max(eligible, key=lambda row: (row.sent_at or row.received_at, row.id), default=None), private)


def reply_to(
    message: Any,  # noqa: ANN401 - a message's row
    recipient: str,
    *,
    key: str,
    text: str,
    connection: str,
    kind: ActionKind = ActionKind.REPLY,
) -> Action:
    """Return the action that answers a customer's message where it was said."""
    network, scope, native_id = message.key.split("/", 2)
    return Action(
        key=key,
        kind=kind,
        connection=connection,
        network=network,
        scope=scope,
        reply_to=native_id,
        recipient=recipient,
        public=message.public,
        account=message.account,
        thread=message.thread.partition("#")[2] if message.thread else "",
        text=text,
        answered=Kind(message.kind),
    )


def load(connection: Connection, rows: Sequence[Row[Any]]) -> dict[int, Action]:
    """Return the actions of action rows by id; one whose message is gone from the store is left out."""
    ids = [row.message_id for row in rows if row.message_id is not None]
    query = select(*MESSAGE, _P.uid).outerjoin(schema.profile, _P.id == _M.author_id)
    messages = {message.id: message for message in bulk.rows_where(connection, query, _M.id, ids)}
    return {
        row.id: reply_to(
            messages[row.message_id],
            messages[row.message_id].uid or "",
            key=row.key,
            text=row.text,
            connection=row.connection,
            kind=ActionKind(row.kind),
        )
        for row in rows
        if row.message_id in messages
    }
