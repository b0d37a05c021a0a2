"""Read one file from where it was left: recognise it, skip what was read, yield records, say how far it got."""

from __future__ import annotations

import codecs
import time
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

from adapters.file.cursor import HEAD, TAIL, FileState, digest
from adapters.file.lines import Lines, Oversized, size_of
from adapters.file.records import json_lines, json_list
from adapters.file.shape import Shape, examine, from_the_text
from adapters.file.streams import opened
from adapters.file.tables import Rows, csv_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from adapters.file.files import File
    from adapters.file.records import Record
    from adapters.file.settings import FileSettings
    from adapters.file.streams import Stream

log = structlog.get_logger(__name__)

BEING_WRITTEN = timedelta(minutes=1)
"""A last line that cannot be read is left for later if the file was written to within this time."""


class Reading:
    """One pass over one file. ``state`` may be asked for after each record."""

    def __init__(
        self, file: File, settings: FileSettings, known: FileState | None, fits: Callable[[Sequence[str], str], None]
    ) -> None:
        """``known``: the state that the file was recognised by; None to read it from its beginning.

        ``fits`` is called with the headings of a table and the file's name, and raises ``ConfigError`` if they are
        not what is expected: then nothing counts as read.
        """
        self.file, self._settings, self._known, self._fits = file, settings, known, fits
        self._size, self._mtime = file.stamp()
        self.shape: Shape | None = None
        self._beginning = self._last_line = b""
        self._offset = self._line = 0
        self._finished = False

    def records(self) -> Iterator[Record]:
        """Yield what was not read yet. Raises ``ConfigError`` where the file as a whole cannot be read."""
        if self._known and self._known.unchanged(self._size, self._mtime):
            return
        with opened(self.file.path, self.file.name) as raw:
            shape, stream = examine(raw, self.file.name, self._settings, self._known)
            log.info("reading file", file=self.file.name, written=str(shape))
            if shape.columns:
                self._fits(shape.columns, self.file.name)
            self.shape = shape
            self._beginning = stream.beginning()[:HEAD]
            for record in self._from(stream, shape):
                if self._is_being_written(record):
                    log.info("the last line is still being written", file=self.file.name, line=record.place)
                    return
                if record.ended:
                    self._offset, self._line = record.end, record.place + _further_lines(record)
                    self._last_line = record.source[-1] if isinstance(record.source, list | tuple) else b""
                else:
                    self._finished = True
                yield record
        self._finished = True

    def _is_being_written(self, record: Record) -> bool:
        """Tell whether a record may become readable by what somebody is adding to the file."""
        if record.ended or not record.trouble or self.file.path is None:
            return False
        just_now = time.time_ns() - self._mtime < BEING_WRITTEN.total_seconds() * 1e9
        lines = [record.source] if isinstance(record.source, bytes) else record.source
        return just_now and sum(size_of(line) for line in lines) <= self._settings.max_record_bytes

    def state(self) -> FileState:
        """Return how far the file was read, with the record that was yielded last."""
        shape = self.shape
        if shape is None:
            return self._known or self._nothing_read()
        known = self._known if self._known and self._known.offset == self._offset else None
        tail = b"" if isinstance(self._last_line, Oversized) else self._last_line[-TAIL:]
        return FileState(
            size=self._size,
            mtime_ns=self._mtime,
            finished=self._finished,
            offset=self._offset,
            line=self._line,
            format=shape.format,
            encoding=shape.encoding.name,
            delimiter=shape.dialect.delimiter if shape.dialect else "",
            quote=shape.dialect.quote if shape.dialect else "",
            columns=_headings(shape),
            head=digest(self._beginning[: self._offset]),
            tail=known.tail if known else digest(tail),
            tail_bytes=known.tail_bytes if known else len(tail),
        )

    def _from(self, stream: Stream, shape: Shape) -> Iterator[Record]:
        limit = self._settings.max_record_bytes
        known = self._known if self._known and self._known.columns == _headings(shape) else None
        if shape.format == "json":
            self._offset = known.offset if known else 0
            return json_list(stream, self._settings.records, self.file.name, self._offset, limit)
        self._offset, self._line = (known.offset, known.line) if known else (shape.start, shape.start_line)
        stream.seek(self._offset)
        lines = Lines(stream.read, offset=self._offset, number=self._line, limit=limit)
        if shape.dialect is None:
            return json_lines(lines, shape.codec, limit)
        return csv_rows(Rows(lines, shape.dialect, shape.codec, limit), shape.columns, lines)

    def _nothing_read(self) -> FileState:
        return FileState(
            size=self._size, mtime_ns=self._mtime, finished=False, offset=0, line=0, format="", encoding=""
        )


def recognised(file: File, settings: FileSettings, known: FileState) -> bool:
    """Tell whether the file still begins as it did when it was read up to ``known.offset``."""
    if file.path is None or not known.format or not _as_wanted(settings, known):
        return False
    same_stamp = file.stamp() == (known.size, known.mtime_ns)
    if known.format == "json":
        return same_stamp
    with opened(file.path, file.name) as raw:
        packed = raw.packed
        stream = from_the_text(raw, known.encoding)
        if digest(stream.beginning()[: min(HEAD, known.offset)]) != known.head:
            return False
        if packed and same_stamp:
            return True
        stream.seek(known.offset - known.tail_bytes)
        return digest(stream.read_all_of(known.tail_bytes)) == known.tail


def _as_wanted(settings: FileSettings, known: FileState) -> bool:
    """Tell whether the settings still mean what the file was read as."""
    encoding = settings.encoding if settings.encoding == "auto" else codecs.lookup(settings.encoding).name
    wanted = (settings.delimiter.replace("\\t", "\t"), settings.quote.replace("none", ""))
    return (
        settings.format in {"auto", known.format}
        and (encoding == "auto" or known.encoding.startswith(encoding.removesuffix("-sig")))
        and (not known.delimiter or wanted[0] in {"auto", known.delimiter})
        and (not known.delimiter or wanted[1] in {"auto", known.quote})
    )


def _headings(shape: Shape) -> str:
    return digest("\x1f".join(shape.columns).encode("utf-8", "surrogatepass")) if shape.columns else ""


def _further_lines(record: Record) -> int:
    return len(record.source) - 1 if isinstance(record.source, list | tuple) else 0
