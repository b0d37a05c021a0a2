"""What every target promises of writing: one record per key, nothing overwritten, refusals one by one, order."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from bridge.errors import CasebridgeError, ConfigError
from bridge.nouns import FileContent, KeyField, Reference, Refusal, Thing, Written
from tests.conformance.harness import THINGS, Cannot
from tests.conformance.writing import case_for, first, key, one, record, settle_after, standing, update, write, written

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conformance.harness import TargetHarness

things = pytest.mark.parametrize("thing", THINGS)


@things
def test_read_back_equals_what_was_sent(target: TargetHarness, thing: Thing) -> None:
    sent = record(target, thing, "anchor")
    ref = written(target, sent)
    (found,) = standing(target, thing, "anchor")
    assert found.ref == ref
    assert {name: found.fields.get(name) for name in sent.fields} == dict(sent.fields)
    assert not sent.parent or found.parent == sent.parent


@things
def test_find_reads_the_same_back(target: TargetHarness, thing: Thing) -> None:
    sent = record(target, thing, "anchor")
    ref = written(target, sent)
    target.clock.forward(settle_after(target, thing))
    found = target.target.find(sent.object, {sent.key: sent.parent}, target.clock.now())[sent.key]
    assert (found.ref, found.refs) == (ref, (ref,))
    assert {name: sent.fields[name] for name in found.fields.keys() & sent.fields.keys()} == {
        name: found.fields[name] for name in found.fields.keys() & sent.fields.keys()
    }


@things
def test_writing_twice_makes_one_record(target: TargetHarness, thing: Thing) -> None:
    sent = record(target, thing, "anchor")
    first, second = write(target, sent)[0], write(target, sent)[0]
    assert isinstance(first, Written)
    assert isinstance(second, Written)
    assert (first.ref, first.created, second.created) == (second.ref, True, False)
    assert len(standing(target, thing, "anchor")) == 1


@things
def test_twice_in_one_batch_makes_one_record(target: TargetHarness, thing: Thing) -> None:
    sent = record(target, thing, "anchor")
    write(target, sent, sent)
    assert len(standing(target, thing, "anchor")) == 1


@things
def test_a_first_delivery_never_overwrites(target: TargetHarness, thing: Thing) -> None:
    """What stands under the key is adopted as it is."""
    sent = record(target, thing, "anchor")
    ref = written(target, sent)
    changed = replace(sent, fields={**sent.fields, **target.samples[thing].changed})
    assert write(target, changed) == [Written(ref, created=False, url=_url(target, thing, ref))]
    found = one(target, thing, ref)
    assert {name: found.fields.get(name) for name in sent.fields} == dict(sent.fields)


@things
def test_a_later_update_goes_by_id_and_touches_only_its_fields(target: TargetHarness, thing: Thing) -> None:
    sent = record(target, thing, "anchor")
    ref = written(target, sent)
    changed = target.samples[thing].changed
    assert written(target, update(sent, ref, changed)) == ref
    found = one(target, thing, ref)
    assert {name: found.fields.get(name) for name in sent.fields} == {**sent.fields, **changed}
    assert len(standing(target, thing, "anchor")) == 1


@things
def test_fill_if_empty_fills_what_is_empty(target: TargetHarness, thing: Thing) -> None:
    sample, sent = target.samples[thing], record(target, thing, "anchor")
    if not sample.empty_field:
        raise Cannot("there is no field that could be filled later")
    ref = written(target, sent)
    filling = {sample.empty_field: sample.filling}
    written(target, update(sent, ref, filling, fill_if_empty=frozenset(filling)))
    assert one(target, thing, ref).fields[sample.empty_field] == sample.filling


@things
def test_fill_if_empty_leaves_what_is_not(target: TargetHarness, thing: Thing) -> None:
    sample, sent = target.samples[thing], record(target, thing, "anchor")
    ref = written(target, sent)
    written(target, update(sent, ref, sample.changed, fill_if_empty=frozenset(sample.changed)))
    found = one(target, thing, ref)
    assert {name: found.fields.get(name) for name in sent.fields} == dict(sent.fields)


@things
def test_an_unknown_field_is_refused_and_the_next_record_goes(target: TargetHarness, thing: Thing) -> None:
    good = record(target, thing, "good")
    bad = replace(record(target, thing, "bad"), fields={**good.fields, "no_such_field": "x"})
    refusal, outcome = write(target, bad, good)
    assert isinstance(refusal, Refusal)
    assert refusal.field == "no_such_field"
    assert isinstance(outcome, Written)
    assert standing(target, thing, "bad") == []
    assert len(standing(target, thing, "good")) == 1


@things
def test_an_invalid_value_is_refused_with_its_field_and_the_next_record_goes(
    target: TargetHarness, thing: Thing
) -> None:
    for name, value in target.samples[thing].invalid.items():
        good = record(target, thing, f"good:{name}")
        bad = replace(record(target, thing, f"bad:{name}"), fields={**good.fields, name: value})
        refusal, outcome = write(target, bad, good)
        assert isinstance(refusal, Refusal), name
        assert (refusal.field, bool(refusal.reason)) == (name, True)
        assert isinstance(outcome, Written)
        assert standing(target, thing, f"bad:{name}") == []


@things
def test_an_invalid_update_leaves_the_record_as_it_was(target: TargetHarness, thing: Thing) -> None:
    sent = record(target, thing, "anchor")
    ref = written(target, sent)
    for name, value in target.samples[thing].invalid.items():
        changed = {**target.samples[thing].changed, name: value}
        assert isinstance(write(target, update(sent, ref, changed))[0], Refusal), name
    found = one(target, thing, ref)
    assert {field: found.fields.get(field) for field in sent.fields} == dict(sent.fields)


@things
def test_a_missing_required_field_is_refused(target: TargetHarness, thing: Thing) -> None:
    required = target.samples[thing].required
    if not required:
        raise Cannot("nothing is required there")
    sent = record(target, thing, "anchor")
    without = {name: value for name, value in sent.fields.items() if name != required}
    (refusal,) = write(target, replace(sent, fields=without))
    assert isinstance(refusal, Refusal)
    assert refusal.field == required


@things
def test_there_is_one_outcome_per_record_in_order(target: TargetHarness, thing: Thing) -> None:
    good = [record(target, thing, f"anchor:{n}") for n in range(5)]
    bad = replace(record(target, thing, "bad"), fields={**good[0].fields, "no_such_field": "x"})
    outcomes = write(target, *good[:2], bad, *good[2:])
    assert [type(outcome) for outcome in outcomes] == [Written, Written, Refusal, Written, Written, Written]
    refs = [outcome.ref for outcome in outcomes if isinstance(outcome, Written)]
    assert refs == [standing(target, thing, f"anchor:{n}")[0].ref for n in range(5)]


def test_an_empty_batch_is_no_error(target: TargetHarness) -> None:
    for sample in target.samples.values():
        assert target.target.write(sample.object, []) == []


def test_a_full_batch_goes(target: TargetHarness) -> None:
    size = target.target.budget().batch
    records = [record(target, first(target), f"anchor:{n}") for n in range(size)]
    assert all(isinstance(outcome, Written) for outcome in write(target, *records))


def test_a_batch_that_is_too_large_is_an_error_and_nothing_is_written(target: TargetHarness) -> None:
    size = target.target.budget().batch
    records = [record(target, first(target), f"anchor:{n}") for n in range(size + 1)]
    with pytest.raises(CasebridgeError):
        target.target.write(records[0].object, records)
    assert target.far(records[0].object) == []


def test_messages_of_one_case_stand_in_the_order_they_were_written(target: TargetHarness) -> None:
    case = case_for(target)
    records = [record(target, Thing.MESSAGE, f"anchor:{n}", parent=case) for n in range(6)]
    written(target, records[0])
    if target.target.ordered_batches:
        write(target, *records[1:])
    else:
        for each in records[1:]:
            written(target, each)
    far = [each.key for each in target.far(target.samples[Thing.MESSAGE].object) if each.parent == case]
    assert far == [each.key for each in records]


def test_a_message_without_its_case_is_refused(target: TargetHarness) -> None:
    if not target.samples[Thing.MESSAGE].parented:
        raise Cannot("messages stand by themselves there")
    (refusal,) = write(target, record(target, Thing.MESSAGE, "anchor", parent="no-such-case"))
    assert isinstance(refusal, Refusal)


def test_a_case_refers_to_its_person(target: TargetHarness) -> None:
    name, reference = _reference(target)
    sent = record(target, Thing.CASE, "anchor")
    ref = written(target, replace(sent, fields={**sent.fields, name: reference}))
    assert one(target, Thing.CASE, ref).fields[name] == reference.ref


def test_a_reference_that_leads_nowhere_is_refused(target: TargetHarness) -> None:
    name, reference = _reference(target)
    nobody = replace(reference, key=key("nobody"), ref="no-such-person")
    sent = record(target, Thing.CASE, "anchor")
    (refusal,) = write(target, replace(sent, fields={**sent.fields, name: nobody}))
    assert isinstance(refusal, Refusal)
    assert refusal.field == name


def test_attachments_come_along_once(target: TargetHarness, tmp_path: Path) -> None:
    path = tmp_path / "receipt.txt"
    path.write_text("paid")
    file = FileContent("0f" * 16, "receipt.txt", "text/plain", 4, str(path))
    sent = record(target, Thing.MESSAGE, "anchor", files=(file,))
    ref = written(target, sent)
    written(target, update(sent, ref, target.samples[Thing.MESSAGE].changed))
    assert one(target, Thing.MESSAGE, ref).files == ("receipt.txt",)


def test_an_update_of_what_is_not_there_is_refused(target: TargetHarness) -> None:
    sent = record(target, Thing.CASE, "anchor")
    assert isinstance(write(target, replace(sent, ref="no-such-ref"))[0], Refusal)


def test_text_in_any_script_comes_back_as_it_was(target: TargetHarness) -> None:
    field = next(name for name, value in target.samples[Thing.MESSAGE].fields.items() if isinstance(value, str))
    for n, text in enumerate(
        ("Grüße 👩‍👩‍👧‍👦", "مرحبا بالعالم", "日本語\n\tZeile zwei", "<b>&amp; 'quoted' \"twice\"")
    ):
        sent = record(target, Thing.MESSAGE, f"anchor:{n}")
        ref = written(target, replace(sent, fields={**sent.fields, _text_field(target, field): text}))
        assert one(target, Thing.MESSAGE, ref).fields[_text_field(target, field)] == text


def test_every_object_of_the_samples_has_a_schema(target: TargetHarness) -> None:
    for sample in target.samples.values():
        schema = target.target.schema(sample.object)
        assert {*sample.fields, *sample.changed, *sample.invalid, sample.empty_field} - {""} <= schema.fields.keys()
        assert all(name == field.name for name, field in schema.fields.items())


def test_an_unknown_object_is_a_mistake_in_the_mapping(target: TargetHarness) -> None:
    with pytest.raises(ConfigError) as raised:
        target.target.schema("NoSuchObject")
    assert all(sample.object in str(raised.value) for sample in target.samples.values())


def test_key_fields_are_there_or_planned(target: TargetHarness) -> None:
    wanted = [KeyField(sample.object, sample.key_field) for sample in target.samples.values()]
    planned = target.target.prepare(wanted, dry_run=True)
    done = target.target.prepare(wanted, dry_run=False)
    assert len(planned) == len(done) == len(wanted)
    assert all(step.description and (step.done or step.manual) for step in done)


def _url(target: TargetHarness, thing: Thing, ref: str) -> str:
    (outcome,) = write(target, record(target, thing, "anchor"))
    assert isinstance(outcome, Written)
    assert outcome.ref == ref
    return outcome.url


def _reference(target: TargetHarness) -> tuple[str, Reference]:
    schema, person = target.target.schema(target.samples[Thing.CASE].object), target.samples[Thing.PERSON]
    names = [name for name, field in schema.fields.items() if field.refers_to == person.object]
    if not names:
        raise Cannot("a case refers to no person there")
    sent = record(target, Thing.PERSON, "referred")
    return names[0], Reference(Thing.PERSON, sent.key, written(target, sent))


def _text_field(target: TargetHarness, default: str) -> str:
    fields: Any = target.target.schema(target.samples[Thing.MESSAGE].object).fields
    return next((name for name, field in fields.items() if field.type == "text"), default)
