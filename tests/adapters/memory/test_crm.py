"""The CRM in memory: what tests lean on beyond the suite of all targets."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from pydantic import BaseModel

from adapters.memory.settings import MemoryTargetSettings
from adapters.memory.target import MemoryTarget
from bridge.contracts import Surroundings
from bridge.errors import ConfigError, Refused
from bridge.faults import Fault
from bridge.nouns import Actor, Answer, Cursor, Record, Reference, Refusal, Thing, Written

if TYPE_CHECKING:
    from bridge.clock import FixedClock


class Other(BaseModel):
    """Settings of something else."""


def connected(clock: FixedClock, **settings: int) -> MemoryTarget:
    return MemoryTarget.connect(MemoryTargetSettings.model_validate(settings), Surroundings("crm", Path(), clock))


def person(key: str) -> Record:
    return Record(thing=Thing.PERSON, object="Person", key=key, key_field="casebridge_key", fields={"name": "Ada Kern"})


def case(key: str, **fields: object) -> Record:
    return Record(
        thing=Thing.CASE, object="Case", key=key, key_field="casebridge_key", fields={"subject": "Router", **fields}
    )


def test_two_targets_are_two_crms(clock: FixedClock) -> None:
    one, other = connected(clock), connected(clock)
    one.write("Person", [person("cb1-p")])
    assert list(other.keys("Person")) == []


def test_a_batch_is_no_larger_than_the_settings_say(clock: FixedClock) -> None:
    target = connected(clock, batch=2)
    assert target.budget().batch == 2
    with pytest.raises(Refused, match="nothing was written"):
        target.write("Person", [person(f"cb1-{n}") for n in range(3)])


def test_a_reference_finds_its_record_by_our_key_while_its_ref_is_unknown(clock: FixedClock) -> None:
    target = connected(clock)
    target.write("Person", [person("cb1-p")])
    (outcome,) = target.write("Case", [case("cb1-c", requester=Reference(Thing.PERSON, "cb1-p", ""))])
    assert isinstance(outcome, Written)
    assert target.crm.rows[outcome.ref].fields["requester"] == "person-1"


def test_a_partial_refusal_hits_one_record(clock: FixedClock) -> None:
    target = connected(clock)
    target.crm.faults.next(Fault.PARTIAL_REFUSAL)
    outcomes = target.write("Person", [person(f"cb1-{n}") for n in range(4)])
    assert sum(isinstance(outcome, Refusal) for outcome in outcomes) == 1
    assert len(target.crm.rows) == 3


def test_everybody_in_the_log_is_told_apart(clock: FixedClock) -> None:
    target = connected(clock)
    (written,) = target.write("Case", [case("cb1-c")])
    assert isinstance(written, Written)
    for actor in (Actor.AGENT, Actor.AUTOMATION, Actor.CUSTOMER):
        target.crm.say(written.ref, "Hello", public=True, actor=actor)
    items = [item for page in target.activity(Cursor()) for item in page.items]
    said = [item.actor for item in items if isinstance(item, Answer)]
    assert said == [Actor.AGENT, Actor.AUTOMATION, Actor.CUSTOMER]


def test_other_settings_are_refused(clock: FixedClock) -> None:
    with pytest.raises(ConfigError, match="MemoryTargetSettings"):
        MemoryTarget.connect(Other(), Surroundings("crm", Path(), clock))
