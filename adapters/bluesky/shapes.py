"""Strangers' JSON, taken apart without trust: a value of another shape than expected is as good as none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bridge.nouns import Json


class Malformed(Exception):
    """Something lacks what nothing can be done without; ``str()`` says what."""


def obj(value: Json, *path: str) -> dict[str, Any]:
    """Return the object at a path, empty if there is none."""
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def items(value: Json) -> list[dict[str, Any]]:
    """Return the objects of a list."""
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def text(value: Json) -> str:
    """Return a string, empty if it is none; NUL, which no database takes, becomes U+FFFD."""
    return value.replace("\0", "\ufffd") if isinstance(value, str) else ""


def texts(value: Json) -> list[str]:
    """Return the strings of a list."""
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []


def number(value: Json) -> int | None:
    """Return a whole number, None if it is none."""
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def needed(value: Json, name: str) -> str:
    """Return a string that must be there; raises ``Malformed``."""
    if not isinstance(value, str) or not value or not value.isprintable():
        raise Malformed(f"{name} is missing, or is no text")
    return value


def kind(value: Json) -> str:
    """Return the type that an object names."""
    return text(value.get("$type")) if isinstance(value, dict) else ""
