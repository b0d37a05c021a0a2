"""Runs and their counts, and what waits for a person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import func, insert, select

from bridge.errors import Exit
from bridge.store import schema

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from bridge.app import App


def begin(app: App, command: str) -> int:
    """Note that a run has begun; returns its number."""
    with app.store.write("run_begin") as connection:
        done = connection.execute(insert(schema.run).values(command=command, started_at=app.clock.now()))
        return int(done.inserted_primary_key[0])  # type: ignore[index] # a single insert has one


def end(app: App, run_id: int, exit_code: int, counts: Mapping[str, Any], problems: Sequence[str]) -> None:
    """Note how a run ended."""
    values = {"ended_at": app.clock.now(), "exit_code": int(exit_code), "counts": counts, "errors": list(problems)}
    with app.store.write("run_end") as connection:
        connection.execute(schema.run.update().where(schema.run.c.id == run_id).values(values))


def waiting_for_people(app: App) -> Iterator[tuple[Exit, str]]:
    """Yield what a person must look at, with the command that shows it."""
    delivery, action = schema.delivery.c, schema.action.c
    with app.store.read() as connection:
        refused = connection.execute(
            select(delivery.target, func.count()).where(delivery.state == "refused").group_by(delivery.target)
        ).all()
        unsure = connection.execute(
            select(action.connection, func.count())
            .where(action.state.in_(("unknown", "review")))
            .group_by(action.connection)
        ).all()
    for target, count in refused:
        yield Exit.SET_ASIDE, f"{target} refused {count} records. See: casebridge deliveries list --where state=refused"
    for connection_name, count in unsure:
        yield Exit.SET_ASIDE, f"{connection_name}: {count} answers wait for a decision. See: casebridge actions list"
