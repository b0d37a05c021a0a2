"""Resolve one batch after another: read what is dirty, compute, write in a short transaction under the lease."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from bridge import lease
from bridge.policies import policies_of, rules_of, store_secret
from bridge.resolve.cases import resolve_cases
from bridge.resolve.conversations import resolve_conversations
from bridge.resolve.people import resolve_people
from bridge.resolve.triage import triage_messages
from bridge.resolve.wants import want
from bridge.resolve.work import Work
from bridge.store import bulk, schema
from bridge.store.settings import read_setting

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from sqlalchemy.engine import Connection

    from bridge.app import App

BATCH = 4_000
"""Dirty rows in one batch: large enough to share look-ups, small enough to stay under 100 MB."""

LEASE = "resolve"


@dataclass(frozen=True, slots=True)
class Resolved:
    """What one batch did."""

    dirty: int
    messages: int


def resolve(app: App, *, patience: float = 60.0) -> Iterator[Resolved]:
    """Resolve until nothing is dirty; yields after each batch.

    Waits up to ``patience`` seconds while another process resolves, then raises ``StoreBusy``.
    """
    with lease.hold(app.store, LEASE, app.clock, patience=patience) as held:
        while (work := _read(app)) is not None:
            _write(app, work, held, app.clock.now())
            yield Resolved(len(work.seqs), len(work.messages))


def routes_of(app: App) -> dict[str, tuple[str, ...]]:
    """Return connection → targets, from all syncs."""
    routes: dict[str, dict[str, None]] = {}
    for sync in app.syncs.values():
        for source in sync.sources:
            routes.setdefault(source, {}).update(dict.fromkeys(sync.targets))
    return {source: tuple(targets) for source, targets in routes.items()}


def _read(app: App) -> Work | None:
    """Read and compute one batch; None if nothing is dirty."""
    secret = store_secret(app)
    with app.store.read() as connection:
        table = schema.dirty
        dirty = connection.execute(select(table).order_by(table.c.seq).limit(BATCH)).all()
        if not dirty:
            return None
        highest = connection.execute(select(func.max(schema.mint.c.id))).scalar() or 0
        work = Work(
            app=app,
            routes=routes_of(app),
            secret=secret,
            seqs=[row.seq for row in dirty],
            next_mint=highest + 1,
            restored=read_setting(connection, "restored_at") is not None,
        )
        ids = sorted({int(row.key) for row in dirty if row.kind == "message"})
        work.messages = {
            row.id: row for row in bulk.rows_where(connection, select(schema.message), schema.message.c.id, ids)
        }
        work.vertices = {row.key for row in dirty if row.kind == "vertex"}
        work.customers = {int(row.key) for row in dirty if row.kind == "customer"}
        work.whole = set(work.customers)
        _touch_cases(connection, work, [int(row.key) for row in dirty if row.kind == "case"])
        policies = policies_of(connection)
        work.silence = max((policy.hard_close for policy in policies.values()), default=work.silence)
        resolve_conversations(connection, work)
        triage_messages(connection, work, rules_of(connection, app))
        changed_people = resolve_people(connection, work)
        settled = resolve_cases(connection, work, policies)
        _rest(work)
        want(connection, work, settled, changed_people, app.clock.now())
    return work


def _touch_cases(connection: Connection, work: Work, case_ids: list[int]) -> None:
    """Touch the messages of dirty cases: something happened to them in a target."""
    column = schema.resolved.c
    query = select(column.message_id)
    work.touched.update(
        row.message_id for row in bulk.rows_where(connection, query, column.case_id, sorted(set(case_ids)))
    )


def _rest(work: Work) -> None:
    """Note our posts that answer nobody: they are stored, stand in no case, and that is all."""
    written = {row["message_id"] for row in work.writes.resolved}
    loose = [id_ for id_, answered in work.answers.items() if answered is None]
    for id_ in sorted(({id_ for id_, row in work.messages.items() if row.direction == "out"} | set(loose)) - written):
        work.writes.resolved.append(
            {
                "message_id": id_,
                "conversation_id": work.conversation[id_],
                "answers_id": None,
                "customer_id": None,
                "case_id": None,
                "why": "own",
                "triage": None,
            }
        )


def _write(app: App, work: Work, held: lease.Held, now: datetime) -> None:
    writes = work.writes
    with app.store.write("resolve") as connection:
        lease.confirm(connection, held, now)
        bulk.insert_new(connection, schema.mint, writes.mints)
        for before, after in writes.relabel:
            for table in (schema.resolved, schema.stub):
                connection.execute(
                    table.update().where(table.c.conversation_id == before).values(conversation_id=after)
                )
        bulk.insert_new(connection, schema.stub, writes.stubs)
        bulk.delete(connection, schema.member.c.vertex, writes.lost_members)
        bulk.upsert(connection, schema.member, writes.members, key=("vertex",))
        bulk.upsert(connection, schema.customer, writes.customers, key=("id",))
        for side in (schema.suggestion.c.left_vertex, schema.suggestion.c.right_vertex):
            bulk.delete(connection, side, writes.solved_vertices)
        bulk.insert_new(connection, schema.suggestion, writes.suggestions)
        bulk.upsert(connection, schema.case, writes.cases, key=("id",))
        bulk.upsert(connection, schema.resolved, _last(writes.resolved, "message_id"), key=("message_id",))
        bulk.insert_new(connection, schema.delivery, writes.deliveries)
        _change_deliveries(connection, writes.delivery_changes)
        bulk.delete(connection, schema.dirty.c.seq, work.seqs)


def _change_deliveries(connection: Connection, changes: list[dict[str, Any]]) -> None:
    """Apply changes to rows that are not being sent at this moment; one that is keeps its state, and is wanted again."""
    table = schema.delivery
    for change in _last(changes, "id"):
        free = table.c.state.not_in(("sending", "accepted", "unknown"))
        values: Mapping[str, Any] = {name: value for name, value in change.items() if name != "id"}
        done = connection.execute(table.update().where((table.c.id == change["id"]) & free).values(values))
        if not done.rowcount:
            connection.execute(
                table.update().where(table.c.id == change["id"]).values(wanted_version=table.c.wanted_version + 1)
            )


def _last(rows: list[dict[str, Any]], key: str) -> list[dict[str, Any]]:
    """Keep the last row of each key: one statement may not touch a row twice."""
    return list({row[key]: row for row in rows}.values())
