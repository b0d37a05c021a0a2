"""CEL conditions: known paths only, one rule for what is not there, values remembered safely."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from bridge.conditions import Condition, Yields
from bridge.errors import ConfigError, Refused
from bridge.mapping.paths import ANY, PATHS, PathSpec
from bridge.nouns import Thing

PATHS_OF_MESSAGES = PATHS[Thing.MESSAGE]
COLUMNS = {"*": PathSpec(ANY, "A column.")}


def build(source: str, *, columns: bool = False, yields: Yields = "value") -> Condition:
    paths = COLUMNS if columns else PATHS_OF_MESSAGES
    return Condition.compile(source, paths, file="rules.yaml", line=7, yields=yields)


def value(source: str, values: dict[str, Any] | None = None, *, columns: bool = False) -> object:
    return build(source, columns=columns).evaluate(values or {})


@pytest.mark.parametrize("operator", ["<", "<=", ">", ">="])
@pytest.mark.parametrize("path", ["customer.reach", "message.rating", "message.extra.score"])
def test_order_with_nothing_is_false(path: str, operator: str) -> None:
    assert value(f"{path} {operator} 10") is False
    assert value(f"10 {operator} {path}") is False
    assert value(f"!({path} {operator} 10)") is True


def test_a_time_that_is_not_there_is_neither_before_nor_after() -> None:
    source = "case.first_reply_due < timestamp('2026-01-01T00:00:00Z')"
    assert value(source) is False
    assert value(source, {"case.first_reply_due": datetime(2025, 1, 1, tzinfo=UTC)}) is True


def test_nothing_is_in_no_list() -> None:
    assert value("customer.reach in [1, 2]") is False
    assert value("customer.reach in [1, 2]", {"customer.reach": 2}) is True
    assert value("'x' in message.extra.tags") is False


def test_nothing_equals_nothing_else() -> None:
    assert value("customer.reach == 3") is False
    assert value("customer.reach != 3") is True


@pytest.mark.parametrize(
    "path",
    ["customer.reach", "customer.email", "customer.handles", "customer.verified", "case.opened_at", "message.extra.x"],
)
def test_null_asks_for_presence_whatever_the_type(path: str) -> None:
    assert value(f"{path} == null") is True
    assert value(f"null == {path}") is True
    assert value(f"{path} != null") is False
    assert value(f"has({path})") is False


@pytest.mark.parametrize(
    ("path", "there"),
    [
        ("customer.reach", 0),
        ("customer.email", "a@example.org"),
        ("customer.handles", ["x:a"]),
        ("customer.verified", False),
    ],
)
def test_zero_and_false_are_there(path: str, there: object) -> None:
    assert value(f"{path} != null && has({path})", {path: there}) is True


def test_text_that_is_not_there_is_empty_text() -> None:
    assert value("customer.email == '' && customer.email.size() == 0 && size(customer.handles) == 0") is True
    assert value("customer.name + '!'") == "!"


def test_yes_or_no_that_is_not_there_is_no() -> None:
    assert value("!customer.verified && !message.public") is True


@pytest.mark.parametrize("method", ["contains", "startsWith", "endsWith", "matches"])
def test_tests_of_text_that_is_not_there_are_false(method: str) -> None:
    assert value(f"message.text.{method}('a') || message.extra.tag.{method}('a')") is False
    assert value(f"!message.extra.tag.{method}('a')") is True


@pytest.mark.parametrize(
    ("method", "literal", "expected"),
    [
        ("contains", "'router'", True),
        ("contains", "'Router'", False),
        ("startsWith", "'My'", True),
        ("endsWith", "'broken'", True),
        ("matches", "'(?i)MY .* BROKEN'", True),
        ("matches", r"r'\bout\b'", False),
        ("matches", r"'\\brouter\\b'", True),
    ],
)
def test_tests_of_text_work(method: str, literal: str, *, expected: bool) -> None:
    assert value(f"message.text.{method}({literal})", {"message.text": "My router is broken"}) is expected


def test_a_number_tested_as_text_is_false() -> None:
    assert value("message.extra.tag.contains('1')", {"message.extra.tag": 11}) is False


def test_a_handled_null_stays_handled() -> None:
    """Comparing ``(reach != null ? reach : 0)`` is the author's own rule for nothing."""
    assert value("(customer.reach != null ? customer.reach : 0) < 3") is True


def test_an_alternative_survives_what_is_not_there() -> None:
    source = "case.priority == 'urgent' || customer.reach > 10000 ? 'High' : 'Medium'"
    assert value(source) == "Medium"
    assert value(source, {"customer.reach": 20_000}) == "High"
    assert value(source, {"case.priority": "urgent"}) == "High"


def test_arithmetic_inside_a_comparison_with_nothing_is_false() -> None:
    assert value("customer.reach * 2 + 1 > 0") is False
    assert value("(customer.reach + 1) > 0") is False


def test_numbers_of_both_kinds_compare_and_multiply() -> None:
    assert value("message.rating * 2.0 >= 8", {"message.rating": 4}) is True


def test_macros_bind_their_variable() -> None:
    condition = build("customer.handles.exists(h, h.startsWith('x:') && h.size() > customer.reach)")
    assert condition.paths == ("customer.handles", "customer.reach")
    assert condition.evaluate({"customer.handles": ["x:jane"], "customer.reach": 2}) is True
    assert condition.evaluate({"customer.handles": ["fb:jane"], "customer.reach": 2}) is False
    assert value("[1, 2].map(case, case * 2) == [2, 4]") is True


def test_paths_in_texts_and_remarks_are_none() -> None:
    condition = build("case.subject in ['case.foo', \"a.b // c\", r'\\d.e', '''x.y'''] // and case.bar")
    assert condition.paths == ("case.subject",)


def test_fields_of_objects_below_free_fields_are_found() -> None:
    nested = {"message.extra.order": {"state": "late", "lines": [{"n": 3}]}}
    assert value("message.extra.order.state == 'late'", nested) is True
    assert value("message.extra.order.colour == null", nested) is True
    assert value("message.extra.order.lines[0].n == 3", nested) is True


def test_columns_may_have_any_name() -> None:
    row = {"In reply to": "7", "user": {"name": "Ada"}, "type": "tweet", "a.b": "dotted"}
    assert value("row['In reply to'] == '7' && !row['nothing'].contains('x')", row, columns=True) is True
    assert value("row['In reply to'].startsWith('7')", row, columns=True) is True
    assert value("user.name == 'Ada' && type == 'tweet' && a.b == 'dotted'", row, columns=True) is True
    assert build("row['In reply to'] == '7' || has(row['x']) || row['y'] == null", columns=True).paths == (
        "In reply to",
        "x",
        "y",
    )


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("case.sumary == ''", "unknown path 'case.sumary'; did you mean 'case.summary'?"),
        ("custmer.email == ''", "unknown path 'custmer.email'; did you mean 'customer.email'?"),
        ("case.foo == 1", "unknown path 'case.foo'."),
        ("has(case.sumary)", "did you mean 'case.summary'?"),
        ("case.sumary == null", "did you mean 'case.summary'?"),
        ("message.txt.contains('x')", "did you mean 'message.text'?"),
        ("true && [case.subjct].size() > 0", "did you mean 'case.subject'?"),
        ("has(1 + 2)", "invalid argument to has()"),
        ("case.subject ==", "mismatched input"),
        ("(case.subject", "missing ')'"),
        ("case.priority == 'a' and true", "CEL writes && for and"),
        ("case.priority = 'a'", "CEL compares with =="),
        ("", "at its character 1"),
        ("case.subject.startWith('x')", "there is no function 'startWith'; did you mean 'startsWith'?"),
        ("lower(case.subject) == 'x'", "there is no function 'lower'"),
        ("message.text.matches('[')", "the regular expression '[' is wrong"),
        ("message.text > 3", "No such overload"),
        ("customer.reach + 'x'", "No such overload"),
        ("row['x'] == ''", "unknown path"),
        ("case.subject?.size()", "character"),
        ("99999999999999999999 > 1", "invalid int literal"),
    ],
)
def test_what_is_wrong_is_told_when_it_is_loaded(source: str, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        build(source)
    assert said in str(caught.value)
    assert str(caught.value).startswith("rules.yaml:7: in the CEL expression")


def test_a_condition_must_be_true_or_false() -> None:
    with pytest.raises(ConfigError, match="must be true or false"):
        build("customer.reach", yields="bool")
    with pytest.raises(Refused, match="neither true nor false"):
        build("message.extra.x", yields="bool").evaluate({"message.extra.x": "yes"})
    assert build("message.extra.x == 'yes'", yields="bool").evaluate({"message.extra.x": "yes"}) is True


def test_what_cannot_be_computed_refuses_the_record_and_says_where() -> None:
    with pytest.raises(Refused, match=r"\(rules.yaml:7\) fails here: division by zero"):
        value("10 / case.messages", {"case.messages": 0})
    with pytest.raises(Refused, match="fails here"):
        value("message.rating + 1.0")


def test_long_expressions_are_shortened_in_errors() -> None:
    with pytest.raises(ConfigError) as caught:
        build("case.subject == 'x' || " * 20 + "case.sumary == ''")
    assert len(str(caught.value)) < 250


def test_remembered_results_tell_types_apart() -> None:
    """1, 1.0 and true are equal to Python, and not to CEL."""
    condition = Condition.compile("type(a) == int", {"a": PathSpec("integer", "A number.")}, file="f", line=1)
    assert [condition.evaluate({"a": each}) for each in (1, 1.0, True, 1)] == [True, False, False, True]


def test_remembered_results_follow_the_values() -> None:
    condition = build("customer.reach > 10")
    assert [condition.evaluate({"customer.reach": each}) for each in (5, 50, 5, None)] == [False, True, False, False]
