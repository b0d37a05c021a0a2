"""Accounts in the form of an IBAN, and numbers of payment cards."""

# ruff: noqa: RUF001 - the dashes and quotation marks that people type

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bridge.cards import luhn
from bridge.personal.allowed import phone_forms
from bridge.personal.model import Datum
from bridge.personal.page import Page, Span
from bridge.personal.reading import digits, folded
from bridge.personal.words import expression

if TYPE_CHECKING:
    from collections.abc import Iterator

_LENGTHS = {
    country: int(length)
    for country, length in (
        entry.split(":")
        for entry in [
            "AD:24",
            "AE:23",
            "AL:28",
            "AT:20",
            "BA:20",
            "BE:16",
            "BG:22",
            "BR:29",
            "CH:21",
            "CY:28",
            "CZ:24",
            "DE:22",
            "DK:18",
            "EE:20",
            "ES:24",
            "FI:18",
            "FR:27",
            "GB:22",
            "GE:22",
            "GI:23",
            "GR:27",
            "HR:21",
            "HU:28",
            "IE:22",
            "IL:23",
            "IS:26",
            "IT:27",
            "LI:21",
            "LT:20",
            "LU:20",
            "LV:21",
            "MC:27",
            "MD:24",
            "ME:22",
            "MK:19",
            "MT:31",
            "NL:18",
            "NO:15",
            "PL:28",
            "PT:25",
            "RO:24",
            "RS:22",
            "SA:24",
            "SE:24",
            "SI:19",
            "SK:24",
            "SM:27",
            "TR:26",
            "UA:29",
            "XK:20",
        ]
    )
}
_WITH_LETTERS = frozenset(("GB", "IE", "NL", "MT", "LV", "RO", "BG", "GI"))
"""Countries whose accounts have a bank of four letters."""
_IBAN = re.compile(
    r"(?<![A-Za-z0-9])([A-Za-z]{2})[ -]?(\d[ ]?\d)((?:[\s.:/·-]{0,2}[A-Za-z0-9*•]){9,32})(?![A-Za-z0-9])"
)
_CREDITOR = re.compile(r"(?<!\w)[A-Z]{2}\d\d ?[A-Z0-9]{3} ?(?:\d ?){8,14}(?!\w)")
_SORT_CODE = re.compile(r"(?<![\w-])\d\d-\d\d-\d\d[ ,/]{1,3}(?:\w+[.:]? )?\d{8}(?![\w-])")
"""British account: sort code and number."""
_CARD = re.compile(r"(?<![\w.,+-])\d(?:[ .\-–/\n]{0,3}\d){11,18}(?![\w])")
_CARD_GROUPS = re.compile(r"\d{4}(?:[ .\-–/\n]{1,3}\d{4}){3}|\d{4}[ .\-–]\d{6}[ .\-–]\d{5}")
_FROM, _TO = 13, 19
_NEAR = 3


def ibans(page: Page) -> Iterator[Span]:
    """Find accounts: the form of a country that has IBANs, its length nearly right or its checksum right."""
    for match in _CREDITOR.finditer(page.text):
        if "zzz" in folded(match.group()):
            yield Span(None, match.start(), match.end())
    for match in _SORT_CODE.finditer(page.text):
        yield Span(Datum.OTHER_NUMBER, match.start(), match.end())
    for match in _IBAN.finditer(page.text):
        country = match[1].upper()
        if country not in _LENGTHS or (match[1].islower() and not match.group()[2].isdigit()):
            continue
        end = _end(match, page.text)
        account = folded(page.text[match.start() : end])
        if account in page.published.ibans or len(set(account[4:])) == 1:
            yield Span(None, match.start(), end)
        elif country in _WITH_LETTERS and not re.search(r"[a-z]{3}", account[4:9]):
            continue
        elif abs(len(account) - _LENGTHS[country]) <= _NEAR and _mostly_digits(account):
            yield Span(Datum.IBAN, match.start(), end)


def _end(match: re.Match[str], text: str) -> int:
    """Return where the account ends: its country's length, if a word ends there, else before words of letters."""
    count, wanted = 0, _LENGTHS[match[1].upper()]
    for place in range(match.start(), match.end()):
        count += text[place].isalnum()
        if count == wanted and not text[place + 1 : place + 2].isalnum():
            return place + 1
    tail = re.search(r"(?:[\s.:/·-]+[A-Za-z]+)+$", text[match.start() : match.end()])
    return match.start() + tail.start() if tail else match.end()


def _mostly_digits(account: str) -> bool:
    return len(digits(account)) >= 10


def cards(page: Page) -> Iterator[Span]:
    """Find numbers of cards: by check digit or by groups; published test cards pass where the text says so."""
    for match in _CARD.finditer(page.text):
        figures = digits(match.group())
        if (
            not _FROM <= len(figures) <= _TO
            or folded(figures) in page.published.numbers
            or phone_forms(match.group()) & page.published.phones
        ):
            continue
        around = page.sentence(match.start(), match.end(), 70)
        if expression("cues", "test_card").search(around):
            yield Span(None, match.start(), match.end())
        elif _is_card(match.group(), figures, page.before(match.start(), 40)):
            yield Span(Datum.CARD, match.start(), match.end())


def _is_card(written: str, figures: str, before: str) -> bool:
    said = bool(expression("cues", "card").search(before))
    if expression("cues", "public_number").search(before) and not said:
        return False
    fits = figures[0] in "23456" and luhn(figures)
    other = expression("cues", "order", "customer_number", "tracking", "other_number").search(before)
    return (
        (fits and not other) or said or (bool(_CARD_GROUPS.fullmatch(written)) and figures[0] in "3456" and not other)
    )
