"""Records of files → messages and people, through a mapping or as the canonical format."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from adapters.file.lines import KEPT, size_of
from bridge.document_faults import did_you_mean
from bridge.errors import ConfigError, Refused
from bridge.keys import short_hash
from bridge.mapping.paths import dig
from bridge.mapping.rows import row_fields
from bridge.message_format import FormatError, message_from, person_from
from bridge.nouns import Broken, PersonSeen, Said

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from adapters.file.files import File
    from adapters.file.records import Record
    from adapters.file.settings import FileSettings
    from bridge.mapping.rows import RowMapping
    from bridge.nouns import Attachment, Json, SourceEvent

_LISTS = frozenset({"answers", "answered_by", "attachments", "emails", "phones", "customer_numbers"})
"""Fields whose cell may hold a JSON list."""


class Parser:
    """Turns records into events; ``name`` is the connection, ``folder`` the project's."""

    def __init__(self, settings: FileSettings, mapping: RowMapping | None, *, name: str, folder: Path) -> None:
        """Without a mapping, rows are documents of the canonical format."""
        self._mapping, self._name, self._folder = mapping, name, folder
        self._settings = settings
        self._defaults = settings.all_defaults()
        self._schema = "message" if settings.what == "messages" else "person"

    def check_columns(self, columns: Sequence[str], file: str) -> None:
        """Raise ``ConfigError`` if headings and mapping, or headings and format, do not fit."""
        if self._mapping is not None:
            try:
                self._mapping.check_columns(columns)
            except ConfigError as error:
                message = f"{error} (headings of {file})"
                raise ConfigError(message) from error
            return
        known = row_fields(self._settings.what)
        for number, column in enumerate(columns, start=1):
            if column not in known and f"{column.partition('.')[0]}.*" not in known:
                trouble = _unknown_column(number, column, columns) or (
                    f"the column {column!r} is no field of the {self._schema} format{did_you_mean(column, known)}"
                )
                raise ConfigError(f"{trouble} Give a `mapping`, or rename it.", file=file, line=1)

    def events(self, record: Record, file: File) -> Iterator[SourceEvent]:
        """Yield what a record says: one event, or one for each item of the list that `each` names."""
        where = place_of(file.name, record.place, listed=isinstance(record.source, bytes))
        if record.trouble or record.data is None:
            yield Broken(where, record.trouble, _shown(record), _cells(record.data or {}) or None)
        elif not self._settings.each:
            yield from self._event(record.data, where, file.path, record)
        else:
            yield from self._events_of_items(record.data, where, file.path, record)

    def reread(self, fields: Mapping[str, str], where: str, path: Path | None) -> list[SourceEvent]:
        """Parse a repaired row; names of fields may be dotted paths into nested JSON."""
        return list(self._event(dict(fields), where, path, None))

    def _events_of_items(
        self, data: dict[str, Any], where: str, path: Path | None, record: Record
    ) -> Iterator[SourceEvent]:
        each = self._settings.each
        items = dig(data, each)
        if not isinstance(items, list):
            yield Broken(where, f"has no list at {each!r} (`each`)", _shown(record), _cells(data))
            return
        parent = {name: value for name, value in data.items() if name != each}
        for index, item in enumerate(items):
            if isinstance(item, dict):
                row = item if self._mapping is None else {**item, "parent": parent, "index": index}
                yield from self._event(row, f"{where}[{index}]", path, None)
            else:
                yield Broken(f"{where}[{index}]", f"is no JSON object but {type(item).__name__}", str(item)[:KEPT])

    def _event(
        self, row: dict[str, Any], where: str, path: Path | None, record: Record | None
    ) -> Iterator[SourceEvent]:
        try:
            document = self._document(row, flat=record is None or record.flat)
            if document is None:
                return
            yield self._noun(document, row, where, path)
        except (FormatError, Refused) as error:
            raw = _shown(record) if record else orjson.dumps(row).decode()
            yield Broken(where, f"{record.note if record else ''}{error}", raw, _cells(row))

    def _document(self, row: dict[str, Any], *, flat: bool) -> dict[str, Any] | None:
        if self._mapping is not None:
            return self._mapping.read(row)
        return _nested(row) if flat else row

    def _noun(self, document: dict[str, Any], row: Json, where: str, path: Path | None) -> SourceEvent:
        region = self._settings.region
        if self._schema == "person":
            person = person_from(document, self._defaults, instance=self._name, region=region, raw=row)
            return PersonSeen(person, where)
        message = message_from(document, self._defaults, region=region, raw=row)
        if message.attachments:
            message = replace(message, attachments=tuple(self._placed(each, path) for each in message.attachments))
        return Said(message, where)

    def _placed(self, attachment: Attachment, path: Path | None) -> Attachment:
        """Name a file from the project folder instead of from the export's, if it is inside the latter and not above."""
        if not attachment.path or path is None or Path(attachment.path).is_absolute():
            return attachment
        inside = Path(os.path.normpath(path.parent / attachment.path))
        if not inside.is_relative_to(path.parent):
            return attachment
        place = inside.relative_to(self._folder) if inside.is_relative_to(self._folder) else inside
        return replace(attachment, path=str(place))


def _unknown_column(number: int, column: str, columns: Sequence[str]) -> str:
    """Say of a heading what is odd about it in itself; empty if nothing."""
    before = column.rpartition("_")[0]
    if not column:
        return f"column {number} has no heading."
    return f"the heading {before!r} stands more than once." if before in columns else ""


def place_of(name: str, place: int, *, listed: bool) -> str:
    """Return ``file:line``, or ``file#number`` for an item of a JSON list."""
    return f"{name}{'#' if listed else ':'}{place}"


def _nested(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a canonical document: dotted names become objects, JSON lists in cells become lists."""
    document: dict[str, Any] = {}
    for name, value in row.items():
        group, dot, inner = name.partition(".")
        if dot:
            document.setdefault(group, {})[inner] = value
        elif name in _LISTS and isinstance(value, str) and value.startswith("["):
            document[name] = _list_in(value)
        else:
            document[name] = value
    return document


def _list_in(cell: str) -> Any:  # noqa: ANN401 - JSON
    try:
        return orjson.loads(cell)
    except orjson.JSONDecodeError:
        return cell


def _shown(record: Record) -> str:
    """Return a record's text for people: what is no text is escaped, what is too long is cut."""
    lines = (record.source,) if isinstance(record.source, bytes) else record.source
    size = sum(map(size_of, lines))
    whole = b"".join(lines)
    text = whole[: 16 * KEPT].decode("utf-8", "backslashreplace").replace("\0", "\\x00")
    if size <= 16 * KEPT:
        return text.rstrip("\r\n")
    return f"{text[:KEPT]}… ({size} bytes, {short_hash(whole.decode('latin-1'))})"


def _cells(data: Mapping[str, Any]) -> dict[str, str]:
    """Return a row as text by name: nested objects as dotted names, lists as JSON.

    Damaged cells are left out, so that a row is read again only once somebody has repaired what it needs.
    """
    cells: dict[str, str] = {}
    for name, value in data.items():
        if isinstance(value, dict):
            cells |= {f"{name}.{inner}": cell for inner, cell in _cells(value).items()}
        elif value is not None:
            text = value if isinstance(value, str) else orjson.dumps(value).decode()
            if "\0" not in text and "\ufffd" not in text:
                cells[name] = text
    return cells
