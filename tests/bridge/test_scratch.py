"""Looking ahead leaves nothing behind, and does not stand in its own way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bridge import lease
from bridge.scratch import scratch

if TYPE_CHECKING:
    from bridge.clock import FixedClock
    from bridge.store.store import Store


@dataclass(frozen=True)
class Tried:
    """As much of an App as looking ahead needs."""

    store: Store


def test_a_lease_is_given_back_within_what_is_tried(store: Store, clock: FixedClock) -> None:
    with scratch(Tried(store)) as tried:  # type: ignore[type-var] # only its store is looked at
        for _ in range(2):
            with lease.hold(tried.store, "resolve", clock):
                pass


def test_nothing_of_it_is_left(store: Store, clock: FixedClock) -> None:
    with scratch(Tried(store)) as tried, lease.hold(tried.store, "resolve", clock):  # type: ignore[type-var] # as above
        assert lease.holders(tried.store, clock.now())
    assert lease.holders(store, clock.now()) == {}
