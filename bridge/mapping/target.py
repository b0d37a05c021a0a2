"""Mappings of our nouns to the records of a target: ``person.yaml``, ``case.yaml``, ``message.yaml``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from bridge import documents
from bridge.errors import Refused
from bridge.mapping import verbs
from bridge.mapping.entries import TargetEntry, Write
from bridge.mapping.fields import Workshop, compile_field
from bridge.mapping.paths import PATHS
from bridge.nouns import Json, Reference, Thing

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from bridge.conditions import Condition
    from bridge.documents import Document
    from bridge.mapping.entries import TargetFieldEntry, TestEntry

_AGENTS_PATHS: Final = frozenset({"case.status", "case.priority", "case.queue", "case.subject", "case.reason"})
_AGENTS_NAMES: Final = frozenset({"status", "priority", "owner", "assignee", "queue", "group", "subject", "reason"})
"""What agents change in a case; names without ``Id``, ``_id`` and the like."""

_WORDS: Final = frozenset({"case.subject", "case.summary", "case.history", "message.subject", "message.text"})
"""Paths whose values are what people wrote."""

_REFERS: Final[Mapping[Thing, tuple[str, ...]]] = {
    Thing.PERSON: (),
    Thing.PROFILE: ("person",),
    Thing.CASE: ("person",),
    Thing.MESSAGE: ("case", "person", "profile"),
}


@dataclass(frozen=True, slots=True)
class Rendered:
    """The fields of a record, ready for JSON (times as ISO 8601, references apart)."""

    fields: dict[str, Json | Reference]
    create_only: frozenset[str] = frozenset()
    fill_if_empty: frozenset[str] = frozenset()
    skipped: str | None = None
    """Why the record is not to be delivered, if so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetMapping:
    """How one of our nouns becomes a record of one object of a target."""

    thing: Thing
    object: str
    key_field: str
    when: Condition | None
    fields: Mapping[str, TargetFieldEntry]
    """The entries as written, by field name."""
    writes: Mapping[str, Write]
    """When each field is written again."""
    paths: frozenset[str]
    """Paths that ``render`` needs."""
    document: Document = field(repr=False)
    tests: tuple[TestEntry, ...] = ()
    _plain: tuple[tuple[str, Callable[[Mapping[str, Any]], Any], bool], ...] = field(repr=False)
    _references: tuple[tuple[str, TargetFieldEntry], ...] = field(repr=False)
    _create_only: frozenset[str] = field(repr=False)
    _fill_if_empty: frozenset[str] = field(repr=False)

    @property
    def file(self) -> str:
        """Return the file that it was loaded from."""
        return self.document.file

    @property
    def refers(self) -> frozenset[str]:
        """Return what it refers to: person, case, profile."""
        return frozenset(each.ref for each in self.fields.values() if each.ref)

    def applies(self, values: Mapping[str, Any]) -> bool:
        """Tell whether its ``when`` holds for values by dotted path."""
        return self.when is None or bool(self.when.evaluate(values))

    @property
    def worded(self) -> frozenset[str]:
        """Return the fields that may hold what people wrote."""
        entries = self.fields.items()
        return frozenset(name for name, each in entries if each.func or not _WORDS.isdisjoint(_sources(each)))

    def render(self, values: Mapping[str, Any], refs: Mapping[str, Reference]) -> Rendered:
        """Return the record for values by dotted path and references by ``person``, ``case`` and ``profile``.

        A path that is not there is empty. Raises ``Refused`` naming the field without a value that needs one or whose
        value cannot be converted.
        """
        if self.when is not None and not self.applies(values):
            return Rendered({}, skipped=f"when: {self.when.source}")
        fields: dict[str, Json | Reference] = {}
        for name, get, omit in self._plain:
            value = get(values)
            if omit and verbs.is_empty(value):
                continue
            fields[name] = value if type(value) is str else to_json(value)
        for name, entry in self._references:
            reference = refs.get(entry.ref or "")
            if reference is None and entry.required:
                message = f"{name}: there is no {entry.ref} to refer to, and it is required."
                raise Refused(message, field=name)
            if reference is not None or not entry.omit_if_empty:
                fields[name] = reference
        return Rendered(fields, self._create_only, self._fill_if_empty)


def load_target_mapping(path: Path, *, thing: Thing | None = None) -> TargetMapping:
    """Load a mapping file; ``thing`` is what it says itself, else what its name says (``case.yaml``).

    Everything wrong with it is one ``ConfigError`` with a line for each fault.
    """
    document = documents.load(path)
    return compile_target_mapping(document, thing=thing, stem=path.stem)


def compile_target_mapping(document: Document, *, thing: Thing | None = None, stem: str = "") -> TargetMapping:
    """Compile a mapping from a document; as ``load_target_mapping``."""
    entry = documents.validate(document, TargetEntry)
    thing = _thing(document, entry, thing, stem)
    workshop = Workshop(document, PATHS[thing])
    when = workshop.condition(entry.when, "when", yields="bool") if entry.when is not None else None
    if entry.key and entry.key in entry.fields:
        workshop.fault(
            f"{entry.key} is the key; it is filled in by itself, take it out of the fields.", "fields", entry.key
        )
    compiled = {name: compile_field(workshop, name, each) for name, each in entry.fields.items()}
    for name, each in entry.fields.items():
        if each.ref and each.ref not in _REFERS[thing]:
            to = f"refers to its {' or '.join(_REFERS[thing])} only" if _REFERS[thing] else "refers to nothing"
            workshop.fault(f"{name}: a {thing} {to}.", "fields", name, "ref")
    documents.raise_faults(document, workshop.faults)
    writes = {name: each.write or default_write(thing, name, each) for name, each in entry.fields.items()}
    return TargetMapping(
        thing=thing,
        object=entry.object,
        key_field=entry.key,
        when=when,
        fields=entry.fields,
        writes=writes,
        paths=frozenset(workshop.used),
        document=document,
        tests=tuple(entry.tests),
        _plain=tuple(
            (name, get, entry.fields[name].omit_if_empty)
            for name, get in compiled.items()
            if not entry.fields[name].ref
        ),
        _references=tuple((name, each) for name, each in entry.fields.items() if each.ref),
        _create_only=_with(writes, Write.CREATE_ONLY),
        _fill_if_empty=_with(writes, Write.FILL_IF_EMPTY),
    )


def default_write(thing: Thing, name: str, entry: TargetFieldEntry) -> Write:
    """Return the write mode of a field that names none: the target's people win.

    Fields of persons, and the person that a case refers to, are filled if empty. Of cases, what agents change (status,
    priority, owner, queue, subject, reason, by source or by the field's name) and constants are written once. The rest
    is overwritten.
    """
    if thing is Thing.PERSON or entry.ref == "person":
        return Write.FILL_IF_EMPTY
    if thing is Thing.MESSAGE:
        return Write.OVERWRITE
    bare = re.sub(r"_?id$|__c$|[^a-z]", "", name.lower().removesuffix("__c"))
    agents = bare in _AGENTS_NAMES or not _AGENTS_PATHS.isdisjoint(_sources(entry))
    return Write.CREATE_ONLY if agents or "value" in entry.sources() else Write.OVERWRITE


def to_json(value: Any) -> Json:  # noqa: ANN401 - what a source or plugin gives
    """Return a value as JSON: times as text, tuples as lists, what JSON does not know as text."""
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, datetime):
        return verbs.iso(value)
    if isinstance(value, list | tuple):
        return [to_json(item) for item in value]
    if isinstance(value, Mapping):
        return {str(key): to_json(item) for key, item in value.items()}
    return verbs.text(value)


def in_order(mappings: Sequence[TargetMapping]) -> tuple[TargetMapping, ...]:
    """Return the mappings of one thing in the order in which they are tried: one that always applies comes last.

    Two that always apply are a ``ConfigError``.
    """
    always = [each for each in mappings if each.when is None]
    if len(always) > 1:
        message = f"two mappings of {always[1].thing}s always apply, this one and {always[0].file}; give one of them a `when`."
        raise always[1].document.error(message)
    return (*(each for each in mappings if each.when is not None), *always)


def choose(mappings: Sequence[TargetMapping], values: Mapping[str, Any]) -> TargetMapping:
    """Return the first mapping that applies to values by dotted path, else the last, which then says why it does not."""
    return next((each for each in mappings if each.applies(values)), mappings[-1])


def _thing(document: Document, entry: TargetEntry, thing: Thing | None, stem: str) -> Thing:
    if thing is not None and entry.thing is not None and thing is not entry.thing:
        message = f"this is a mapping of a {entry.thing}, and a {thing} is needed here."
        raise document.error(message, ("thing",))
    thing = thing or entry.thing or _named(stem)
    if thing is None:
        raise document.error(
            "it does not say what it maps; add 'thing: person', 'thing: profile', 'thing: case' or 'thing: message'."
        )
    return thing


def _named(stem: str) -> Thing | None:
    """Return what ``message.yaml`` and ``message.call.yaml`` map by their names."""
    name = stem.partition(".")[0]
    return Thing(name) if name in set(Thing) else None


def _sources(entry: TargetFieldEntry) -> set[str]:
    """Return the paths that an entry reads, roughly: those that its texts name."""
    paths = [entry.from_] if isinstance(entry.from_, str) else entry.from_ or []
    return {*paths, *entry.args, *re.findall(r"[a-z]+\.[a-z_]+", f"{entry.template or ''} {entry.cel or ''}")}


def _with(writes: Mapping[str, Write], mode: Write) -> frozenset[str]:
    return frozenset(name for name, write in writes.items() if write is mode)
