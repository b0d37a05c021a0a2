"""Accounts and cards."""

from __future__ import annotations

import pytest

from bridge.personal.model import Datum
from tests.bridge.personal.answers import found, kinds


@pytest.mark.parametrize(
    "account",
    [
        "DE65 9385 1259 4982 4696 74",
        "DE65938512594982469674",
        "DE65-9385-1259-4982-4696-74",
        "DE66 9385 1259 4982 4696 74",
        "DE25 9148 9899 8156 9172 23",
        "CH93 0076 2011 6238 5295 7",
        "NL95XQZB1375392542",
        "BE31 9965 7518 2855",
    ],
)
def test_an_account_is_held_also_mistyped(account: str) -> None:
    assert found(f"Das Geld ging an {account}, stimmt das?") == [(Datum.IBAN, account)]


@pytest.mark.parametrize(
    "text",
    [
        "DE25914898998156917222 ist unser Konto",
        "IBAN mit den Endziffern 4471",
        "Eine IBAN hat hier 22 Stellen und beginnt mit DE.",
        "Gläubiger-ID DE98ZZZ09999999999",
    ],
)
def test_the_brands_account_and_masked_ones_pass(text: str) -> None:
    assert found(text) == []


def test_what_masking_leaves_counts() -> None:
    assert found("Karte **** **** **** 4471 wurde belastet") == []
    assert kinds("Karte 4539 14** **** 8821 wurde belastet") != set()
    assert kinds("DE65 XXXX XXXX XXXX 4696 74") != set()


@pytest.mark.parametrize(
    "card",
    [
        "5555 5555 5555 4444",
        "3782 822463 10005",
        "4111-1111-1111-1112",
        "four two four two, four two four two, four two four two, four two four two",
    ],
)
def test_a_card_is_held_also_with_a_wrong_digit(card: str) -> None:
    assert found(f"Your card {card} was declined") == [(Datum.CARD, card)]


def test_a_published_test_card_passes_where_the_text_says_so() -> None:
    assert found("4242 4242 4242 4242 is the test card of our docs") == []
    assert kinds("we charged 4242 4242 4242 4242") == {Datum.CARD}
