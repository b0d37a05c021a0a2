"""Dates: those of birth are held, from day and month on."""

from __future__ import annotations

import pytest

from bridge.personal.model import Datum
from tests.bridge.personal.answers import found


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("geb. 04.05.1978, korrekt?", "04.05.1978"),
        ("Sie sind am 3. Mai 1961 geboren", "3. Mai 1961"),
        ("geboren am 12. März", "12. März"),
        ("DOB 7/21/88 matches", "7/21/88"),
        ("Your date of birth, 21st July 1988, doesn't match", "21st July 1988"),
        ("Born Sept 14, 1984, correct?", "Sept 14, 1984"),
        ("Geburtsdatum: 1988-07-21", "1988-07-21"),
        ("*12.3.1980", "12.3.1980"),
    ],
)
def test_a_date_of_birth_is_held(text: str, date: str) -> None:
    assert found(text) == [(Datum.BIRTH_DATE, date)]


@pytest.mark.parametrize(
    "text",
    [
        "Herzlichen Glückwunsch zum 40. Geburtstag!",
        "Jahrgang 1978 bekommt Rabatt",
        "Gültig ab 1. Mai 2024, Lieferung am 24.12.",
        "Your contract ends on 3 May 2025",
        "Wer vor dem 1.1.2007 geboren ist, darf rein",
        "Geburtstagsrabatt bis 31.12.",
    ],
)
def test_other_dates_years_and_ages_pass(text: str) -> None:
    assert found(text) == []
