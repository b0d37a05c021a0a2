"""Templates of requests, compiled by the engine of the mappings: a misspelt path is an error with its line.

A text that is one path in braces keeps the value's type; what has no value is left out of bodies, queries and headers.
``{compute: {from: …, map: …, cel: …}}`` is any field of a mapping; ``{each: files, of: …}`` makes a list; ``...`` lays what
stands there into the object around it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, TypeAlias

from bridge import documents
from bridge.mapping import verbs
from bridge.mapping.entries import FieldEntry
from bridge.mapping.fields import Workshop, compile_field
from bridge.mapping.paths import ANY, PathSpec
from bridge.mapping.target import to_json

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bridge.document_faults import Place
    from bridge.documents import Document

    Values: TypeAlias = Mapping[str, Any]
    Get: TypeAlias = Callable[[Values], Any]

_ALONE = re.compile(r"\{([^{}]+)\}")
_SPREAD = "..."


class Nothing:
    """No value: what would hold it is left out."""


NOTHING = Nothing()


def known(**descriptions: str) -> dict[str, PathSpec]:
    """Return paths of any type; a name that ends with ``_all`` stands for all paths below it too."""
    paths = {}
    for name, description in descriptions.items():
        bare = name.removesuffix("_all")
        paths[bare] = PathSpec(ANY, description)
        if name != bare:
            paths[f"{bare}.*"] = PathSpec(ANY, description)
    return paths


PATHS = known(
    ref="The tool's id of the record.",
    key="Our key of the record.",
    parent="The tool's id of the case that a message stands in.",
    thing="person, profile, case or message.",
    object="The object's name.",
    fields_all="The fields that are to be written, as the tool wants them.",
    present_all="The row as it is there now.",
    fill_if_empty="Names of the fields that are to be written only where nothing stands.",
    case_all="The row of the case that a message stands in, with reads_case.",
    etag="The ETag of the row as it is there now.",
    idempotency_key="The same through all attempts of one version of a record.",
    other_ref="Amendments: id of the other case.",
    text="Amendments: the text or tag.",
    tags="Amendments: the tags of the case with the new one.",
    files="Files to send, each with name, mime and base64.",
    file_all="One of the files; with upload its token in the place of base64.",
    job="Id of a job.",
    since="Since when.",
    page="Number, offset or cursor of the page, for bodies.",
    now="The present.",
    values_all="Values of the site, from the project file.",
)
SIGNING_IN = known(secrets_all="Secrets, from the project file.", values_all="Values of the site.")


def text(document: Document, place: Place, paths: Mapping[str, PathSpec] = PATHS) -> Get:
    """Compile the text at ``place``; its values become text."""
    return _entry(document, place, FieldEntry.model_validate({"template": str(_at(document, place))}), paths)


def body(document: Document, place: Place, paths: Mapping[str, PathSpec] = PATHS) -> Get:
    """Compile anything at ``place``: objects and lists of texts."""
    data = _at(document, place)
    if isinstance(data, dict):
        return _object(document, place, data, paths)
    if isinstance(data, list):
        parts = [body(document, (*place, n), paths) for n in range(len(data))]
        return lambda values: [made for part in parts if (made := part(values)) is not NOTHING]
    if isinstance(data, str):
        alone = _ALONE.fullmatch(data)
        entry = FieldEntry.model_validate({"from": alone[1].strip()} if alone else {"template": data})
        get = _entry(document, place, entry, paths)
        return lambda values: NOTHING if (made := get(values)) is None else to_json(made)
    return lambda _: data


def _object(document: Document, place: Place, data: dict[str, Any], paths: Mapping[str, PathSpec]) -> Get:
    if set(data) == {"compute"}:
        entry = _computed(document, (*place, "compute"))
        get = _entry(document, (*place, "compute"), entry, paths)
        return lambda values: NOTHING if verbs.is_empty(made := get(values)) else to_json(made)
    if set(data) == {"each", "of"}:
        return _each(document, place, paths)
    parts = {key: body(document, (*place, key), paths) for key in data}

    def make(values: Values) -> Any:  # noqa: ANN401 - any JSON
        made: dict[str, Any] = {}
        for key, part in parts.items():
            value = part(values)
            if value is NOTHING:
                continue
            if key == _SPREAD:
                merge(made, value)
            elif isinstance(value, dict) and isinstance(made.get(key), dict):
                merge(made[key], value)
            else:
                made[key] = value
        return made

    return make


def _each(document: Document, place: Place, paths: Mapping[str, PathSpec]) -> Get:
    every = body(document, (*place, "each"), paths)
    one = body(document, (*place, "of"), paths)

    def make(values: Values) -> Any:  # noqa: ANN401 - any JSON
        items = every(values)
        return NOTHING if items is NOTHING or not items else [one({**values, "file": item}) for item in items]

    return make


def _computed(document: Document, place: Place) -> FieldEntry:
    return documents.validate(document.part(place), FieldEntry)


def _entry(document: Document, place: Place, entry: FieldEntry, paths: Mapping[str, PathSpec]) -> Get:
    part = document.part(place)
    workshop = Workshop(part, paths)
    get = compile_field(workshop, ".".join(str(step) for step in place), entry)
    documents.raise_faults(part, workshop.faults)
    return get


def _at(document: Document, place: Place) -> Any:  # noqa: ANN401 - plain YAML data
    data = document.data
    for step in place:
        data = data[step]
    return data


def merge(into: dict[str, Any], more: Mapping[str, Any]) -> None:
    """Lay one object over another, object in object."""
    for key, value in more.items():
        if isinstance(value, dict) and isinstance(into.get(key), dict):
            merge(into[key], value)
        else:
            into[key] = dict(value) if isinstance(value, dict) else value


def nested(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return fields with dotted names as the objects that they stand in."""
    made: dict[str, Any] = {}
    for name, value in fields.items():
        *steps, last = name.split(".")
        inner = made
        for step in steps:
            inner = inner.setdefault(step, {})
        inner[last] = value
    return made
