"""How far each file was read. A file is known again by its content, so that a renamed one is not read twice.

Head and tail are hashes of the first bytes and of the last bytes before ``offset``: where they still fit, a longer
file has grown; where they do not, it was replaced and is read again (the store knows what it has).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING

import orjson

from bridge.errors import ConfigError
from bridge.nouns import Cursor

if TYPE_CHECKING:
    from collections.abc import Mapping

VERSION = 1
HEAD = 512
"""Bytes of a file's beginning that its head is made of, or fewer if fewer were read."""
TAIL = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class FileState:
    """How far one file was read, and how it is written."""

    size: int
    """Bytes on disk when it was read."""
    mtime_ns: int
    finished: bool
    """Read to the end that it had."""
    offset: int
    """Behind the last complete record: in bytes (unpacked, as UTF-8 where the file is UTF-16), or in records of a JSON list."""
    line: int
    """Lines before ``offset``."""
    format: str
    encoding: str
    delimiter: str = ""
    quote: str = ""
    columns: str = ""
    """Hash of the headings."""
    head: str = ""
    tail: str = ""
    tail_bytes: int = 0

    def unchanged(self, size: int, mtime_ns: int) -> bool:
        """Tell whether the file was read whole and nobody wrote to it since."""
        return self.finished and (self.size, self.mtime_ns) == (size, mtime_ns)


def digest(content: bytes) -> str:
    """Return a short hash."""
    return blake2b(content, digest_size=8).hexdigest()


def dump(states: Mapping[str, FileState]) -> Cursor:
    """Return the cursor for these files (name → state)."""
    files = {name: asdict(state) for name, state in states.items()}
    return Cursor(orjson.dumps({"v": VERSION, "files": files}).decode())


def load(cursor: Cursor) -> dict[str, FileState]:
    """Return the states that a cursor holds; the empty cursor holds none. Raises ``ConfigError`` for a foreign one."""
    if not cursor.value:
        return {}
    try:
        held = orjson.loads(cursor.value)
        if held["v"] == VERSION:
            return {name: FileState(**state) for name, state in held["files"].items()}
    except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError) as error:
        message = "The stored position of this source is not one of files. Was its type changed? Give it a new name."
        raise ConfigError(message) from error
    message = "The stored position of this source was written by another version of Casebridge."
    raise ConfigError(message)
