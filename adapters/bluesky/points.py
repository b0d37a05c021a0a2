"""What writing costs: Bluesky counts points for each account, and we count them over all processes before it does.

A creation is 3 points, an update 2, a deletion 1; 5,000 an hour and 35,000 a day.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from bridge.errors import BudgetSpent
from bridge.nouns import Share

if TYPE_CHECKING:
    from adapters.bluesky.settings import BlueskySettings
    from bridge.contracts import Surroundings

CREATED, UPDATED, DELETED = 3, 2, 1
_DAY, _HOUR = "points", "points at {:%H}"  # the meter counts a day: of the same hour yesterday it counts none


def spend(around: Surroundings, settings: BlueskySettings, points: int) -> None:
    """Note points before they are spent; raises ``BudgetSpent`` where too few are left."""
    now = around.clock.now()
    next_hour = now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    for what, most in _limits(around, settings):
        if around.meter.used(what) + points > most:
            raise BudgetSpent(
                f"{around.name} has used its {most} points for writing.", until=next_hour, share=Share.ALL
            )
    for what, _ in _limits(around, settings):
        around.meter.add(what, points)


def left(around: Surroundings, settings: BlueskySettings) -> int:
    """Return how many points may be spent now."""
    return max(min(most - around.meter.used(what) for what, most in _limits(around, settings)), 0)


def _limits(around: Surroundings, settings: BlueskySettings) -> tuple[tuple[str, int], ...]:
    """Return what the meter calls the points of this hour and of the day, and how many there are."""
    return (_HOUR.format(around.clock.now()), settings.points_per_hour), (_DAY, settings.points_per_day)
