"""Pauses, brakes, budgets and rests: what stops a target, and how it goes on."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from adapters.memory.target import MemoryTarget
from bridge import brakes, budget
from bridge.app import Brakes
from bridge.call_counts import StoreMeter
from bridge.errors import BudgetSpent, Exit, RateLimited
from bridge.faults import Fault
from bridge.nouns import Budget, Share
from bridge.retry import LONGEST, backoff
from bridge.store import schema
from tests.bridge.outbox.world import LiveMemoryTarget, World, make_world

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from bridge.clock import FixedClock
    from bridge.nouns import Outcome, Record
    from bridge.store.store import Store

HOUR = timedelta(hours=1)


@pytest.fixture
def live(store: Store, clock: FixedClock, tmp_path: Path) -> World:
    """Give a target that the brakes watch, with room for three new cases an hour."""
    world = make_world(store, clock, tmp_path, LiveMemoryTarget)
    world.change(brakes=Brakes(cases_per_hour=3))
    return world


def test_a_flood_of_new_cases_pauses_delivering_and_says_how_to_go_on(live: World) -> None:
    for _ in range(5):
        live.case(1)
    report = live.deliver()
    assert len(live.standing("Case")) == 3
    (problem,) = report.problems
    assert problem.code is Exit.HALTED
    assert "casebridge resume deliver crm --accept 2" in problem.text
    assert live.deliver().counts == {}
    brakes.resume(live.store, brakes.DELIVER, "crm", accept=2)
    assert live.deliver().problems == ()
    assert len(live.standing("Case")) == 5
    assert live.states() == {"delivered"}


class BusyMemoryTarget(MemoryTarget):
    """Asks whoever wants to know its limits to come back in a minute, once."""

    asked = 0

    def budget(self) -> Budget:
        """Say nothing the first time."""
        self.asked += 1
        if self.asked == 1:
            raise RateLimited("Too busy to say what is left.", retry_after=60)
        return super().budget()


def test_a_target_that_cannot_say_its_limits_now_is_left_alone_by_all_as_long_as_it_asks(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    world = make_world(store, clock, tmp_path, BusyMemoryTarget)
    world.case(1)
    assert world.deliver().resume_at == clock.now() + timedelta(seconds=60)
    world.deliver(owner="another")
    assert world.states() == {"pending"}
    clock.forward(timedelta(seconds=60))
    world.deliver()
    assert world.states() == {"delivered"}


def test_resuming_without_an_allowance_trips_again_until_the_hour_is_over(live: World) -> None:
    for _ in range(5):
        live.case(1)
    live.deliver()
    brakes.resume(live.store, brakes.DELIVER, "crm")
    assert live.deliver().problems[0].code is Exit.HALTED
    live.clock.forward(HOUR + timedelta(seconds=1))
    brakes.resume(live.store, brakes.DELIVER, "crm")
    live.deliver()
    assert live.states() == {"delivered"}


def test_an_announced_import_is_no_flood(live: World) -> None:
    brakes.resume(live.store, brakes.DELIVER, "crm", accept=10)
    for _ in range(12):
        live.case(1)
    assert live.deliver().problems == ()
    with live.store.read() as connection:
        assert brakes.allowance(connection, brakes.DELIVER, "crm") == 1


def test_updates_and_messages_of_standing_cases_are_no_flood(live: World) -> None:
    cases = [live.case(1) for _ in range(3)]
    live.deliver()
    for case in cases:
        live.message(case, 1)
        live.want_again("case", case)
    assert live.deliver().problems == ()
    assert live.states() == {"delivered"}


def test_the_norm_of_a_week_replaces_the_fixed_limit(live: World) -> None:
    live.change(brakes=Brakes(cases_per_hour=30, norm_factor=5))
    for _ in range(2):
        brakes.resume(live.store, brakes.DELIVER, "crm", accept=1000)
        for _ in range(84):
            live.case(0)
        live.deliver()
        live.clock.forward(timedelta(days=5))
    with live.store.read() as connection:
        assert brakes.case_limit(connection, "crm", live.setup.brakes, live.clock.now()) == 20
        busy = Brakes(cases_per_hour=1, norm_factor=100)
        assert brakes.case_limit(connection, "crm", busy, live.clock.now()) == 50


def test_the_brake_leaves_embedded_targets_alone(world: World) -> None:
    world.change(brakes=Brakes(cases_per_hour=3))
    for _ in range(5):
        world.case(1)
    assert world.deliver().problems == ()


@pytest.mark.parametrize("name", ["", "crm"])
def test_a_pause_stops_delivering_before_the_next_send(world: World, name: str) -> None:
    world.case(1)
    brakes.pause(world.store, brakes.DELIVER, name, by="anna", reason="", now=world.clock.now())
    (problem,) = world.deliver().problems
    assert (
        problem.text
        == f"Delivering{' to crm' * bool(name)} is paused by anna. Go on with: casebridge resume deliver {name}".strip()
    )
    assert world.target.crm.rows == {}
    assert brakes.resume(world.store, brakes.DELIVER, name)
    world.deliver()
    assert world.states() == {"delivered"}


def test_a_rate_limit_holds_for_all_processes_and_ends_by_itself(world: World) -> None:
    world.case(1)
    world.target.crm.faults.next(Fault.RATE_LIMIT)
    (problem,) = world.deliver().problems
    assert problem.code is Exit.UNREACHABLE
    assert world.deliver(owner="another").counts == {}
    world.clock.forward(timedelta(seconds=2))
    world.deliver()
    assert world.states() == {"delivered"}


@pytest.mark.parametrize("fault", [Fault.RATE_LIMIT, Fault.UNAUTHORISED])
def test_what_was_claimed_and_not_sent_is_given_back(world: World, fault: Fault) -> None:
    case = world.case(1)
    world.update(schema.delivery, schema.delivery.c.subject_id == case, look_up=True)
    world.target.crm.faults.next(fault)
    world.deliver()
    assert {row.owner for row in world.rows()} == {""}


def test_wrong_credentials_stop_the_target_and_lose_nothing(world: World) -> None:
    world.case(1)
    world.target.crm.faults.next(Fault.UNAUTHORISED)
    (problem,) = world.deliver().problems
    assert problem.code is Exit.CREDENTIALS
    world.deliver()
    assert world.states() == {"delivered"}


def test_a_target_out_of_reach_is_tried_again_later(world: World) -> None:
    world.case(1)
    world.target.crm.faults.next(Fault.TIMEOUT_BEFORE_COMMIT)
    report = world.deliver()
    assert report.problems[0].code is Exit.UNREACHABLE
    assert report.resume_at is not None
    assert world.deliver().counts == {}
    world.deliver_all()
    assert world.states() == {"delivered"}


class SpentTarget(LiveMemoryTarget):
    """A target whose daily budget is used up."""

    def budget(self) -> Budget:
        """Return nothing left."""
        return Budget(batch=10, daily_left=0, resets_at=self.crm.clock.now() + HOUR)


class ReadOutTarget(LiveMemoryTarget):
    """A target whose writing needs a reading for which no calls are left."""

    asked = 0

    def write(self, object_name: str, records: Sequence[Record]) -> list[Outcome]:
        """Refuse."""
        del object_name, records
        ReadOutTarget.asked += 1
        raise BudgetSpent("No calls are left for reading.", until=self.crm.clock.now() + HOUR, share=Share.READ)


def test_a_spent_budget_waits_until_it_is_given_anew(store: Store, clock: FixedClock, tmp_path: Path) -> None:
    world = make_world(store, clock, tmp_path, SpentTarget)
    world.case(1)
    report = world.deliver()
    assert report.problems[0].code is Exit.HALTED
    assert report.resume_at == clock.now() + HOUR
    assert world.states() == {"pending"}


def test_links_and_redactions_go_on_when_deliveries_have_used_their_share_up(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    world = make_world(store, clock, tmp_path, LiveMemoryTarget)
    standing = world.case(1)
    world.deliver()
    world.change(target=SpentTarget("crm", world.target.crm))
    world.case(1)
    world.amendment(standing, "tag", text="looked-at")
    (problem,) = world.deliver().problems
    assert problem.code is Exit.HALTED
    assert world.states() == {"pending", "delivered"}
    assert [row.state for row in world.rows("amendment")] == ["delivered"]
    world.amendment(standing, "tag", text="looked-at-again")
    world.deliver(owner="another")
    assert [row.state for row in world.rows("amendment")] == ["delivered", "delivered"]


def test_a_spent_share_that_deliveries_do_not_come_out_of_ends_the_call(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    """Nothing that was paused would stop the next round from meeting it again, at once and for ever."""
    ReadOutTarget.asked = 0
    world = make_world(store, clock, tmp_path, ReadOutTarget)
    world.case(1)
    (problem,) = world.deliver().problems
    assert problem.code is Exit.HALTED
    assert ReadOutTarget.asked == 1
    assert world.states() == {"pending"}


def test_calls_are_counted_over_all_processes_for_a_day(store: Store, clock: FixedClock) -> None:
    mine, other = StoreMeter(store, "crm", clock), StoreMeter(store, "crm", clock)
    mine.add("import", 3)
    clock.forward(HOUR)
    other.add("import", 2)
    other.add("poll", 7)
    StoreMeter(store, "another", clock).add("import", 11)
    assert (mine.used("import"), mine.used("poll")) == (5, 7)
    clock.forward(HOUR * 23)
    assert mine.used("import") == 2
    mine.add("import", 1)
    assert other.used("import") == 3


def test_a_bucket_grants_its_rate_and_no_more_to_all_who_ask(store: Store) -> None:
    granted: list[bool] = []

    def ask() -> None:
        granted.extend(budget.take(store, "crm", per_second=0.01) == 0 for _ in range(5))

    askers = [threading.Thread(target=ask) for _ in range(4)]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join()
    assert sum(granted) == 1
    assert 90 < budget.take(store, "crm", per_second=0.01) <= 100


def test_of_two_pauses_the_longer_one_holds(store: Store, clock: FixedClock) -> None:
    now = clock.now()
    budget.pause(store, "crm", now + HOUR)
    budget.pause(store, "crm", now + timedelta(minutes=1))
    with store.read() as connection:
        assert budget.paused_until(connection, "crm", now) == now + HOUR
        assert budget.paused_until(connection, "crm", now + HOUR) is None


def test_the_wait_between_tries_grows_to_a_quarter_of_an_hour() -> None:
    waits = [backoff(attempts) for attempts in range(1, 15)]
    assert timedelta(seconds=1) <= waits[0] <= timedelta(seconds=2)
    assert LONGEST <= waits[-1] <= LONGEST + timedelta(seconds=1)
    assert backoff(1, at_least=60) >= timedelta(seconds=60)
