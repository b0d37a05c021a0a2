"""What is wrong in a document, as sentences: pydantic's errors with the nearest known word."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pydantic import BaseModel, ValidationError

Place: TypeAlias = tuple[str | int, ...]
"""Keys and indexes from the top of a document."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong in a document."""

    place: Place
    message: str


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return ``; did you mean 'X'?`` for the nearest known word, or a full stop if none is near."""
    names = list(known)
    folded = {name.casefold(): name for name in names}
    near = difflib.get_close_matches(word.casefold(), folded, n=1, cutoff=0.6)
    return f"; did you mean {folded[near[0]]!r}?" if near else "."


def model_faults(data: Any, model: type[BaseModel], error: ValidationError) -> list[Fault]:  # noqa: ANN401 - plain YAML data
    """Return what is wrong; values are never repeated, they may be secrets."""
    return [_fault(data, model, detail) for detail in error.errors(include_url=False)]


def _fault(data: Any, model: type[BaseModel], detail: Mapping[str, Any]) -> Fault:  # noqa: ANN401 - plain YAML data
    place = _real_place(data, detail["loc"])
    name = ".".join(str(step) for step in place) or "the document"
    kind, message = detail["type"], str(detail["msg"])
    if kind == "extra_forbidden":
        known = _known_keys(model, data, place[:-1])
        inside = f" in {'.'.join(str(step) for step in place[:-1])}" if len(place) > 1 else ""
        return Fault(place, f"unknown key {str(place[-1])!r}{inside}{did_you_mean(str(place[-1]), known)}")
    if kind == "missing":
        return Fault(place, f"the key {str(detail['loc'][-1])!r} is missing in {name}.")
    if kind in {"literal_error", "enum"} and isinstance(detail.get("input"), str):
        choices = re.findall(r"'([^']*)'", str(detail.get("ctx", {}).get("expected", "")))
        return Fault(place, f"{name}: {_sentence(message)}{did_you_mean(detail['input'], choices).lstrip('.')}")
    return Fault(place, f"{name}: {_sentence(message)}.")


def _sentence(message: str) -> str:
    text = message.removeprefix("Value error, ").removeprefix("Assertion failed, ").rstrip(".")
    return re.sub(r"^Input should be", "this should be", text)


def _real_place(data: Any, loc: Iterable[str | int]) -> Place:  # noqa: ANN401 - plain YAML data
    """Leave out the names of union members and functions that pydantic puts between real keys."""
    place: list[str | int] = []
    for step in loc:
        if (isinstance(data, dict) and step in data) or (
            isinstance(data, list) and isinstance(step, int) and step < len(data)
        ):
            place.append(step)
            data = data[step]  # type: ignore[index] # the step was just found in it
    return tuple(place)


def _known_keys(model: type[BaseModel], data: Any, place: Place) -> set[str]:  # noqa: ANN401 - plain YAML data
    """Return the keys that the model's JSON Schema allows at ``place``; ``data`` says which kind of thing stands there."""
    schema = model.model_json_schema(by_alias=True, mode="validation")
    nodes = _members(schema, schema, data)
    for step in place:
        data = data[step]
        inner = [child for node in nodes for child in _inside(node, step)]
        nodes = [member for child in inner for member in _members(child, schema, data)]
    return {key for node in nodes for key in node.get("properties", {})}


def _members(node: dict[str, Any], schema: dict[str, Any], data: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - plain YAML data
    kinds = node.get("discriminator", {})
    kind = data.get(kinds.get("propertyName")) if isinstance(data, dict) else None
    reference = kinds.get("mapping", {}).get(str(kind), node.get("$ref"))
    if reference is not None:
        return _members(schema["$defs"][reference.rpartition("/")[2]], schema, data)
    union = node.get("anyOf") or node.get("oneOf") or node.get("allOf")
    return [found for member in union for found in _members(member, schema, data)] if union else [node]


def _inside(node: dict[str, Any], step: str | int) -> list[dict[str, Any]]:
    if isinstance(step, int):
        return [node["items"]] if isinstance(node.get("items"), dict) else []
    if step in node.get("properties", {}):
        return [node["properties"][step]]
    return [node["additionalProperties"]] if isinstance(node.get("additionalProperties"), dict) else []
