"""What each verb does to a value, alone and with the others."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pytest
import regex
from hypothesis import example, given
from hypothesis import strategies as st

from bridge.errors import Refused
from bridge.mapping import verbs
from tests.bridge.mapping.building import field, of_text

if TYPE_CHECKING:
    from bridge.mapping.entries import Unit

UNITS: tuple[Unit, ...] = ("characters", "utf16", "bytes")
FAMILY = "👨‍👩‍👧‍👦"
LETTERS = st.text(st.sampled_from([*"ab é\r\n\u0301\u200d", "👩", "🏽", "🇩", "🇪", "ก", "ำ", "क", "्", "ש"]), max_size=40)


@given(LETTERS | st.text(max_size=40), st.integers(1, 45), st.sampled_from(UNITS), st.sampled_from(["", "…", "..."]))
@example(FAMILY * 3, 7, "utf16", "")
@example("e\u0301" * 9, 3, "characters", "…")
@example("a\r\nb", 2, "characters", "")
def test_a_cut_text_is_never_too_long_and_never_cut_within_a_visible_character(
    text: str, limit: int, unit: Unit, ellipsis: str
) -> None:
    cut = verbs.truncate(text, limit, ellipsis=ellipsis, unit=unit)
    assert verbs.size(cut, unit) <= limit
    if cut == text:
        return
    kept = cut.removesuffix(ellipsis) if verbs.size(ellipsis, unit) <= limit else cut
    edges = {0, *(found.end() for found in regex.finditer(r"\X", text))}
    assert text.startswith(kept)
    assert len(kept) in edges


@given(st.text(max_size=30), st.sampled_from(UNITS))
def test_a_text_that_fits_stays(text: str, unit: Unit) -> None:
    assert verbs.truncate(text, max(1, verbs.size(text, unit)), ellipsis="…", unit=unit) == text


def test_cutting_takes_as_much_as_fits() -> None:
    assert verbs.truncate("abcdef", 4, ellipsis="…") == "abc…"
    assert verbs.truncate("äöüß", 5, unit="bytes") == "äö"
    assert verbs.truncate(f"a{FAMILY}b", 3, unit="utf16") == "a"
    assert verbs.truncate("👍👍", 2, unit="utf16") == "👍"


def test_an_ellipsis_longer_than_the_limit_is_left_out() -> None:
    assert verbs.truncate("abcdef", 2, ellipsis="...") == "ab"


def test_a_huge_text_is_cut_without_reading_it_all() -> None:
    assert verbs.truncate("é" * 10_000_000, 3, ellipsis="…") == "éé…"


def test_a_lone_surrogate_is_cut_like_any_character() -> None:
    assert verbs.truncate("\ud83d" * 5, 2, unit="utf16") == "\ud83d\ud83d"


@pytest.mark.parametrize(
    ("given_verbs", "value", "expected"),
    [
        ("lower: true", "ÄB", "äb"),
        ("upper: true", "äb", "ÄB"),
        ("strip: true", " \t a b \n", "a b"),
        ('replace: {"{": "{ {", "ß": ss, "%}": ""}', "{{a%}ß", "{ {{ {ass"),
        ("replace: {a: b, b: a, ab: c}", "abba", "cab"),
        ("collapse_ws: true", " a \n\n b\u00a0c ", "a b c"),
        ("html_unescape: true", "Tom &amp; Ana &lt;3 &#128077;", "Tom & Ana <3 👍"),
        ("html_unescape: true", "AT&T", "AT&T"),
        (
            "strip_html: true",
            "<p>One<br>two &amp; <b>three</b></p><style>p {}</style><p>four</p>",
            "One\ntwo & three\nfour",
        ),
        ("strip_html: true", "2 < 3", "2 < 3"),
        ("integer_text: true", "3.0", "3"),
        ("integer_text: true", " 848. ", "848"),
        ("integer_text: true", "3,0", "3"),
        ("integer_text: true", 3.0, "3"),
        ("integer_text: true", "12345678901234567890", "12345678901234567890"),
        ("split: ','", "1, 2,,3 ", ["1", "2", "3"]),
        ("split: ',', integer_text: true", "1.0,2.0", ["1", "2"]),
        ("split: ';', lower: true, first: true", " ;A;B", "a"),
        ("split: ',', join: ' + '", "a,b", "a + b"),
        ("split: ','", ["a", "b"], ["a", "b"]),
        ("join: ' '", "text", "text"),
        ("join: ', '", ["a", 1, None, True], "a, 1, , true"),
        ("first: true", [None, "", "x", "y"], "x"),
        ("first: true", "x", "x"),
        ("map: {a: A}", "a", "A"),
        ("map: {a: A}", "b", None),
        ("map: {a: A, '*': other}", "b", "other"),
        ("map: {a: A}, default: D", "b", "D"),
        ("map: {'1': one, 'true': yes}", 1, "one"),
        ("map: {'1': one, 'true': yes}", True, "yes"),
        ("map: {a: 1}, split: ','", "a,b,a", [1, 1]),
        ("lower: true, map: {a: A}", "A", "A"),
        ("type: string", 4.0, "4"),
        ("type: string", 4.5, "4.5"),
        ("type: string", True, "true"),
        ("type: string", ["a", 2], "a, 2"),
        ("type: string", {"a": 1}, '{"a": 1}'),
        ("type: integer", "3.0", 3),
        ("type: integer", 7, 7),
        ("type: number", "2.5", 2.5),
        ("type: number", "-1e3", -1000),
        ("type: number", 3, 3),
        ("type: boolean", "Yes", True),
        ("type: boolean", "nein", False),
        ("type: boolean", 0, False),
        ("type: boolean", True, True),
        ("type: list", "a", ["a"]),
        ("type: list", ["a"], ["a"]),
        ("type: datetime", "2026-02-01T10:00:00+01:00", "2026-02-01T09:00:00Z"),
        ("type: datetime, zone: Europe/Berlin", "2026-07-01 10:00", "2026-07-01T08:00:00Z"),
        ("default: none", "", "none"),
        ("default: none", None, "none"),
        ("default: none", [], "none"),
        ("default: 5", 0, 0),
        ("default: true", False, False),
        ("strip: true, default: none", "  ", "none"),
        ("default: abcdef, truncate: 3", None, "abc"),
        ("truncate: 4, ellipsis: '…'", "abcdef", "abc…"),
        ("truncate: 2, unit: bytes", "äö", "ä"),
        ("truncate: 2", 12345, "12"),
        ("omit_if_empty: true", "", "absent"),
        ("omit_if_empty: true", 0, 0),
        ("strip: true", None, None),
    ],
)
def test_a_verb_does_what_it_says(given_verbs: str, value: object, expected: object) -> None:
    result = of_text(given_verbs, value)
    assert result == expected
    assert type(result) is type(expected)


@pytest.mark.parametrize(
    ("given_verbs", "value", "said"),
    [
        ("integer_text: true", "3,000", "'3,000' is not a whole number"),
        ("integer_text: true", "3.5", "'3.5' is not a whole number"),
        ("integer_text: true", "9.1E+17", "digits are lost, export the column as text"),
        ("integer_text: true", "abc", "'abc' is not a whole number"),
        ("type: integer", "3.5", "is not a whole number"),
        ("type: integer", True, "is not a whole number"),
        ("type: number", "1,5", "'1,5' is not a number"),
        ("type: number", "nan", "is not a number"),
        ("type: boolean", "maybe", "'maybe' is neither true nor false"),
        ("parse_time: iso", "2026-02-30", "'2026-02-30' is not a possible time"),
        ("required: true", "", "there is no value, and it is required"),
        ("strip: true, required: true", "  ", "there is no value"),
        ("type: integer", "x" * 500, "…' is not a whole number"),
    ],
)
def test_what_cannot_be_converted_refuses_the_record_naming_the_field(
    given_verbs: str, value: object, said: str
) -> None:
    with pytest.raises(Refused) as caught:
        of_text(given_verbs, value)
    assert said in str(caught.value)
    assert caught.value.field == "f"


def test_html_is_taken_out_before_anything_else() -> None:
    assert (
        of_text("truncate: 6, collapse_ws: true, strip_html: true, upper: true", "<p>ab  &amp;</p>\n<p>cd</p>")
        == "AB & C"
    )


def test_times_become_text_in_utc() -> None:
    value = datetime(2026, 2, 1, 10, tzinfo=timezone(timedelta(hours=2)))
    assert verbs.iso(value) == "2026-02-01T08:00:00Z"
    assert field("{from: message.sent_at}", {"message.sent_at": value}) == "2026-02-01T08:00:00Z"
    assert verbs.iso(datetime(2026, 2, 1, 10, 0, 0, 500, tzinfo=UTC)) == "2026-02-01T10:00:00.000500Z"


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_fractions_keep_their_value_as_text(value: float) -> None:
    assert math.isclose(float(verbs.text(value)), value, rel_tol=0, abs_tol=0)
