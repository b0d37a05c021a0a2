"""For how long what was said is kept: each connection by its own times, those of its network where none are set.

Messages are looked at once, in the order in which they were stored; what is not delivered yet is looked at again.
Times that delete what others had kept begin only after a person has let them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import takewhile
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from bridge import forgetting, lease
from bridge.app import TargetMode
from bridge.modes import outbox_of
from bridge.store import schema
from bridge.store.settings import read_setting, write_setting

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

    from sqlalchemy.engine import Connection

    from bridge.app import App, SourceSetup

CHUNK = 2_000
"""Messages that are looked at between two short transactions."""
EVERY = timedelta(hours=1)
"""How often a sync looks."""
_M = schema.message.c


@dataclass(slots=True)
class Due:
    """What is due of one connection, or was deleted."""

    connection: str
    texts: int = 0
    """Messages of which nothing but the facts stays."""
    payloads: int = 0
    """Messages of which the payload goes and the text stays."""
    waiting: int = 0
    """Messages whose time has come and that are kept until they are delivered and answered."""
    begun: bool = True
    """False: the times are new; syncs delete by them once nothing is due, or once a person let them begin."""


@dataclass(slots=True)
class _Mark:
    """How far a connection was looked at."""

    texts: int = 0
    payloads: int = 0
    left: list[int] = field(default_factory=list)
    policy: list[float | None] | None = None
    at: datetime | None = None

    @classmethod
    def of(cls, held: Mapping[str, Any] | None) -> _Mark:
        if held is None:
            return cls()
        at = datetime.fromisoformat(held["at"]) if held["at"] else None
        return cls(held["texts"], held["payloads"], list(held["left"]), held["policy"], at)

    def held(self) -> dict[str, Any]:
        at = self.at.isoformat() if self.at is not None else None
        return {"texts": self.texts, "payloads": self.payloads, "left": self.left, "policy": self.policy, "at": at}


def preview(app: App) -> list[Due]:
    """Say what is due now, connection by connection. Changes nothing."""
    return [_Round(app, setup).count() for setup in app.sources.values()]


def apply(app: App) -> list[Due]:
    """Delete what is due, whatever the times were before. Raises ``StoreBusy`` while a sync reads a connection."""
    done = list[Due]()
    for setup in app.sources.values():
        with lease.hold(app.store, f"collect:{setup.name}", app.clock):
            done.append(_Round(app, setup).delete())
    return done


def keep_no_longer(app: App, sources: Iterable[SourceSetup]) -> Iterator[str]:
    """Delete what is due of some connections, as a sync does; yields what a person is to allow first."""
    for setup in sources:
        if all(days is None for days in setup.retention.days()):
            continue
        one = _Round(app, setup)
        if one.rests:
            continue
        if one.unchanged:
            one.delete()
            continue
        due = one.count()
        if not (due.texts or due.payloads):
            one.note()
            continue
        yield (
            f"{setup.name}: by the times of its retention {due.texts} texts and {due.payloads} payloads are to be deleted, "
            "which were kept until now. Look: casebridge retention. Then let it begin: casebridge retention --apply"
        )


class _Round:
    """Looks through one connection."""

    def __init__(self, app: App, setup: SourceSetup) -> None:
        self._app, self._name, self._now = app, setup.name, app.clock.now()
        self._times = setup.retention
        self._outboxes = [outbox_of(one) for one in app.targets.values() if one.mode is not TargetMode.OBSERVE]
        with app.store.read() as connection:
            self.mark = _Mark.of(read_setting(connection, f"retention {setup.name}"))

    @property
    def rests(self) -> bool:
        """Tell whether it was looked at by these times not long ago."""
        at = self.mark.at
        return self.unchanged and at is not None and self._now - at < EVERY

    @property
    def unchanged(self) -> bool:
        """Tell whether the times are those by which it was deleted before."""
        return self.mark.policy == self._times.days()

    def count(self) -> Due:
        """Return what would be deleted."""
        return self._look(lambda *_: None)

    def delete(self) -> Due:
        """Delete what is due, in short transactions."""
        due = self._look(self._forget)
        self._forget_the_rest()
        self.note()
        due.begun = True
        return due

    def note(self) -> None:
        """Note that by these times everything was looked at."""
        self.mark.policy, self.mark.at = self._times.days(), self._now
        with self._app.store.write("retention") as connection:
            self._save(connection)

    def _look(self, forget: Callable[[Collection[int], Collection[int]], None]) -> Due:
        due = Due(self._name, begun=self.unchanged)
        for texts, payloads, waiting in self._due():
            due.texts += len(texts)
            due.payloads += len(payloads)
            due.waiting += waiting
            forget(texts, payloads)
        return due

    def _due(self) -> Iterator[tuple[set[int], set[int], int]]:
        """Yield messages of which the text is due, those of which only the payload is, and how many have to wait."""
        if (until := self._until(self._times.deleted_days)) is not None:
            with self._app.store.read() as connection:
                gone = set(forgetting.deleted_there(connection, self._name, until))
            if gone:
                yield gone, set(), 0
        if (until := self._until(self._times.keep_days)) is not None:
            yield from self._old_texts(until)
        if (until := self._until(self._times.raw_days)) is not None:
            yield from self._old_payloads(until)

    def _old_texts(self, until: datetime) -> Iterator[tuple[set[int], set[int], int]]:
        again, self.mark.left = self.mark.left, []
        for ids, last in [(again, self.mark.texts), *self._stored(self.mark.texts, until)]:
            with self._app.store.read() as connection:
                there = forgetting.with_text(connection, ids)
                waiting = forgetting.needed(connection, there, self._outboxes)
            self.mark.left += sorted(waiting)
            self.mark.texts = last
            yield there - waiting, set(), len(waiting)

    def _old_payloads(self, until: datetime) -> Iterator[tuple[set[int], set[int], int]]:
        for ids, last in self._stored(self.mark.payloads, until):
            with self._app.store.read() as connection:
                there = forgetting.with_payload(connection, ids)
            self.mark.payloads = last
            yield set(), there, 0

    def _stored(self, after: int, until: datetime) -> Iterator[tuple[list[int], int]]:
        """Yield messages of the connection that were stored before a time, and the last number that was looked at."""
        query = select(_M.id, _M.connection, _M.received_at).order_by(_M.id).limit(CHUNK)
        while True:
            with self._app.store.read() as connection:
                rows = connection.execute(query.where(_M.id > after)).all()
            old = list(takewhile(lambda row: row.received_at < until, rows))
            if not old:
                return
            after = old[-1].id
            yield [row.id for row in old if row.connection == self._name], after

    def _until(self, days: float | None) -> datetime | None:
        return None if days is None else self._now - timedelta(days=days)

    def _forget(self, texts: Collection[int], payloads: Collection[int]) -> None:
        with self._app.store.write("retention.forget") as connection:
            forgetting.forget_texts(connection, self._app.folder, texts)
            forgetting.forget_payloads(connection, payloads)
            self._save(connection)

    def _forget_the_rest(self) -> None:
        """Delete what stands beside messages: what could not be read, what agents answered."""
        kept = [days for days in (self._times.keep_days, self._times.raw_days) if days is not None]
        with self._app.store.write("retention.rest") as connection:
            if kept:
                forgetting.forget_unread(connection, self._name, self._now - timedelta(days=min(kept)))
            if (until := self._until(self._times.keep_days)) is not None:
                forgetting.forget_answers(connection, self._name, until)

    def _save(self, connection: Connection) -> None:
        write_setting(connection, f"retention {self._name}", self.mark.held())
