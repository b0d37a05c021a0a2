"""Byte streams of files and standard input: gzip unpacked, wide encodings turned into UTF-8, troubles in one sentence."""

from __future__ import annotations

import codecs
import gzip
import io
import sys
import zlib
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from bridge.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

SAMPLE = 1 << 18
"""Bytes at the beginning of a file by which its encoding and dialect are guessed."""
DAMAGE = (EOFError, gzip.BadGzipFile, zlib.error)
"""What a damaged gzip file raises."""
_GZIP = b"\x1f\x8b"


class _Readable(Protocol):
    def read(self, size: int = -1, /) -> bytes: ...
    def seekable(self) -> bool: ...
    def seek(self, offset: int, /) -> int: ...


class Stream:
    """Bytes from the front on; the first ones can be looked at without being consumed."""

    def __init__(self, raw: _Readable) -> None:
        """Read from ``raw``, which stands at its beginning."""
        self._raw = raw
        self._front = b""
        self.packed = isinstance(raw, gzip.GzipFile)

    def beginning(self) -> bytes:
        """Return up to ``SAMPLE`` first bytes, to be read again; only before anything is read."""
        while len(self._front) < SAMPLE and (more := self._raw.read(SAMPLE - len(self._front))):
            self._front += more
        return self._front

    def read(self, size: int = -1) -> bytes:
        """Return some bytes, at most ``size``; nothing at the end."""
        if not self._front:
            return self._raw.read(size)
        if size < 0:
            front, self._front = self._front, b""
            return front + self._raw.read()
        front, self._front = self._front[:size], self._front[size:]
        return front

    def read_all_of(self, size: int) -> bytes:
        """Return ``size`` bytes, fewer only at the end."""
        found = b""
        while len(found) < size and (more := self.read(size - len(found))):
            found += more
        return found

    def seekable(self) -> bool:
        """Tell whether one can go back."""
        return self._raw.seekable()

    def seek(self, offset: int, /) -> int:
        """Go to ``offset`` bytes from the beginning; where one cannot go back, only before anything is read."""
        if self._raw.seekable():
            self._front = b""
            return self._raw.seek(offset)
        left = offset
        while left > 0 and (passed := self.read(min(left, SAMPLE))):
            left -= len(passed)
        return offset - left


class Narrowed:
    """A stream of UTF-16 or UTF-32, read as UTF-8; a lone surrogate stays one and is found invalid later."""

    def __init__(self, stream: Stream, encoding: str) -> None:
        """Read from ``stream``, behind a byte order mark."""
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder(encoding)("surrogatepass")
        self._rest = b""
        self._ended = False

    def seekable(self) -> bool:
        """Tell that offsets can only be reached by reading."""
        return False

    def seek(self, offset: int, /) -> int:
        """Refuse."""
        raise io.UnsupportedOperation(str(offset))

    def read(self, size: int = -1, /) -> bytes:
        """Return some bytes of UTF-8, at most ``size``; nothing at the end."""
        while not self._ended and (size < 0 or len(self._rest) < size):
            chunk = self._stream.read(SAMPLE)
            self._ended = not chunk
            self._rest += self._decode(chunk).encode("utf-8", "surrogatepass")
        size = len(self._rest) if size < 0 else size
        found, self._rest = self._rest[:size], self._rest[size:]
        return found

    def _decode(self, chunk: bytes) -> str:
        try:
            return self._decoder.decode(chunk, final=not chunk)
        except UnicodeDecodeError:
            self._decoder.reset()
            return "\ud800"  # half a sign at the end of the file: whatever it was, it is not text


@contextmanager
def opened(path: Path | None, name: str) -> Iterator[Stream]:
    """Open a file, or standard input for None. What goes wrong while it is read becomes a ``ConfigError`` too."""
    try:
        if path is None:
            yield _unpacked(Stream(sys.stdin.buffer))
        else:
            with path.open("rb") as raw:
                yield _unpacked(raw)
    except DAMAGE as error:
        message = f"{name} is damaged: {error}. Pack or export it again; rows before the damage were read."
        raise ConfigError(message) from error
    except OSError as error:
        message = f"{name} {_REASONS.get(type(error), f'cannot be read: {error.strerror or error}')}."
        raise ConfigError(message) from error


_REASONS: Mapping[type[OSError], str] = {
    FileNotFoundError: "does not exist. Check `path`; it is relative to the project folder",
    PermissionError: "may not be read. Give the user that runs Casebridge the right to read it",
    IsADirectoryError: "is a folder. Write for instance folder/*.csv",
}


def _unpacked(raw: _Readable) -> Stream:
    """Return the stream of the content, unpacked if it begins as gzip does."""
    if isinstance(raw, Stream):
        packed = raw.beginning().startswith(_GZIP)
    else:
        packed = raw.read(len(_GZIP)) == _GZIP
        raw.seek(0)
    content: _Readable = gzip.GzipFile(fileobj=raw) if packed else raw
    return content if isinstance(content, Stream) else Stream(content)
