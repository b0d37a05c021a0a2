"""The parts of the reference that the code knows best, written from it.

``python -m tests.docs.write`` puts them into the pages; a test asks that they stand there as they are.
"""

from __future__ import annotations

import json
import re
from functools import cache
from typing import TYPE_CHECKING, Any

import typer

import cli
from adapters.http import templates
from bridge import registry
from bridge.commands.counted import WORDS
from bridge.registry import Role
from bridge.shorthand import TABLE
from bridge.templates import PLACES
from bridge.triage.file import TriageFile
from bridge.triage.model import PATHS
from config.environment import PREFIX, Environment
from config.project import SourceEntry, TargetEntry
from config.schema import schemas
from tests.source_tree import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from datetime import timedelta
    from pathlib import Path

REFERENCE = ROOT / "docs" / "reference"
SHARED = ("--project", "--json", "--quiet", "--debug", "--help")
_MARKED = "<!-- generated: {0} -->\n"
_END = "<!-- end of {0} -->"


def leaves(group: Any = None, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:  # noqa: ANN401 - Typer's commands
    """Yield every command with the words that call it."""
    group = typer.main.get_command(cli.main) if group is None else group
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from leaves(command, (*path, name))
        else:
            yield (*path, name), command


def command_pages() -> str:
    """Return a section for each command: what it does, what it takes, an example."""
    return "\n".join(_command(path, command) for path, command in leaves())


def shared_options() -> str:
    """Return a table of the options of every command and of the program itself."""
    options = {option.opts[-1]: getattr(option, "help", "") for option in typer.main.get_command(cli.main).params}
    return _table(("option", "meaning"), ((f"`{name}`", text) for name, text in options.items()))


def environment() -> str:
    """Return a table of the variables that we read ourselves."""
    fields = Environment.model_json_schema()["properties"].items()
    rows = ((f"`{PREFIX}{name.upper()}`", _value(spec), _meaning(spec)) for name, spec in fields)
    return _table(("variable", "value", "meaning"), rows)


def _command(path: tuple[str, ...], command: Any) -> str:  # noqa: ANN401 - a Typer command
    text, _, example = (command.help or "").partition("Example:")
    lines = [f"### {' '.join(path)}", "", _sentences(text), ""]
    own = [each for each in command.params if not set(each.opts) & set(SHARED)]
    if own:
        lines += [_table(("takes", "meaning"), ((_parameter(each), _help(each)) for each in own))]
    return "\n".join([*lines, "```sh", example.strip(), "```", ""])


def _sentences(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())


def _parameter(parameter: Any) -> str:  # noqa: ANN401 - a Typer parameter
    names = [*parameter.opts, *parameter.secondary_opts]
    if not names[-1].startswith("-"):
        many = " …" if parameter.nargs == -1 else ""
        return f"`{parameter.name.upper()}{many}`" + (" **needed**" if parameter.required else "")
    return ", ".join(f"`{name}`" for name in names) + (" **needed**" if parameter.required else "")


def _help(parameter: Any) -> str:  # noqa: ANN401 - a Typer parameter
    default = parameter.default
    told = f" ({default})" if isinstance(default, int) and not isinstance(default, bool) and default else ""
    return _sentences(parameter.help or "") + told


def project_file() -> str:
    """Return a table of keys for each part of the project file, with the settings of every adapter."""
    schema = schemas()["project"]
    parts = schema["$defs"]
    top = _keys(schema, without=())
    sections = [("## The whole file", "", top)]
    for heading, model in (("## Sources", SourceEntry), ("## Targets", TargetEntry)):
        every = model.model_json_schema(by_alias=True)
        sections.append((f"{heading}: keys of every type", str(model.__doc__), _keys(every, without=())))
        kind = heading[3:-1]
        common = set(every["properties"])
        sections += [
            (f"### type: {_type(part)} ({kind.lower()})", part["description"], _keys(part, without=common))
            for name, part in sorted(parts.items())
            if name.endswith(kind)
        ]
    sections += [
        (f"## {title}", parts[name]["description"], _keys(parts[name], without=())) for title, name in _SECTIONS.items()
    ]
    return "\n".join(f"{heading}\n\n{text}\n\n{table}" for heading, text, table in sections)


_SECTIONS = {
    "syncs": "SyncEntry",
    "cases": "CasesEntry",
    "identity": "IdentityPolicy",
    "brakes": "BrakesEntry",
    "attachments": "AttachmentsEntry",
    "personal_data": "PersonalDataEntry",
    "units": "UnitEntry",
    "mapping_files of a target": "MappingFiles",
    "custom_fields of a desk": "CustomFields",
    "A custom field": "CustomField",
}
"""Heading → part of the schema; cases: units: has the keys of cases once more."""


def _type(part: Mapping[str, Any]) -> str:
    return str(part["properties"]["type"]["const"])


def _keys(part: Mapping[str, Any], *, without: Iterable[str]) -> str:
    needed = set(part.get("required", ()))
    rows = (
        (f"`{key}`" + (" **needed**" if key in needed else ""), _value(spec), _default(spec), _meaning(spec))
        for key, spec in part["properties"].items()
        if key not in set(without) | {"type"} or (key == "type" and not without)
    )
    return _table(("key", "value", "if absent", "meaning"), rows)


@cache
def _sections() -> dict[str, Any]:
    every = schemas()
    found: dict[str, Any] = (
        every["project"]["$defs"] | every["manifest"]["$defs"] | TriageFile.model_json_schema()["$defs"]
    )
    return found


def _value(spec: Mapping[str, Any]) -> str:
    """Return what a key takes, in words."""
    if "anyOf" in spec:
        return " or ".join(_value(each) for each in spec["anyOf"] if each.get("type") != "null")
    if "enum" in spec:
        return ", ".join(f"`{each}`" for each in spec["enum"])
    if "$ref" in spec:
        return _REFERRED.get(spec["$ref"].rsplit("/", 1)[1], "section")
    if spec.get("type") == "object":
        inner = spec.get("additionalProperties")
        return f"name → {_value(inner)}" if isinstance(inner, dict) else "name → value"
    if spec.get("type") == "array":
        return f"list of {_value(spec.get('items', {}))}"
    return _WORDS.get(str(spec.get("type", "")), "section")


_WORDS = {"string": "text", "integer": "whole number", "number": "number", "boolean": "true/false"}
_REFERRED = {"TargetMode": "`observe`, `shadow`, `live`", "Persons": "`link`, `create`"}


def _default(spec: Mapping[str, Any]) -> str:
    value = spec.get("default")
    return "" if value in (None, "", [], {}) else f"`{json.dumps(value, ensure_ascii=False)}`".replace('"', "")


def _meaning(spec: Mapping[str, Any]) -> str:
    """Return the description of a key, or that of the section which it takes."""
    referred: dict[str, Any] = _sections().get(str(spec.get("$ref", "")).rsplit("/", 1)[-1], {})
    return _sentences(str(spec.get("description") or referred.get("description", "")))


def counts() -> str:
    """Return a table of the names of counts and what ``casebridge sync`` says of them."""
    return _table(("name", "said of so many"), ((f"`{name}`", words) for name, words in WORDS.items()))


def triage_keys() -> str:
    """Return a table of keys for each part of a triage file."""
    schema = TriageFile.model_json_schema(by_alias=True)
    sections = [("### The file", schema), *((f"### {name}", schema["$defs"][name]) for name in _TRIAGE)]
    return "\n".join(
        f"{heading}\n\n{_sentences(str(part['description']))}\n\n{_keys(part, without=())}"
        for heading, part in sections
    )


_TRIAGE = ("Rule", "Decided", "Sla", "Reason")


def triage_paths() -> str:
    """Return a table of what conditions may use."""
    rows = ((f"`{path}`", spec.type, _sentences(spec.description)) for path, spec in PATHS.items())
    return _table(("name", "type", "meaning"), rows)


def manifest_keys() -> str:
    """Return a table of keys for each part of a manifest, and of what templates may name."""
    schema = schemas()["manifest"]
    parts = schema["$defs"]
    sections = [("## Keys of a manifest", schema)]
    sections += [(f"### {title}", parts[name]) for title, name in _MANIFEST.items()]
    tables = [f"{heading}\n\n{_keys(part, without=())}" for heading, part in sections]
    names = ((f"`{{{name}}}`", spec.description) for name, spec in templates.PATHS.items())
    return "\n".join([*tables, f"### What templates may name\n\n{_table(('path', 'meaning'), names)}"])


_MANIFEST = {
    "An object": "Object",
    "A field": "FieldSpec",
    "A request": "Request",
    "describe": "Describe",
    "reads": "Reads",
    "A path with more": "Take",
    "pages": "Pages",
    "answers": "Rule",
    "auth": "Auth",
    "sign": "Signing",
    "amend": "Amend",
}
"""Heading → part of the schema."""


def adapter_table() -> str:
    """Return a table of every registered adapter: what it is used as, and the first line of what it says of itself."""
    rows = (
        (f"`{each.kind}`", registry.CONTRACTS[each.role].__name__.lower(), _first_line(each.adapter))
        for each in registry.registrations()
        if each.distribution == "casebridge"
    )
    return _table(("type", "role", "what it does"), rows)


def idempotency() -> str:
    """Return a table of how each adapter repeats a write without doubling it, per object."""
    rows: list[tuple[str, str, str, str]] = []
    for each in registry.registrations():
        adapter: Any = each.adapter
        if each.distribution != "casebridge" or adapter is None:
            continue
        if each.role is Role.TARGET:
            rows += [(f"`{each.kind}`", name, *_way(way)) for name, way in adapter.idempotency.items()]
        elif each.role is Role.PUBLISHER:
            rows.append((f"`{each.kind}`", "answer", *_way(adapter.publishing)))
    return _table(("adapter", "object", "a repeated write", "“not found” proves nothing for"), rows)


def _way(way: Any) -> tuple[str, str]:  # noqa: ANN401 - an Idempotency
    return str(way.strategy), _length(way.settle_after)


def _length(time: timedelta) -> str:
    return f"{time.total_seconds():g} s" if time else "no time: it is read at once"


def _first_line(adapter: type | None) -> str:
    return _sentences(re.sub("``", "`", (getattr(adapter, "__doc__", "") or "").split("\n")[0]))


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def places() -> str:
    """Return what may stand in templates, as a table."""
    lines = [f"| `{{{name}}}` | {meaning} |" for name, meaning in PLACES.items()]
    return "\n".join(["| place | what stands there |", "|---|---|", *lines])


def shorthands() -> str:
    """Return what agents may begin an answer with, as a table."""
    lines = [f"| `{example}` | {meaning} |" for example, meaning in TABLE.items()]
    return "\n".join(["| shorthand | what it does |", "|---|---|", *lines])


PARTS: Mapping[tuple[Path, str], Callable[[], str]] = {
    (REFERENCE / "cli.md", "options"): shared_options,
    (REFERENCE / "cli.md", "environment"): environment,
    (REFERENCE / "cli.md", "commands"): command_pages,
    (REFERENCE / "project-file.md", "keys"): project_file,
    (REFERENCE / "triage.md", "keys"): triage_keys,
    (REFERENCE / "triage.md", "names"): triage_paths,
    (REFERENCE / "status-json.md", "counts"): counts,
    (ROOT / "docs" / "targets" / "http.md", "keys"): manifest_keys,
    (ROOT / "docs" / "how-to" / "answer-customers.md", "places"): places,
    (ROOT / "docs" / "how-to" / "answer-customers.md", "shorthands"): shorthands,
    (ROOT / "docs" / "guarantees.md", "adapters"): adapter_table,
    (ROOT / "docs" / "guarantees.md", "idempotency"): idempotency,
}
"""(page, name of the part) → what stands there."""


def stands(page: Path, part: str) -> str:
    """Return what stands in a page between the marks of a part."""
    _, _, after = page.read_text(encoding="utf-8").partition(_MARKED.format(part))
    return after.partition(_END.format(part))[0].strip("\n") + "\n"


def put(page: Path, part: str, text: str) -> None:
    """Write a part into its page, between its marks."""
    before, mark, after = page.read_text(encoding="utf-8").partition(_MARKED.format(part))
    _, end, rest = after.partition(_END.format(part))
    page.write_text(f"{before}{mark}\n{text.strip(chr(10))}\n\n{end}{rest}", encoding="utf-8")
