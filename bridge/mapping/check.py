"""Whether a mapping fits what the target says of its object, before the target refuses records."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from bridge.document_faults import did_you_mean
from bridge.mapping import verbs
from bridge.mapping.entries import Write
from bridge.mapping.paths import PATHS, STRING, TEXT, find

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bridge.mapping.entries import TargetFieldEntry
    from bridge.mapping.target import TargetMapping
    from bridge.nouns import FieldSchema, ObjectSchema

_FITS: Final[Mapping[str, frozenset[str]]] = {
    "string": frozenset({"string", "text"}),
    "text": frozenset({"string", "text"}),
    "picklist": frozenset({"string", "text"}),
    "reference": frozenset({"string", "text", "reference"}),
    "integer": frozenset({"integer"}),
    "number": frozenset({"integer", "number"}),
    "boolean": frozenset({"boolean"}),
    "datetime": frozenset({"datetime"}),
    "list": frozenset({"list"}),
}
"""Type of a target's field → types of values that it takes."""
_UNITS_A_CHARACTER: Final = {"characters": 1, "utf16": 2, "bytes": 4}


class Severity(StrEnum):
    """How bad a problem is."""

    ERROR = "error"
    """Records will be refused."""
    WARNING = "warning"
    """Some records may be refused, or what people see is not what was meant."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing in a mapping that does not fit the target."""

    severity: Severity
    field: str
    message: str
    file: str
    line: int

    def __str__(self) -> str:
        """Render as ``file:line: error: message``."""
        return f"{self.file}:{self.line}: {self.severity}: {self.message}"


def check(mapping: TargetMapping, schema: ObjectSchema) -> list[Problem]:
    """Compare ``mapping`` with the object as its target describes it now; the list is empty if all fits."""
    problems = [*_key(mapping, schema), *_missing(mapping, schema)]
    for name, entry in mapping.fields.items():
        field = schema.fields.get(name)
        if field is None:
            message = f"{schema.name} has no field {name!r}{did_you_mean(name, schema.fields)}"
            problems.append(_problem(mapping, Severity.ERROR, name, message))
            continue
        found = (
            *_rights(mapping, name, field),
            *_type(mapping, entry, field),
            *_length(mapping, entry, field),
            *_picklist(mapping, entry, field),
        )
        problems += [_problem(mapping, severity, name, f"{name}: {message}") for severity, message in found]
    return sorted(problems, key=lambda problem: (problem.line, problem.field))


def _problem(mapping: TargetMapping, severity: Severity, name: str, message: str) -> Problem:
    place = ("fields", name) if name in mapping.fields else (name,)
    return Problem(severity, name, message, mapping.file, mapping.document.line(place))


def _key(mapping: TargetMapping, schema: ObjectSchema) -> Iterator[Problem]:
    if mapping.key_field and mapping.key_field not in schema.fields:
        message = f"{schema.name} has no field {mapping.key_field!r} for our key{did_you_mean(mapping.key_field, schema.fields)}"
        yield _problem(mapping, Severity.ERROR, "key", message)


def _missing(mapping: TargetMapping, schema: ObjectSchema) -> Iterator[Problem]:
    for name, field in schema.fields.items():
        if field.required and field.createable and name not in mapping.fields and name != mapping.key_field:
            yield _problem(
                mapping, Severity.ERROR, name, f"{schema.name} requires {name!r}, and the mapping does not fill it."
            )


def _rights(mapping: TargetMapping, name: str, field: FieldSchema) -> Iterator[tuple[Severity, str]]:
    if not field.createable:
        yield Severity.ERROR, "the target does not let it be set."
    elif not field.updateable and mapping.writes[name] is not Write.CREATE_ONLY:
        yield Severity.WARNING, "the target does not let it be changed later; add write: create_only."


def _type(mapping: TargetMapping, entry: TargetFieldEntry, field: FieldSchema) -> Iterator[tuple[Severity, str]]:
    given, wanted = _given_type(mapping, entry), _FITS.get(field.type)
    if given is None or wanted is None or given in wanted:
        return
    convertible = field.type in {"string", "integer", "number", "boolean", "datetime", "list"} and given != "reference"
    advice = f"; add type: {field.type}" if convertible else "; add type: string" if field.type == "text" else ""
    yield Severity.ERROR, f"the target takes a {field.type} and gets a {given}{advice}."


def _given_type(mapping: TargetMapping, entry: TargetFieldEntry) -> str | None:
    """Return the type of what an entry yields, None if that cannot be known."""
    if entry.ref:
        return "reference"
    if entry.truncate is not None or entry.template is not None or (entry.join is not None and not entry.type):
        return "string"
    if entry.type or entry.parse_time is not None:
        return entry.type or "datetime"
    if entry.map is not None or "value" in entry.sources():
        return _one_type(_constants(entry))
    return None if entry.first or entry.split else _source_type(mapping, entry)


def _source_type(mapping: TargetMapping, entry: TargetFieldEntry) -> str | None:
    paths = [entry.from_] if isinstance(entry.from_, str) else entry.from_ or []
    types = {spec.type for path in paths if (spec := find(path, PATHS[mapping.thing]))}
    types = {STRING if kind == TEXT else kind for kind in types}
    return types.pop() if len(types) == 1 and "any" not in types else None


def _one_type(values: list[Any]) -> str | None:
    names = {bool: "boolean", int: "integer", float: "number", str: "string", list: "list"}
    types = {names.get(type(value)) for value in values}
    return types.pop() if len(types) == 1 else None


def _length(mapping: TargetMapping, entry: TargetFieldEntry, field: FieldSchema) -> Iterator[tuple[Severity, str]]:
    if field.length is None or field.type not in {"string", "text"}:
        return
    limit = f"{field.length} {field.length_unit}"
    for value in _constants(entry):
        if isinstance(value, str) and verbs.size(value, _unit(field)) > field.length and entry.truncate is None:
            yield Severity.ERROR, f"{verbs.excerpt(value)} is longer than the target's {limit}."
    if entry.truncate is None:
        if _unbounded(mapping, entry):
            yield (
                Severity.WARNING,
                f"a text longer than the target's {limit} would be refused; add truncate: {field.length}.",
            )
    elif entry.unit in {"characters", field.length_unit} and entry.truncate > field.length:
        yield Severity.ERROR, f"truncate: {entry.truncate} is more than the target's {limit}."
    elif entry.unit == "characters" and entry.truncate * _UNITS_A_CHARACTER[_unit(field)] > field.length:
        yield Severity.WARNING, f"the target counts {field.length_unit}; add unit: {field.length_unit}."


def _unit(field: FieldSchema) -> Any:  # noqa: ANN401 - one of the three units, as a text in the schema
    return field.length_unit if field.length_unit in _UNITS_A_CHARACTER else "characters"


def _constants(entry: TargetFieldEntry) -> list[Any]:
    """Return the values that stand in the mapping itself."""
    values = [*(entry.map or {}).values(), entry.default, entry.value]
    return [value for value in values if value is not None]


def _unbounded(mapping: TargetMapping, entry: TargetFieldEntry) -> bool:
    if entry.map is not None or "value" in entry.sources() or entry.ref:
        return False
    if entry.template is not None or entry.func is not None:
        return True
    paths = [entry.from_] if isinstance(entry.from_, str) else entry.from_ or []
    specs = [spec for path in paths if (spec := find(path, PATHS[mapping.thing]))]
    return any(spec.type in {STRING, TEXT, "any"} and not spec.short and not spec.values for spec in specs)


def _picklist(mapping: TargetMapping, entry: TargetFieldEntry, field: FieldSchema) -> Iterator[tuple[Severity, str]]:
    if not field.picklist:
        return
    for value in dict.fromkeys(str(value) for value in _constants(entry)):
        if value not in field.picklist:
            yield Severity.ERROR, f"{value!r} is no choice of the target{_choices(value, field)}"
    if entry.map is not None or not isinstance(entry.from_, str):
        return
    spec = find(entry.from_, PATHS[mapping.thing])
    for value in spec.values if spec else ():
        if value not in field.picklist:
            yield (
                Severity.ERROR,
                f"{entry.from_} can be {value!r}, which is no choice of the target; add it to a map{_choices(value, field)}",
            )


def _choices(value: str, field: FieldSchema) -> str:
    near = did_you_mean(value, field.picklist)
    return near if "?" in near else f"; choices are {', '.join(field.picklist)}."
