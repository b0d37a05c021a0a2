"""A mapping is compared with what the target says of its object, before records are refused."""

from __future__ import annotations

import pytest

from bridge.mapping.check import Severity, check
from bridge.nouns import FieldSchema, ObjectSchema, Thing
from tests.bridge.mapping.building import target

TICKET = ObjectSchema(
    "Ticket",
    {
        field.name: field
        for field in (
            FieldSchema(name="our_key", length=64, updateable=False),
            FieldSchema(name="title", length=80),
            FieldSchema(name="body", type="text", length=1000, length_unit="utf16"),
            FieldSchema(name="raw", length=30, length_unit="bytes"),
            FieldSchema(name="origin", type="picklist", picklist=("Web", "Phone", "Social")),
            FieldSchema(name="urgency", type="picklist", picklist=("low", "normal", "high")),
            FieldSchema(name="stars", type="number"),
            FieldSchema(name="count", type="integer"),
            FieldSchema(name="open", type="boolean"),
            FieldSchema(name="at", type="datetime"),
            FieldSchema(name="tags", type="list"),
            FieldSchema(name="who", type="reference", refers_to="Contact"),
            FieldSchema(name="made_by", createable=False, updateable=False),
            FieldSchema(name="fixed", type="boolean", updateable=False),
        )
    },
)


def problems(fields: str, schema: ObjectSchema = TICKET, thing: Thing = Thing.CASE) -> list[str]:
    return [str(problem) for problem in check(target(fields, thing), schema)]


@pytest.mark.parametrize(
    "entry",
    [
        "title: {from: case.subject, truncate: 80}",
        "title: {from: case.number}",
        "title: {from: case.status}",
        "title: {cel: \"case.public ? 'a' : 'b'\"}",
        "body: {template: '{case.summary}', truncate: 1000, unit: utf16}",
        "body: {from: case.summary, truncate: 500}",
        "origin: {from: case.channel, map: {x: Social, phone: Phone, '*': Web}}",
        "origin: {value: Social}",
        "urgency: {from: case.priority, map: {urgent: high, high: high, low: low}, default: normal}",
        "stars: {from: case.messages}",
        "stars: {from: case.channel, map: {x: 1, y: 2}}",
        "count: {from: case.number, type: integer}",
        "open: {from: case.public}",
        "open: {value: true}",
        "at: {from: case.opened_at}",
        "at: {from: case.number, parse_time: iso}",
        "tags: {from: customer.handles}",
        "tags: {from: case.reason, type: list}",
        "tags: {value: [social]}",
        "who: {ref: person}",
        "who: {from: customer.number}",
        "title: {from: customer.handles, join: ' ', truncate: 80}",
        "title: {from: customer.handles, first: true, truncate: 80}",
    ],
)
def test_what_fits_is_no_problem(entry: str) -> None:
    assert problems(entry) == []


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ("titel: {from: case.number}", "case.yaml:4: error: Ticket has no field 'titel'; did you mean 'title'?"),
        (
            "title: {from: case.subject}",
            "warning: title: a text longer than the target's 80 characters would be refused; add truncate: 80.",
        ),
        ("title: {from: [case.number, customer.name]}", "warning: title: a text longer"),
        ("title: {template: '{case.number}'}", "warning: title: a text longer"),
        (
            "title: {from: case.subject, truncate: 255}",
            "error: title: truncate: 255 is more than the target's 80 characters.",
        ),
        ("body: {from: case.summary, truncate: 1000}", "warning: body: the target counts utf16; add unit: utf16."),
        ("raw: {from: case.subject, truncate: 30}", "warning: raw: the target counts bytes; add unit: bytes."),
        ("raw: {value: äöüäöüäöüäöüäöüäöü}", "error: raw: 'äöüäöüäöüäöüäöüäöü' is longer than the target's 30 bytes."),
        ("origin: {value: Socail}", "error: origin: 'Socail' is no choice of the target; did you mean 'Social'?"),
        (
            "origin: {from: case.channel, map: {x: Twitter}}",
            "error: origin: 'Twitter' is no choice of the target; choices are Web, Phone, Social.",
        ),
        ("origin: {from: case.channel, default: Fax}", "error: origin: 'Fax' is no choice"),
        (
            "urgency: {from: case.priority}",
            "error: urgency: case.priority can be 'urgent', which is no choice of the target; add it to a map",
        ),
        (
            "count: {from: case.subject, truncate: 80}",
            "error: count: the target takes a integer and gets a string; add type: integer.",
        ),
        ("count: {value: '3'}", "error: count: the target takes a integer and gets a string"),
        ("count: {from: customer.handles}", "gets a list"),
        (
            "title: {from: case.opened_at}",
            "error: title: the target takes a string and gets a datetime; add type: string.",
        ),
        ("title: {from: case.messages}", "gets a integer; add type: string."),
        ("title: {value: 3}", "gets a integer"),
        ("body: {from: case.public}", "gets a boolean; add type: string."),
        ("stars: {from: case.public}", "gets a boolean"),
        ("at: {from: case.number}", "gets a string; add type: datetime."),
        ("open: {from: case.channel, map: {x: yes}}", "gets a string; add type: boolean."),
        ("title: {ref: person}", "error: title: the target takes a string and gets a reference."),
        ("made_by: {value: us}", "error: made_by: the target does not let it be set."),
        (
            "fixed: {from: case.public}",
            "warning: fixed: the target does not let it be changed later; add write: create_only.",
        ),
    ],
)
def test_what_does_not_fit_is_told_with_its_line(entry: str, said: str) -> None:
    found = problems(entry)
    assert len(found) == 1
    assert said in found[0]
    assert found[0].startswith("case.yaml:4: ")


def test_a_field_that_became_required_is_missed() -> None:
    stricter = ObjectSchema("Ticket", {**TICKET.fields, "region": FieldSchema(name="region", required=True)})
    assert problems("title: {from: case.number}", stricter) == [
        "case.yaml:1: error: Ticket requires 'region', and the mapping does not fill it."
    ]


def test_a_key_field_that_is_not_there_is_missed() -> None:
    without = ObjectSchema("Ticket", {"title": TICKET.fields["title"], "our_kye": FieldSchema(name="our_kye")})
    [problem] = check(target("title: {from: case.number}", Thing.CASE), without)
    assert (problem.severity, problem.field, problem.line) == (Severity.ERROR, "key", 2)
    assert "has no field 'our_key' for our key; did you mean 'our_kye'?" in problem.message


def test_free_fields_of_the_source_are_of_any_type_and_length() -> None:
    assert problems("count: {from: message.extra.n}", thing=Thing.MESSAGE) == []
    [problem] = problems("title: {from: message.extra.n}", thing=Thing.MESSAGE)
    assert "warning: title: a text longer" in problem


def test_problems_come_in_the_order_of_the_file() -> None:
    found = problems("x: {value: 1}\ntitle: {from: case.subject}\nmade_by: {value: us}")
    assert [problem.split(": ")[0] for problem in found] == ["case.yaml:4", "case.yaml:5", "case.yaml:6"]
