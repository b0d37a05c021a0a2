"""A value that the target does not take is told before by ``mapping check``; delivered, it costs its own record only."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bridge.errors import Exit
from tests.bad_input.project import OTHER, line

if TYPE_CHECKING:
    from tests.bad_input.project import Place

CASE, MESSAGE = "mappings/desk/case.yaml", "mappings/desk/message.yaml"
SUBJECT = 'subject:   {from: case.subject, default: "(no text)", collapse_ws: true, truncate: 255}'
PRIORITY = "priority:  {from: case.priority}"
DIRECTION = "direction: {from: message.direction}"

ERRORS: dict[str, tuple[str, str, str]] = {
    "a field that is not there": (
        PRIORITY,
        "prioritty: {from: case.priority}",
        "case.yaml:5: error: Case has no field 'prioritty'; did you mean 'priority'?",
    ),
    "a value that no picklist has": (
        PRIORITY,
        "priority: {value: hihg}",
        "case.yaml:5: error: priority: 'hihg' is no choice of the target; did you mean 'high'?",
    ),
    "a table with a wrong value": (
        PRIORITY,
        "priority: {from: case.priority, map: {low: low, '*': hgih}}",
        "case.yaml:5: error: priority: 'hgih' is no choice of the target",
    ),
    "a text for a time": (
        PRIORITY,
        "opened_at: {value: soon}",
        "case.yaml:5: error: opened_at: the target takes a datetime and gets a string",
    ),
    "a required field that is missing": (
        SUBJECT,
        "queue: {value: a}",
        "case.yaml:1: error: Case requires 'subject', and the mapping does not fill it.",
    ),
}


@pytest.mark.parametrize(("old", "new", "sentence"), ERRORS.values(), ids=ERRORS.keys())
def test_a_mapping_that_does_not_fit_is_told_with_its_line(place: Place, old: str, new: str, sentence: str) -> None:
    place.edit(CASE, old, new)
    for command in (("mapping", "check"), ("check",)):
        result = place.run(*command)
        assert result.exit_code == Exit.CONFIG
        assert sentence in result.stdout


def test_a_text_that_may_be_too_long_is_a_warning(place: Place) -> None:
    place.edit(CASE, PRIORITY, "queue: {from: case.summary}")
    result = place.run("mapping", "check")
    assert result.exit_code == Exit.OK
    assert "case.yaml:5: warning: queue: a text longer than the target's 255 characters" in result.stdout


REFUSED: dict[str, tuple[str, str, str, str]] = {
    "a value that no picklist has": (
        CASE,
        PRIORITY,
        """priority: {cel: "case.subject == 'bad parcel' ? 'sky-high' : 'low'"}""",
        "priority is one of low, normal, high, urgent, not 'sky-high'",
    ),
    "a text that is too long": (
        CASE,
        PRIORITY,
        f"queue: {{from: case.subject, map: {{bad parcel: {'q' * 300}, '*': short}}}}",
        "queue takes 255 characters, not 300",
    ),
    "a required text that is empty": (
        CASE,
        SUBJECT,
        "subject: {from: case.subject, map: {bad parcel: '', '*': a}, omit_if_empty: true}",
        "subject",
    ),
    "a value of a message": (
        MESSAGE,
        DIRECTION,
        """direction: {cel: "message.text == 'bad parcel' ? 'up' : 'in'"}""",
        "direction is one of in, out, not 'up'",
    ),
}


@pytest.mark.parametrize(("file", "old", "new", "reason"), REFUSED.values(), ids=REFUSED.keys())
def test_a_refused_record_stops_nobody_else_and_goes_once_the_mapping_is_right(
    place: Place, file: str, old: str, new: str, reason: str
) -> None:
    place.edit(file, old, new)
    (place.inbox / "a.jsonl").write_bytes(line("1") + line("2", "bad parcel") + line("9"))
    result = place.run("sync")
    assert result.exit_code == Exit.SET_ASIDE
    assert "desk refused 1 records. See: casebridge deliveries list --where state=refused" in result.stderr
    assert place.outcome().delivered == {"x//1", "x//9", OTHER}
    (refused,) = place.ask("deliveries", "list", "--where", "state=refused")
    assert reason in refused["reason"]
    assert place.run("sync").exit_code == Exit.SET_ASIDE
    place.edit(file, new, old)
    assert place.run("deliveries", "retry", f"D-{refused['id']}").exit_code == Exit.OK
    assert place.run("sync").exit_code == Exit.OK
    assert place.outcome().delivered == {"x//1", "x//2", "x//9", OTHER}
