"""Lines of a byte stream: where each ends, with bounded memory, and the possibility to put some back."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

CHUNK = 1 << 18
KEPT = 1 << 12
"""Bytes that are kept of an oversized line, to show."""


class Oversized(bytes):
    """The beginning of a line that is too long to hold; ``size`` is its true length in bytes."""

    size: int


class Lines:
    """Iterator over lines with their line ends; the last may have none.

    Line ends are LF, CRLF or CR. ``offset`` is where the next line begins, ``number`` counts the lines handed out.
    """

    def __init__(self, read: Callable[[int], bytes], *, offset: int, number: int, limit: int) -> None:
        """Read from a stream that stands at ``offset``, behind ``number`` lines; longer lines become ``Oversized``."""
        self.offset, self.number = offset, number
        self._read, self._limit = read, limit
        self._ready: deque[bytes] = deque()
        self._rest = b""

    def __iter__(self) -> Lines:
        """Return itself."""
        return self

    def __next__(self) -> bytes:
        """Return the next line."""
        while not self._ready:
            self._fill()
        line = self._ready.popleft()
        self.offset += size_of(line)
        self.number += 1
        return line

    def put_back(self, lines: Sequence[bytes]) -> None:
        """Put lines back, which then come again in this order."""
        self._ready.extendleft(reversed(lines))
        self.offset -= sum(map(size_of, lines))
        self.number -= len(lines)

    def _fill(self) -> None:
        chunk = self._read(CHUNK)
        if not chunk:
            if not self._rest:
                raise StopIteration
            self._ready.append(self._rest)
            self._rest = b""
            return
        data = self._rest + chunk
        lines = data.splitlines(keepends=True)
        # A CR at the end of the chunk may be half of a CRLF, so it waits for the next chunk.
        self._rest = b"" if data.endswith(b"\n") else lines.pop()
        self._ready.extend(lines)
        if len(self._rest) > self._limit + CHUNK:
            self._swallow()

    def _swallow(self) -> None:
        """Read on to the end of a line that is too long, keeping its beginning only."""
        line = Oversized(self._rest[:KEPT])
        line.size = len(self._rest)
        self._rest = b""
        while chunk := self._read(CHUNK):
            end = chunk.find(b"\n") + 1
            line.size += end or len(chunk)
            if end:
                self._ready.append(line)
                lines = chunk[end:].splitlines(keepends=True)
                self._rest = lines.pop() if lines and not chunk.endswith(b"\n") else b""
                self._ready.extend(lines)
                return
        self._ready.append(line)


def size_of(line: bytes) -> int:
    """Return the true length of a line in bytes."""
    return line.size if isinstance(line, Oversized) else len(line)
