"""What every target promises of what others made there, and of itself: foreign cases, contacts, budget, secrets."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bridge.commands import logs
from bridge.contracts import idempotency_of
from bridge.errors import RateLimited
from bridge.nouns import (
    Cursor,
    PersonSeen,
    Thing,
)
from tests.conformance.harness import Trouble
from tests.conformance.writing import (
    case_for,
    first,
    key,
    one,
    record,
    update,
    write,
    written,
)

if TYPE_CHECKING:
    from bridge.nouns import CaseSnapshot
    from tests.conformance.harness import TargetHarness


def snapshots(target: TargetHarness, after: Cursor | None = None) -> dict[str, CaseSnapshot]:
    return {case.ref: case for page in target.target.cases(after or Cursor()) for case in page.cases}


def people(target: TargetHarness) -> dict[str, PersonSeen]:
    found = [event for page in target.target.contacts(Cursor()) for event in page.events]
    return {event.person.native_id: event for event in found if isinstance(event, PersonSeen)}


def test_open_cases_of_others_are_read_and_ours_are_not(target: TargetHarness) -> None:
    ours = case_for(target)
    ref = target.foreign_case("Router broken", "https://social.example/p/1")
    cases = snapshots(target)
    assert ref in cases
    assert ours not in cases
    assert cases[ref].subject == "Router broken"
    assert "https://social.example/p/1" in cases[ref].permalinks
    assert cases[ref].closed_at is None
    assert all(time.tzinfo for time in (cases[ref].read_at, cases[ref].opened_at, cases[ref].last_at))


def test_a_foreign_case_that_closed_since_is_told(target: TargetHarness) -> None:
    ref = target.foreign_case("Router broken", "https://social.example/p/1")
    cursor = list(target.target.cases(Cursor()))[-1].cursor
    target.clock.forward(timedelta(minutes=5))
    target.status(ref, closed=True)
    assert snapshots(target, cursor)[ref].closed_at is not None


def test_a_message_can_stand_in_a_foreign_case_and_leaves_its_fields_alone(target: TargetHarness) -> None:
    ref = target.foreign_case("Router broken", "https://social.example/p/1")
    before = one(target, Thing.CASE, ref).fields
    message = written(target, record(target, Thing.MESSAGE, "anchor", parent=ref))
    assert one(target, Thing.MESSAGE, message).parent == ref
    assert one(target, Thing.CASE, ref).fields == before


def test_the_targets_own_people_are_read_with_what_identifies_them(target: TargetHarness) -> None:
    ref = target.foreign_person("Ada Kern", "ada.kern@example.com")
    person = people(target)[ref].person
    assert (person.name, person.our_key) == ("Ada Kern", "")
    assert "ada.kern@example.com" in {shown.identifier.value for shown in person.shown}


def test_a_person_that_we_wrote_is_known_as_an_echo(target: TargetHarness) -> None:
    ref = written(target, record(target, Thing.PERSON, "anchor"))
    seen = people(target)
    assert ref not in seen or seen[ref].person.our_key == key("anchor")


def test_contacts_resume_after_any_page_and_lose_nothing(target: TargetHarness) -> None:
    refs = {target.foreign_person(f"Person {n}", f"person{n}@example.com") for n in range(45)}
    pages = list(target.target.contacts(Cursor()))
    for count in range(1, len(pages) + 1):
        rest = list(target.target.contacts(pages[count - 1].cursor))
        found = [event for page in pages[:count] + rest for event in page.events if isinstance(event, PersonSeen)]
        assert refs <= {event.person.native_id for event in found}


def test_a_changed_contact_is_read_again(target: TargetHarness) -> None:
    sent = record(target, Thing.PERSON, "anchor")
    ref = written(target, sent)
    pages = list(target.target.contacts(Cursor()))
    target.clock.forward(timedelta(minutes=5))
    written(target, update(sent, ref, target.samples[Thing.PERSON].changed))
    again = [event for page in target.target.contacts(pages[-1].cursor) for event in page.events]
    assert ref in {event.person.native_id for event in again if isinstance(event, PersonSeen)}


def test_the_budget_has_a_batch_size(target: TargetHarness) -> None:
    budget = target.target.budget()
    assert budget.batch >= 1
    assert budget.daily_left is None or budget.daily_left >= 0
    assert budget.resets_at is None or budget.resets_at.tzinfo is not None


def test_check_finds_a_healthy_system_well(target: TargetHarness) -> None:
    account = target.target.check()
    assert account.ok
    assert account.name
    assert all(finding.text for finding in account.findings)


def test_each_object_has_an_idempotency_strategy(target: TargetHarness) -> None:
    assert all(idempotency_of(target.target, sample.object) for sample in target.samples.values())
    assert target.target.publish_gesture


def test_nothing_shows_a_secret(target: TargetHarness, caplog: pytest.LogCaptureFixture) -> None:
    logs.configure(level="debug", as_json=False)
    caplog.set_level(0)
    outcomes = write(target, record(target, first(target), "anchor"))
    shown = [repr(target.target), repr(target.target.check()), repr(outcomes), caplog.text]
    assert not [secret for secret in target.secrets for text in shown if secret in text]


def test_reading_meets_trouble_by_its_name(target: TargetHarness) -> None:
    """A rate limit while looking up is no "absent"."""
    target.provoke(Trouble.RATE_LIMITED)
    with pytest.raises(RateLimited):
        target.target.find(target.samples[Thing.CASE].object, {key("never"): ""}, target.clock.now())


def test_closing_twice_does_no_harm(target: TargetHarness) -> None:
    target.target.close()
    target.target.close()


def test_settings_forbid_what_they_do_not_know_and_describe_what_they_do(target: TargetHarness) -> None:
    model = type(target.target).settings_model
    assert model.model_config.get("extra") == "forbid"
    assert [name for name, field in model.model_fields.items() if not field.description] == []
