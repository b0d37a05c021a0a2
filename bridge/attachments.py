"""Attachments of messages: fetched after collecting, kept once in the project folder, delivered as files of cases."""

from __future__ import annotations

from collections import Counter
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable
from urllib.parse import urlsplit

import httpx
import structlog
from sqlalchemy import select

from bridge import attachment_fetch
from bridge.attachment_files import Result, State, keep
from bridge.errors import AuthError, CasebridgeError, ConfigError, Transient
from bridge.outbox.again import deliver_again
from bridge.store import bulk, schema
from bridge.store.settings import read_setting, write_setting

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping
    from datetime import datetime
    from pathlib import Path

    from bridge.app import App
    from bridge.contracts import Source
    from bridge.store.store import Store

log = structlog.get_logger(__name__)

BATCH = 20
"""Attachments that are fetched between two short transactions."""
NOT_FETCHED = (State.FAILED, State.GONE, State.TOO_LARGE, State.BAD_TYPE)
"""How an attachment may have ended without being fetched."""
POLICY = "attachment_policy"
GIVE_UP = timedelta(days=2)
"""So long after its message came an attachment is tried again at each sync when its host does not answer."""


@runtime_checkable
class LocalSource(Protocol):
    """A source whose messages name local files as attachments."""

    def attachment_folders(self) -> tuple[Path, ...]:
        """Return the resolved folders that such files may be in."""
        ...


@runtime_checkable
class FetchingSource(Protocol):
    """A source whose files are fetched by itself, since no web server has them: attachments of mails."""

    def attachment(self, url: str) -> bytes | None:
        """Return a file by the address that the source gave it, None if it is not there any more.

        Raises ``Transient`` where another try may help.
        """
        ...


@dataclass(frozen=True, slots=True)
class Pending:
    """An attachment that is wanted and not fetched."""

    id: int
    connection: str
    received_at: datetime
    url: str
    path: str
    name: str
    size: int | None


def pending(store: Store, *, after: int = 0, limit: int = BATCH) -> list[Pending]:
    """Return the next attachments to fetch, by id, behind the id ``after``."""
    table, message = schema.attachment, schema.message
    columns = (table.c.id, message.c.connection, message.c.received_at, table.c.url, table.c.path, table.c.name)
    query = (
        select(*columns, table.c.size)
        .join(message, message.c.id == table.c.message_id)
        .where(table.c.state == State.WANTED.value, table.c.id > after)
        .order_by(table.c.id)
        .limit(limit)
    )
    with store.read() as connection:
        return [Pending(*row) for row in connection.execute(query)]


def fetch_all(app: App, *, limit: int | None = None) -> dict[str, int]:
    """Fetch what is wanted, at most ``limit``; returns how many ended in each state.

    No transaction is open while a file is fetched. What fails for a passing reason stays wanted; what the project file
    forbade is tried again once that was changed there. A message that was delivered already is delivered with its file.
    """
    counts: Counter[str] = Counter()
    _reconsider(app)
    with closing(_Round(app)) as fetching:
        for batch in _batches(app.store, limit):
            results = {item.id: fetching.fetch(item) for item in batch}
            _record(app.store, results)
            counts.update(result.state.value for result in results.values())
    return dict(counts)


def retry(store: Store, messages: Collection[int] | None) -> int:
    """Want what was not fetched once more, of these messages or of all; returns how many attachments."""
    table = schema.attachment
    again = table.c.state.in_([state.value for state in NOT_FETCHED])
    where = again if messages is None else again & table.c.message_id.in_(messages)
    with store.write("attachments.retry") as connection:
        values = {"state": State.WANTED.value, "reason": ""}
        return connection.execute(table.update().where(where).values(values)).rowcount


def _reconsider(app: App) -> None:
    """Try again what was refused, once, when the project file allows other hosts, sizes or types than it did."""
    allowed = repr(app.attachments)
    with app.store.read() as connection:
        known = read_setting(connection, POLICY)
    if known == allowed:
        return
    if known is not None:
        retry(app.store, None)
    with app.store.write("attachments.policy") as connection:
        write_setting(connection, POLICY, allowed)


class _Round:
    """One round of fetching: a client, and the hosts that did not answer in it."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._opened = ExitStack()
        self._silent: dict[str, str] = {}
        self._roots: dict[str, tuple[Path, ...]] = {}

    def close(self) -> None:
        self._opened.close()

    @cached_property
    def _client(self) -> httpx.Client:
        """Made when first asked for: loading certificates takes as long as a whole sync without news."""
        client = httpx.Client(timeout=attachment_fetch.SECONDS, headers={"User-Agent": "Casebridge"})
        return self._opened.enter_context(client)

    def fetch(self, item: Pending) -> Result:
        policy = self._app.attachments
        if item.size is not None and item.size > policy.max_bytes:
            return Result(State.TOO_LARGE, f"more than {policy.max_bytes} bytes", size=item.size)
        try:
            if item.path:
                folder = self._app.folder
                return attachment_fetch.from_file(item.path, folder=folder, roots=self._folders(item), policy=policy)
            source = self._source(item)
            if isinstance(source, FetchingSource):
                return self._tried(item, item.connection, lambda: self._from_source(source, item))
            return self._from_web(item)
        except OSError as error:
            log.warning("attachment cannot be kept", reason=error.strerror)
            return Result(State.WANTED, f"cannot be kept: {error.strerror}")

    def _from_web(self, item: Pending) -> Result:
        def ask() -> Result:
            return attachment_fetch.from_web(
                item.url, folder=self._app.folder, policy=self._app.attachments, client=self._client
            )

        return self._tried(item, urlsplit(item.url).netloc, ask)

    def _from_source(self, source: FetchingSource, item: Pending) -> Result:
        content = source.attachment(item.url)
        if content is None:
            return Result(State.GONE, "its message is not there any more")
        policy = self._app.attachments
        return keep(self._app.folder, [content], name=item.name, max_bytes=policy.max_bytes, types=policy.types)

    def _tried(self, item: Pending, host: str, ask: Callable[[], Result]) -> Result:
        """Ask a host that has not failed to answer in this round."""
        if host not in self._silent:
            try:
                return ask()
            except (Transient, AuthError, ConfigError) as error:  # of the whole host: reading it says so, too
                self._silent[host] = str(error)
            except OSError:
                raise  # the disk's trouble
            except Exception as error:
                log.info("attachment failed", exc_info=error)
                named = isinstance(error, CasebridgeError)
                return Result(State.FAILED, str(error) if named else f"{type(error).__name__}: {error}")
        late = self._app.clock.now() - item.received_at > GIVE_UP
        return Result(State.FAILED if late else State.WANTED, self._silent[host])

    def _source(self, item: Pending) -> Source | None:
        setup = self._app.sources.get(item.connection)
        return setup.source if setup else None

    def _folders(self, item: Pending) -> tuple[Path, ...]:
        if item.connection not in self._roots:
            source = self._source(item)
            self._roots[item.connection] = source.attachment_folders() if isinstance(source, LocalSource) else ()
        return self._roots[item.connection]


def _batches(store: Store, limit: int | None) -> Iterator[list[Pending]]:
    after, left = 0, limit
    while left is None or left > 0:
        batch = pending(store, after=after, limit=BATCH if left is None else min(BATCH, left))
        if not batch:
            return
        yield batch
        after, left = batch[-1].id, None if left is None else left - len(batch)


def _record(store: Store, results: Mapping[int, Result]) -> None:
    rows: list[dict[str, Any]] = [
        {"id": id_, "state": result.state.value, "reason": result.reason} for id_, result in results.items()
    ]
    kept = [
        {"id": id_, "sha256": result.sha256, "mime": result.mime, "size": result.size}
        for id_, result in results.items()
        if result.state is State.FETCHED
    ]
    table = schema.attachment.c
    with store.write("attachments") as connection:
        bulk.update(connection, schema.attachment, kept)
        bulk.update(connection, schema.attachment, rows)
        of = bulk.rows_where(connection, select(table.message_id), table.id, [row["id"] for row in kept])
        deliver_again(connection, {row.message_id for row in of})
