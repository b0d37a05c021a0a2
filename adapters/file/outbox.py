"""The outbox file: one JSON line an answer, appended under a lock, each id once.

Whoever brings the answers to the network reads the file on from where they ended; nobody but us writes to it. A line
counts once its line end stands there; what a crash left of a line is cut off by the next writer.
"""

from __future__ import annotations

import fcntl
import mmap
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import orjson

from bridge.crash import crash_point
from bridge.errors import Transient

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path
    from typing import BinaryIO


def append(path: Path, document: Mapping[str, Any]) -> bool:
    """Append ``document``, whose first field is its ``id``, unless that id stands there; tell whether it was appended.

    Raises ``Transient`` if it cannot be written; then it does not stand there.
    """
    line = orjson.dumps(document, option=orjson.OPT_APPEND_NEWLINE)
    with _opened(path) as file:
        end = _end_of_lines(file)
        if _stands(file, end, document["id"]):
            return False
        crash_point("publish.file.before_write")
        _write(file, end, line)
        crash_point("publish.file.after_write")
    return True


def holds(path: Path, native_id: str) -> bool:
    """Tell whether an answer stands in the file; raises ``Transient`` if that cannot be read."""
    if not path.exists():
        return False
    with _opened(path) as file:
        return _stands(file, _end_of_lines(file), native_id)


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    """Open the file, made if it is not there, for us alone."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # Unbuffered and never truncated by opening; closing it gives the lock back.
        with path.open("ab+", buffering=0) as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield file
    except OSError as error:
        message = f"The outbox {path} cannot be used: {error.strerror}. Check the folder, permissions and disk space."
        raise Transient(message) from error


def _write(file: BinaryIO, end: int, line: bytes) -> None:
    """Put the line behind the last whole one, on disk; if that fails, as on a full disk, nothing of it stays."""
    os.ftruncate(file.fileno(), end)
    try:
        written = 0
        while written < len(line):
            written += file.write(line[written:])
        os.fsync(file.fileno())
    except OSError:
        os.ftruncate(file.fileno(), end)
        raise


def _end_of_lines(file: BinaryIO) -> int:
    """Return where the last whole line ends."""
    size = os.fstat(file.fileno()).st_size
    if not size:
        return 0
    with mmap.mmap(file.fileno(), size, access=mmap.ACCESS_READ) as content:
        return content.rfind(b"\n") + 1


def _stands(file: BinaryIO, end: int, native_id: str) -> bool:
    """Look for the beginning of the line; within a JSON text its quotation marks would be escaped."""
    if not end:
        return False
    beginning = orjson.dumps({"id": native_id})[:-1] + b","
    with mmap.mmap(file.fileno(), end, access=mmap.ACCESS_READ) as content:
        return content.find(beginning) >= 0
