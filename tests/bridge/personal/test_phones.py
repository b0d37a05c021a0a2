"""Phone numbers: subscribers' are held, the brand's own, free and short ones pass."""

# ruff: noqa: RUF001 - the dashes and quotation marks that people type

from __future__ import annotations

import pytest

from bridge.personal.model import Datum
from tests.bridge.personal.answers import found, kinds


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Melden Sie sich bitte unter 0172 3920044.", "0172 3920044"),
        ("Ruf mich gern durch: 0171/39 20 0 44 lg", "0171/39 20 0 44"),
        ("+43 660 5550123 hast du als Kontakt angegeben, passt das?", "+43 660 5550123"),
        ("Ihre Mobilnummer +41 79 555 01 23 ist hinterlegt.", "+41 79 555 01 23"),
        ("Mein Kollege erreicht dich auf der 0049 171 3920011", "0049 171 3920011"),
        ("Call me on 020 7946 0912 before 5", "020 7946 0912"),
        ("ring 086 555 0123 when you get there", "086 555 0123"),
        ("my direct line is 212-555-0147", "212-555-0147"),
        ("Text him: 0412 345 678", "0412 345 678"),
        ("u r on 07700900461 yeah?", "07700900461"),
        ("It is a swindler who rings from 07700 900982, hang up", "07700 900982"),
    ],
)
def test_a_subscribers_number_is_held(text: str, number: str) -> None:
    assert found(text) == [(Datum.PHONE, number)]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Nummer 0 1 7 1 - 3 9 2 0 0 1 1, ja?", "0 1 7 1 - 3 9 2 0 0 1 1"),
        ("ruf die O171 392OO11 an", "O171 392OO11"),
        (
            "null eins sieben eins, drei neun zwei null null eins eins ruft dich an",
            "null eins sieben eins, drei neun zwei null null eins eins",
        ),
        (
            "call oh seven seven double oh nine double oh one two three",
            "oh seven seven double oh nine double oh one two three",
        ),
        ("0️⃣1️⃣7️⃣1️⃣ 3️⃣9️⃣2️⃣0️⃣0️⃣ 1️⃣1️⃣ geht ran", "0️⃣1️⃣7️⃣1️⃣ 3️⃣9️⃣2️⃣0️⃣0️⃣ 1️⃣1️⃣"),
        ("Tel. ０１７１ ３９２００１１", "０１７１ ３９２００１１"),
        ("ring 07700\n900461 later", "07700\n900461"),
    ],
)
def test_an_obfuscated_number_is_the_same_number(text: str, number: str) -> None:
    assert found(text) == [(Datum.PHONE, number)]


@pytest.mark.parametrize(
    "text",
    [
        "Unsere Hotline 0800 5550100 hilft rund um die Uhr.",
        "+49 (0)800 555 01 00, kostenlos",
        "O8OO 555 O1 OO",
        "Sie erreichen uns unter 030/23125-100 oder 0049 30 23125100.",
    ],
)
def test_the_brands_own_numbers_pass_in_any_notation(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize("text", ["Tel. 030 23125 1001", "Tel. 030 23125 10"])
def test_a_mistyped_hotline_is_held(text: str) -> None:
    assert kinds(text) == {Datum.PHONE}


@pytest.mark.parametrize(
    "text",
    [
        "Im Notfall bitte die 112 rufen, ärztlicher Dienst 116 117.",
        "Call 1-888-555-0140 toll free or text STOP to 88440",
        "0180 5 123456 kostet 14 ct je Minute",
        "0900er Nummern sperren wir gern, wähl *101#",
        "Der Kollege hat die Durchwahl 4417.",
    ],
)
def test_services_short_numbers_and_extensions_pass(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "Das Modell heißt FX-Box 0172-3921, nicht 0172-3926.",
        "EAN 4006381333931 ist wieder da",
        "Artikelnummer bei uns: 40-1814-92001.",
        "Wir haben 12.345.678 Päckchen befördert",
    ],
)
def test_numbers_of_products_and_amounts_are_no_phones(text: str) -> None:
    assert found(text) == []
