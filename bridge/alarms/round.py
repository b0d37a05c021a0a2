"""One round after a run: look, write down, tell; and a sign of life."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bridge.alarms import keeping
from bridge.alarms.conditions import alarms
from bridge.alarms.sending import beat
from bridge.errors import Transient
from bridge.queries.status import GOOD

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bridge.app import App


def go_round(app: App, exit_code: int) -> Iterator[str]:
    """Tell people what is new, and the dead man's switch that this run was good; yields what went wrong with that."""
    now = app.clock.now()
    keeping.note(app.store, alarms(app), now)
    yield from keeping.tell(app.store, app.alerts.channels, app.alerts.policy, now)
    if app.alerts.heartbeat is not None and exit_code in GOOD:
        try:
            beat(app.alerts.heartbeat)
        except Transient as error:
            yield f"alerts: heartbeat: {error}"
