"""What the desk promises beyond the suite of all targets: custom fields, played faults, jobs, lag."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from pydantic import BaseModel, ValidationError

from adapters.desk.settings import DeskSettings
from adapters.desk.target import DeskTarget
from bridge.contracts import Surroundings
from bridge.errors import ConfigError, RateLimited, Transient
from bridge.faults import Fault
from bridge.nouns import Accepted, Cursor, Outcome, Presence, Refusal, Thing, Unknown, Written
from tests.adapters.desk.desks import desk, record, ref

if TYPE_CHECKING:
    from pathlib import Path

    from bridge.clock import FixedClock


def test_custom_fields_are_enforced_like_the_usual_ones(tmp_path: Path) -> None:
    custom = {"Case": {"contract": {"length": 5, "required": True}, "tier": {"type": "picklist", "picklist": ["gold"]}}}
    target = desk(tmp_path, custom_fields=custom)
    good = record(Thing.CASE, "cb1-a", subject="x", contract="A-123", tier="gold")
    outcomes = target.write(
        "Case",
        [
            good,
            record(Thing.CASE, "cb1-b", subject="x"),
            record(Thing.CASE, "cb1-c", subject="x", contract="A-1234"),
            record(Thing.CASE, "cb1-d", subject="x", contract="A-1", tier="tin"),
        ],
    )
    codes = [outcome.code if isinstance(outcome, Refusal) else "" for outcome in outcomes]
    assert codes == ["", "missing", "too_long", "not_in_picklist"]
    assert target.find("Case", {"cb1-a": ""}, target.agent().clock.now())["cb1-a"].fields["contract"] == "A-123"
    target.close()


def test_a_custom_field_cannot_take_the_name_of_a_usual_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="has a field 'subject' already"):
        desk(tmp_path, custom_fields={"Case": {"subject": {}}})


class Other(BaseModel):
    """Settings of something else."""


def test_other_settings_are_refused(tmp_path: Path, clock: FixedClock) -> None:
    with pytest.raises(ConfigError, match="DeskSettings"):
        DeskTarget.connect(Other(), Surroundings("desk", tmp_path, clock))
    with pytest.raises(ValidationError):
        DeskSettings(faults={"slow": 1})  # type: ignore[dict-item] # what is tested


def test_another_key_field_is_refused(target: DeskTarget) -> None:
    other = record(Thing.PERSON, "cb1-p", name="Ada")
    outcome = target.write("Person", [replace(other, key_field="external_id")])[0]
    assert isinstance(outcome, Refusal)
    assert outcome.field == "external_id"


def test_faults_come_from_the_environment_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DESK_FAULTS", "rate_limit:1")
    target = desk(tmp_path, faults={Fault.JOB: 0.5})
    assert target.faults.rates == {Fault.JOB: 0.5, Fault.RATE_LIMIT: 1.0}
    with pytest.raises(RateLimited):
        target.write("Person", [record(Thing.PERSON, "cb1-p", name="Ada")])
    assert "rate_limit 1" in str(target.check())
    target.close()


def test_a_seed_repeats_the_faults(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DESK_FAULTS_SEED", "7")
    one, other = (desk(tmp_path, faults={Fault.JOB: 0.5}) for _ in range(2))
    assert [one.faults.happens(Fault.JOB) for _ in range(30)] == [other.faults.happens(Fault.JOB) for _ in range(30)]


def test_a_seed_that_is_no_number_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DESK_FAULTS_SEED", "abc")
    with pytest.raises(ConfigError, match="DESK_FAULTS_SEED is no whole number"):
        desk(tmp_path)


def test_a_partial_refusal_hits_one_record_and_spares_the_others(target: DeskTarget) -> None:
    target.faults.next(Fault.PARTIAL_REFUSAL)
    outcomes = target.write("Person", [record(Thing.PERSON, f"cb1-{n}", name="Ada") for n in range(5)])
    assert Counter(type(outcome) for outcome in outcomes) == {Refusal: 1, Written: 4}
    assert len(list(target.keys("Person"))) == 4


def test_whatever_faults_happen_no_record_is_doubled_or_lost(tmp_path: Path) -> None:
    """Written as a careful caller does: after an unknown outcome look first, then send what is absent."""
    rates = dict.fromkeys(Fault, 0.2) | {Fault.UNAUTHORISED: 0.0}
    target = desk(tmp_path, faults=rates, faults_seed=1)
    records = {f"cb1-{n}": record(Thing.PERSON, f"cb1-{n}", name=f"Person {n}") for n in range(60)}
    done: set[str] = set()
    for _ in range(200):
        open_ = [each for key, each in records.items() if key not in done][:7]
        if not open_:
            break
        try:
            outcomes = target.write("Person", open_)
            done |= {each.key for each, outcome in zip(open_, outcomes, strict=True) if _stands(target, outcome)}
        except Transient:
            continue
    assert sorted(target.keys("Person")) == sorted(records)
    assert len({event for page in _calm(target, tmp_path).contacts(Cursor()) for event in _refs(page)}) == 60
    target.close()


def test_a_job_survives_the_process_that_gave_it(tmp_path: Path, clock: FixedClock) -> None:
    first = desk(tmp_path, clock, job_delay=0)
    first.faults.next(Fault.JOB)
    (accepted,) = first.write("Case", [record(Thing.CASE, "cb1-c", subject="Router broken")])
    assert isinstance(accepted, Accepted)
    first.close()
    second = desk(tmp_path, clock)
    assert second.settle([accepted.job]) == [Written("T-1001", created=True)]
    second.close()


def test_a_job_that_is_not_due_leaves_its_key_unsure(tmp_path: Path, clock: FixedClock) -> None:
    target, asked_at = desk(tmp_path, clock, job_delay=10), clock.now()
    target.faults.next(Fault.JOB)
    target.write("Person", [record(Thing.PERSON, "cb1-p", name="Ada")])
    assert target.find("Person", {"cb1-p": ""}, asked_at)["cb1-p"].presence is Presence.UNSURE
    target.close()


def test_a_lost_job_is_unknown_and_still_done(target: DeskTarget) -> None:
    target.faults.next(Fault.JOB)
    target.faults.next(Fault.TIMEOUT_AFTER_COMMIT)
    assert target.write("Person", [record(Thing.PERSON, "cb1-p", name="Ada")]) == [
        Unknown("no answer in time (played fault)")
    ]
    assert list(target.keys("Person")) == ["cb1-p"]


def test_times_are_kept_in_utc(target: DeskTarget, clock: FixedClock) -> None:
    ref(target, record(Thing.CASE, "cb1-c", subject="x", opened_at=clock.now()))
    assert target.find("Case", {"cb1-c": ""}, clock.now())["cb1-c"].fields["opened_at"] == "2026-03-02T09:00:00+00:00"


def _stands(target: DeskTarget, outcome: Outcome) -> bool:
    """Settle jobs; an unknown or refused one is sent again, as every record here has a key."""
    while isinstance(outcome, Accepted):
        try:
            (outcome,) = target.settle([outcome.job])
        except Transient:
            continue
    return isinstance(outcome, Written)


def _calm(target: DeskTarget, folder: Path) -> DeskTarget:
    target.close()
    return desk(folder)


def _refs(page: object) -> list[str]:
    return [event.person.native_id for event in page.events]  # type: ignore[attr-defined] # persons only
