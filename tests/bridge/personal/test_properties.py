"""What holds for every text."""

# ruff: noqa: RUF001 - the dashes and quotation marks that people type

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.personal.allowed import phone_forms
from bridge.personal.check import personal_data
from bridge.personal.model import Allowed, Known
from bridge.personal.reading import Plain, folded
from tests.bridge.personal.answers import BRAND, CUSTOMER

PIECES = st.sampled_from(
    [
        "0171",
        "39",
        "20",
        "044",
        "Frau",
        "Herr",
        "Kessler",
        "Lindenstr.",
        "12",
        "null",
        "eins",
        "sieben",
        "acht",
        "@",
        ".",
        "/",
        "-",
        "(",
        ")",
        "+",
        "DE65",
        "9385",
        "1259",
        "https://a.example/",
        "?t=",
        "4.5.1978",
        "geb.",
        "Bestellung",
        "Nr.",
        "X7K2",
        "**",
        "0️⃣",
        "\u200b",
        "\n",
        ",",
        ":",
        "!",
        "„",
        "“",
        "PIN",
        "street",
        "Mr",
        "O'Brien",
        "&",
        "ﬁ",
        "½",
        "Straße",
        "²",
        "١٢٣",
        "A",
        "n",
        "n",
        "a",
    ]
)
TEXTS = st.one_of(
    st.text(max_size=120), st.lists(PIECES, max_size=25).map(" ".join), st.lists(PIECES, max_size=25).map("".join)
)


@given(TEXTS)
def test_it_never_fails_and_what_it_finds_stands_in_the_text(text: str) -> None:
    found = personal_data(text, BRAND, CUSTOMER)
    for one in found:
        assert 0 <= one.start < one.end <= len(text)
        assert text[one.start : one.end] == one.text
    assert all(before.end <= after.start for before, after in pairwise(found))
    assert found == personal_data(text, BRAND, CUSTOMER)


@given(TEXTS, TEXTS, TEXTS)
def test_any_list_and_any_customer_are_taken(text: str, listed: str, known: str) -> None:
    allowed = Allowed(
        phones=(listed,), emails=(listed,), ibans=(listed,), links=(listed,), addresses=(listed,), numbers=(listed,)
    )
    customer = Known(handle=known, name=known, address=known, order_numbers=(known,), customer_numbers=(known,))
    personal_data(text, allowed, customer)


@given(
    st.integers(10**6, 10**8 - 1),
    st.sampled_from(["30", "171", "40", "7946"]),
    st.sampled_from([" ", "/", "-", " / ", ""]),
)
def test_notations_of_one_number_are_equal(number: int, area: str, gap: str) -> None:
    national = phone_forms(f"0{area}{gap}{number}")
    for abroad in (
        f"+49 {area} {number}",
        f"0049{area}{number}",
        f"+49 (0){area} {number}",
        f"+49 (0) {area}/{number}",
    ):
        assert phone_forms(abroad) & national, abroad
        assert personal_data(f"Tel. {abroad}", Allowed(phones=(f"0{area}{gap}{number}",)), Known()) == []


@given(st.text(max_size=80))
def test_a_plain_text_leads_back_to_the_original(text: str) -> None:
    plain = Plain.of(text)
    assert len(plain.text) == len(plain.starts) == len(plain.ends)
    for place in range(len(plain.text)):
        start, end = plain.written(place, place + 1)
        assert 0 <= start < end <= len(text)


@pytest.mark.parametrize(("one", "other"), [("Müller", "MUELLER"), ("Straße 5", "strasse5"), ("Aydın", "aydin")])
def test_folding_makes_notations_equal(one: str, other: str) -> None:
    assert folded(one) == folded(other)
