"""Target mappings: where values come from, when fields are written again, and what is wrong with a file."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from bridge import documents
from bridge.errors import ConfigError, Refused
from bridge.mapping.entries import Write
from bridge.mapping.target import compile_target_mapping, load_target_mapping, to_json
from bridge.nouns import Reference, Thing
from tests.bridge.mapping.building import field, target

if TYPE_CHECKING:
    from pathlib import Path

PERSON = Reference(Thing.PERSON, "cb1-p", "U-7")


def shout(text: str, times: int = 1) -> str:
    """Stand for somebody's plugin."""
    return text.upper() + "!" * times


def test_a_value_comes_from_a_path() -> None:
    assert field("{from: message.text}", {"message.text": "Hi"}) == "Hi"


def test_a_path_that_is_not_there_is_empty() -> None:
    assert field("{from: message.text}") is None


def test_of_several_paths_the_first_that_is_not_empty_counts() -> None:
    entry = "{from: [customer.name, customer.handle, customer.number]}"
    assert field(entry, {"customer.name": "", "customer.handle": "jane", "customer.number": "P-1"}) == "jane"
    assert field(entry) is None


def test_free_fields_of_the_source_are_found_flat_and_nested() -> None:
    assert field("{from: message.extra.order.id}", {"message.extra": {"order": {"id": 4}}}) == 4
    assert field("{from: message.extra.order}", {"message.extra.order": 5}) == 5


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("'[{message.network}] {message.text}'", "[x] Hi"),
        ("'{{{message.network}}}'", "{x}"),
        ("'{ message.network }/{message.permalink}'", "x/"),
        ("'{message.permalink}{message.lang}'", None),
        ("'- {message.permalink}'", None),
        ("constant", "constant"),
        ("'{message.rating} stars at {message.sent_at}'", "4 stars at 2026-02-01T00:00:00Z"),
        ("'{customer.handles}'", "x:a, fb:b"),
        ("''", None),
    ],
)
def test_templates_are_filled(template: str, expected: str | None) -> None:
    values = {
        "message.network": "x",
        "message.text": "Hi",
        "message.rating": 4.0,
        "message.sent_at": datetime(2026, 2, 1, tzinfo=UTC),
        "customer.handles": ["x:a", "fb:b"],
    }
    assert field(f"{{template: {template}}}", values) == expected


def test_a_constant_is_the_same_for_all() -> None:
    assert field("{value: New}") == "New"
    assert field("{value: [a, {b: 1}]}") == ["a", {"b": 1}]


def test_cel_gives_conditional_values() -> None:
    entry = "{cel: \"message.rating <= 2 ? 'bad' : 'fine'\"}"
    assert field(entry, {"message.rating": 1.0}) == "bad"
    assert field(entry) == "fine"


def test_a_plugin_gets_the_values_of_its_args() -> None:
    entry = f"{{func: '{__name__}:shout', args: [message.text, case.messages], truncate: 4}}"
    assert field(entry, {"message.text": "hey", "case.messages": 3}) == "HEY!"


def test_a_plugin_that_fails_refuses_the_record() -> None:
    with pytest.raises(Refused, match="shout failed: AttributeError") as caught:
        field(f"{{func: '{__name__}:shout', args: [message.text]}}")
    assert caught.value.field == "f"


def test_a_failing_expression_refuses_the_record_and_names_the_field() -> None:
    with pytest.raises(Refused, match="f: the CEL expression") as caught:
        field("{cel: '1 / case.messages'}", {"case.messages": 0})
    assert caught.value.field == "f"


def test_references_are_passed_on() -> None:
    mapping = target("who: {ref: person}\nmaybe: {ref: person, omit_if_empty: true}", Thing.CASE)
    assert mapping.render({}, {"person": PERSON}).fields == {"who": PERSON, "maybe": PERSON}
    assert mapping.render({}, {}).fields == {"who": None}


def test_a_required_reference_refuses_the_record() -> None:
    with pytest.raises(Refused, match="there is no person to refer to") as caught:
        target("who: {ref: person, required: true}", Thing.CASE).render({}, {})
    assert caught.value.field == "who"


def test_a_record_that_is_not_wanted_is_skipped_with_its_reason() -> None:
    mapping = target("t: {from: message.text}", head="object: T\nwhen: message.direction == 'in'\n")
    assert mapping.render({"message.direction": "out"}, {}).skipped == "when: message.direction == 'in'"
    rendered = mapping.render({"message.direction": "in", "message.text": "Hi"}, {})
    assert (rendered.skipped, rendered.fields) == (None, {"t": "Hi"})


def test_a_mapping_knows_the_paths_that_it_needs() -> None:
    mapping = target(
        "a: {from: [message.text, message.subject]}\nb: {template: '{case.number}'}\nc: {cel: customer.reach > 3}",
        head="object: T\nwhen: message.public\n",
    )
    assert mapping.paths == {"message.text", "message.subject", "case.number", "customer.reach", "message.public"}


@pytest.mark.parametrize(
    ("thing", "name", "entry", "write"),
    [
        (Thing.PERSON, "email", "{from: customer.email}", Write.FILL_IF_EMPTY),
        (Thing.PERSON, "kind", "{value: social}", Write.FILL_IF_EMPTY),
        (Thing.PERSON, "reach", "{from: customer.reach, write: overwrite}", Write.OVERWRITE),
        (Thing.CASE, "Subject", "{from: case.subject}", Write.CREATE_ONLY),
        (Thing.CASE, "title", "{template: '{case.subject}!'}", Write.CREATE_ONLY),
        (Thing.CASE, "Status", "{cel: \"case.public ? 'a' : 'b'\"}", Write.CREATE_ONLY),
        (Thing.CASE, "OwnerId", "{from: case.unit}", Write.CREATE_ONLY),
        (Thing.CASE, "assignee_id", "{from: case.unit}", Write.CREATE_ONLY),
        (Thing.CASE, "Priority__c", "{from: case.kind}", Write.CREATE_ONLY),
        (Thing.CASE, "urgency", "{cel: \"case.priority == 'high'\"}", Write.CREATE_ONLY),
        (Thing.CASE, "origin", "{value: Social}", Write.CREATE_ONLY),
        (Thing.CASE, "topic", "{from: case.reason}", Write.CREATE_ONLY),
        (Thing.CASE, "requester", "{ref: person}", Write.FILL_IF_EMPTY),
        (Thing.CASE, "description", "{from: case.summary}", Write.OVERWRITE),
        (Thing.CASE, "status", "{from: case.status, write: overwrite}", Write.OVERWRITE),
        (Thing.MESSAGE, "subject", "{from: message.subject}", Write.OVERWRITE),
    ],
)
def test_write_modes_leave_agents_their_fields(thing: Thing, name: str, entry: str, write: Write) -> None:
    mapping = target(f"{name}: {entry}", thing)
    rendered = mapping.render({}, {"person": PERSON})
    assert mapping.writes == {name: write}
    assert (name in rendered.create_only, name in rendered.fill_if_empty) == (
        write is Write.CREATE_ONLY,
        write is Write.FILL_IF_EMPTY,
    )


def test_everything_rendered_is_json() -> None:
    odd = {"a": datetime(2026, 2, 1, tzinfo=UTC), "b": (1, {2})}
    assert to_json(odd) == {"a": "2026-02-01T00:00:00Z", "b": [1, "{2}"]}
    assert to_json([None, True, 1.5]) == [None, True, 1.5]


@pytest.mark.parametrize(
    ("entry", "line", "said"),
    [
        ("{}", 4, "a field needs exactly one source (from, template, value, cel, func, ref); it has none"),
        ("{from: message.text, value: x}", 4, "it has from and value"),
        ("{from: message.txt}", 4, "unknown path 'message.txt'; did you mean 'message.text'?"),
        ("\n    from:\n      - message.text\n      - mesage.subject", 7, "did you mean 'message.subject'?"),
        ("\n    template: '{case.sumary}'", 5, "unknown path 'case.sumary'; did you mean 'case.summary'?"),
        ("{template: 'a } b'}", 4, "a brace stands alone"),
        ("{template: 'a {'}", 4, "a brace stands alone"),
        ("\n    truncate: 3\n    cel: case.sumary == ''", 6, "did you mean 'case.summary'?"),
        ("{cel: 'case.summary =='}", 4, "in the CEL expression"),
        ("{from: message.text, truncat: 3}", 4, "unknown key 'truncat' in fields.f; did you mean 'truncate'?"),
        ("{from: message.text, trim: true}", 4, "unknown key 'trim' in fields.f; did you mean 'strip'?"),
        ("{from: message.text, truncate: 0}", 4, "greater than or equal to 1"),
        ("{from: message.text, truncate: many}", 4, "valid integer"),
        ("{from: message.text, lower: yes}", 4, "valid boolean"),
        ("{from: message.text, write: create}", 4, "did you mean 'create_only'?"),
        ("{from: message.text, type: int}", 4, "did you mean 'integer'?"),
        ("{from: message.text, ellipsis: …}", 4, "ellipsis and unit are for truncate"),
        ("{from: message.text, truncate: 3, ellipsis: '...'}", 4, "the ellipsis is as long as the text may be"),
        ("{from: message.text, args: [message.text]}", 4, "args are for func"),
        ("{from: message.text, zone: Europe/Berlin}", 4, "zone is for parse_time"),
        ("{from: message.text, lower: true, upper: true}", 4, "exclude each other"),
        ("{from: message.text, required: true, omit_if_empty: true}", 4, "exclude each other"),
        ("{from: message.text, parse_time: '%Q'}", 4, "unknown directive %Q"),
        ("{from: message.text, parse_time: iso, zone: Europe/Berln}", 4, "did you mean 'Europe/Berlin'?"),
        ("{func: 'os.path:joyn'}", 4, "the function os.path:joyn cannot be loaded"),
        ("{func: 'no_such_module_of_ours:f'}", 4, "cannot be loaded"),
        ("{func: 'os:sep'}", 4, "os:sep is no function"),
        ("{func: 'os'}", 4, "should match pattern"),
        ("{ref: owner}", 4, "this should be 'person', 'profile' or 'case'"),
    ],
)
def test_a_wrong_field_is_told_with_file_and_line(entry: str, line: int, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        target(f"f: {entry}")
    assert said in str(caught.value)
    assert str(caught.value).startswith(f"case.yaml:{line}: ")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("fields: {a: {value: 1}}\n", "case.yaml:1: the key 'object' is missing"),
        ("object: T\nfields: {}\n", "case.yaml:2: fields: "),
        ("object: T\n", "the key 'fields' is missing"),
        ("object: T\nfeilds: {a: {value: 1}}\n", "case.yaml:2: unknown key 'feilds'; did you mean 'fields'?"),
        ("object: T\nwhen: case.public &&\nfields: {a: {value: 1}}\n", "case.yaml:2: in the CEL expression"),
        ("object: T\nwhen: case.subject\nfields: {a: {value: 1}}\n", "case.yaml:2: in the CEL expression"),
        ("object: T\nkey: k\nfields:\n  k: {value: 1}\n", "case.yaml:4: k is the key; it is filled in by itself"),
        ("object: T\nfields:\n  a: {from: message.text}\n", "case.yaml:3: unknown path 'message.text'"),
        ("object: T\nthing: message\nfields: {a: {value: 1}}\n", "case.yaml:2: this is a mapping of a message"),
    ],
)
def test_a_wrong_file_is_told_with_its_line(text: str, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        compile_target_mapping(documents.parse(text, "case.yaml"), thing=Thing.CASE)
    assert said in str(caught.value)


def test_everything_wrong_is_told_at_once() -> None:
    with pytest.raises(ConfigError) as caught:
        target("a: {from: message.txt}\nb: {cel: 'x =='}\nc: {template: '{'}")
    assert [line.split(": ")[0] for line in str(caught.value).splitlines()] == [f"case.yaml:{n}" for n in (4, 5, 6)]


def test_a_person_refers_to_nothing() -> None:
    with pytest.raises(ConfigError, match="a person refers to nothing"):
        target("f: {ref: case}", Thing.PERSON)


def test_the_name_of_the_file_says_what_it_maps(tmp_path: Path) -> None:
    for name, thing in (("person", Thing.PERSON), ("case", Thing.CASE), ("message", Thing.MESSAGE)):
        (tmp_path / f"{name}.yaml").write_text("object: T\nfields: {a: {value: 1}}\n", encoding="utf-8")
        assert load_target_mapping(tmp_path / f"{name}.yaml").thing is thing


def test_a_file_of_another_name_must_say_what_it_maps(tmp_path: Path) -> None:
    file = tmp_path / "ticket.yaml"
    file.write_text("object: T\nfields: {a: {value: 1}}\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="it does not say what it maps"):
        load_target_mapping(file)
    file.write_text("object: T\nthing: case\nfields: {a: {value: 1}}\n", encoding="utf-8")
    assert load_target_mapping(file).thing is Thing.CASE
    assert load_target_mapping(file).file == str(file)
