"""The tests in mapping files say what differs, and where they stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bridge import documents
from bridge.mapping.rows import load_row_mapping
from bridge.mapping.target import compile_target_mapping, load_target_mapping
from bridge.mapping.testing import TestResult, run_tests
from bridge.nouns import Thing

if TYPE_CHECKING:
    from pathlib import Path

TICKET = """\
object: Ticket
when: case.status != 'closed'
fields:
  title: {from: case.subject, omit_if_empty: true}
  who:   {ref: person, omit_if_empty: true}
  at:    {from: case.opened_at}
  count: {from: case.messages, required: true}
tests:
  - """

ROWS = """\
when: kind == 'tweet'
fields:
  id: {from: n}
  author.name: {from: who}
  sent_at: {from: at, parse_time: epoch}
tests:
  - """


def run(test: str) -> TestResult:
    [result] = run_tests(compile_target_mapping(documents.parse(TICKET + test, "case.yaml"), thing=Thing.CASE))
    return result


def run_row(test: str) -> TestResult:
    [result] = run_tests(load_row_mapping(documents.parse(ROWS + test, "rows.yaml")))
    return result


@pytest.mark.parametrize(
    "test",
    [
        "{name: t, given: {case: {subject: Hi, messages: 1}}, expect: {title: Hi, count: 1}, absent: [who]}",
        "{name: t, given: {case: {messages: 1}, refs: {person: U-7}}, expect: {who: U-7}, absent: [title]}",
        "{name: t, given: {case: {messages: 1, opened_at: '2026-02-01T10:00:00+02:00'}}, expect: {at: '2026-02-01T08:00:00Z'}}",
        "{name: t, given: {case: {messages: 1}}, expect: {at: null}}",
        "{name: t, given: {case: {status: closed}}, skipped: true}",
        "{name: t, given: {case: {}}, error: count}",
    ],
)
def test_a_mapping_that_does_what_is_expected_passes(test: str) -> None:
    assert run(test) == TestResult("t", passed=True, message="", file="case.yaml", line=9)


@pytest.mark.parametrize(
    ("test", "said"),
    [
        (
            "{name: t, given: {case: {subject: Hi, messages: 1}}, expect: {title: Ho}}",
            "title is 'Hi'; expected was 'Ho'.",
        ),
        ("{name: t, given: {case: {messages: 1}}, expect: {title: Ho}}", "title is absent; expected was 'Ho'."),
        ("{name: t, given: {case: {messages: 1}}, expect: {count: true}}", "count is 1; expected was True."),
        ("{name: t, given: {case: {messages: 1}}, absent: [count]}", "count is 1; it was to be absent."),
        ("{name: t, given: {case: {messages: 1}}, skipped: true}", "it was to be left out, and was not."),
        ("{name: t, given: {case: {status: closed}}}", "it was left out by 'when'."),
        ("{name: t, given: {case: {messages: 1}}, error: count}", "it was to be refused for count, and was not."),
        ("{name: t, given: {case: {}}}", "it was refused: count: there is no value"),
        ("{name: t, given: {case: {}}, error: title}", "it was refused: count: there is no value"),
        ("{name: t, given: {case: {subjct: Hi}}}", "given: unknown path 'case.subjct'; did you mean 'case.subject'?"),
        ("{name: t, given: {case: Hi}}", "given: case must hold its fields"),
        ("{name: t, given: {case: {opened_at: soon}}}", "Invalid isoformat"),
        ("{name: t, given: {refs: {owner: 1}}}", "'owner' is not a valid Thing"),
        ("{name: t, given: nowhere.yaml}", "there is no such file"),
    ],
)
def test_a_mapping_that_does_something_else_says_what(test: str, said: str) -> None:
    result = run(test)
    assert not result.passed
    assert said in result.message
    assert result.line == 9


def test_what_is_given_may_stand_in_a_file_beside_the_mapping(tmp_path: Path) -> None:
    (tmp_path / "angry.json").write_text('{"case": {"subject": "Hi", "messages": 2}}', encoding="utf-8")
    file = tmp_path / "case.yaml"
    file.write_text(TICKET + "{name: t, given: angry.json, expect: {title: Hi, count: 2}}\n", encoding="utf-8")
    assert [result.passed for result in run_tests(load_target_mapping(file))] == [True]


@pytest.mark.parametrize(
    ("test", "said"),
    [
        ("{name: t, given: {kind: tweet, n: 1, who: Ada}, expect: {id: '1', author.name: Ada}, absent: [sent_at]}", ""),
        ("{name: t, given: {kind: tweet, at: 0}, expect: {sent_at: '1970-01-01T01:00:00+01:00'}}", ""),
        ("{name: t, given: {kind: tweet, at: soon}, error: sent_at}", ""),
        ("{name: t, given: {kind: advert}, skipped: true}", ""),
        (
            "{name: t, given: {kind: tweet, at: 60}, expect: {sent_at: '1970-01-01T00:00:00Z'}}",
            "sent_at is '1970-01-01T00:01:00Z'",
        ),
        ("{name: t, given: {kind: tweet, who: Ada}, expect: {author.name: Eve}}", "author.name is 'Ada'"),
    ],
)
def test_mappings_of_rows_are_tested_with_rows(test: str, said: str) -> None:
    result = run_row(test)
    assert result.passed is (not said)
    assert said in result.message
