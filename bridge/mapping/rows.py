"""Mappings of foreign rows to messages and persons, so that any export is read without Python."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from bridge import documents
from bridge.document_faults import Fault, did_you_mean
from bridge.mapping import verbs
from bridge.mapping.entries import RowEntry
from bridge.mapping.fields import Workshop, compile_field
from bridge.mapping.paths import ANY, PathSpec
from bridge.message_documents import AuthorDocument, MessageDocument, PersonDocument

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from bridge.conditions import Condition
    from bridge.documents import Document
    from bridge.mapping.entries import FieldEntry, TestEntry

What: TypeAlias = Literal["messages", "people"]

_COLUMNS: Final = {"*": PathSpec(ANY, "A column of the row, or a dotted path into it.")}
_OPEN: Final[Mapping[str, tuple[str, ...]]] = {"messages": ("extra",), "people": ("extra", "handles", "ids")}
"""Groups whose names are free: ``extra.anything``, ``handles.x``."""
_NOT_TEXT: Final = frozenset(
    {
        *("public", "sent_at", "edited_at", "attachments", "rating", "missed", "automatic", "updated_at", "extra"),
        *("author.authenticated", "author.reach", "author.verified"),
    }
)
"""Fields (and groups) whose values stay as they are; in all others numbers become text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RowMapping:
    """How a row becomes a document of the message or person format."""

    what: What
    when: Condition | None
    fields: Mapping[str, FieldEntry]
    columns: Mapping[str, tuple[str | int, ...]]
    """Columns that it needs, and where in the file they are named first."""
    document: Document = field(repr=False)
    tests: tuple[TestEntry, ...] = ()
    _plan: tuple[tuple[str, str, Callable[[Mapping[str, Any]], Any]], ...] = field(repr=False)

    @property
    def file(self) -> str:
        """Return the file that it was loaded from."""
        return self.document.file

    def read(self, row: Mapping[str, Any]) -> dict[str, Any] | None:
        """Return the document for a row, without empty fields; None if ``when`` leaves the row out.

        Columns are found by their names as they stand, else as dotted paths into nested JSON. Times that ``parse_time``
        read are aware UTC datetimes. Raises ``Refused`` naming the field that cannot be converted.
        """
        if self.when is not None and not self.when.evaluate(row):
            return None
        document: dict[str, Any] = {}
        for group, name, get in self._plan:
            value = get(row)
            if not value and verbs.is_empty(value):
                continue
            if not group:
                document[name] = value
            elif group in document:
                document[group][name] = value
            else:
                document[group] = {name: value}
        return document

    def check_columns(self, columns: Collection[str]) -> None:
        """Raise ``ConfigError`` for every column that a table with these headings does not have.

        Of a list of columns one is enough.
        """
        lists = [set(entry.from_) for entry in self.fields.values() if isinstance(entry.from_, list)]
        spared = {name for names in lists if not names.isdisjoint(columns) for name in names}
        documents.raise_faults(
            self.document,
            [
                Fault(place, f"the file has no column {name!r}{did_you_mean(name, columns)}")
                for name, place in self.columns.items()
                if name not in columns and name not in spared
            ],
        )


def load_row_mapping(source: Path | Document, *, what: What = "messages") -> RowMapping:
    """Load a mapping of rows from a file, or from a part of a document such as the project file.

    A part may be just the fields. Everything wrong with it is one ``ConfigError`` with a line for each fault.
    """
    document = documents.load(source) if isinstance(source, Path) else source
    if document is source and "fields" not in document.data:
        document = document.under("fields")
    entry = documents.validate(document, RowEntry)
    workshop = Workshop(document, _COLUMNS)
    when = workshop.condition(entry.when, "when", yields="bool") if entry.when is not None else None
    plan = [(*_group(workshop, name, what), _compiled(workshop, name, each)) for name, each in entry.fields.items()]
    documents.raise_faults(document, workshop.faults)
    return RowMapping(
        what=what,
        when=when,
        fields=entry.fields,
        columns=workshop.used,
        document=document,
        tests=tuple(entry.tests),
        _plan=tuple(plan),
    )


def row_fields(what: What) -> dict[str, str]:
    """Return the fields that a mapping of rows may fill, with their meaning; ``extra.*`` stands for any name."""
    model, nested = (MessageDocument, {"author": AuthorDocument}) if what == "messages" else (PersonDocument, {})
    names: dict[str, str] = {}
    for name, info in model.model_fields.items():
        inner = nested.get(name)
        if inner is not None:
            names |= {f"{name}.{sub}": str(each.description) for sub, each in inner.model_fields.items()}
        else:
            names[f"{name}.*" if name in _OPEN[what] else name] = str(info.description)
    return names


def _group(workshop: Workshop, name: str, what: What) -> tuple[str, str]:
    """Return the object that a field stands in ('' for none) and its name there; unknown names are faults."""
    group, _, inner = name.partition(".")
    if group not in _OPEN[what]:
        group, _, inner = name.rpartition(".")
    known = row_fields(what)
    if name not in known and not (f"{group}.*" in known and inner):
        workshop.fault(f"unknown field {name!r}{did_you_mean(name, known)}", "fields", name)
    return group, inner


def _compiled(workshop: Workshop, name: str, entry: FieldEntry) -> Callable[[Mapping[str, Any]], Any]:
    get = compile_field(workshop, name, entry)
    if name in _NOT_TEXT or name.partition(".")[0] in _NOT_TEXT:
        return get

    def as_text(row: Mapping[str, Any]) -> Any:  # noqa: ANN401 - any JSON
        value = get(row)
        if type(value) is str or value is None:
            return value
        return [verbs.text(item) for item in value] if isinstance(value, list) else verbs.text(value)

    return as_text
