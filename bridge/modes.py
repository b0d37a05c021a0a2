"""What a target's mode means for its outbox: observe and shadow keep rows of their own, so that going live starts from now."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sqlalchemy import select

from bridge.app import TargetMode
from bridge.errors import ConfigError
from bridge.store import schema

if TYPE_CHECKING:
    from bridge.app import App, TargetSetup


def outbox_of(setup: TargetSetup) -> str:
    """Return the name under which a target's deliveries stand: its own when it is live."""
    return setup.name if setup.mode is TargetMode.LIVE else f"{setup.name}@{setup.mode}"


def destination(app: App, setup: TargetSetup) -> TargetSetup:
    """Return where deliveries really go: the target itself, or in shadow mode the project's desk.

    Raises ``ConfigError`` for a shadow without a desk.
    """
    if setup.mode is not TargetMode.SHADOW:
        return replace(setup, name=outbox_of(setup))
    others = (one for one in app.targets.values() if one.name != setup.name and one.mode is TargetMode.LIVE)
    desk = next((one for one in others if not one.target.live_by_nature), None)
    if desk is None:
        raise ConfigError(
            f"The target {setup.name} is in shadow mode, which delivers to the desk only, and the project has no target "
            "of type desk. Add one under targets, or set mode: observe."
        )
    return replace(desk, name=outbox_of(setup), mode=TargetMode.LIVE, publish=False)


def take_backlog(app: App, setup: TargetSetup) -> int:
    """Let a live target have what was wanted while it was only observed; returns how many records that are."""
    table = schema.delivery
    old = f"{setup.name}@{TargetMode.OBSERVE}"
    there = select(table.c.key).where(table.c.target == setup.name)
    where = (table.c.target == old) & table.c.key.not_in(there)
    with app.store.write("backlog") as connection:
        return connection.execute(table.update().where(where).values(target=setup.name)).rowcount
