"""Claims: which records go into the next batch, and whose they are meanwhile.

A claim is a row with an owner and a deadline by database time. A case has one batch in flight at most: whoever claims
looks at all open records of a case, under one lock for the target, so that two processes never take parts of one case.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, or_, select

from bridge import lease
from bridge.budget import database_now
from bridge.outbox import order
from bridge.outbox.known import Known
from bridge.outbox.predicates import OPEN
from bridge.store import bulk, schema

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Select
    from sqlalchemy.engine import Connection, Row
    from sqlalchemy.sql.elements import ColumnElement

    from bridge.outbox.order import Scan
    from bridge.store.store import Store

LEASE = timedelta(seconds=60)
"""How long a claim holds; a batch must be sent well within it."""

D = schema.delivery.c

_CANDIDATE = (D.id, D.case_id, D.reason)
DETAILS = (
    D.id,
    D.key,
    D.thing,
    D.subject_id,
    D.case_id,
    D.state,
    D.sort,
    D.wanted_version,
    D.sent_version,
    D.delivered_hash,
    D.ref,
    D.attempts,
    D.reason,
    D.look_up,
    D.spec,
    D.sent_at,
    D.created_at,
)


@dataclass(frozen=True, slots=True)
class Claim:
    """A claimed record, with the references that it needs and the body that is frozen already, if any."""

    row: Row[Any]
    refs: order.Refs = order.NO_REFS
    body: Mapping[str, Any] | None = None
    idempotency_key: str = ""

    @property
    def id(self) -> int:
        """Return the delivery's number."""
        return int(self.row.id)


@dataclass(slots=True)
class Claims:
    """What one call claimed; ``waiting`` were found to wait for a refused record, ``braked`` for the brake."""

    claims: list[Claim] = field(default_factory=list)
    waiting: int = 0
    braked: bool = False


def claim(connection: Connection, scan: Scan, now: datetime, *, room: int | None = None) -> Claims:
    """Claim the next batch of ``scan`` and move it on; ``room`` bounds records that are not in the target yet."""
    one_claimer_at_a_time(connection, scan.target)
    moment = database_now(connection)
    candidates = connection.execute(_candidates(scan, now, moment)).all()
    known = Known.load(connection, scan, candidates)
    chosen = order.Choice(room=room)
    last = scan.after
    for candidate in candidates:
        if not order.take(chosen, candidate, scan, known, now, moment):
            break
        last = candidate.id
    scan.after = last
    scan.ended = len(candidates) < _page(scan) and (not candidates or last == candidates[-1].id)
    _set_waiting(connection, chosen.waiting)
    _postpone(connection, chosen.later, now)
    _hold(connection, list(chosen.refs), scan.owner, moment + LEASE)
    return Claims(_details(connection, chosen.refs), len(chosen.waiting), chosen.braked)


def claim_state(connection: Connection, target: str, owner: str, where: ColumnElement[bool], size: int) -> list[Claim]:
    """Claim up to ``size`` records of any thing that are accepted, unknown or left behind, for settling."""
    one_claimer_at_a_time(connection, target)
    moment = database_now(connection)
    free = or_(D.owner == "", D.until <= moment)
    ids = connection.execute(
        select(D.id).where(OPEN, D.target == target, D.thing.in_(order.THINGS), where, free).order_by(D.id).limit(size)
    )
    refs = dict.fromkeys(ids.scalars(), order.NO_REFS)
    _hold(connection, list(refs), owner, moment + LEASE)
    return _details(connection, refs)


def still_ours(connection: Connection, ids: Collection[int], owner: str) -> dict[int, int | None]:
    """Return which claims still hold on records that are still wanted, with the case of each; locks their rows."""
    query = select(D.id, D.case_id).where(D.owner == owner, D.until > database_now(connection), D.state == "pending")
    return {row.id: row.case_id for row in bulk.rows_where(connection, query.with_for_update(), D.id, ids)}


def still_mine(connection: Connection, ids: Collection[int], owner: str) -> set[int]:
    """Return which records nobody has taken over or given up since they were sent; locks their rows."""
    query = select(D.id).where(D.owner == owner, D.state.in_(order.IN_FLIGHT)).with_for_update()
    return {row.id for row in bulk.rows_where(connection, query, D.id, ids)}


def release(connection: Connection, ids: Sequence[int], owner: str) -> None:
    """Give up claims; what they claimed stays as it is."""
    for part in bulk.chunks(ids):
        statement = schema.delivery.update().where(D.id.in_(part), D.owner == owner)
        connection.execute(statement.values(owner="", until=None))


def release_all(connection: Connection, target: str, owner: str) -> None:
    """Give up every claim of ours on what is not being sent at this moment."""
    ours = OPEN & (D.target == target) & (D.owner == owner) & (D.state != "sending")
    connection.execute(schema.delivery.update().where(ours).values(owner="", until=None))


def abandon_dead(store: Store, target: str) -> None:
    """End the claims of processes of this machine that are no more, instead of waiting for their deadline."""
    with store.read() as connection:
        query = select(D.owner).where(OPEN, D.target == target, D.owner != "").distinct()
        dead = [owner for owner in connection.execute(query).scalars() if lease.is_dead(owner)]
    if not dead:
        return
    with store.write("deliver.abandon") as connection:
        theirs = (D.owner.in_(dead)) & (D.target == target) & OPEN
        past = database_now(connection) - timedelta(seconds=1)
        connection.execute(schema.delivery.update().where(theirs).values(until=past))


def one_claimer_at_a_time(connection: Connection, target: str) -> None:
    """Let claims of one target follow each other; SQLite's write transaction does so by itself."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"deliver:{target}", 0))))


def _page(scan: Scan) -> int:
    """Return how many candidates to look at: more where only one of each case can go."""
    return scan.size if scan.several or scan.thing != "message" else scan.size * 4


def _candidates(scan: Scan, now: datetime, moment: datetime) -> Select[Any]:
    due = or_(D.next_at.is_(None), D.next_at <= now)
    free = or_(D.owner == "", D.until <= moment)
    where = (OPEN, D.target == scan.target, D.thing == scan.thing, D.state == "pending", D.id > scan.after, due, free)
    return select(*_CANDIDATE).where(*where).order_by(D.id).limit(_page(scan))


def _hold(connection: Connection, ids: Sequence[int], owner: str, until: datetime) -> None:
    for part in bulk.chunks(ids):
        connection.execute(schema.delivery.update().where(D.id.in_(part)).values(owner=owner, until=until))


def _details(connection: Connection, refs: Mapping[int, order.Refs]) -> list[Claim]:
    """Return the claims in the order of ``refs``, which is the order within each case."""
    rows = {row.id: row for row in bulk.rows_where(connection, select(*DETAILS), D.id, list(refs))}
    frozen = {
        row.delivery_id: row
        for row in bulk.rows_where(connection, select(schema.frozen), schema.frozen.c.delivery_id, list(refs))
    }
    claims = []
    for id_, found in refs.items():
        body = frozen.get(id_)
        if body is None:
            claims.append(Claim(rows[id_], found))
        else:
            claims.append(Claim(rows[id_], found, body.body, body.idempotency_key))
    return claims


def _set_waiting(connection: Connection, waiting: Mapping[int, str]) -> None:
    rows = [{"id": id_, "state": "waiting", "waiting_for": key} for id_, key in waiting.items()]
    bulk.update(connection, schema.delivery, rows)


def _postpone(connection: Connection, ids: Sequence[int], now: datetime) -> None:
    rows = [{"id": id_, "next_at": now + order.LATER} for id_ in ids]
    bulk.update(connection, schema.delivery, rows)
