"""Actions: what is to be done on a network, and where an answer goes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from bridge.nouns import Action, ActionKind, Kind
from bridge.store import bulk, schema

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from sqlalchemy import ColumnElement, Select
    from sqlalchemy.engine import Connection, Row

A = schema.action.c
_M = schema.message.c
_R = schema.resolved.c
_P = schema.profile.c
_T = schema.message_text.c

OPEN = ("held", "queued", "review")
"""States in which nothing has been sent."""

MESSAGE = (
    _M.id,
    _M.key,
    _M.network,
    _M.connection,
    _M.seen_by,
    _M.account,
    _M.public,
    _M.kind,
    _M.thread,
    _M.sent_at,
    _M.received_at,
    _M.author_id,
    _M.permalink,
    _M.lang,
    _M.unit,
    _M.deleted_at,
    _M.automatic,
    _M.extra,
)


@dataclass(frozen=True, slots=True)
class Where:
    """Where something is to be done on a network."""

    message: Row[Any] | None
    """The message that is answered or acted upon, None if there is none."""
    public: bool = True


def where_to(connection: Connection, case_id: int, *, public: bool | None = None, via: str = "") -> Where:
    """Return where an answer in a case goes: to the customer's last message, and in private if the case holds anything private.

    What a machine wrote in the customer's place is answered only where there is nothing else.
    ``public``: where the agent says that it is to go; in private to a public message if the case holds no private one.
    ``via``: the network on which it is to go, whichever case of the customer it is in.
    """
    rows = _inbound(connection, _of_customer(connection, case_id) if via else _R.case_id == case_id)
    rows = [row for row in rows if not via or row.network == via]
    private = [row for row in rows if not row.public]
    if public is None:
        public = not private
    message = _last([row for row in rows if row.public is public])
    if message is None and not public:
        message = _last(rows)
    return Where(message, public)


def last_public(connection: Connection, case_id: int) -> Where:
    """Return the customer's last public message in a case."""
    return where_to(connection, case_id, public=True)


def last_own(connection: Connection, case_id: int) -> Where:
    """Return the last message of ours that stands in a case, the beginning of one that was sent in several.

    What was sent a moment ago counts, though it was not placed into the case yet.
    """
    ours = (_M.direction == "out") & _M.automatic.is_(False)
    placed = connection.execute(_messages(_R.case_id == case_id).where(ours)).all()
    sent = select(*MESSAGE).where(_M.key.in_(_sent_in(connection, case_id)), ours, _M.deleted_at.is_(None))
    message = _last([*placed, *connection.execute(sent)])
    return Where(message, message.public if message is not None else True)


def _sent_in(connection: Connection, case_id: int) -> list[str]:
    """Return the keys of what was sent for answers in a case: each stands where the message stands that it answers."""
    query = select(_M.key, A.ref).join(schema.action, A.message_id == _M.id)
    sent = connection.execute(query.where(A.case_id == case_id, A.kind == ActionKind.REPLY, A.ref != ""))
    return ["/".join((*row.key.split("/", 2)[:2], row.ref)) for row in sent]


def networks_of(connection: Connection, case_id: int) -> list[str]:
    """Return the networks on which the customer of a case wrote, by name."""
    return sorted({row.network for row in _inbound(connection, _of_customer(connection, case_id))})


def _inbound(connection: Connection, where: ColumnElement[bool]) -> list[Row[Any]]:
    return list(connection.execute(_messages(where).where(_M.direction == "in")))


def _messages(where: ColumnElement[bool]) -> Select[Any]:
    return select(*MESSAGE).join(schema.resolved, _R.message_id == _M.id).where(where, _M.deleted_at.is_(None))


def _of_customer(connection: Connection, case_id: int) -> ColumnElement[bool]:
    """Return the condition for all that the customer of a case said; for a case without one, that case."""
    case = schema.case.c
    customer = connection.execute(select(case.customer_id).where(case.id == case_id)).scalar()
    return _R.case_id == case_id if customer is None else _R.customer_id == customer


def _last(rows: Sequence[Row[Any]]) -> Row[Any] | None:
    return max(rows, key=lambda row: (not row.automatic, row.sent_at or row.received_at, row.id), default=None)


def reply_to(
    message: Any,  # noqa: ANN401 - a message's row
    recipient: str,
    *,
    key: str,
    text: str,
    connection: str,
    kind: ActionKind = ActionKind.REPLY,
    public: bool | None = None,
) -> Action:
    """Return the action that answers a message, or does something to it, where it was said.

    ``public``: in public or in private, where that is not as the message was. Subject and words of the message are known
    where ``message`` has them.
    """
    network, scope, native_id = message.key.split("/", 2)
    return Action(
        key=key,
        kind=kind,
        connection=connection,
        network=network,
        scope=scope,
        reply_to=native_id,
        recipient=recipient,
        public=message.public if public is None else public,
        account=message.account,
        thread=message.thread.partition("#")[2] if message.thread else "",
        text=text,
        answered=Kind(message.kind),
        subject=getattr(message, "subject", None) or "",
        answered_text=getattr(message, "said", None) or "",
        extra=message.extra or {},
    )


def last_asked(connection: Connection, case_ids: Collection[int]) -> dict[int, Row[Any]]:
    """Return what was asked for last in each case."""
    rows = bulk.rows_where(connection, select(schema.action), A.case_id, case_ids)
    return {row.case_id: row for row in sorted(rows, key=lambda row: (row.asked_at, row.id))}


def message(connection: Connection, message_id: int | None) -> Row[Any] | None:
    """Return a message as it stands in the store, None if it does not."""
    rows: list[Row[Any]] = list(connection.execute(select(*MESSAGE).where(_M.id == message_id)))
    return rows[0] if rows else None


def load(connection: Connection, rows: Sequence[Row[Any]]) -> dict[int, Action]:
    """Return the actions of action rows by id; one whose message is gone from the store is left out."""
    ids = [row.message_id for row in rows if row.message_id is not None]
    query = (
        select(*MESSAGE, _P.uid, _T.subject, _T.text.label("said"))
        .outerjoin(schema.profile, _P.id == _M.author_id)
        .outerjoin(schema.message_text, _T.message_id == _M.id)
    )
    messages = {message.id: message for message in bulk.rows_where(connection, query, _M.id, ids)}
    came_back = _came_back(connection, {message.author_id for message in messages.values()} - {None})
    return {
        row.id: replace(
            reply_to(
                messages[row.message_id],
                messages[row.message_id].uid or "",
                key=row.key,
                text=row.text,
                connection=row.connection,
                kind=ActionKind(row.kind),
                public=row.public,
            ),
            undelivered=came_back.get(messages[row.message_id].author_id, ""),
        )
        for row in rows
        if row.message_id in messages
    }


def _came_back(connection: Connection, authors: Collection[int]) -> dict[int, str]:
    """Return for each author to whom our last answer was sent but not delivered, why."""
    if not authors:
        return {}
    query = select(A.id, _M.author_id, A.state, A.reason).join(schema.message, _M.id == A.message_id)
    sent = bulk.rows_where(connection, query.where(A.ref != ""), _M.author_id, sorted(authors))
    last = {row.author_id: row for row in sorted(sent, key=lambda row: row.id)}
    return {author: row.reason or "it was not delivered" for author, row in last.items() if row.state == "refused"}
