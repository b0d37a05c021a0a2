"""Exactly once and in order, whatever the target does and wherever the process dies."""

from __future__ import annotations

import os
import tempfile
import threading
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.memory.target import MemoryTarget
from bridge import crash
from bridge.clock import FixedClock
from bridge.faults import Fault
from bridge.outbox import claim
from bridge.store import schema
from bridge.store.store import Store
from bridge.store.tables import Table
from tests.bridge.outbox.world import LONG_ENOUGH, KeylessMemoryTarget, OrderedMemoryTarget, World, make_world

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from bridge.nouns import Outcome, Record

POINTS = [
    *(
        f"deliver.{step}.{side}"
        for step in ("claim", "freeze", "record", "settle", "claim_unsettled")
        for side in ("before_commit", "after_commit")
    ),
    "deliver.before_send",
    "deliver.after_send",
]


@pytest.fixture
def world(store: Store, clock: FixedClock, tmp_path: Path) -> World:
    """Deliver into a tool that doubles whatever it is given twice."""
    return make_world(store, clock, tmp_path, KeylessMemoryTarget)


class CrashedError(BaseException):
    """The process died here; nothing of ours may catch it."""


@contextmanager
def dying_at(point: str, passing: int) -> Iterator[None]:
    """Let a crash point end this "process" by an exception that nobody catches."""

    def die(_code: int) -> None:
        raise CrashedError

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "_exit", die)
        patch.setenv("CRASH_AT", f"{point}:{passing}")
        crash._PASSED.clear()
        try:
            yield
        except CrashedError:
            return


def assert_exactly_once(world: World, cases: dict[int, int]) -> None:
    """Every message stands once in its case, in order; what was refused is a gap."""
    refused = {row.subject_id for row in world.rows("message") if row.state in {"refused", "waiting"}}
    texts = {row.message_id: row.text for row in world.all(schema.message_text)}
    gaps = {texts[id_] for id_ in refused}
    for case, count in cases.items():
        if not world.row("case", case).ref:
            continue
        wanted = [f"{case}:{n}" for n in range(count)]
        assert world.texts(case) == [text for text in wanted if text not in gaps]
    keys = [row.key for row in world.target.crm.rows.values()]
    assert len(keys) == len(set(keys))
    assert world.all(schema.frozen) == []
    placed = {row.message_id: row.ref for row in world.all(schema.placement)}
    assert placed == {row.subject_id: row.ref for row in world.rows("message") if row.state == "delivered"}


@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize("passing", [1, 2])
def test_a_crash_anywhere_loses_nothing_and_doubles_nothing(world: World, point: str, passing: int) -> None:
    customer = world.customer(email="greta@example.org")
    cases = {world.case(2, customer=customer): 2 for _ in range(3)}
    world.target.crm.faults.next(Fault.TIMEOUT_AFTER_COMMIT)
    with dying_at(point, passing):
        world.deliver(owner="first")
    world.expire_claims()
    world.deliver_all()
    assert world.states() == {"delivered"}
    assert_exactly_once(world, cases)


@pytest.mark.parametrize("fault", [fault for fault in Fault if fault is not Fault.PARTIAL_REFUSAL])
@pytest.mark.parametrize("calls", [1, 2, 5])
def test_a_faulty_target_gets_everything_once(world: World, fault: Fault, calls: int) -> None:
    cases = {world.case(3): 3 for _ in range(3)}
    world.target.crm.faults.next(fault, times=calls)
    world.deliver_all()
    assert world.states() == {"delivered"}
    assert_exactly_once(world, cases)


def test_what_is_unknown_waits_until_the_search_can_be_trusted(store: Store, clock: FixedClock, tmp_path: Path) -> None:
    world = make_world(store, clock, tmp_path, KeylessMemoryTarget, search_lag=60)
    case = world.case(1)
    world.target.crm.faults.next(Fault.TIMEOUT_AFTER_COMMIT)
    world.deliver()
    assert world.row("case", case).state == "unknown"
    assert len(world.standing("Case")) == 1
    world.deliver_all()
    assert len(world.standing("Case")) == 1
    assert_exactly_once(world, {case: 1})


def test_an_unknown_record_blocks_its_case_only(store: Store, clock: FixedClock, tmp_path: Path) -> None:
    world = make_world(store, clock, tmp_path, KeylessMemoryTarget, search_lag=60, batch=1)
    blocked, free = world.case(2), world.case(2)
    world.target.crm.faults.next(Fault.LOST_REQUEST)
    world.deliver()
    assert world.row("case", blocked).state == "unknown"
    assert world.texts(free) == [f"{free}:0", f"{free}:1"]
    assert {row.state for row in world.rows("message") if row.case_id == blocked} == {"pending"}


def test_the_same_frozen_body_goes_again_and_the_next_version_after_it(world: World) -> None:
    case = world.case(0)
    message = world.message(case, 0, text="first")
    world.deliver()
    late = world.message(case, 1, text="as it was when it was frozen")
    world.target.crm.faults.next(Fault.TIMEOUT_BEFORE_COMMIT)
    world.deliver()
    (frozen,) = world.all(schema.frozen)
    world.set_text(late, "as it is now")
    world.want_again("message", late)
    assert world.row("message", late).wanted_version == 2
    world.target.crm.faults.next(Fault.LOST_REQUEST)
    world.clock.forward(LONG_ENOUGH)
    world.deliver()
    world.deliver_all()
    assert frozen.body["fields"]["text"] == "as it was when it was frozen"
    assert world.texts(case) == ["first", "as it is now"]
    assert world.row("message", late).delivered_version == 2
    assert world.row("message", message).delivered_version == 1


def test_two_workers_side_by_side_deliver_each_record_once(world: World) -> None:
    cases = {world.case(6): 6 for _ in range(20)}
    workers = [threading.Thread(target=world.deliver, kwargs={"owner": f"worker {n}"}) for n in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    world.deliver_all()
    assert_exactly_once(world, cases)


def test_a_claim_that_was_taken_over_is_not_sent(world: World) -> None:
    """A process that slept too long between claiming and sending finds its claim gone."""
    case = world.case(1)
    with dying_at("deliver.claim.after_commit", 2):  # the first claim looks for persons, and there are none
        world.deliver(owner="sleeper")
    (number,) = [row.id for row in world.rows("case")]
    with world.store.write("test") as connection:
        assert claim.still_ours(connection, [number], "sleeper") == {number: case}
    world.expire_claims()
    with world.store.write("test") as connection:
        assert claim.still_ours(connection, [number], "sleeper") == {}
    world.deliver(owner="another")
    assert_exactly_once(world, {case: 1})


class SlowTarget(KeylessMemoryTarget):
    """A tool so slow that others work meanwhile."""

    meanwhile: Callable[[], object] | None = None

    def write(self, object_name: str, records: Sequence[Record]) -> list[Outcome]:
        """Let somebody else work before this is written."""
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile is not None:
            meanwhile()
        return super().write(object_name, records)


@pytest.mark.parametrize("several", [False, True])
def test_a_case_has_one_batch_in_flight_while_others_go_on(
    store: Store, clock: FixedClock, tmp_path: Path, *, several: bool
) -> None:
    world = make_world(store, clock, tmp_path, SlowTarget, batch=3)
    world.target.ordered_batches = several  # type: ignore[misc] # of this instance alone
    case = world.case(0)
    world.deliver()
    for position in range(5):
        world.message(case, position)
    seen: list[list[str]] = []

    def another() -> None:
        free = world.case(1)
        world.deliver(owner="another")
        seen.extend((world.texts(case), world.texts(free)))

    world.target.meanwhile = another  # type: ignore[attr-defined] # it is a SlowTarget
    world.deliver(owner="first")
    assert seen[0] == []
    assert len(seen[1]) == 1
    assert world.texts(case) == [f"{case}:{n}" for n in range(5)]


class PoisonedTarget(OrderedMemoryTarget):
    """An adapter with a fault of its own: one text makes it fail."""

    def write(self, object_name: str, records: Sequence[Record]) -> list[Outcome]:
        """Fail on poison."""
        if any(record.fields.get("text") == "poison" for record in records):
            message = "the adapter's own fault"
            raise ValueError(message)
        return super().write(object_name, records)


def test_a_record_that_the_adapter_does_not_survive_is_set_aside_alone(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    world = make_world(store, clock, tmp_path, PoisonedTarget)
    case = world.case(0)
    world.message(case, 0, text="before")
    poison = world.message(case, 1, text="poison")
    world.message(case, 2, text="after")
    others = {world.case(2): 2 for _ in range(3)}
    world.deliver_all()
    assert world.row("message", poison).state == "refused"
    assert "the adapter's own fault" in world.row("message", poison).reason
    assert world.texts(case) == ["before", "after"]
    assert_exactly_once(world, others)


def test_a_restored_store_adopts_what_stands_and_doubles_nothing(world: World) -> None:
    customer = world.customer(email="greta@example.org")
    cases = {world.case(3, customer=customer): 3 for _ in range(3)}
    world.deliver()
    everything = schema.delivery.c.id > 0
    world.update(
        schema.delivery,
        everything,
        state="pending",
        ref="",
        delivered_version=0,
        sent_version=0,
        delivered_hash="",
        look_up=True,
    )
    world.update(schema.placement, schema.placement.c.message_id > 0, ref="")
    with world.store.write("test") as connection:
        connection.execute(schema.placement.delete())
    before = len(world.target.crm.rows)
    world.deliver_all()
    assert len(world.target.crm.rows) == before
    assert_exactly_once(world, cases)


def test_a_case_sent_under_another_of_its_anchors_is_adopted(world: World) -> None:
    case = world.case(2)
    other = world.key(f"case:x//{case}-1")
    row = world.target.crm.insert("Case", {"subject": "sent before"}, key=other)
    world.update(schema.delivery, schema.delivery.c.subject_id == case, look_up=True)
    world.deliver_all()
    assert world.row("case", case).ref == row.ref
    assert len(world.standing("Case")) == 1
    assert world.texts(case) == [f"{case}:0", f"{case}:1"]


FAULTS = st.dictionaries(st.sampled_from(list(Fault)), st.floats(0.05, 0.3), max_size=4)
CRASHES = st.lists(st.tuples(st.sampled_from(POINTS), st.integers(1, 4)), max_size=6)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    rates=FAULTS,
    crashes=CRASHES,
    seed=st.integers(0, 10_000),
    lag=st.sampled_from([0, 30]),
    kind=st.sampled_from([MemoryTarget, KeylessMemoryTarget]),
    sizes=st.lists(st.integers(1, 7), min_size=1, max_size=6),
    batch=st.integers(1, 8),
)
def test_faults_and_crashes_in_any_mixture_end_in_exactly_once(
    rates: dict[Fault, float],
    crashes: list[tuple[str, int]],
    seed: int,
    lag: float,
    kind: type[MemoryTarget],
    sizes: list[int],
    batch: int,
) -> None:
    rates.pop(Fault.UNAUTHORISED, None)
    with tempfile.TemporaryDirectory() as folder:
        store = Store(f"sqlite:///{folder}/store.db")
        with store.write("create") as connection:
            Table.metadata.create_all(connection)
        clock = FixedClock(datetime(2026, 3, 2, 9, 0, tzinfo=UTC))
        played = {"faults": rates, "faults_seed": seed, "search_lag": lag, "job_delay": 3, "batch": batch}
        world = make_world(store, clock, Path(folder), kind, **played)
        cases = {world.case(size): size for size in sizes}
        for number, (point, passing) in enumerate(crashes):
            with dying_at(point, passing):
                world.deliver(owner=f"worker {number}")
            clock.forward(LONG_ENOUGH)
            world.expire_claims()
        world.target.crm.faults.rates = {}
        world.deliver_all()
        assert_exactly_once(world, cases)
        store.close()
