"""Read a manifest, check all of it, and compile its requests."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from adapters.http import templates
from adapters.http.answer_model import Means, Part
from adapters.http.model import Manifest, Request
from bridge import documents
from bridge.document_faults import Fault, did_you_mean
from bridge.errors import ConfigError
from bridge.mapping.paths import ANY, PathSpec

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from adapters.http.model import Object
    from bridge.document_faults import Place
    from bridge.documents import Document

    Get = Callable[[Mapping[str, Any]], Any]

_VARIABLE = re.compile(r"\$\{(\w+)\}")
SHIPPED = Path(__file__).parent / "manifests"
"""Manifests that come along."""


@dataclass(frozen=True, slots=True)
class Call:
    """A request whose templates are compiled."""

    name: str
    """Where it stands in the manifest, for people: ``tickets.create``."""
    asks: Request
    path: Get
    query: Mapping[str, Get]
    headers: Mapping[str, Get]
    body: Get | None


@dataclass(frozen=True, slots=True)
class Loaded:
    """A manifest, and its requests by the place where they stand."""

    manifest: Manifest
    document: Document
    calls: Mapping[str, Call]

    def call(self, *place: str) -> Call | None:
        """Return the request at a place (``tickets``, ``create``), None if there is none."""
        return self.calls.get(".".join(place))


def load(name: str, folder: Path) -> Loaded:
    """Return a manifest that comes along or stands in the project; everything wrong with it is one ``ConfigError``."""
    shipped = SHIPPED / f"{name}.yaml"
    path = folder / name
    if not path.is_file() and shipped.is_file():
        path = shipped
    elif not path.is_file():
        known = sorted(each.stem for each in SHIPPED.glob("*.yaml"))
        message = f"There is no manifest {name!r}: neither a file {path} nor one of {', '.join(known)}"
        raise ConfigError(message + did_you_mean(name, known))
    return _of(documents.text_of(path), str(path))


@lru_cache(maxsize=16)
def _of(text: str, file: str) -> Loaded:
    """Compile a text once: targets are connected again and again, and reading a manifest takes longer than a call."""
    return compiled(documents.parse(text, file))


def compiled(document: Document) -> Loaded:
    """Check and compile a manifest."""
    manifest = documents.validate(document, Manifest)
    documents.raise_faults(document, [*_environment(document.data), *_faults(manifest)])
    paths = _paths(manifest)
    calls = {}
    wrong: list[ConfigError] = []
    for place, request in _requests(manifest, ()):
        try:
            calls[".".join(place).removeprefix("objects.")] = _call(document, place, request, paths)
        except ConfigError as error:
            wrong.append(error)
    if wrong:
        first, *rest = sorted(wrong, key=lambda error: error.line or 0)
        more = "".join(f"\n{error}" for error in rest)
        raise ConfigError(first.message + more, file=first.file, line=first.line)
    return Loaded(manifest, document, calls)


def _requests(part: Part, place: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Request]]:
    """Yield all requests, each with its place; objects' own stand directly below their name."""
    if isinstance(part, Request):
        yield place, part
        return
    for name in type(part).model_fields:
        value = getattr(part, name)
        if isinstance(value, Part):
            yield from _requests(value, (*place, name))
        elif isinstance(value, dict):
            for key, item in value.items():
                if isinstance(item, Part):
                    yield from _requests(item, (*place, name, str(key)))


def _call(document: Document, place: Place, request: Request, paths: Mapping[str, PathSpec]) -> Call:
    given = request.model_fields_set
    name = ".".join(str(step) for step in place).removeprefix("objects.")
    return Call(
        name,
        request,
        templates.text(document, (*place, request.method), paths),
        {each: templates.body(document, (*place, "query", each), paths) for each in request.query},
        {each: templates.text(document, (*place, "headers", each), paths) for each in request.headers},
        templates.body(document, (*place, "body"), paths) if "body" in given else None,
    )


def _paths(manifest: Manifest) -> dict[str, PathSpec]:
    """Return what templates may name: of a site only what the manifest says that it wants to know."""
    told = {f"values.{name}": PathSpec(ANY, text) for name, text in manifest.values.items()}
    return {name: spec for name, spec in templates.PATHS.items() if not name.startswith("values")} | told


def _environment(data: Any, place: Place = ()) -> Iterator[Fault]:  # noqa: ANN401 - plain YAML data
    """Yield the variables that somebody wants to be filled in here: only the project file is."""
    if isinstance(data, dict):
        for key, value in data.items():
            yield from _environment(value, (*place, key))
    elif isinstance(data, list):
        for number, value in enumerate(data):
            yield from _environment(value, (*place, number))
    elif isinstance(data, str) and (found := _VARIABLE.search(data)):
        name = found[1].lower()
        yield Fault(
            place,
            f"${{{found[1]}}} is filled in the project file only: write secrets: {{{name}: what it is}} (or values:) into the "
            f'manifest, {name}: "${{{found[1]}}}" under secrets of the target in the project file, and {{secrets.{name}}} here.',
        )


def _faults(manifest: Manifest) -> Iterator[Fault]:
    auth = manifest.auth
    ways = [name for name in type(auth).model_fields if name not in ("headers", "query") and getattr(auth, name)]
    if len(ways) > 1:
        yield Fault(("auth",), f"auth has {' and '.join(ways)}; one of them signs in.")
    for name, each in manifest.objects.items():
        yield from _of_object(manifest, name, each)


def _of_object(manifest: Manifest, name: str, each: Object) -> Iterator[Fault]:
    place: Place = ("objects", name)
    if each.mark and each.mark not in each.fields:
        yield Fault((*place, "mark"), f"{name} has no field {each.mark!r}{did_you_mean(each.mark, each.fields)}")
    for field, spec in each.fields.items():
        if (spec.type == "picklist") != bool(spec.picklist):
            yield Fault((*place, "fields", field), f"{field}: a picklist has choices, and only a picklist has them.")
        if spec.refers_to and spec.refers_to not in manifest.objects:
            message = f"{field} refers to {spec.refers_to!r}, which is no object{did_you_mean(spec.refers_to, manifest.objects)}"
            yield Fault((*place, "fields", field, "refers_to"), message)
    for field in each.redact:
        if field not in each.fields:
            yield Fault((*place, "redact", field), f"{name} has no field {field!r}{did_you_mean(field, each.fields)}")
    yield from _in_turn(manifest, name, each)
    asking = next((what for what in ("find", "changed", "gone", "within") if _ids(getattr(each, what))), "")
    if asking and each.read is None:
        yield Fault(
            (*place, asking, "ids"),
            "records of which only ids are listed are read one by one, so the object needs read.",
        )
    if each.verify and each.read is None and each.within is None:
        yield Fault((*place, "verify"), "verify reads back, so the object needs read.")


def _ids(request: Request | None) -> bool:
    return request is not None and request.ids


def _in_turn(manifest: Manifest, name: str, each: Object) -> Iterator[Fault]:
    """Yield what is wrong with writes that take more than one call, or time."""
    place: Place = ("objects", name)
    if each.update is None and (late := next((field for field, spec in each.fields.items() if spec.later), "")):
        yield Fault((*place, "fields", late, "later"), f"{late} is set by an update, so {name} needs update.")
    if any(rule.means is Means.ACCEPTED for rule in (*manifest.answers, *each.create.answers)):
        if manifest.job is None:
            yield Fault(place, "an answer means accepted, so the manifest needs job, which asks how it stands.")
        if each.verify or each.attach is not None or any(spec.later for spec in each.fields.values()):
            yield Fault(place, f"what is made later takes no verify, attach or later: {name} has one of them.")
