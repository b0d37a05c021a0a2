"""A mistake in what people write is told with file, line, and what was probably meant; nothing is done until it is right."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import pytest

from bridge.errors import Exit
from tests.bad_input.project import OTHER, line

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.bad_input.project import Place

Prepare: TypeAlias = "Callable[[Place], None]"

PROJECT, TRIAGE = "casebridge.yaml", "triage.yaml"
CASE = "mappings/desk/case.yaml"


def _edit(name: str, old: str, new: str) -> Prepare:
    return lambda place: place.edit(name, old, new)


def _add(name: str, text: str) -> Prepare:
    def prepare(place: Place) -> None:
        path = place.folder / name
        path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")

    return prepare


def _holds(name: str, content: bytes) -> Prepare:
    def prepare(place: Place) -> None:
        (place.folder / name).write_bytes(content)

    return prepare


def _without(name: str) -> Prepare:
    return lambda place: (place.folder / name).unlink()


MISTAKES: dict[str, tuple[Prepare, str]] = {
    "an unknown key": (
        _edit(PROJECT, "organisation", "organization"),
        "casebridge.yaml:1: unknown key 'organization'; did you mean 'organisation'?",
    ),
    "an unknown key of a source": (
        _edit(PROJECT, "network: x", "netwrok: x"),
        "casebridge.yaml:7: unknown key 'netwrok' in sources.feed; did you mean 'network'?",
    ),
    "a wrong type": (
        _edit(PROJECT, "persons: create", "hold_seconds: soon"),
        "casebridge.yaml:15: targets.desk.hold_seconds: this should be a valid number",
    ),
    "a list for a mapping": (_edit(PROJECT, "sources:", "sources: []\nold:"), "casebridge.yaml:3: sources"),
    "a key that stands twice": (
        _add(PROJECT, "environment: live\n"),
        "casebridge.yaml:16: this is not valid YAML: the key 'environment' is given twice",
    ),
    "a tab for blanks": (
        _edit(PROJECT, "    type: desk", "\ttype: desk"),
        "casebridge.yaml:14: this is not valid YAML",
    ),
    "a bracket that is never closed": (_add(PROJECT, "syncs: {all: {from: feed"), "this is not valid YAML"),
    "a tag that runs code": (
        _add(PROJECT, "units: !!python/name:os.system\n"),
        "casebridge.yaml:16: this is not valid YAML: the tag",
    ),
    "an empty project file": (_holds(PROJECT, b""), "casebridge.yaml: the file is empty"),
    "a project file in another encoding": (
        _holds(PROJECT, b"organisation: caf\xe9\n"),
        "casebridge.yaml:1: this line is not UTF-8",
    ),
    "a control character": (_holds(PROJECT, b"organisation: a\x07b\n"), "casebridge.yaml:1: a control character"),
    "a folder without a project": (_without(PROJECT), "There is no casebridge.yaml in"),
    "a variable that is not set": (
        _edit(PROJECT, "acme", "${NOWHERE_SET}"),
        "casebridge.yaml:1: the environment variable NOWHERE_SET is not set",
    ),
    "an unknown adapter": (
        _edit(PROJECT, "type: desk", "type: desc"),
        "casebridge.yaml:14: there is no adapter 'desc' among the targets, which are: desk, django_helpdesk, http, hubspot, memory, request_tracker, salesforce, zendesk; did you mean 'desk'?",
    ),
    "no adapter at all": (_edit(PROJECT, "    type: desk\n", ""), "casebridge.yaml:13: targets.desk needs a `type`"),
    "a sync of an unknown source": (
        _add(PROJECT, "syncs: {all: {from: [feed, ohter], to: desk}}\n"),
        "did you mean 'other'?",
    ),
    "a schedule that is none": (
        _add(PROJECT, "syncs: {all: {from: feed, to: desk, schedule: daily}}\n"),
        "casebridge.yaml:16: syncs.all.schedule: a schedule has five fields",
    ),
    "a pattern of facts that is none": (
        _edit(PROJECT, "network: x", "network: x\n    facts: {order: 'order (A'}"),
        "casebridge.yaml:8: sources.feed.facts.order: is not a regular expression: missing )",
    ),
    "a policy out of range": (
        _add(PROJECT, "cases: {reopen_mail_days: -1}\n"),
        "casebridge.yaml:16: cases.reopen_mail_days: this should be greater",
    ),
    "a brake that never opens": (
        _add(PROJECT, "brakes: {cases_per_hour: 0}\n"),
        "casebridge.yaml:16: brakes.cases_per_hour: this should be",
    ),
    "a hold below nothing": (
        _edit(PROJECT, "persons: create", "hold_seconds: -1"),
        "hold_seconds: this should be greater than or equal to 0",
    ),
    "an unknown mode": (
        _edit(PROJECT, "persons: create", "mode: dry"),
        "mode: this should be 'observe', 'shadow' or 'live'",
    ),
    "a store of another kind": (
        _add(PROJECT, "store: mysql://localhost/x\n"),
        "store: mysql is not supported; use sqlite:///file or postgresql",
    ),
    "a store address that is none": (
        _add(PROJECT, "store: somewhere\n"),
        "store: this is no database URL; write sqlite:///casebridge.db",
    ),
    "rules that are missing": (_without(TRIAGE), "triage.yaml: there is no such file"),
    "an unknown key of the rules": (
        _add(TRIAGE, "rulez: []\n"),
        "triage.yaml:5: unknown key 'rulez'; did you mean 'rules'?",
    ),
    "an unknown key of a rule": (
        _edit(TRIAGE, "any_words", "any_wrods"),
        "triage.yaml:4: unknown key 'any_wrods' in rules.0; did you mean 'any_words'?",
    ),
    "a condition that is neither true nor false": (
        _edit(TRIAGE, "any_words: [parcel, paket]", "when: reach"),
        "triage.yaml:4: in the CEL expression 'reach': a condition must be true or false",
    ),
    "a function that CEL has not": (
        _edit(TRIAGE, "any_words: [parcel, paket]", "when: network.lower() == 'x'"),
        "triage.yaml:4: in the CEL expression",
    ),
    "an unknown reason": (
        _edit(TRIAGE, "set: {reason: delivery", "set: {reason: delivry"),
        "triage.yaml:4: the reason 'delivry' is not declared under reasons; did you mean 'delivery'?",
    ),
    "an unknown priority": (
        _edit(TRIAGE, "priority: normal", "priority: hihg"),
        "triage.yaml:1: defaults.priority: this should be",
    ),
    "a condition that is no CEL": (
        _edit(TRIAGE, "any_words: [parcel, paket]", "when: 'text ='"),
        "triage.yaml:4: in the CEL expression 'text =': at its character 6: CEL compares with ==",
    ),
    "a misspelt path in a condition": (
        _edit(TRIAGE, "any_words: [parcel, paket]", "when: netwrok == 'x'"),
        "triage.yaml:4: in the CEL expression \"netwrok == 'x'\": unknown path 'netwrok'; did you mean 'network'?",
    ),
    "a type error in a condition": (
        _edit(TRIAGE, "any_words: [parcel, paket]", "when: network > 10"),
        "triage.yaml:4: in the CEL expression 'network > 10': No such overload",
    ),
    "a mapping that is missing": (
        _edit(PROJECT, "persons: create", "mappings: nowhere"),
        "casebridge.yaml:15: targets.desk.mappings: there is no nowhere in",
    ),
    "an unknown key of a mapping": (
        _add(CASE, "feilds: {}\n"),
        "case.yaml:7: unknown key 'feilds'; did you mean 'fields'?",
    ),
    "a misspelt transform": (
        _edit(CASE, "collapse_ws: true", "colapse_ws: true"),
        "case.yaml:4: unknown key 'colapse_ws' in fields.subject; did you mean 'collapse_ws'?",
    ),
    "a transform of the wrong type": (
        _edit(CASE, "truncate: 255", "truncate: long"),
        "case.yaml:4: fields.subject.truncate: this should be a valid integer",
    ),
    "a misspelt path of a mapping": (_edit(CASE, "case.priority", "case.prority"), "did you mean 'case.priority'?"),
    "a misspelt path in a template": (
        _edit(CASE, "{from: case.priority}", '{template: "{case.prority}"}'),
        "did you mean 'case.priority'?",
    ),
    "a condition of a mapping that is no CEL": (
        _edit(CASE, "{from: case.priority}", '{cel: "1 +"}'),
        "case.yaml:5: in the CEL expression '1 +': at its character 4",
    ),
    "a mapping of messages for cases": (
        _edit(CASE, "case.subject", "message.text"),
        "case.yaml:4: unknown path 'message.text'",
    ),
    "two sources for a field": (
        _edit(CASE, "{from: case.priority}", "{from: case.priority, value: high}"),
        "exactly one source",
    ),
    "a function that is nowhere": (_edit(CASE, "{from: case.priority}", "{func: 'no.module:f'}"), "case.yaml:5: "),
}


@pytest.mark.parametrize(("prepare", "sentence"), MISTAKES.values(), ids=MISTAKES.keys())
def test_a_mistake_is_told_in_a_sentence_and_nothing_is_done(place: Place, prepare: Prepare, sentence: str) -> None:
    prepare(place)
    result = place.run("sync")
    assert result.exit_code == Exit.CONFIG
    assert result.stdout == ""
    assert sentence in result.stderr
    assert not (place.folder / "desk.db").exists()


RIGHT_ENOUGH: dict[str, str] = {
    "a number compared with a text": "rating == 'five'",
    "a text that is there only sometimes": "extra.points > 3",
    "a path into a text": "extra.points.more == 1",
    "a division by nothing": "10 / reach > 1",
}


@pytest.mark.parametrize("condition", RIGHT_ENOUGH.values(), ids=RIGHT_ENOUGH.keys())
def test_a_condition_that_fails_for_a_message_is_false_for_it(place: Place, condition: str) -> None:
    place.edit(TRIAGE, "any_words: [parcel, paket]", f'when: "{condition}"')
    author = {"id": "u1", "reach": 0}
    (place.inbox / "a.jsonl").write_bytes(line("1") + line("2", author=author, rating=3, extra={"points": "many"}))
    assert place.run("sync").exit_code == Exit.OK
    assert place.outcome().delivered == {"x//1", "x//2", OTHER}


def test_a_secret_in_clear_is_warned_of_by_its_place_alone(place: Place) -> None:
    (place.folder / PROJECT).write_text(
        "organisation: acme\nsources:\n  net: {type: memory, token: hunter2hunter2}\ntargets:\n  desk: {type: desk}\n"
    )
    result = place.run("sync")
    assert result.exit_code == Exit.OK
    assert "casebridge.yaml:3" in result.stderr
    assert "hunter2" not in result.output
    assert "hunter2" not in place.run("audit", "--json").output


@pytest.mark.parametrize(
    "command", ["status", "ledger", "verify", "check", "messages list", "pause", "backup x.backup"]
)
def test_every_command_says_what_is_wrong_with_the_project(place: Place, command: str) -> None:
    place.edit(PROJECT, "persons:", "person:")
    result = place.run(*command.split())
    assert result.exit_code == Exit.CONFIG
    assert "casebridge.yaml:15: unknown key 'person' in targets.desk; did you mean 'persons'?" in result.stderr
