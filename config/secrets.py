"""Find the secrets of a project: which stand in clear, and how the file looks without them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, SecretStr
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from bridge.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bridge.document_faults import Place
    from bridge.documents import Document
    from config.project import Project

MASK = "*****"


def secrets(project: Project) -> Iterator[tuple[Place, str]]:
    """Yield place and value of every secret that the project was given."""
    yield from _secrets_in(project, ())
    if password := store_password(project.store):
        yield ("store",), password


def store_password(url: str) -> str:
    """Return the password in a store URL, empty without one; raises ``ConfigError`` if it is no URL."""
    try:
        return make_url(url).password or ""
    except ArgumentError as error:
        message = (
            "store: this is no database URL; write sqlite:///casebridge.db or postgresql://user:${PASSWORD}@host/name."
        )
        raise ConfigError(message) from error


def _secrets_in(value: Any, place: Place) -> Iterator[tuple[Place, str]]:  # noqa: ANN401 - any part of the project
    if isinstance(value, SecretStr):
        yield place, value.get_secret_value()
    elif isinstance(value, BaseModel):
        for name, field in type(value).model_fields.items():
            yield from _secrets_in(getattr(value, name), (*place, field.alias or name))
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _secrets_in(item, (*place, key))
    elif isinstance(value, (list, tuple)):
        for index, item in enumerate(value):
            yield from _secrets_in(item, (*place, index))


def in_clear(document: Document, place: Place) -> bool:
    """Tell whether the value at ``place`` stands in the file itself."""
    if place in document.from_env:
        return False
    data: Any = document.data
    for step in place:
        try:
            data = data[step]
        except (KeyError, IndexError, TypeError):
            return False
    return True


def warning(document: Document, place: Place) -> str:
    """Return the warning about a secret in clear at ``place``."""
    name = ".".join(str(step) for step in place)
    return (
        f"{document.file}:{document.line(place)}: {name} is a secret in clear; "
        f"write ${{NAME}} here and NAME=… into .env or the environment."
    )


def masked(text: str, document: Document, found: Mapping[Place, str]) -> str:
    """Return the text with the secrets at these places masked, each to the end of what belongs to it."""
    lines = text.splitlines(keepends=True)
    for place in found:
        _mask(lines, document.line(place) - 1, "-" if isinstance(place[-1], int) else ":")
    whole = "".join(lines)
    for value in found.values():
        # An anchor, an alias or a merged key may hold the same value in another place.
        whole = whole.replace(value, MASK) if len(value) > 3 else whole
    return whole


def _mask(lines: list[str], first: int, mark: str) -> None:
    head, _, _ = lines[first].partition(mark)
    lines[first] = f"{head}{mark} {MASK}\n"
    indent = len(head) - len(head.lstrip())
    for number in range(first + 1, len(lines)):
        line = lines[number]
        if line.strip() and len(line) - len(line.lstrip()) <= indent:
            return
        lines[number] = f"{' ' * (indent + 2)}{MASK}\n" if line.strip() else line
