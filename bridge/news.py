"""Sources that tell by themselves when there is something to read: whoever runs for long need not poll often."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol, runtime_checkable

import structlog

from bridge.errors import CasebridgeError, Unsupported

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bridge.contracts import Source

log = structlog.get_logger(__name__)

LONGEST = 540.0
"""Seconds of one wait: servers and routers end silent connections after ten minutes or more."""


@runtime_checkable
class TellsNews(Protocol):
    """A source that can be waited for."""

    def wait(self, seconds: float) -> bool:
        """Return True as soon as there may be something new, False after so many seconds.

        Raises ``Unsupported`` where the far side does not tell of news: then it is not asked again. Called in a thread of its own, while the source may be read in another.
        """
        ...


@contextmanager
def listening(sources: Iterable[Source], *, pause: float) -> Iterator[threading.Event]:
    """Give an event that is set when any of the sources has news.

    A source that cannot be waited for is left to polling; one that fails is waited for again after ``pause`` seconds.
    """
    told, over = threading.Event(), threading.Event()
    for source in sources:
        if isinstance(source, TellsNews):
            threading.Thread(target=_listen, args=(source, told, over, pause), daemon=True).start()
    try:
        yield told
    finally:
        over.set()


def _listen(source: TellsNews, told: threading.Event, over: threading.Event, pause: float) -> None:
    while not over.is_set():
        try:
            if source.wait(LONGEST) and not over.is_set():
                told.set()
        except Unsupported as error:
            log.info("there is nobody to tell of news; it is polled", reason=str(error))
            return
        except Exception as error:
            log.warning("news cannot be waited for", reason=str(error), exc_info=not isinstance(error, CasebridgeError))
            over.wait(pause)
