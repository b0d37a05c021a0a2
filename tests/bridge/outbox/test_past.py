"""What the outbox promises of cases that are history, for a tool that can date messages only while it makes their case."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from adapters.memory.target import MemoryTarget
from bridge.faults import Fault
from bridge.nouns import Written
from bridge.store import schema
from tests.bridge.outbox.world import make_world

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from bridge.clock import FixedClock
    from bridge.nouns import Outcome, Record
    from bridge.store.store import Store
    from tests.bridge.outbox.world import World

HISTORY: dict[str, Any] = {"mode": "as_case", "status": "closed"}


class DatingTarget(MemoryTarget):
    """A tool that takes a case together with its messages, and notes what came by itself."""

    past_after = timedelta(days=30)
    alone: int

    def _write(self, records: Sequence[Record]) -> list[Outcome]:
        outcomes = super()._write(records)
        for record, outcome in zip(records, outcomes, strict=True):
            self.alone += record.thing == "message" and not record.ref
            if isinstance(outcome, Written) and record.past:
                super()._write([replace(each, parent=outcome.ref) for each in record.past])
        return outcomes


@pytest.fixture
def dating(store: Store, clock: FixedClock, tmp_path: Path) -> World:
    DatingTarget.alone = 0
    return make_world(store, clock, tmp_path, DatingTarget)


def alone(world: World) -> int:
    """Return how many messages came by themselves."""
    assert isinstance(world.target, DatingTarget)
    return world.target.alone


@pytest.mark.parametrize(
    ("values", "days"), [({"mode": "as_case"}, 0), ({"status": "closed"}, 0), ({}, 31)], ids=["import", "closed", "old"]
)
def test_messages_of_an_old_case_come_with_it_and_stand_once(dating: World, values: dict[str, Any], days: int) -> None:
    case = dating.case(3, opened_at=dating.clock.now() - timedelta(days=days), **values)
    dating.deliver_all()
    assert dating.texts(case) == [f"{case}:{n}" for n in range(3)]
    assert alone(dating) == 0
    assert dating.states() == {"delivered"}


def test_a_lost_answer_doubles_nothing_of_an_old_case(dating: World) -> None:
    case = dating.case(2, **HISTORY)
    dating.target.crm.faults.next(Fault.TIMEOUT_AFTER_COMMIT)
    dating.deliver_all()
    assert dating.texts(case) == [f"{case}:0", f"{case}:1"]
    assert alone(dating) == 0


def test_a_case_of_today_comes_by_itself(dating: World) -> None:
    case = dating.case(2, opened_at=dating.clock.now() - timedelta(days=1))
    dating.deliver_all()
    assert dating.texts(case) == [f"{case}:0", f"{case}:1"]
    assert alone(dating) == 2


def test_what_was_said_after_the_import_follows_by_itself(dating: World) -> None:
    case = dating.case(1, **HISTORY)
    dating.deliver_all()
    dating.message(case, 1)
    dating.deliver_all()
    assert dating.texts(case) == [f"{case}:0", f"{case}:1"]
    assert alone(dating) == 1


def test_a_message_that_cannot_go_along_is_sent_and_refused_by_itself(dating: World) -> None:
    """A case is not made to wait for it, and nothing of it is lost from the lists."""
    case = dating.case(2, **HISTORY)
    last = max(row.subject_id for row in dating.rows("message"))
    dating.update(schema.message, schema.message.c.id == last, direction="sideways")
    dating.deliver_all()
    states = sorted(row.state for row in dating.rows("message"))
    assert dating.texts(case) == [f"{case}:0"]
    assert states == ["delivered", "refused"]
