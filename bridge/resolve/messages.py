"""First half of resolving: what follows for a message from its own facts and its links.

Dirty messages find their conversation, our answers find the message that they belong to, triage decides. Whose cases
that concerns is noted in ``touched``; a customer with ten new messages stands there once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from bridge import lease
from bridge.policies import rules_of
from bridge.resolve.conversations import resolve_conversations
from bridge.resolve.triage import triage_messages
from bridge.resolve.work import MessageBatch
from bridge.store import bulk, schema

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sqlalchemy.engine import Connection

    from bridge.app import App

BATCH = 4_000
"""Dirty rows in one batch: large enough to share look-ups, small enough to stay under 50 MB."""

_M, _R = schema.message.c, schema.resolved.c

_FACTS = select(
    _M.id,
    _M.key,
    _M.author_id,
    _M.direction,
    _M.sent_at,
    _M.thread,
    _M.answers,
    _M.answered_by,
    _M.connection,
    _M.policy_id,
    _M.lang,
    _M.network,
    _M.kind,
    _M.public,
    _M.rating,
    _M.reach,
    _M.unit,
    _M.account,
    _M.missed,
    _M.automatic,
    _M.extra,
)
"""What conversations and triage look at."""


def resolve_messages(app: App, routes: Mapping[str, tuple[str, ...]], held: lease.Held) -> int | None:
    """Resolve one batch; return how many messages it held, None if nothing was dirty."""
    with app.store.read() as connection:
        dirty = bulk.rows(connection, select(schema.dirty).order_by(schema.dirty.c.seq).limit(BATCH))
        if not dirty:
            return None
        batch = MessageBatch(app, routes, [row.seq for row in dirty])
        ids = sorted({int(row.key) for row in dirty if row.kind == "message"})
        batch.messages = {row.id: row for row in bulk.rows_where(connection, _FACTS, _M.id, ids)}
        query = select(_R.message_id, _R.conversation_id, _R.answers_id, _R.customer_id, _R.triage)
        batch.known = {row.message_id: row for row in bulk.rows_where(connection, query, _R.message_id, ids)}
        batch.touched = {(row.kind, row.key) for row in dirty if row.kind in {"vertex", "customer"}}
        _touch_cases(connection, batch, {int(row.key) for row in dirty if row.kind == "case"})
        resolve_conversations(connection, batch)
        triage_messages(connection, batch, rules_of(connection, app))
        _touch_authors(connection, batch)
    _write(batch, held)
    return len(batch.messages)


def _touch_cases(connection: Connection, batch: MessageBatch, cases: set[int]) -> None:
    """Touch the customers of dirty cases: something happened to these in a target."""
    query = select(_R.message_id, _R.customer_id).where(_R.answers_id.is_(None))
    for row in bulk.rows_where(connection, query, _R.case_id, sorted(cases)):
        concerned = ("message", str(row.message_id)) if row.customer_id is None else ("customer", str(row.customer_id))
        batch.touched.add(concerned)


def _touch_authors(connection: Connection, batch: MessageBatch) -> None:
    for id_, row in batch.messages.items():
        if row.direction == "in":
            batch.touch(id_, row.author_id)
        before = batch.known.get(id_)
        if before is not None and before.customer_id is not None:  # whose it was, if it turns out to be another's
            batch.touched.add(("customer", str(before.customer_id)))
    batch.moved -= batch.messages.keys()
    query = select(_M.id, _M.author_id).where(_M.direction == "in")
    for row in bulk.rows_where(connection, query, _M.id, sorted(batch.moved)):
        batch.touch(row.id, row.author_id)


def _write(batch: MessageBatch, held: lease.Held) -> None:
    fresh = [_new_row(batch, id_) for id_ in batch.messages if id_ not in batch.known]
    again = [_changed_row(batch, id_) for id_ in batch.messages if id_ in batch.known]
    answers = [
        {"message_id": id_, "answers_id": answered, **_LOOSE}
        for id_, answered in batch.answers.items()
        if id_ not in batch.messages
    ]
    answers += [
        {"message_id": row["message_id"], "answers_id": row["answers_id"], **_LOOSE}
        for row in again
        if batch.messages[row["message_id"]].direction == "out"
    ]
    with batch.app.store.write("resolve.messages") as connection:
        lease.confirm(connection, held, batch.app.clock.now())
        _relabel(connection, batch.relabel)
        bulk.insert_new(connection, schema.stub, batch.stubs)
        bulk.insert_new(connection, schema.resolved, fresh)
        for rows in (again, answers, [{"message_id": id_, "fresh": True} for id_ in sorted(batch.moved)]):
            bulk.update(connection, schema.resolved, rows, key="message_id")
        touched = [{"kind": kind, "key": key} for kind, key in sorted(batch.touched)]
        bulk.insert_new(connection, schema.touched, touched)
        bulk.delete(connection, schema.dirty.c.seq, batch.seqs)


_LOOSE = {"customer_id": None, "case_id": None, "why": "own", "fresh": True}
"""An answer of ours until the cases of the customer whom it answers are assembled."""


def _new_row(batch: MessageBatch, id_: int) -> dict[str, Any]:
    inbound = batch.messages[id_].direction == "in"
    return {
        **_changed_row(batch, id_),
        "customer_id": None,
        "case_id": None,
        "why": "waiting" if inbound or batch.answers.get(id_) is not None else "own",
    }


def _changed_row(batch: MessageBatch, id_: int) -> dict[str, Any]:
    known = batch.known.get(id_)
    return {
        "message_id": id_,
        "conversation_id": batch.conversation[id_],
        "answers_id": batch.answers.get(id_, known.answers_id if known is not None else None),
        # A text that was deleted by its retention decides nothing anew.
        "triage": batch.triage.get(id_, known.triage if known is not None else None),
        "fresh": True,
    }


def _relabel(connection: Connection, relabel: Iterable[tuple[int, int]]) -> None:
    for before, after in relabel:
        for table in (schema.resolved, schema.stub):
            column = table.c.conversation_id
            connection.execute(table.update().where(column == before).values(conversation_id=after))
