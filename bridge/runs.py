"""Runs: what a person may say about one, what came of it, and what waits for a person."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, insert, select

from bridge.errors import Exit, worst
from bridge.outbox.predicates import OPEN
from bridge.store import schema

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterator, Mapping, Sequence
    from datetime import datetime

    from bridge.app import App


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncOptions:
    """What a person may say about one sync."""

    limit: int | None = None
    """Stop collecting from a source after the page in which this many messages were read."""
    since: datetime | None = None
    """Start a source at this time (history), instead of now."""
    last: int | None = None
    """Start a source with its last so many messages."""
    backlog: bool = False
    """Deliver also what was wanted while a target was only observed."""
    as_cases: bool = False
    """History becomes closed cases, without SLA or notices."""
    accept: int | None = None
    """Let so many records pass the brakes."""
    sources: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    """Only these connections of the sync."""
    progress: Callable[[str, str, int], None] = field(default=lambda _step, _name, _count: None)
    """Called with step, connection and how many more are done."""


@dataclass(slots=True)
class RunReport:
    """How a sync went; ``exit_code`` is the worst of its parts."""

    run_id: int
    exit_code: Exit = Exit.OK
    counts: dict[str, dict[str, int]] = field(default_factory=dict)
    """Step or connection → counts."""
    problems: list[str] = field(default_factory=list)
    failed: set[str] = field(default_factory=set)
    """The connections that said themselves why they could not go on."""

    def problem(self, code: int, text: str) -> None:
        """Note that something went wrong; a sentence that stands there already, maybe within another, is not repeated."""
        self.exit_code = worst(self.exit_code, code)
        if not any(text in told for told in self.problems):
            self.problems.append(text)


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
    """Yield what a person must look at, with the command that shows it. What waits for approval in a target is no fault."""
    delivery, action = schema.delivery.c, schema.action.c
    with app.store.read() as connection:
        refused = connection.execute(
            select(delivery.target, func.count()).where(delivery.state == "refused").group_by(delivery.target)
        ).all()
        unsure = connection.execute(
            select(action.connection, func.count())
            .where(action.state.in_(("unknown", "review", "by_hand")), action.awaits == "")
            .group_by(action.connection)
        ).all()
    for target, count in refused:
        yield Exit.SET_ASIDE, f"{target} refused {count} records. See: casebridge deliveries list --where state=refused"
    for connection_name, count in unsure:
        wait = "One answer waits" if count == 1 else f"{count} answers wait"
        yield Exit.SET_ASIDE, f"{connection_name}: {wait} for a decision. See: casebridge actions list"


def unanswered(app: App, explained: Container[str]) -> Iterator[tuple[Exit, str]]:
    """Yield the targets that did not say what became of all that was sent, but for those whose reason is known."""
    delivery = schema.delivery.c
    query = select(delivery.target, func.count()).where(OPEN, delivery.attempts > 0).group_by(delivery.target)
    with app.store.read() as connection:
        rows = connection.execute(query).all()
    for target, count in rows:
        if target not in explained:
            rest = "the next sync goes on with them, and looks first what arrived."
            yield Exit.UNREACHABLE, f"{target} has not taken {count} records yet; {rest}"
