"""Deliver: drain what is wanted in one target, in batches as large as it takes.

Settle what is unknown, then persons, cases, amendments and messages, in rounds while anything moves. For each batch:
claim (a transaction), render, freeze on disk (a transaction that checks the claim again), send with no transaction open,
record (a transaction). A crash between any two of these loses nothing and doubles nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select

from bridge import brakes
from bridge.app import TargetMode
from bridge.errors import AuthError, BudgetSpent, ConfigError, RateLimited, Transient
from bridge.nouns import Share, Thing
from bridge.outbox import claim as claims
from bridge.outbox.batch import send_batch
from bridge.outbox.order import share_of
from bridge.outbox.run import PATIENCE, DeliverReport, Problem, Run
from bridge.outbox.settle import settle
from bridge.store import schema

if TYPE_CHECKING:
    from datetime import timedelta

    from bridge.app import App, TargetSetup
    from bridge.outbox.order import Scan

__all__ = ["DeliverReport", "Problem", "deliver"]

D = schema.delivery.c
_ORDER = ("person", "profile", "case", "amendment", "message")


def deliver(
    app: App,
    setup: TargetSetup,
    *,
    seconds: float,
    owner: str,
    patience: timedelta = PATIENCE,
) -> DeliverReport:
    """Work on the outbox of one target for at most about ``seconds``; say whether there is more to do at once.

    ``owner`` names this worker among all that share the store. A rest of at most ``patience`` is waited out. What stops
    the whole target (credentials, rate limit, budget, pause, brake, unreachable) stands in the report, beside what was
    done until then; nothing is raised for it.
    """
    if setup.mode is TargetMode.OBSERVE:
        return _observe(app, setup)
    run = Run.start(app, setup, owner=owner, seconds=seconds, patience=patience)
    while run.goes_on(Share.ANSWER) and (_guarded_round(run) or run.waits()):
        pass
    return run.report()


def _guarded_round(run: Run) -> bool:
    """Do a round; note what stops the target, and give back what was claimed and not sent."""
    try:
        return _round(run)
    except (RateLimited, BudgetSpent, AuthError, ConfigError, Transient) as error:
        run.stop(error)
    with run.app.store.write("deliver.release") as connection:
        claims.release_all(connection, run.setup.name, run.owner)
    return run.problem is None


def _round(run: Run) -> bool:
    """Go once through everything; tell whether anything moved."""
    before = run.moved
    run.began = run.app.clock.now()
    run.ask_limits()
    settle(run)
    for thing in _ORDER:
        if thing == "amendment" or Thing(thing) in run.setup.mappings:
            _drain(run, thing)
    return run.moved > before


def _drain(run: Run, thing: str) -> None:
    scan, share = run.scan(thing), share_of(thing)
    while not scan.ended and run.goes_on(share):
        found = _claim(run, scan)
        run.counts["waiting"] += found.waiting
        run.moved += found.waiting
        if found.claims:
            send_batch(run, thing, found)


def _claim(run: Run, scan: Scan) -> claims.Claims:
    now = run.app.clock.now()
    with run.app.store.write("deliver.claim") as connection:
        room = run.room_for_cases(connection, now) if scan.thing == "case" else None
        found = claims.claim(connection, scan, now, room=room.total if room is not None else None)
        if room is not None and found.braked and not found.claims:
            run.halt(brakes.trip_on_cases(connection, run.setup.name, room.limit, now))
        run.room = room
    return found


def _observe(app: App, setup: TargetSetup) -> DeliverReport:
    """Count what would be delivered."""
    with app.store.read() as connection:
        wanted = select(D.thing, func.count()).where(D.target == setup.name, D.state == "pending").group_by(D.thing)
        counts = {f"observed_{thing}": count for thing, count in connection.execute(wanted)}
    return DeliverReport(counts=counts, more=False)
