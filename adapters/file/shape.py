"""How one file is written: format, encoding, dialect, headings. What the settings leave open is found by looking."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from pathlib import PurePath
from typing import TYPE_CHECKING

import orjson

from adapters.file import dialect, encoding
from adapters.file.dialect import Dialect
from adapters.file.encoding import WIDE, Encoding
from adapters.file.lines import Lines
from adapters.file.streams import DAMAGE, SAMPLE, Narrowed, Stream
from adapters.file.tables import Rows
from bridge.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable

    from adapters.file.cursor import FileState
    from adapters.file.settings import FileSettings

_BY_SUFFIX = {".jsonl": "jsonl", ".ndjson": "jsonl", ".csv": "csv", ".tsv": "tsv", ".tab": "tsv"}
_BINARY = {
    b"PK\x03\x04": "a workbook (.xlsx) or zip archive",
    b"\xd0\xcf\x11\xe0": "an old workbook (.xls) or document",
    b"%PDF": "a PDF",
    b"SQLite format 3": "a database",
}
_CONTROLS = bytes([*range(9), *range(14, 27), *range(28, 32), 127])
_TOO_MANY = 0.05
"""Share of control characters in the beginning above which something is no text."""
_LOOKED_AT = 4096
_FARTHEST = 256
"""Pieces of ``SAMPLE`` bytes through which the first sign that is not ASCII is looked for: 64 MB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """How a file is written."""

    format: str
    encoding: Encoding
    dialect: Dialect | None = None
    columns: tuple[str, ...] = ()
    start: int = 0
    """Offset of the first record, in bytes of the (narrowed) stream."""
    start_line: int = 0

    def __str__(self) -> str:
        """Say it to people."""
        parts = [self.format, f"{self.encoding.name} ({self.encoding.reason})"]
        parts += [str(self.dialect), f"columns {', '.join(self.columns)}"] if self.dialect else []
        return ", ".join(parts)

    @property
    def codec(self) -> str:
        """Return the encoding of the lines as they are handed out."""
        return "utf-8" if self.encoding.name in WIDE else self.encoding.name


def examine(stream: Stream, name: str, settings: FileSettings, known: FileState | None) -> tuple[Shape, Stream]:
    """Return how the file is written, and the stream to read it from, standing before its first byte.

    ``known``: what was found when the file was shorter; that is not guessed again. Raises ``ConfigError``.
    """
    beginning = stream.beginning()
    _refuse_binary(beginning, name)
    text_format = _format(name, settings, beginning) if known is None else known.format
    found = _encoding(stream, name, settings, text_format, known)
    if found.name in WIDE:
        stream = from_the_text(stream, found.name)
        found = Encoding(found.name, 0, found.reason)
    else:
        _refuse_noise(beginning[:_LOOKED_AT], name)
    shape = Shape(format=text_format, encoding=found, start=found.mark)
    return (_with_headings(shape, stream, name, settings, known) if text_format in {"csv", "tsv"} else shape), stream


def from_the_text(stream: Stream, codec: str) -> Stream:
    """Return the stream itself, or for wide encodings one of UTF-8 that begins behind the byte order mark."""
    if codec not in WIDE:
        return stream
    stream.seek(encoding.given(codec, stream.beginning()).mark)
    return Stream(Narrowed(stream, codec))


def _refuse_binary(beginning: bytes, name: str) -> None:
    """Raise ``ConfigError`` for what is no text, before every piece of it is set aside as a bad row."""
    for magic, kind in _BINARY.items():
        if beginning.startswith(magic):
            raise ConfigError(f"{name} is no text but {kind}. Export it as CSV or JSON Lines.")


def _refuse_noise(beginning: bytes, name: str) -> None:
    controls = len(beginning) - len(beginning.translate(None, _CONTROLS))
    if controls > _TOO_MANY * len(beginning):
        raise ConfigError(f"{name} is no text but something binary. Export it as CSV or JSON Lines.")


def _format(name: str, settings: FileSettings, beginning: bytes) -> str:
    if settings.format != "auto":
        return settings.format
    suffix = PurePath(name.lower().removesuffix(".gz")).suffix
    if suffix in _BY_SUFFIX:
        return _BY_SUFFIX[suffix]
    text = beginning.decode(encoding.guess(beginning, json=True).name, "ignore").lstrip("\ufeff \t\r\n")
    if settings.records or text.startswith("["):
        return "json"
    if not text.startswith("{"):
        return "csv"
    return "jsonl" if _is_object(text.splitlines()[0]) and suffix != ".json" else _lines_or_whole(text)


def _lines_or_whole(text: str) -> str:
    """Tell JSON Lines in a .json file by a second line that begins an object again."""
    lines = [line for line in text.splitlines() if line.strip()]
    return "jsonl" if len(lines) > 1 and _is_object(lines[0]) and lines[1].startswith("{") else "json"


def _is_object(line: str) -> bool:
    try:
        return isinstance(orjson.loads(line), dict)
    except orjson.JSONDecodeError:
        return False


def _encoding(stream: Stream, name: str, settings: FileSettings, text_format: str, known: FileState | None) -> Encoding:
    beginning = stream.beginning()
    wanted = settings.encoding if settings.encoding != "auto" else known.encoding if known else ""
    if not wanted:
        found = encoding.guess(beginning, json=text_format in {"json", "jsonl"})
        far = _first_foreign(stream) if found.reason == encoding.ASCII_SO_FAR and stream.seekable() else b""
        return encoding.guess(far, json=False) if far else found
    try:
        return encoding.given(wanted, beginning)
    except LookupError as error:
        message = f"{name}: no such encoding: {wanted!r}. Write for instance utf-8, cp1252 or utf-16."
        raise ConfigError(message) from error


def _first_foreign(stream: Stream) -> bytes:
    """Return the first piece of the file that is not ASCII, if one comes soon enough."""
    try:
        pieces = iter(lambda: stream.read(SAMPLE), b"")
        piece = next((each for each in islice(pieces, _FARTHEST) if not each.isascii()), b"")
    except DAMAGE:
        # Reading tells of it when it gets there.
        piece = b""
    stream.seek(0)
    stream.beginning()
    # A sign may be cut in two at the end of the piece, so it ends with a whole line where there is one.
    return piece[: piece.rfind(b"\n") + 1] or piece


def _with_headings(shape: Shape, stream: Stream, name: str, settings: FileSettings, known: FileState | None) -> Shape:
    """Add dialect and headings of a CSV file."""
    beginning = stream.beginning()
    lines = Lines(_once(beginning[shape.start :]), offset=shape.start, number=0, limit=settings.max_record_bytes)
    if known is not None:
        found = Dialect(known.delimiter, known.quote)
    else:
        whole = len(beginning) < SAMPLE
        sample = beginning[shape.start : None if whole else beginning.rfind(b"\n") + 1].decode(shape.codec, "replace")
        separator = "\t" if shape.format == "tsv" and settings.delimiter == "auto" else settings.delimiter
        found = dialect.guess(sample, separator, settings.quote, whole=whole)
    if settings.columns:
        return Shape(
            format=shape.format, encoding=shape.encoding, dialect=found, columns=settings.columns, start=shape.start
        )
    cells, _, trouble = next(iter(Rows(lines, found, shape.codec, settings.max_record_bytes)), ([], [], ""))
    if trouble:
        raise ConfigError(f"the line of headings {trouble}", file=name, line=1)
    return Shape(
        format=shape.format,
        encoding=shape.encoding,
        dialect=found,
        columns=_distinct(cells),
        start=lines.offset,
        start_line=lines.number,
    )


def _once(content: bytes) -> Callable[[int], bytes]:
    """Return a reading function that gives the content once."""
    pieces = [content]
    return lambda _size: pieces.pop() if pieces else b""


def _distinct(cells: list[str]) -> tuple[str, ...]:
    """Give repeated headings numbers: text, text_2."""
    names: list[str] = []
    for cell in (cell.strip() for cell in cells):
        seen = sum(1 for name in names if name == cell or name.rpartition("_")[0] == cell)
        names.append(f"{cell}_{seen + 1}" if cell in names else cell)
    return tuple(names)
