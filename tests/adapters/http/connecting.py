"""A pretend tool with a target connected to it by a manifest."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from adapters.http.settings import HttpSettings
from adapters.http.target import HttpTarget
from bridge.clock import FixedClock
from bridge.contracts import Surroundings
from bridge.nouns import KeyField
from tests.conformance.harness import Cannot, Trouble

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from bridge.nouns import Thing
    from tests.conformance.harness import Sample
    from tests.fakes.carried import Carried
    from tests.fakes.faults import Faults

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LOSE = {Trouble.UNREACHABLE: "nobody", Trouble.LOST_REQUEST: "request", Trouble.LOST_RESPONSE: "response"}
FAULTS = {Trouble.UNAUTHORISED: "401", Trouble.RATE_LIMITED: "429"}


def monday() -> FixedClock:
    """Return a clock that stands at nine on a Monday."""
    return FixedClock(MONDAY)


def connected(
    folder: Path,
    clock: FixedClock,
    wire: Carried,
    samples: Mapping[Thing, Sample],
    **settings: Any,  # noqa: ANN401 - values of any setting
) -> HttpTarget:
    """Return a target as mappings of the samples would have it."""
    objects = {thing: (KeyField(sample.object, sample.key_field),) for thing, sample in samples.items()}
    surroundings = Surroundings("http", folder, clock, objects)
    return HttpTarget.through(HttpSettings(**settings), surroundings, wire)


def provoke(trouble: Trouble, wire: Carried, faults: Faults) -> None:
    """Let the next call fail so."""
    if trouble is Trouble.JOB:
        reason = "every write is done at once there"
        raise Cannot(reason)
    if trouble in LOSE:
        wire.lose(LOSE[trouble])
    else:
        faults.order(FAULTS[trouble])
