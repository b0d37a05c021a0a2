"""A further process that delivers from the same store, as on another machine of the fleet."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from bridge import lease
from bridge.errors import CasebridgeError
from bridge.outbox.deliver import deliver
from cli import compose

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.storms.hurried import Hurried

SHIFT = 3.0
"""Seconds that a worker works."""


def work(folder: Path, clock: Hurried, environment: Mapping[str, str]) -> None:
    """Deliver for a while, whatever another process is doing meanwhile."""
    os.environ.update(environment)
    try:
        app = compose(folder, clock)
    except CasebridgeError:
        return  # the store is being made by the other process
    ends = time.monotonic() + SHIFT
    while time.monotonic() < ends:
        deliver(app, app.targets["crm"], seconds=1, owner=lease.new_owner())
        time.sleep(0.05)
    app.close()
