"""What a target's mode means for its outbox: observe and shadow keep rows of their own, so that going live starts from now.

Where an outbox begins is noted as the last message of before: a case is made there once it has a later one.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from bridge.app import TargetMode
from bridge.errors import ConfigError
from bridge.store import bulk, schema
from bridge.store.settings import read_setting, write_setting

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.engine import Connection

    from bridge.app import App, TargetSetup

D = schema.delivery.c


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


def note_beginnings(app: App) -> None:
    """Let each outbox that is new begin with the next message."""
    outboxes = [outbox_of(setup) for setup in app.targets.values()]
    with app.store.read() as connection:
        new = [name for name in outboxes if read_setting(connection, _since(name)) is None]
    if not new:
        return
    with app.store.write("modes.begin") as connection:
        for name in new:
            write_setting(connection, _since(name), _last_before(connection, name))


def beginnings(connection: Connection, outboxes: Iterable[str]) -> dict[str, int]:
    """Return for each outbox the number of the last message before it began; 0 where all is its."""
    return {name: read_setting(connection, _since(name)) or 0 for name in outboxes}


def take_backlog(app: App, setup: TargetSetup) -> None:
    """Let a live target have what was said before it began, also what was wanted while it was only observed."""
    table = schema.delivery
    old = f"{setup.name}@{TargetMode.OBSERVE}"
    there = select(D.key).where(D.target == setup.name)
    where = (D.target == old) & D.key.not_in(there)
    with app.store.write("backlog") as connection:
        connection.execute(table.update().where(where).values(target=setup.name))
        if read_setting(connection, _since(setup.name)):
            write_setting(connection, _since(setup.name), 0)
            cases = connection.execute(select(schema.case.c.id)).scalars()
            bulk.insert_new(connection, schema.dirty, [{"kind": "case", "key": str(id_)} for id_ in cases])


def _last_before(connection: Connection, outbox: str) -> int:
    """Return the number of the last message, 0 for an outbox that is in use already."""
    if connection.execute(select(D.id).where(D.target == outbox).limit(1)).first() is not None:
        return 0
    return connection.execute(select(func.max(schema.message.c.id))).scalar() or 0


def _since(outbox: str) -> str:
    return f"since:{outbox}"
