"""Runs the tests that stand in mapping files."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bridge import documents
from bridge.errors import CasebridgeError, ConfigError, Refused
from bridge.mapping import verbs
from bridge.mapping.paths import DATETIME, PATHS, find, unknown
from bridge.mapping.rows import RowMapping
from bridge.nouns import Reference, Thing

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bridge.mapping.entries import TestEntry
    from bridge.mapping.target import TargetMapping


@dataclass(frozen=True, slots=True)
class TestResult:
    """How one test went; ``message`` says what differed, empty if it passed."""

    __test__ = False

    name: str
    passed: bool
    message: str
    file: str
    line: int


def run_tests(mapping: TargetMapping | RowMapping) -> list[TestResult]:
    """Run every test of a mapping; a file of ``given`` is looked for beside the mapping."""
    return [_result(mapping, at, test) for at, test in enumerate(mapping.tests)]


def _result(mapping: TargetMapping | RowMapping, at: int, test: TestEntry) -> TestResult:
    try:
        message = " ".join(_differences(mapping, test))
    except (CasebridgeError, ValueError) as error:
        message = str(error)
    return TestResult(test.name, not message, message, mapping.file, mapping.document.line(("tests", at)))


def _differences(mapping: TargetMapping | RowMapping, test: TestEntry) -> Iterator[str]:
    """Yield a sentence for everything that is not as expected."""
    given = _given(mapping, test)
    try:
        fields = _row(mapping, given) if isinstance(mapping, RowMapping) else _record(mapping, given)
    except Refused as refused:
        if refused.field != test.error:
            yield f"it was refused: {refused}"
        return
    if test.error is not None:
        yield f"it was to be refused for {test.error}, and was not."
    if (fields is None) != test.skipped:
        yield "it was to be left out, and was not." if test.skipped else "it was left out by 'when'."
    yield from _compared(fields or {}, test)


def _compared(fields: Mapping[str, Any], test: TestEntry) -> Iterator[str]:
    for name, expected in test.expect.items():
        if name not in fields:
            yield f"{name} is absent; expected was {expected!r}."
        elif not _same(fields[name], expected):
            yield f"{name} is {_shown(fields[name])!r}; expected was {expected!r}."
    yield from (f"{name} is {_shown(fields[name])!r}; it was to be absent." for name in test.absent if name in fields)


def _same(value: Any, expected: Any) -> bool:  # noqa: ANN401 - any JSON
    shown = _shown(value)
    if isinstance(value, datetime) and isinstance(expected, str):
        return value == datetime.fromisoformat(expected)
    return bool(shown == expected) and isinstance(shown, bool) == isinstance(expected, bool)


def _shown(value: Any) -> Any:  # noqa: ANN401 - any JSON
    if isinstance(value, Reference):
        return value.ref
    return verbs.iso(value) if isinstance(value, datetime) else value


def _given(mapping: TargetMapping | RowMapping, test: TestEntry) -> dict[str, Any]:
    if isinstance(test.given, dict):
        return test.given
    return dict(documents.load(Path(mapping.file).parent / test.given).data)


def _row(mapping: RowMapping, given: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the document flat, by dotted name."""
    document = mapping.read(given)
    if document is None:
        return None
    flat: dict[str, Any] = {}
    for name, value in document.items():
        flat |= {f"{name}.{inner}": each for inner, each in value.items()} if isinstance(value, dict) else {name: value}
    return flat


def _record(mapping: TargetMapping, given: Mapping[str, Any]) -> dict[str, Any] | None:
    refs = {name: Reference(Thing(name), f"test-{name}", str(ref)) for name, ref in given.get("refs", {}).items()}
    rendered = mapping.render(_values(mapping.thing, given), refs)
    return None if rendered.skipped else rendered.fields


def _values(thing: Thing, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return nested nouns as values by dotted path; times may be written as ISO 8601."""
    values: dict[str, Any] = {}
    for noun, fields in given.items():
        for name, value in _flat(noun, fields).items():
            path = f"{noun}.{name}"
            spec = find(path, PATHS[thing])
            if spec is None:
                message = f"given: {unknown(path, PATHS[thing])}"
                raise ConfigError(message)
            is_time = spec.type == DATETIME and isinstance(value, str)
            values[path] = datetime.fromisoformat(value) if is_time else value
    return values


def _flat(noun: str, fields: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    if noun == "refs":
        return {}
    if not isinstance(fields, dict):
        message = f"given: {noun} must hold its fields, as in {noun}: {{name: value}}."
        raise ConfigError(message)
    extra = fields.get("extra") or {}
    return {name: value for name, value in fields.items() if name != "extra"} | {
        f"extra.{name}": value for name, value in extra.items()
    }
