"""Records and amendments for the target suites, made from a harness's samples."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bridge.contracts import idempotency_of
from bridge.keys import target_key
from bridge.nouns import Amendment, AmendmentKind, Record, Thing, Written

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import timedelta

    from bridge.nouns import Outcome
    from tests.conformance.harness import FarRecord, TargetHarness


def key(anchor: str) -> str:
    """Return a key as Casebridge sends it."""
    return target_key("acme", "test", anchor)


def first(harness: TargetHarness) -> Thing:
    """Return a thing that needs no other: a person, or a case where there are no persons."""
    return Thing.PERSON if Thing.PERSON in harness.samples else Thing.CASE


def record(harness: TargetHarness, thing: Thing, anchor: str, **changes: Any) -> Record:  # noqa: ANN401 - parts of a Record
    """Return a valid first delivery of ``thing``; what needs a case gets one."""
    sample = harness.samples[thing]
    parent = case_for(harness) if sample.parented and "parent" not in changes else ""
    made = Record(
        thing=thing,
        object=sample.object,
        key=key(anchor),
        key_field=sample.key_field,
        fields=sample.fields,
        parent=parent,
        idempotency_key=key(f"try:{anchor}"),
    )
    return replace(made, **changes)


def update(of: Record, ref: str, fields: Mapping[str, Any], **changes: Any) -> Record:  # noqa: ANN401 - parts of a Record
    """Return a later update of what stands under ``ref``."""
    return replace(of, ref=ref, fields=fields, idempotency_key=key(f"update:{sorted(fields)}"), **changes)


def write(harness: TargetHarness, *records: Record) -> list[Outcome]:
    """Write records of one object and check that there is one outcome each."""
    outcomes = harness.target.write(records[0].object, records)
    assert len(outcomes) == len(records)
    return outcomes


def written(harness: TargetHarness, of: Record) -> str:
    """Write one record that must be taken; return its ref."""
    (outcome,) = write(harness, of)
    assert isinstance(outcome, Written), outcome
    return outcome.ref


def settle_after(harness: TargetHarness, thing: Thing) -> timedelta:
    """Return how long after a write of ``thing`` "not found" proves nothing."""
    return idempotency_of(harness.target, harness.samples[thing].object).settle_after


def case_for(harness: TargetHarness) -> str:
    """Return the ref of a case that messages can stand in; the same at each call."""
    return written(harness, record(harness, Thing.CASE, "case:home"))


def standing(harness: TargetHarness, thing: Thing, anchor: str) -> list[FarRecord]:
    """Read, past the adapter, what stands under an anchor's key."""
    far = harness.far(harness.samples[thing].object)
    return [each for each in far if each.key == key(anchor) and not each.deleted]


def one(harness: TargetHarness, thing: Thing, ref: str) -> FarRecord:
    """Read one record past the adapter, by ref."""
    (found,) = [each for each in harness.far(harness.samples[thing].object) if each.ref == ref]
    return found


def amendment(kind: AmendmentKind, thing: Thing, ref: str, **more: str) -> Amendment:
    """Return an amendment under a key of its own."""
    return Amendment(kind=kind, thing=thing, ref=ref, key=key(f"{kind}:{ref}:{sorted(more.items())}"), **more)


def amend(harness: TargetHarness, *amendments: Amendment) -> Sequence[Outcome]:
    """Amend and check that there is one outcome each."""
    outcomes = harness.target.amend(amendments)
    assert len(outcomes) == len(amendments)
    return outcomes
