"""A field of a mapping, compiled to one function of the values: source, then the verbs in their fixed order.

What is wrong with an entry is gathered as faults with the line, so that all is told at once.
"""

from __future__ import annotations

import importlib
import re
from dataclasses import dataclass, field
from datetime import UTC
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from bridge.conditions import Condition
from bridge.document_faults import Fault
from bridge.errors import ConfigError, Refused
from bridge.mapping import times, verbs
from bridge.mapping.paths import find, getter, unknown

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import tzinfo

    from bridge.conditions import Yields
    from bridge.document_faults import Place
    from bridge.documents import Document
    from bridge.mapping.entries import FieldEntry
    from bridge.mapping.paths import PathSpec

    Values: TypeAlias = Mapping[str, Any]
    Get: TypeAlias = Callable[[Values], Any]
    Step: TypeAlias = Callable[[Any], Any]

_BRACES = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")
_TEXTS: Final[tuple[tuple[str, Callable[[str], str]], ...]] = (
    ("strip", str.strip),
    ("collapse_ws", verbs.collapse_ws),
    ("lower", str.lower),
    ("upper", str.upper),
    ("integer_text", verbs.integer_text),
)


@dataclass(slots=True)
class Workshop:
    """What compiling needs, and what it gathers."""

    document: Document
    paths: Mapping[str, PathSpec]
    used: dict[str, Place] = field(default_factory=dict)
    """Paths that anything needs, and where they stand first."""
    faults: list[Fault] = field(default_factory=list)

    def fault(self, message: str, *place: str | int) -> None:
        """Note what is wrong at ``place``."""
        self.faults.append(Fault(place, message))

    def get(self, path: str, *place: str | int) -> Get:
        """Return a function that gets ``path``; an unknown one is a fault."""
        if find(path, self.paths) is None:
            self.fault(unknown(path, self.paths), *place)
        self.used.setdefault(path, place)
        return getter(path, self.paths)

    def condition(self, source: str, *place: str | int, yields: Yields) -> Condition | None:
        """Compile CEL; what is wrong with it is a fault."""
        line = self.document.line(place)
        try:
            condition = Condition.compile(source, self.paths, file=self.document.file, line=line, yields=yields)
        except ConfigError as error:
            self.fault(error.message, *place)
            return None
        for path in condition.paths:
            self.used.setdefault(path, place)
        return condition


def compile_field(workshop: Workshop, name: str, entry: FieldEntry) -> Get:
    """Return the function of a field; it returns None for "no value" and raises ``Refused`` naming the field."""
    place = ("fields", name)
    _check(workshop, entry, place)
    get = _source(workshop, entry, place)
    steps = _steps(workshop, entry, place)
    default, last, required = entry.default, _last(entry), entry.required

    def value_of(values: Values) -> Any:  # noqa: ANN401 - any JSON
        try:
            value = get(values)
            for step in steps:
                if not value and verbs.is_empty(value):
                    break
                value = step(value)
            if not value and verbs.is_empty(value):
                value = default
            if last is not None and value is not None:
                value = last(value)
        except (ValueError, OverflowError) as error:
            message = f"{name}: {error}."
            raise Refused(message, field=name) from error
        except Refused as refused:
            message = f"{name}: {refused}"
            raise Refused(message, field=name) from refused
        if required and verbs.is_empty(value):
            message = f"{name}: there is no value, and it is required."
            raise Refused(message, field=name)
        return value

    return value_of


def _check(workshop: Workshop, entry: FieldEntry, place: Place) -> None:
    given = entry.sources()
    known = "from, template, value, cel, func" + (", ref" if "ref" in type(entry).model_fields else "")
    if len(given) != 1:
        many = f"it has {' and '.join(given)}" if given else "it has none"
        workshop.fault(f"{place[-1]}: a field needs exactly one source ({known}); {many}.", *place)
    if entry.args and not entry.func:
        workshop.fault(f"{place[-1]}: args are for func.", *place, "args")
    if (entry.ellipsis or entry.unit != "characters") and entry.truncate is None:
        workshop.fault(f"{place[-1]}: ellipsis and unit are for truncate.", *place)
    elif entry.truncate is not None and verbs.size(entry.ellipsis, entry.unit) >= entry.truncate:
        workshop.fault(f"{place[-1]}: the ellipsis is as long as the text may be.", *place, "ellipsis")
    if entry.zone and entry.parse_time is None and entry.type != "datetime":
        workshop.fault(f"{place[-1]}: zone is for parse_time and type: datetime.", *place, "zone")
    if entry.lower and entry.upper:
        workshop.fault(f"{place[-1]}: lower and upper exclude each other.", *place)
    if entry.omit_if_empty and entry.required:
        workshop.fault(f"{place[-1]}: omit_if_empty and required exclude each other.", *place)


# --- sources ------------------------------------------------------------------------------------------


def _source(workshop: Workshop, entry: FieldEntry, place: Place) -> Get:
    if isinstance(entry.from_, str):
        return workshop.get(entry.from_, *place, "from")
    if entry.from_ is not None:
        return _first_of([workshop.get(path, *place, "from", at) for at, path in enumerate(entry.from_)])
    if entry.template is not None:
        return _template(workshop, entry.template, place)
    if entry.cel is not None:
        condition = workshop.condition(entry.cel, *place, "cel", yields="value")
        return condition.evaluate if condition else lambda _: None
    if entry.func is not None:
        return _function(
            workshop, entry.func, [workshop.get(path, *place, "args", at) for at, path in enumerate(entry.args)], place
        )
    return lambda _: entry.value


def _first_of(getters: Sequence[Get]) -> Get:
    def get(values: Values) -> Any:  # noqa: ANN401 - any JSON
        for each in getters:
            if not verbs.is_empty(value := each(values)):
                return value
        return None

    return get


def _template(workshop: Workshop, template: str, place: Place) -> Get:
    """Return a function that fills ``template``; if it has paths and all are empty, there is no value."""
    literals, getters, at = [""], [], 0
    for found in _BRACES.finditer(template):
        literals[-1] += template[at : found.start()]
        at = found.end()
        if found[1] is not None:
            getters.append(workshop.get(found[1].strip(), *place, "template"))
            literals.append("")
        elif len(found[0]) == 2:
            literals[-1] += found[0][0]
        else:
            workshop.fault(
                f"{place[-1]}: a brace stands alone in the template; write {{{{ or }}}} for one.", *place, "template"
            )
    literals[-1] += template[at:]
    head, tails = literals[0], tuple(zip(getters, literals[1:], strict=True))

    def fill(values: Values) -> str | None:
        parts, filled = [head], not tails
        for get, literal in tails:
            part = verbs.text(get(values))
            filled = filled or bool(part)
            parts += (part, literal)
        return "".join(parts) if filled else None

    return fill


def _function(workshop: Workshop, name: str, getters: Sequence[Get], place: Place) -> Get:
    module, _, attribute = name.partition(":")
    try:
        function = getattr(importlib.import_module(module), attribute)
    except (ImportError, AttributeError) as error:
        workshop.fault(f"{place[-1]}: the function {name} cannot be loaded: {error}.", *place, "func")
        return lambda _: None
    if not callable(function):
        workshop.fault(f"{place[-1]}: {name} is no function.", *place, "func")

    def call(values: Values) -> Any:  # noqa: ANN401 - any JSON
        arguments = [get(values) for get in getters]
        try:
            return function(*arguments)
        except Exception as error:
            message = f"the function {name} failed: {type(error).__name__}: {error}"
            raise ValueError(message) from error

    return call


# --- verbs --------------------------------------------------------------------------------------------


def _steps(workshop: Workshop, entry: FieldEntry, place: Place) -> tuple[Step, ...]:
    steps: list[Step] = []
    if entry.strip_html:
        steps.append(verbs.on_texts(verbs.strip_html))
    if entry.html_unescape:
        steps.append(verbs.on_texts(verbs.html_unescape))
    if entry.replace:
        steps.append(verbs.on_texts(verbs.replacer(entry.replace)))
    if entry.split is not None:
        steps.append(verbs.splitter(entry.split))
    steps += [verbs.on_texts(function) for name, function in _TEXTS if getattr(entry, name)]
    if entry.map is not None:
        steps.append(verbs.mapper(entry.map))
    if entry.first:
        steps.append(verbs.first)
    if entry.parse_time is not None or entry.type == "datetime":
        steps.append(_time_step(workshop, entry, place))
    if entry.join is not None:
        steps.append(verbs.joiner(entry.join))
    if entry.type in _CONVERTERS:
        steps.append(_CONVERTERS[entry.type])
    return tuple(steps)


_CONVERTERS: Final[Mapping[str | None, Step]] = {
    "string": verbs.text,
    "integer": verbs.to_integer,
    "number": verbs.to_number,
    "boolean": verbs.to_boolean,
    "list": verbs.to_list,
}


def _time_step(workshop: Workshop, entry: FieldEntry, place: Place) -> Step:
    formats = [entry.parse_time] if isinstance(entry.parse_time, str) else entry.parse_time or ["iso"]
    zone: tzinfo = UTC
    try:
        zone = times.time_zone(entry.zone) if entry.zone else UTC
    except ValueError as error:
        workshop.fault(f"{place[-1]}: {error}", *place, "zone")
    try:
        return times.reader(formats, zone)
    except ValueError as error:
        workshop.fault(f"{place[-1]}: {error}", *place, "parse_time")
        return verbs.text


def _last(entry: FieldEntry) -> Step | None:
    """Return what is done to defaults too: cutting."""
    limit, ellipsis, unit = entry.truncate, entry.ellipsis, entry.unit
    if limit is None:
        return None
    return lambda value: verbs.truncate(verbs.text(value), limit, ellipsis=ellipsis, unit=unit)
