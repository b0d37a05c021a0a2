"""What targets get: persons, profiles, cases and messages rendered under our keys."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bridge.nouns.json_values import Json


class Thing(StrEnum):
    """The objects that we deliver."""

    PERSON = "person"
    PROFILE = "profile"
    """The author of messages as one network shows them, where the target has an object for that."""
    CASE = "case"
    MESSAGE = "message"


@dataclass(frozen=True, slots=True)
class Reference:
    """A field value that points to another record: our key, and the target's own id once known."""

    thing: Thing
    key: str
    ref: str


@dataclass(frozen=True, slots=True)
class FileContent:
    """An attachment ready to deliver, in the project's attachment folder."""

    key: str
    name: str
    mime: str
    size: int
    path: str
    alt: str = ""
    """What it shows, for people who do not see it; empty where nobody said so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A person, profile, case or message rendered for one target, under our key."""

    thing: Thing
    object: str
    """The target's object name, from the mapping."""
    key: str
    key_field: str
    """The target's field that carries our key; empty where the object has none."""
    fields: Mapping[str, Json | Reference]
    ref: str = ""
    """The target's id: empty for a first delivery."""
    fill_if_empty: frozenset[str] = frozenset()
    """Names of fields to write only where the target's present value is empty."""
    parent: str = ""
    """The target's id of the case that a message is placed in."""
    files: tuple[FileContent, ...] = ()
    idempotency_key: str = ""
    """Frozen with the body: the same through all attempts of one version."""
    past: tuple[Record, ...] | None = None
    """Of the first delivery of a case that is history, for a target that dates such (``Target.past_after``): its messages,
    oldest first, to be written with it at their own times, so far as the target takes them. None for what is not history."""
