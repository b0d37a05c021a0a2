"""What targets answer: one outcome for each record, and what they know about our keys."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bridge.nouns.json_values import Json


@dataclass(frozen=True, slots=True)
class Written:
    """The record stands in the target under ``ref``."""

    ref: str
    created: bool
    url: str = ""


@dataclass(frozen=True, slots=True)
class Accepted:
    """The target took it and settles it later under ``job``."""

    job: str


class Ended(StrEnum):
    """Codes of a refusal from which something follows; any other code is the target's own word."""

    DELETED = "deleted"
    """What is written, or the case that it is to stand in, was there and was deleted: a tombstone, never written again."""
    MERGED = "merged"
    """It was merged into another record: written there once ``activity`` or ``contacts`` has told of the merge."""
    DUPLICATE = "duplicate"
    """The target takes a person for one of ``candidates``: referred to if our identity links it, else a person looks at it."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """The target will not take this record as it is; ``code`` is one of ``Ended`` where that is why."""

    reason: str
    field: str = ""
    code: str = ""
    candidates: tuple[str, ...] = ()
    """With ``Ended.DUPLICATE``: the target's ids of the persons that it means."""


@dataclass(frozen=True, slots=True)
class Retry:
    """Not written for sure; try again ``after`` seconds."""

    after: float
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nobody knows whether it was written; settle by ``find`` before anything else."""

    reason: str = ""


Outcome: TypeAlias = Written | Accepted | Refusal | Retry | Unknown


class Presence(StrEnum):
    """Answer of a look-up by key."""

    FOUND = "found"
    ABSENT = "absent"
    UNSURE = "unsure"
    """Not there, but the target's index may lag: ask again later."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a target knows about one of our keys; ``refs`` has more than one entry for a doubled record."""

    presence: Presence
    ref: str = ""
    refs: tuple[str, ...] = ()
    deleted: bool = False
    merged_into: str = ""
    fields: Mapping[str, Json] = field(default_factory=dict)
    """Present values of the fields that the target reads back, by its field names."""
    parent: str = ""
