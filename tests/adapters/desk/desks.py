"""Desks and records for the tests of the desk."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from adapters.desk.settings import DeskSettings
from adapters.desk.target import DeskTarget
from bridge.clock import FixedClock
from bridge.contracts import Surroundings
from bridge.nouns import Record, Thing, Written

if TYPE_CHECKING:
    from pathlib import Path

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
OBJECTS = {Thing.PERSON: "Person", Thing.CASE: "Case", Thing.MESSAGE: "Message"}


def desk(folder: Path, clock: FixedClock | None = None, **settings: Any) -> DeskTarget:  # noqa: ANN401 - any setting
    """Return the desk of a folder."""
    return DeskTarget.connect(DeskSettings(**settings), Surroundings("desk", folder, clock or FixedClock(MONDAY)))


def record(thing: Thing, key: str, parent: str = "", **fields: Any) -> Record:  # noqa: ANN401 - any field
    """Return a first delivery."""
    return Record(thing=thing, object=OBJECTS[thing], key=key, key_field="casebridge_key", fields=fields, parent=parent)


def ref(target: DeskTarget, written: Record) -> str:
    """Write one record that must be taken; return its ref."""
    (outcome,) = target.write(written.object, [written])
    assert isinstance(outcome, Written), outcome
    return outcome.ref
