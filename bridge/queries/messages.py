"""Messages and conversations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from bridge.queries.selection import Cut, matching
from bridge.store.schema import attachment, message, message_text, placement, profile, resolved, revision

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Select
    from sqlalchemy.engine import Connection, Row


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageFilter:
    """Which messages are wanted; empty means any."""

    network: str = ""
    connection: str = ""
    direction: str = ""
    conversation: int | None = None
    customer: int | None = None
    case: int | None = None
    why: str = ""
    """``rule:NAME``, ``own``, ``history``, ``deleted``, ``decision``: those in no case for this reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageLine:
    """One message in a list; its text only if asked for."""

    id: int
    key: str
    network: str
    connection: str
    direction: str
    kind: str
    public: bool
    sent_at: datetime | None
    author: str
    unit: str
    conversation: int | None
    customer: int | None
    case: int | None
    why: str
    permalink: str
    deleted: bool
    text: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageDetail:
    """One message with everything that is known of it."""

    message: MessageLine
    received_at: datetime | None
    edited_at: datetime | None
    answers: list[str]
    answered_by: list[str]
    rating: float | None
    mode: str
    policy: int
    revisions: int
    triage: dict[str, Any]
    attachments: list[dict[str, Any]]
    placements: list[dict[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationLine:
    """One conversation in a list. Its id is that of a message in it."""

    id: int
    messages: int
    customers: int
    cases: int
    first_at: datetime | None
    last_at: datetime | None


def list_messages(
    connection: Connection, wanted: MessageFilter, cut: Cut, *, show_text: bool = False
) -> list[MessageLine]:
    """Return messages, newest stored first."""
    query = matching(
        _lines(show_text=show_text),
        {
            message.c.network: wanted.network,
            message.c.connection: wanted.connection,
            message.c.direction: wanted.direction,
            resolved.c.conversation_id: wanted.conversation,
            resolved.c.customer_id: wanted.customer,
            resolved.c.case_id: wanted.case,
            resolved.c.why: wanted.why,
        },
    )
    return [_line(row) for row in connection.execute(cut.of(query, message.c.id))]


def timeline(
    connection: Connection, wanted: MessageFilter, *, limit: int, show_text: bool = False
) -> list[MessageLine]:
    """Return the newest ``limit`` messages by the network's clock, oldest first, over all channels."""
    query = matching(
        _lines(show_text=show_text),
        {
            resolved.c.conversation_id: wanted.conversation,
            resolved.c.customer_id: wanted.customer,
            resolved.c.case_id: wanted.case,
        },
    )
    query = query.order_by(message.c.sent_at.is_(None), message.c.sent_at.desc(), message.c.id.desc()).limit(limit)
    return [_line(row) for row in connection.execute(query)][::-1]


def show_message(connection: Connection, number: int, *, show_text: bool = False) -> MessageDetail | None:
    """Return one message, None if there is none of this number."""
    columns = (
        message.c.received_at,
        message.c.edited_at,
        message.c.answers,
        message.c.answered_by,
        message.c.rating,
        message.c.mode,
        message.c.policy_id,
        resolved.c.triage,
    )
    row = connection.execute(_lines(show_text=show_text).add_columns(*columns).where(message.c.id == number)).first()
    if row is None:
        return None
    return MessageDetail(
        message=_line(row),
        received_at=row.received_at,
        edited_at=row.edited_at,
        answers=row.answers or [],
        answered_by=row.answered_by or [],
        rating=row.rating,
        mode=row.mode,
        policy=row.policy_id,
        revisions=1 + _count(connection, number),
        triage=row.triage or {},
        attachments=_attachments(connection, number),
        placements=_placements(connection, number),
    )


def message_number(connection: Connection, key: str) -> int | None:
    """Return the number of the message with this key (``network/scope/native_id``), None if there is none."""
    found: int | None = connection.execute(select(message.c.id).where(message.c.key == key)).scalar_one_or_none()
    return found


def message_key(connection: Connection, number: int) -> str | None:
    """Return the key of a message, None if there is none of this number."""
    found: str | None = connection.execute(select(message.c.key).where(message.c.id == number)).scalar_one_or_none()
    return found


def list_conversations(connection: Connection, cut: Cut) -> list[ConversationLine]:
    """Return conversations, those with the newest first message first."""
    numbers = cut.of(select(resolved.c.conversation_id).distinct(), resolved.c.conversation_id).subquery()
    query = (
        select(
            resolved.c.conversation_id,
            func.count(),
            func.count(resolved.c.customer_id.distinct()),
            func.count(resolved.c.case_id.distinct()),
            func.min(message.c.sent_at),
            func.max(message.c.sent_at),
        )
        .join(message, message.c.id == resolved.c.message_id)
        .where(resolved.c.conversation_id.in_(select(numbers.c.conversation_id)))
        .group_by(resolved.c.conversation_id)
        .order_by(resolved.c.conversation_id.desc())
    )
    return [
        ConversationLine(id=row[0], messages=row[1], customers=row[2], cases=row[3], first_at=row[4], last_at=row[5])
        for row in connection.execute(query)
    ]


def _lines(*, show_text: bool) -> Select[Any]:
    query = (
        select(
            message.c.id,
            message.c.key,
            message.c.network,
            message.c.connection,
            message.c.direction,
            message.c.kind,
            message.c.public,
            message.c.sent_at,
            message.c.unit,
            message.c.permalink,
            message.c.deleted_at,
            profile.c.handle,
            profile.c.name,
            profile.c.uid,
            resolved.c.conversation_id,
            resolved.c.customer_id,
            resolved.c.case_id,
            resolved.c.why,
        )
        .join_from(message, resolved, resolved.c.message_id == message.c.id, isouter=True)
        .join(profile, profile.c.id == message.c.author_id, isouter=True)
    )
    if not show_text:
        return query
    return query.add_columns(message_text.c.subject, message_text.c.text).join(
        message_text, message_text.c.message_id == message.c.id, isouter=True
    )


def _line(row: Row[Any]) -> MessageLine:
    fields = row._mapping  # noqa: SLF001 - SQLAlchemy's documented way to a row's names
    text = None
    if "text" in fields:
        text = "\n".join(part for part in (row.subject, row.text) if part)
    return MessageLine(
        id=row.id,
        key=row.key,
        network=row.network,
        connection=row.connection,
        direction=row.direction,
        kind=row.kind,
        public=row.public,
        sent_at=row.sent_at,
        author=row.handle or row.name or row.uid or "",
        unit=row.unit,
        conversation=row.conversation_id,
        customer=row.customer_id,
        case=row.case_id,
        why=row.why or "",
        permalink=row.permalink or "",
        deleted=row.deleted_at is not None,
        text=text,
    )


def _count(connection: Connection, number: int) -> int:
    query = select(func.count()).select_from(revision).where(revision.c.message_id == number)
    return connection.execute(query).scalar_one()


def _attachments(connection: Connection, number: int) -> list[dict[str, Any]]:
    columns = [attachment.c[name] for name in ("position", "name", "mime", "size", "state", "reason", "url")]
    query = select(*columns).where(attachment.c.message_id == number).order_by(attachment.c.position)
    return [dict(row) for row in connection.execute(query).mappings()]


def _placements(connection: Connection, number: int) -> list[dict[str, Any]]:
    columns = [placement.c[name] for name in ("target", "case_ref", "ref", "at")]
    query = select(*columns).where(placement.c.message_id == number).order_by(placement.c.target)
    return [dict(row) for row in connection.execute(query).mappings()]
