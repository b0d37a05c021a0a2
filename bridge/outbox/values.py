"""What mappings see: flat values by dotted path for a whole batch, read in a handful of queries."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from bridge.actions import last_asked
from bridge.outbox.action_notes import state_line
from bridge.outbox.wording import shorten, subject_of
from bridge.store import bulk, schema

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime, timedelta

    from sqlalchemy.engine import Connection, Row

    from bridge.outbox.claim import Claim

_M = schema.message.c
_T = schema.message_text.c
_P = schema.profile.c
_R = schema.resolved.c
_A = schema.attachment.c

HISTORY = 10
"""How many earlier messages a case shows."""

_MESSAGES = select(
    _M.id,
    _M.key,
    _M.network,
    _M.connection,
    _M.seen_by,
    _M.automatic,
    _M.account,
    _M.unit,
    _M.author_id,
    _M.direction,
    _M.kind,
    _M.public,
    _M.lang,
    _M.sent_at,
    _M.received_at,
    _M.permalink,
    _M.thread,
    _M.rating,
    _M.extra,
    _M.mode,
    _M.deleted_at,
    _T.subject,
    _T.text,
).select_from(schema.message.outerjoin(schema.message_text, _T.message_id == _M.id))


@dataclass(slots=True)
class Rows:
    """The rows that a batch is rendered from."""

    customers: dict[int, Row[Any]] = field(default_factory=dict)
    cases: dict[int, Row[Any]] = field(default_factory=dict)
    messages: dict[int, Row[Any]] = field(default_factory=dict)
    first: dict[int, Row[Any]] = field(default_factory=dict)
    """Case → its first message."""
    last_in: dict[int, Row[Any]] = field(default_factory=dict)
    """Case → the customer's last message."""
    authors: dict[int, Row[Any]] = field(default_factory=dict)
    customer_of: dict[int, int] = field(default_factory=dict)
    """Profile → its customer, where profiles are rendered."""
    files: dict[int, list[Row[Any]]] = field(default_factory=dict)
    """Message → its attachments in order."""
    private: set[int] = field(default_factory=set)
    """Customers who wrote in private."""
    asked: dict[int, Row[Any]] = field(default_factory=dict)
    """Case → what an agent asked for last in it."""
    history: dict[int, list[Row[Any]]] = field(default_factory=dict)
    """Customer → newest messages."""


def load(connection: Connection, thing: str, claims: Sequence[Claim], *, wants: Collection[str]) -> Rows:
    """Read the rows for a batch of one thing; ``wants`` says which of hint and history are used at all."""
    rows = Rows()
    subjects = [claim.row.subject_id for claim in claims]
    if thing == "person":
        rows.customers = _by_id(connection, schema.customer, subjects)
        rows.private = _private(connection, list(rows.customers))
        return rows
    if thing == "profile":
        rows.authors = _by_id(connection, schema.profile, subjects)
        _load_customers_of(connection, rows)
        return rows
    case_ids = sorted({claim.row.case_id for claim in claims})
    rows.cases = _by_id(connection, schema.case, case_ids)
    rows.customers = _by_id(connection, schema.customer, {row.customer_id for row in rows.cases.values()} - {None})
    if thing == "message":
        rows.messages = {row.id: row for row in bulk.rows_where(connection, _MESSAGES, _M.id, subjects)}
        query = select(schema.attachment).order_by(_A.message_id, _A.position)
        rows.files = _grouped(bulk.rows_where(connection, query, _A.message_id, subjects))
    _load_first(connection, rows)
    if "case.reply_hint" in wants:
        rows.last_in = _last_in(connection, case_ids)
    if "case.answer_state" in wants:
        rows.asked = last_asked(connection, case_ids)
    if "case.history" in wants:
        rows.history = _history(connection, list(rows.customers))
    seen = [*rows.messages.values(), *rows.last_in.values()]
    rows.authors = _by_id(connection, schema.profile, {row.author_id for row in seen} - {None})
    return rows


def customer_values(row: Row[Any] | None) -> dict[str, Any]:
    """Return ``customer.*`` of a golden record; all absent for a case without a customer."""
    if row is None:
        return {}
    golden = row.golden or {}
    return {
        "customer.id": row.id,
        "customer.key": row.key,
        "customer.number": f"P-{row.id}",
        "customer.name": row.name or None,
        "customer.handle": golden.get("handle"),
        "customer.network": golden.get("network"),
        "customer.email": golden.get("email"),
        "customer.phone": golden.get("phone"),
        "customer.reach": golden.get("reach"),
        "customer.verified": golden.get("verified"),
        "customer.url": golden.get("url"),
        "customer.handles": golden.get("handles") or [],
        "customer.emails": golden.get("emails") or [],
        "customer.phones": golden.get("phones") or [],
    }


def case_values(row: Row[Any], rows: Rows, hint: str = "") -> dict[str, Any]:
    """Return ``case.*``."""
    first = rows.first.get(row.id)
    stands = first is not None and first.deleted_at is None  # what its author has deleted is not told any more
    text = (first.text or "") if first is not None and stands else ""
    return {
        "case.id": row.id,
        "case.key": row.key,
        "case.number": f"C-{row.id}",
        "case.subject": subject_of((first.subject or "") if first is not None and stands else "", text, row.reason),
        "case.summary": text,
        "case.status": row.status,
        "case.opened_at": row.opened_at,
        "case.channel": row.network,
        "case.kind": row.kind,
        "case.public": row.public,
        "case.unit": row.unit or None,
        "case.account": (first.account or None) if first is not None else None,
        "case.reason": row.reason or None,
        "case.priority": row.priority or None,
        "case.queue": row.queue or None,
        "case.first_reply_due": row.first_reply_due,
        "case.resolve_due": row.resolve_due,
        "case.permalink": first.permalink if first is not None else None,
        "case.reply_hint": hint or None,
        "case.answer_state": state_line(rows.asked[row.id]) if row.id in rows.asked else None,
        "case.messages": row.messages,
        "case.lang": (first.lang or None) if first is not None else None,
        "case.history": _history_text(rows.history.get(row.customer_id, ()), row, first),
        "case.previous": f"C-{row.previous_id}" if row.previous_id is not None else None,
    }


def profile_values(row: Row[Any], key: str) -> dict[str, Any]:
    """Return ``profile.*``; ``key`` is our key in the target."""
    return {
        "profile.key": key,
        "profile.network": row.network,
        "profile.id": row.uid,
        "profile.scope": row.scope or None,
        "profile.handle": row.handle or None,
        "profile.name": row.name or None,
        "profile.reach": row.reach,
        "profile.verified": row.verified,
        "profile.url": row.url or None,
    }


def message_values(row: Row[Any], key: str, rows: Rows, late_after: timedelta) -> dict[str, Any]:
    """Return ``message.*``; ``key`` is our key in the target."""
    author = rows.authors.get(row.author_id)
    return {
        "message.id": row.id,
        "message.key": key,
        "message.number": f"M-{row.id}",
        "message.text": row.text or "",
        "message.subject": row.subject or None,
        "message.network": row.network,
        "message.kind": row.kind,
        "message.direction": row.direction,
        "message.public": row.public,
        "message.lang": row.lang or None,
        "message.sent_at": row.sent_at,
        "message.permalink": row.permalink,
        "message.rating": row.rating,
        "message.author_name": author.name or None if author is not None else None,
        "message.author_handle": author.handle or None if author is not None else None,
        "message.author_verified": author.verified if author is not None else None,
        "message.account": row.account or None,
        "message.unit": row.unit or None,
        "message.attachments": len(rows.files.get(row.id, ())),
        "message.late": row.sent_at is not None and row.received_at - row.sent_at > late_after,
        "message.native_id": row.key.split("/", 2)[2],
        "message.thread": row.thread.partition("#")[2] if row.thread else None,
        "message.extra": row.extra or {},
    }


def _by_id(connection: Connection, table: Any, ids: Collection[int]) -> dict[int, Row[Any]]:  # noqa: ANN401 - a Core table
    return {row.id: row for row in bulk.rows_where(connection, select(table), table.c.id, list(ids))}


def _load_customers_of(connection: Connection, rows: Rows) -> None:
    member = schema.member.c
    profiles = {f"p:{row.key}": row.id for row in rows.authors.values()}
    found = bulk.rows_where(connection, select(member.vertex, member.customer_id), member.vertex, list(profiles))
    rows.customer_of = {profiles[row.vertex]: row.customer_id for row in found}
    rows.customers = _by_id(connection, schema.customer, set(rows.customer_of.values()))


def _grouped(rows: Any) -> dict[int, list[Row[Any]]]:  # noqa: ANN401 - rows of any query with message_id
    grouped: dict[int, list[Row[Any]]] = defaultdict(list)
    for row in rows:
        grouped[row.message_id].append(row)
    return grouped


def _load_first(connection: Connection, rows: Rows) -> None:
    by_anchor = {row.anchor: id_ for id_, row in rows.cases.items()}
    found = bulk.rows_where(connection, _MESSAGES, _M.key, list(by_anchor))
    rows.first = {by_anchor[row.key]: row for row in found}


def _last_in(connection: Connection, case_ids: Collection[int]) -> dict[int, Row[Any]]:
    """Return the customer's last message of each case; a private one before all public ones, a person's before a machine's."""
    query = _MESSAGES.add_columns(_R.case_id).join(schema.resolved, _R.message_id == _M.id)
    query = query.where(_M.direction == "in", _M.deleted_at.is_(None))
    last: dict[int, Row[Any]] = {}
    for row in bulk.rows_where(connection, query, _R.case_id, case_ids):
        if row.case_id not in last or _lateness(row) > _lateness(last[row.case_id]):
            last[row.case_id] = row
    return last


def _lateness(row: Row[Any]) -> tuple[bool, bool, datetime, int]:
    return (not row.public, not row.automatic, row.sent_at or row.received_at, row.id)


def _private(connection: Connection, customers: Collection[int]) -> set[int]:
    query = (
        select(_R.customer_id)
        .join(schema.message, _M.id == _R.message_id)
        .where(_M.direction == "in", _M.public.is_(False))
        .group_by(_R.customer_id)
    )
    return {row.customer_id for row in bulk.rows_where(connection, query, _R.customer_id, customers)}


def _history(connection: Connection, customers: Collection[int]) -> dict[int, list[Row[Any]]]:
    rank = func.row_number().over(partition_by=_R.customer_id, order_by=_M.sent_at.desc()).label("rank")
    newest = (
        select(_R.customer_id, _R.case_id, _M.id, _M.network, _M.direction, _M.sent_at, _T.text, rank)
        .join(schema.message, _M.id == _R.message_id)
        .outerjoin(schema.message_text, _T.message_id == _M.id)
        .where(_M.deleted_at.is_(None), _T.text.is_not(None))
    )
    history: dict[int, list[Row[Any]]] = defaultdict(list)
    for part in bulk.chunks(list(customers)):
        inner = newest.where(_R.customer_id.in_(part)).subquery()
        for row in connection.execute(select(inner).where(inner.c.rank <= HISTORY * 2)):
            history[row.customer_id].append(row)
    return history


def _history_text(rows: Sequence[Row[Any]], case: Row[Any], first: Row[Any] | None) -> str | None:
    """Return the customer's earlier messages, oldest first, one a line."""
    before = first.sent_at if first is not None else None
    earlier = [
        row for row in rows if row.case_id != case.id and row.sent_at and (before is None or row.sent_at < before)
    ]
    lines = [
        f"{row.sent_at:%Y-%m-%d %H:%M} {row.network} {'<' if row.direction == 'in' else '>'} {shorten(row.text or '', 120)}"
        for row in sorted(earlier, key=lambda row: (row.sent_at, row.id))[-HISTORY:]
    ]
    return "\n".join(lines) or None


def person_refs(row: Row[Any] | None) -> Mapping[str, str]:
    """Return the contacts that a customer has already, by target."""
    refs: Mapping[str, str] = (row.golden or {}).get("person_refs") or {} if row is not None else {}
    return refs
