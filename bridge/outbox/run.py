"""One call of ``deliver``: its limits, what stopped it, and what it did."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from bridge import brakes, budget
from bridge.errors import BudgetSpent, Exit, RateLimited
from bridge.nouns import Budget, Share, Thing
from bridge.outbox.claim import abandon_dead
from bridge.outbox.order import Scan
from bridge.outbox.predicates import OPEN
from bridge.store import schema

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy.engine import Connection

    from bridge.app import App, TargetSetup
    from bridge.contracts import Target
    from bridge.errors import CasebridgeError

D = schema.delivery.c
PATIENCE = timedelta(seconds=5)
"""A rest no longer than this is waited out, unless the caller says otherwise."""
_NO_RESET = timedelta(hours=1)
"""When to ask again for a budget that is spent and does not say until when."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What stopped a target: exit code and a sentence."""

    code: Exit
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliverReport:
    """What a call did: counts by what happened (created, updated, unchanged, adopted, refused, retried, unknown, …)."""

    counts: Mapping[str, int]
    more: bool
    """The time was up before the work was: call again at once."""
    problems: tuple[Problem, ...] = ()
    """What stopped it, if anything: a pause, a brake, a limit, credentials, out of reach."""
    resume_at: datetime | None = None
    """When the next of what is open becomes due; None if nothing waits for time, or if time alone does not help."""
    resting: bool = False
    """It stopped for a limit of the target's, until ``resume_at``."""

    @property
    def ended(self) -> int:
        """How many records came to an end: they stand there, were refused, or need not go."""
        return sum(count for what, count in self.counts.items() if what not in _ON_THE_WAY)


_ON_THE_WAY = frozenset({"accepted", "retried", "unknown", "waiting"})


@dataclass(slots=True, kw_only=True)
class Run:
    """The state of one call of ``deliver``. ``setup`` is where the rows of its name go (``modes.destination``)."""

    app: App
    setup: TargetSetup
    owner: str
    ends: float
    """By ``time.monotonic``."""
    patience: timedelta
    case_limit: int | None
    limits: Budget = field(default_factory=Budget)
    """What the target lets us do; nothing is known before ``ask_limits``."""
    _asked: bool = False
    counts: Counter[str] = field(default_factory=Counter)
    moved: int = 0
    """Grows with everything that makes another round worth while."""
    problem: Problem | None = None
    """What ended this call."""
    resting: Problem | None = None
    """Why some of the work, or all of it, has to wait."""
    until: datetime | None = None
    room: brakes.Room | None = None
    began: datetime | None = None
    """When the latest round began."""

    @classmethod
    def start(
        cls,
        app: App,
        setup: TargetSetup,
        *,
        owner: str,
        seconds: float,
        patience: timedelta,
    ) -> Run:
        """Begin: free what dead processes held. Calls nobody."""
        abandon_dead(app.store, setup.name)
        limit = None
        if brakes.braked(setup):
            with app.store.read() as connection:
                limit = brakes.case_limit(connection, setup.name, setup.brakes, app.clock.now())
        ends = time.monotonic() + seconds
        return cls(app=app, setup=setup, owner=owner, ends=ends, patience=patience, case_limit=limit)

    @property
    def target(self) -> Target:
        """Return the adapter that is written to."""
        return self.setup.target

    def ask_limits(self) -> None:
        """Read the target's budget, once. Raises what stops the target."""
        if not self._asked:
            self.limits = self.target.budget()
            self._asked = True

    def scan(self, thing: str) -> Scan:
        """Return a walk over the pending records of ``thing``."""
        refers = frozenset[str]() if thing == "amendment" else self.setup.refers(Thing(thing))
        return Scan(
            target=self.setup.name,
            thing=thing,
            owner=self.owner,
            size=max(1, self.limits.batch),
            several=self.target.ordered_batches,
            refers=refers,
        )

    def goes_on(self, share: Share = Share.DELIVER) -> bool:
        """Tell whether time is left and nobody has paused this; asked before every send. Waits out a short rest."""
        while self.problem is None and time.monotonic() < self.ends:
            now = self.app.clock.now()
            with self.app.store.read() as connection:
                paused = brakes.paused(connection, brakes.DELIVER, self.setup.name)
                resting = budget.paused_until(connection, self.setup.name, now, share)
            if paused is not None:
                self.halt(str(paused))
            elif resting is None:
                return True
            elif not self._rest(resting, now):
                return False
        return False

    def waits(self) -> bool:
        """Wait for what becomes due soon; False if nothing does."""
        now = self.app.clock.now()
        due = self._next_due()
        if due is None or due > now + self.patience or not self.moved:
            return False
        self._sleep((due - now).total_seconds())
        return True

    def _rest(self, until: datetime, now: datetime) -> bool:
        """Wait out a short rest; False for one that is too long for that."""
        if until - now <= self.patience:
            self._sleep((until - now).total_seconds())
            return True
        self.until = until
        text = f"{self.setup.name} is to be left alone until {until:%Y-%m-%d %H:%M:%S} UTC; it goes on by itself."
        self.resting = self.resting or Problem(Exit.UNREACHABLE, text)
        return False

    def _sleep(self, seconds: float) -> None:
        self.app.clock.sleep(max(0.0, min(seconds, self.ends - time.monotonic())))

    def take_token(self, share: Share = Share.DELIVER) -> bool:
        """Wait for the right to one call; False if that comes after the end. Raises ``BudgetSpent``."""
        left = self.limits.daily_left
        if share is Share.DELIVER and left is not None and left <= 0:
            until = self.limits.resets_at or self.app.clock.now() + _NO_RESET
            raise BudgetSpent(f"The daily budget of {self.setup.name} is spent.", until=until, share=share)
        if self.limits.per_second is None:
            return True
        while wait := budget.take(self.app.store, self.setup.name, per_second=self.limits.per_second):
            if time.monotonic() + wait > self.ends:
                return False
            time.sleep(wait)
        return True

    def room_for_cases(self, connection: Connection, now: datetime) -> brakes.Room | None:
        """Return how many new cases the brake leaves, None where it does not watch."""
        if self.case_limit is None:
            return None
        return brakes.room_for_cases(connection, self.setup.name, self.case_limit, now)

    def halt(self, reason: str) -> None:
        """Stop for a pause or a brake."""
        self.problem = Problem(Exit.HALTED, reason)

    def stop(self, error: CasebridgeError) -> None:
        """Note what concerns the whole target; a rest that it asks for holds for all processes and is no problem yet."""
        if isinstance(error, RateLimited):
            budget.pause(self.app.store, self.setup.name, self.app.clock.now() + timedelta(seconds=error.retry_after))
            return
        problem = Problem(error.exit_code, str(error))
        if isinstance(error, BudgetSpent):
            self.until = error.until
            budget.pause(self.app.store, self.setup.name, error.until, error.share)
        if isinstance(error, BudgetSpent) and error.share is not Share.READ:
            self.resting = problem
        else:
            # What is spent for reading pauses nothing of this: the next round would meet it again, at once.
            self.problem = problem

    def report(self) -> DeliverReport:
        """Return what was done."""
        problem = self.problem or self.resting
        out_of_time = self.problem is None and time.monotonic() >= self.ends
        time_helps = problem is None or problem.code is Exit.UNREACHABLE
        return DeliverReport(
            counts={what: count for what, count in self.counts.items() if count},
            more=out_of_time and self.moved > 0,
            problems=() if problem is None else (problem,),
            resume_at=self.until or (self._next_due() if time_helps else None),
            resting=self.problem is None and self.resting is not None,
        )

    def _next_due(self) -> datetime | None:
        """Return when the next of what was not tried becomes due: what was due before the last round waits for something else."""
        since = D.next_at.is_not(None) if self.began is None else D.next_at > self.began
        with self.app.store.read() as connection:
            query = select(func.min(D.next_at)).where(OPEN, D.target == self.setup.name, since)
            due: datetime | None = connection.execute(query).scalar()
        return due
