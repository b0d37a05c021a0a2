"""Cases that are history: a target that can date messages only while it makes their case gets them along with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from bridge.nouns import Thing
from bridge.outbox.claim import DETAILS, Claim
from bridge.outbox.order import Refs
from bridge.store import bulk, schema

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import timedelta

    from sqlalchemy.engine import Connection, Row

    from bridge.clock import Clock
    from bridge.outbox.run import Run
    from bridge.outbox.values import Rows

D = schema.delivery.c
MOST = 100
"""So many messages go along with a case; what was said later in it follows by itself."""


def claims(run: Run, cases: Sequence[Claim], rows: Rows) -> dict[int, list[Claim]]:
    """Return for each claim of a case that is history, and not there yet, its messages that were never sent, oldest first."""
    after = run.target.past_after
    if after is None or Thing.MESSAGE not in run.setup.mappings:
        return {}
    old = {
        claim.row.case_id: claim
        for claim in cases
        if not claim.row.ref and _is_history(rows.cases[claim.row.case_id], after, run.app.clock)
    }
    found: dict[int, list[Claim]] = {claim.id: [] for claim in old.values()}
    with run.app.store.read() as connection:
        for row in _unsent(connection, run.setup.name, list(old)):
            case = old[row.case_id]
            if len(found[case.id]) < MOST:
                refs = Refs(person=case.refs.person, person_key=case.refs.person_key)
                found[case.id].append(Claim(row, refs))
    return found


def look_up_first(connection: Connection, target: str, keys: Sequence[str]) -> None:
    """Let messages that went along with their case be looked up there before they are sent."""
    for part in bulk.chunks(keys):
        these = (D.target == target) & (D.thing == Thing.MESSAGE) & D.key.in_(part) & (D.ref == "")
        connection.execute(schema.delivery.update().where(these).values(look_up=True))


def _is_history(case: Row[Any], after: timedelta, clock: Clock) -> bool:
    long_ago = case.opened_at is not None and case.opened_at < clock.now() - after
    return bool(case.mode == "as_case" or case.status == "closed" or long_ago)


def _unsent(connection: Connection, target: str, cases: Sequence[int]) -> list[Row[Any]]:
    query = select(*DETAILS).where(D.target == target, D.thing == Thing.MESSAGE, D.ref == "", D.sent_version == 0)
    query = query.where(D.state.in_(("pending", "waiting"))).order_by(D.sort, D.id)
    rows = bulk.rows_where(connection, query, D.case_id, cases)
    return sorted(rows, key=lambda row: (row.sort, row.id))
