"""What the tests of the file source have in common: a project folder, a connected source, all that it reads."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from adapters.file.settings import FileSettings
from adapters.file.source import FileSource
from bridge.clock import FixedClock
from bridge.contracts import Surroundings
from bridge.nouns import Broken, Cursor, Message, Page, PersonSeen, Said

if TYPE_CHECKING:
    from collections.abc import Iterable

FIXTURES = Path(__file__).parent / "fixtures"


def connect(folder: Path, path: str, **settings: Any) -> FileSource:  # noqa: ANN401 - any setting
    surroundings = Surroundings("shop", folder, FixedClock(datetime(2026, 3, 2, 12, 0, tzinfo=UTC)))
    return FileSource.connect(FileSettings(path=path, **settings), surroundings)


def copied(folder: Path, *names: str) -> Path:
    """Copy fixtures into a project folder."""
    for name in names:
        shutil.copy(FIXTURES / name, folder / name)
    return folder


def events(pages: Iterable[Page]) -> list[Any]:
    return [event for page in pages for event in page.events]


def messages(found: Iterable[Any]) -> list[Message]:
    return [event.message for event in found if isinstance(event, Said)]


def persons(found: Iterable[Any]) -> list[Any]:
    return [event.person for event in found if isinstance(event, PersonSeen)]


def broken(found: Iterable[Any]) -> list[Broken]:
    return [event for event in found if isinstance(event, Broken)]


def read(source: FileSource, after: Cursor | None = None) -> list[Any]:
    return events(source.pages(after or Cursor()))


def read_on(source: FileSource, after: Cursor) -> tuple[list[str], Cursor]:
    """Return the ids that are new, and the cursor behind them."""
    pages = list(source.pages(after))
    return ids(events(pages)), pages[-1].cursor if pages else after


def ids(found: Iterable[Any]) -> list[str]:
    return [message.native_id for message in messages(found)]
