"""Leases: who may do what only one may do at a time. A lease has an owner, a token that grows, and an end."""

from __future__ import annotations

import os
import socket
import threading
import time
import uuid
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import select

from bridge.errors import CasebridgeError, StoreBusy
from bridge.store import bulk, schema

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.engine import Connection
    from sqlalchemy.sql.elements import ColumnElement

    from bridge.clock import Clock
    from bridge.store.store import Store

LENGTH = timedelta(seconds=30)
"""How long a lease holds without being renewed: the longest that a frozen or cut-off owner blocks others."""

_PAST = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Held:
    """A lease that we hold."""

    name: str
    owner: str
    token: int


def new_owner() -> str:
    """Return a name for this process and call: host, process id and start of the process, and something random."""
    return f"{socket.gethostname()}/{os.getpid()}/{_started(os.getpid())}/{uuid.uuid4().hex[:8]}"


@contextmanager
def hold(store: Store, name: str, clock: Clock, *, patience: float = 0.0) -> Iterator[Held]:
    """Hold a lease, renewed in the background; waits up to ``patience`` seconds, then raises ``StoreBusy``."""
    held = _wait(store, name, new_owner(), clock, patience)
    if not store.lasting:  # nothing is seen by others, so nothing must be renewed
        yield held
        _release(store, held)
        return
    ended = threading.Event()
    keeper = threading.Thread(target=_keep, args=(store, held, clock, ended), name=f"lease {name}", daemon=True)
    keeper.start()
    try:
        yield held
    finally:
        ended.set()
        keeper.join()
        _release(store, held)


def confirm(connection: Connection, held: Held, now: datetime) -> None:
    """Prolong a lease inside a transaction; raises ``StoreBusy`` if another has taken it over."""
    if not connection.execute(schema.lease.update().where(_mine(held)).values(until=now + LENGTH)).rowcount:
        raise StoreBusy(f"The lease “{held.name}” was taken over by another process; this one stops without writing.")


def holders(store: Store, now: datetime) -> dict[str, str]:
    """Return who holds what at this moment: lease → owner."""
    table = schema.lease
    with store.read() as connection:
        rows = connection.execute(select(table).where(table.c.until > now, table.c.owner != "")).all()
    return {row.name: row.owner for row in rows if not is_dead(row.owner)}


def _wait(store: Store, name: str, owner: str, clock: Clock, patience: float) -> Held:
    deadline = time.monotonic() + patience
    while True:
        try:
            return _acquire(store, name, owner, clock.now())
        except StoreBusy:
            if time.monotonic() >= deadline:
                raise
            time.sleep(0.05)


def _acquire(store: Store, name: str, owner: str, now: datetime) -> Held:
    table = schema.lease
    with store.write("lease") as connection:
        query = select(table).where(table.c.name == name)
        row = connection.execute(query if store.sqlite else query.with_for_update()).first()
        if row is not None and row.owner and row.until > now and not is_dead(row.owner):
            raise StoreBusy(
                f"Another process ({row.owner.rsplit('/', 2)[0]}) is at work on “{name}”, at least until "
                f"{row.until:%H:%M:%S} UTC. Wait for it to end."
            )
        token = (row.token if row is not None else 0) + 1
        values = {"name": name, "owner": owner, "token": token, "until": now + LENGTH}
        if row is None:
            bulk.insert_new(connection, table, [values])
        else:
            connection.execute(table.update().where(table.c.name == name).values(values))
        mine = connection.execute(query).one()
        if mine.owner != owner:
            raise StoreBusy(f"Another process has just begun to work on “{name}”. Wait for it to end.")
    return Held(name, owner, token)


def _release(store: Store, held: Held) -> None:
    with store.write("release") as connection:
        connection.execute(schema.lease.update().where(_mine(held)).values(owner="", until=_PAST))


def _keep(store: Store, held: Held, clock: Clock, ended: threading.Event) -> None:
    while not ended.wait(LENGTH.total_seconds() / 3):
        try:
            with store.write("keep_lease") as connection:
                confirm(connection, held, clock.now())
        except CasebridgeError:
            return  # whoever writes under the lease finds out by ``confirm``


def _mine(held: Held) -> ColumnElement[bool]:
    table = schema.lease.c
    return (table.name == held.name) & (table.owner == held.owner) & (table.token == held.token)


def is_dead(owner: str) -> bool:
    """Tell whether the owner was a process of this machine that is no more."""
    host, pid, started, _ = [*owner.split("/"), "", "", "", ""][:4]
    return host == socket.gethostname() and bool(started) and _started(int(pid)) != started


def _started(pid: int) -> str:
    """Return the start time of a process in clock ticks since boot; empty where the system does not say."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[19]
    except OSError:
        return "" if Path("/proc/self/stat").exists() else "?"
