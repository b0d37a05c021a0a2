"""Delete what messages said: texts, payloads, earlier versions, files. What the program works with stays.

A message without a row of its text was forgotten: triage keeps what it decided, nothing is rendered of it any more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from bridge.attachment_files import path_of
from bridge.outbox.predicates import OPEN
from bridge.store import bulk, schema

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import datetime
    from pathlib import Path

    from sqlalchemy.engine import Connection

_M, _T, _W = schema.message.c, schema.message_text.c, schema.message_raw.c
_R, _D, _A, _F = schema.resolved.c, schema.delivery.c, schema.action.c, schema.attachment.c
_UNDER_WAY = ("held", "queued", "sending", "review", "unknown", "by_hand")
"""States of actions that still look at what they answer."""


def with_text(connection: Connection, ids: Collection[int]) -> set[int]:
    """Return which messages still have their text."""
    return {row.message_id for row in bulk.rows_where(connection, select(_T.message_id), _T.message_id, ids)}


def with_payload(connection: Connection, ids: Collection[int]) -> set[int]:
    """Return which messages still have their payload."""
    return {row.message_id for row in bulk.rows_where(connection, select(_W.message_id), _W.message_id, ids)}


def deleted_there(connection: Connection, name: str, until: datetime) -> list[int]:
    """Return messages of a connection that were deleted on their network before a time and still have something here."""
    text = select(_T.message_id).where(_T.message_id == _M.id).exists()
    payload = select(_W.message_id).where(_W.message_id == _M.id).exists()
    query = select(_M.id).where(
        _M.deleted_at.is_not(None), _M.deleted_at <= until, _M.connection == name, text | payload
    )
    return list(connection.execute(query.order_by(_M.id)).scalars())


def needed(connection: Connection, ids: Collection[int], outboxes: Collection[str]) -> set[int]:
    """Return which messages are not done with: not delivered yet where they go, or answered just now."""
    resolved = bulk.rows_where(connection, select(_R.message_id, _R.case_id), _R.message_id, ids)
    case_of = {row.message_id: row.case_id for row in resolved}
    waits = select(_D.subject_id).where(OPEN, _D.thing == "message", _D.target.in_(outboxes))
    found = {row.subject_id for row in bulk.rows_where(connection, waits, _D.subject_id, ids)}
    opens = select(_D.case_id).where(OPEN, _D.thing == "case", _D.delivered_version == 0, _D.target.in_(outboxes))
    cases = {id_ for id_ in case_of.values() if id_ is not None}
    opening = {row.case_id for row in bulk.rows_where(connection, opens, _D.case_id, cases)}
    acts = select(_A.message_id).where(_A.state.in_(_UNDER_WAY))
    found |= {row.message_id for row in bulk.rows_where(connection, acts, _A.message_id, ids)}
    return {id_ for id_ in ids if id_ in found or id_ not in case_of or case_of[id_] in opening}


def forget_texts(connection: Connection, folder: Path, ids: Collection[int]) -> int:
    """Delete all that messages said, with their files; return how many files went."""
    files = _forget_files(connection, folder, ids)
    for column in (_T.message_id, _W.message_id, schema.revision.c.message_id):
        bulk.delete(connection, column, ids)
    return files


def forget_payloads(connection: Connection, ids: Collection[int]) -> None:
    """Delete the payloads of messages as they came."""
    bulk.delete(connection, _W.message_id, ids)


def forget_unread(connection: Connection, name: str, until: datetime) -> int:
    """Empty what could not be read and was set aside before a time; return how many."""
    table = schema.quarantine
    old = (table.c.connection == name) & (table.c.at < until) & (table.c.raw != "")
    state = func.replace(table.c.state, "open", "dropped")
    return connection.execute(table.update().where(old).values(raw="", fields=None, state=state)).rowcount


def forget_answers(connection: Connection, name: str, until: datetime) -> int:
    """Delete the words of answers that are done with and were asked for before a time; return how many."""
    done = (_A.connection == name) & (_A.asked_at < until) & (_A.text != "") & _A.state.not_in(_UNDER_WAY)
    return connection.execute(schema.action.update().where(done).values(text="", found=None)).rowcount


def _forget_files(connection: Connection, folder: Path, ids: Collection[int]) -> int:
    query = select(_F.id, _F.sha256).where(_F.sha256 != "")
    hashes = {row.sha256 for row in bulk.rows_where(connection, query, _F.message_id, ids)}
    bulk.delete(connection, _F.message_id, ids)
    gone = hashes - set(_held(connection, hashes))
    for digest in gone:
        # Before the transaction ends: after a crash in between the row is looked at again, a file without one never.
        path_of(folder, digest).unlink(missing_ok=True)
    return len(gone)


def _held(connection: Connection, hashes: Iterable[str]) -> Iterable[Any]:
    query = select(_F.sha256).where(_F.sha256 != "")
    return (row.sha256 for row in bulk.rows_where(connection, query, _F.sha256, sorted(hashes)))
