"""What the outbox promises for tools whose messages have no field for our key: they are read back in their case."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from adapters.memory.target import MemoryTarget
from bridge.faults import Fault
from bridge.nouns import Found, Presence
from bridge.store import schema
from tests.bridge.outbox.world import OrderedMemoryTarget, make_world

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from pathlib import Path

    from bridge.clock import FixedClock
    from bridge.store.store import Store
    from tests.bridge.outbox.world import World


class CommentingTarget(MemoryTarget):
    """A tool whose comments can only be listed case by case; each carries our key as a mark in its words."""

    def find(self, object_name: str, keys: Mapping[str, str], not_before: datetime) -> dict[str, Found]:
        """Look for comments in their case alone."""
        if object_name != "Message":
            return super().find(object_name, keys, not_before)
        there = {row.key: row for case in set(keys.values()) for row in self.crm.messages(case)}
        return {
            key: Found(Presence.FOUND, ref=there[key].ref, parent=case) if key in there else Found(Presence.ABSENT)
            for key, case in keys.items()
        }


@pytest.fixture
def commented(store: Store, clock: FixedClock, tmp_path: Path) -> World:
    return make_world(store, clock, tmp_path, CommentingTarget)


def test_a_message_whose_answer_got_lost_is_looked_for_in_its_case(commented: World) -> None:
    case = commented.case(1)
    commented.deliver()
    commented.message(case, 1)
    commented.target.crm.faults.next(Fault.TIMEOUT_AFTER_COMMIT)
    commented.deliver_all()
    assert commented.texts(case) == [f"{case}:0", f"{case}:1"]


def test_a_restored_store_looks_for_messages_in_their_case(commented: World) -> None:
    case = commented.case(1)
    commented.deliver()
    lost = {"state": "pending", "sent_version": 0, "delivered_version": 0, "ref": "", "look_up": True}
    commented.update(schema.delivery, schema.delivery.c.thing == "message", **lost)
    assert commented.deliver().counts["adopted"] == 1
    assert commented.texts(case) == [f"{case}:0"]


def test_what_was_said_after_a_message_that_may_stand_there_waits_with_it(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    world = make_world(store, clock, tmp_path, OrderedMemoryTarget, search_lag=60)
    case = world.case(3)
    first = world.row("message", next(row.subject_id for row in world.all(schema.delivery) if row.thing == "message"))
    world.update(schema.delivery, schema.delivery.c.id == first.id, look_up=True)
    world.deliver()
    said = [row.fields["text"] for row in world.target.crm.messages(world.row("case", case).ref)]
    assert said == [f"{case}:{position}" for position in range(len(said))]
    world.deliver_all()
    said = [row.fields["text"] for row in world.target.crm.messages(world.row("case", case).ref)]
    assert said == [f"{case}:{position}" for position in range(3)]
