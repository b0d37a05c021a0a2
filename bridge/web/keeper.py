"""Puts calls on the disk in groups: whoever waits is answered once the transaction with their call is committed."""

from __future__ import annotations

import asyncio
import threading
from queue import SimpleQueue
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from bridge.inbox import Call, Inbox

GROUP = 500
"""Most calls in one transaction."""
_Entry: TypeAlias = "tuple[Call, asyncio.Future[None], asyncio.AbstractEventLoop]"


class Keeper:
    """One thread that writes; any number of tasks that wait for it."""

    def __init__(self, inbox: Inbox) -> None:
        """Write into ``inbox``."""
        self._inbox = inbox
        self._queue: SimpleQueue[_Entry | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="inbox", daemon=True)

    def start(self) -> None:
        """Begin to write."""
        self._thread.start()

    def stop(self) -> None:
        """Write what waits, and end."""
        self._queue.put(None)
        self._thread.join()

    @property
    def alive(self) -> bool:
        """Tell whether calls are written."""
        return self._thread.is_alive()

    async def keep(self, call: Call) -> None:
        """Return once the call is on the disk. Raises ``OSError`` or ``sqlite3.Error`` where that cannot be done."""
        if not self.alive:
            message = "nothing is written any more"
            raise OSError(message)
        loop = asyncio.get_running_loop()
        kept: asyncio.Future[None] = loop.create_future()
        self._queue.put((call, kept, loop))
        await kept

    def _work(self) -> None:
        with self._inbox.writing() as connection:
            while group := self._next_group():
                error: Exception | None = None
                try:
                    self._inbox.keep(connection, [call for call, _, _ in group])
                except Exception as failed:  # noqa: BLE001 - a full disk fails these calls; the next may succeed
                    error = failed
                for _, kept, loop in group:
                    loop.call_soon_threadsafe(_settle, kept, error)

    def _next_group(self) -> list[_Entry]:
        """Wait for a call and take what has come meanwhile; empty at the end."""
        group: list[_Entry] = []
        while len(group) < GROUP and (not group or not self._queue.empty()):
            entry = self._queue.get()
            if entry is None:
                if group:
                    self._queue.put(None)
                break
            group.append(entry)
        return group


def _settle(kept: asyncio.Future[None], error: Exception | None) -> None:
    if kept.done():  # whoever called has gone
        return
    if error is None:
        kept.set_result(None)
    else:
        kept.set_exception(error)
