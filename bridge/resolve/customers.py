"""Second half of resolving: who is who, which case, and what the targets are to get, for every touched customer once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from bridge import lease
from bridge.modes import beginnings
from bridge.outbox.doubles import TOLD
from bridge.policies import policies_of
from bridge.resolve.cases import resolve_cases
from bridge.resolve.people import resolve_people
from bridge.resolve.wants import want
from bridge.resolve.work import Work
from bridge.restored import restored_lately
from bridge.store import bulk, schema

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy.engine import Connection

    from bridge.app import App

BATCH = 500
"""Touched profiles, vertices and messages in one batch."""


def resolve_customers(app: App, routes: Mapping[str, tuple[str, ...]], held: lease.Held) -> int | None:
    """Assemble the cases of one batch; return how many were touched, None if nobody was."""
    now = app.clock.now()
    with app.store.read() as connection:
        touched = bulk.rows(connection, select(schema.touched).limit(BATCH))
        if not touched:
            return None
        work = _begin(connection, app, routes)
        work.touched = [(row.kind, row.key) for row in touched]
        work.authors = {int(row.key) for row in touched if row.kind == "profile"}
        work.authorless = {int(row.key) for row in touched if row.kind == "message"}
        work.vertices = {row.key for row in touched if row.kind == "vertex"}
        work.customers = {int(row.key) for row in touched if row.kind == "customer"}
        work.whole = set(work.customers)
        policies = policies_of(connection)
        work.silence = max((policy.hard_close for policy in policies.values()), default=work.silence)
        changed_people = resolve_people(connection, work)
        want(connection, work, resolve_cases(connection, work, policies), changed_people, now)
    _write(work, held)
    return len(touched)


def _begin(connection: Connection, app: App, routes: Mapping[str, tuple[str, ...]]) -> Work:
    highest = connection.execute(select(func.max(schema.mint.c.id))).scalar() or 0
    restored = restored_lately(connection, app.clock.now()) is not None
    since = beginnings(connection, {target for targets in routes.values() for target in targets})
    return Work(app=app, routes=routes, since=since, next_mint=highest + 1, restored=restored)


def _write(work: Work, held: lease.Held) -> None:
    writes = work.writes
    with work.app.store.write("resolve.customers") as connection:
        lease.confirm(connection, held, work.app.clock.now())
        bulk.insert_new(connection, schema.mint, writes.mints)
        bulk.delete(connection, schema.member.c.vertex, writes.lost_members)
        bulk.upsert(connection, schema.member, writes.members, key=("vertex",))
        bulk.upsert(connection, schema.customer, writes.customers, key=("id",))
        _drop_suggestions(connection, writes.solved_vertices)
        bulk.insert_new(connection, schema.suggestion, writes.suggestions)
        bulk.upsert(connection, schema.case, writes.cases, key=("id",))
        bulk.update(connection, schema.resolved, writes.resolved, key="message_id")
        bulk.insert_new(connection, schema.delivery, writes.deliveries)
        _change_deliveries(connection, writes.delivery_changes)
        _settle(connection, work)


def _drop_suggestions(connection: Connection, vertices: Sequence[str]) -> None:
    """Make room for what solving suggests anew; what a target said of a customer stands until it is settled there."""
    table = schema.suggestion
    for side in (table.c.left_vertex, table.c.right_vertex):
        ours = (table.c.identifier != TOLD) & bulk.among(connection, side, vertices)
        connection.execute(table.delete().where(ours))


def _settle(connection: Connection, work: Work) -> None:
    """Take out whoever was dealt with, also those that a later batch would have come to.

    Nobody else writes here, so nothing can have come meanwhile.
    """
    done = {
        "profile": {str(profile) for profiles in work.profiles_of.values() for profile in profiles},
        "vertex": set(work.writes.solved_vertices),
        "customer": set(),
        "message": set(),
    }
    for kind, key in work.touched:
        done[kind].add(key)
    table = schema.touched
    for kind, keys in done.items():
        connection.execute(table.delete().where(table.c.kind == kind, bulk.among(connection, table.c.key, keys)))


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
