"""Leases: who may do what only one may do at a time. A lease has an owner, a token that grows, and an end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from bridge.errors import StoreBusy
from bridge.store import bulk, schema

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

    from bridge.store.store import Store

_PAST = datetime(1970, 1, 1, tzinfo=UTC)

LENGTH = timedelta(seconds=30)
"""How long a lease holds without being renewed; a killed owner blocks others no longer than this."""


@dataclass(frozen=True, slots=True)
class Held:
    """A lease that we hold."""

    name: str
    owner: str
    token: int


def acquire(store: Store, name: str, owner: str, now: datetime) -> Held:
    """Take a free or expired lease, or renew our own; raises ``StoreBusy`` naming the other owner."""
    table = schema.lease
    with store.write("lease") as connection:
        query = select(table).where(table.c.name == name)
        row = connection.execute(query if store.sqlite else query.with_for_update()).first()
        if row is not None and row.owner != owner and row.until > now:
            raise StoreBusy(
                f"{row.owner} holds “{name}” until {row.until:%H:%M:%S} UTC. Wait for it to end, or for the lease to expire."
            )
        token = (row.token if row is not None else 0) + (0 if row is not None and row.owner == owner else 1)
        values = {"name": name, "owner": owner, "token": token, "until": now + LENGTH}
        bulk.upsert(connection, table, [values], key=("name",))
    return Held(name, owner, token)


def renew(connection: Connection, held: Held, now: datetime) -> None:
    """Prolong a lease inside a transaction; raises ``StoreBusy`` if another has taken it over."""
    table = schema.lease
    mine = (table.c.name == held.name) & (table.c.owner == held.owner) & (table.c.token == held.token)
    if not connection.execute(table.update().where(mine).values(until=now + LENGTH)).rowcount:
        raise StoreBusy(f"The lease “{held.name}” was taken over by another process; this one stops without writing.")


def release(store: Store, held: Held) -> None:
    """Give a lease back, if it is still ours."""
    table = schema.lease
    with store.write("release") as connection:
        mine = (table.c.name == held.name) & (table.c.owner == held.owner) & (table.c.token == held.token)
        connection.execute(table.update().where(mine).values(owner="", until=_PAST))

