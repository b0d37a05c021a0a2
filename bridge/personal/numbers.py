"""Numbers and codes that belong to one person: by what is known, by the word beside them, by their shape."""

# ruff: noqa: RUF001 - the dashes and quotation marks that people type

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bridge.personal.allowed import phone_forms
from bridge.personal.codes import Code, codes
from bridge.personal.cues import Cue, Named, is_example, named
from bridge.personal.model import Datum
from bridge.personal.owners import OWN_SHORTEST, is_for_everybody, is_given_to_somebody, is_the_brands, may_be_somebodys
from bridge.personal.page import Page, Span
from bridge.personal.reading import digits, folded
from bridge.personal.words import expression, words

if TYPE_CHECKING:
    from collections.abc import Iterator

_KNOWN_SHORTEST = 4
_SIGNIFICANT, _SHORTEST_PHONE = 9, 7
"""Digits at the end of a phone number by which it is known, and how many it must have."""
_LEFT_WHEN_MASKED = 4
_POSTAL_DIGITS = 9
_FILLERS = re.compile(r"(?i)nummer|number|lautet|heißt|code|ist|war|was|is")


def known_contacts(page: Page) -> Iterator[Span]:
    """Find the customer's own mail addresses and phone numbers, wherever they stand and however they are written."""
    for email in page.known.emails:
        for match in re.finditer(re.escape(email), page.text, re.IGNORECASE):
            yield Span(Datum.EMAIL, match.start(), match.end())
    for phone in page.known.phones:
        own = digits(phone).lstrip("0")[-_SIGNIFICANT:]
        if len(own) >= _SHORTEST_PHONE and not phone_forms(phone) & page.published.phones:
            for match in re.finditer(r"(?:\+|0)?" + r"[\s()./–-]{0,3}".join(own), page.text):
                yield Span(Datum.PHONE, match.start(), match.end())


def known_numbers(page: Page) -> Iterator[Span]:
    """Find the customer's own numbers, in any notation, also without the letters they begin with."""
    for datum, numbers in (
        (Datum.ORDER, page.known.order_numbers),
        (Datum.CUSTOMER_NUMBER, page.known.customer_numbers),
    ):
        for number in numbers:
            shape = _any_notation(number)
            for match in shape.finditer(page.text) if shape else ():
                yield Span(datum, match.start(), match.end())


def _any_notation(number: str) -> re.Pattern[str] | None:
    signs = [sign for sign in number if sign.isalnum()]
    if len(signs) < _KNOWN_SHORTEST:
        return None
    head = next((place for place, sign in enumerate(signs) if sign.isdigit()), 0)
    gap = r"[\s./_·–#-]{0,3}"
    whole = gap.join(map(re.escape, signs))
    tail = signs[head:]
    if head and len(tail) > _KNOWN_SHORTEST:
        whole = f"(?:{gap.join(map(re.escape, signs[:head]))}{gap})?" + gap.join(map(re.escape, tail))
    return re.compile(rf"(?<![^\W_])(?<!\d[.,]){whole}(?![^\W_])(?![.,]\d)", re.IGNORECASE)


_POSTAL_ITEM = re.compile(r"(?<![\w-])[A-Z]{2}[ -]?\d{2,3}(?:[ -]?\d{2,3}){2,3}[ -]?[A-Z]{2}(?![\w-])")
"""Number of a letter or parcel of the Universal Postal Union: two letters, nine digits, the country."""
_VEHICLE = re.compile(r"(?<![\w-])(?=[A-Z\d]*\d{3})(?=\d*[A-Z]+\d*[A-Z])[A-HJ-NPR-Z\d]{17}(?![\w-])")
"""Number of a road vehicle: 17 signs without I, O and Q."""
_LICENCE = re.compile(
    r"(?<![\w-])(?=(?:[A-Z]*[-\d]+){3}[A-Z])(?=[\d-]*[A-Z])(?:[A-Z\d]{4,5}-){2,6}[A-Z\d]{4,5}(?![\w-])"
)
"""Key of a licence or a voucher: groups of four or five signs, letters and digits mixed."""
_DOCUMENT = re.compile(
    r"(?i)(?:pass|ausweis|karte|schein|buch|konto|vertrag|heft|marke|akte|police|card|licence|license|account)$"
)
_TOKEN = re.compile(r"(?<![\w-])[a-z]{2,8}_(?:[a-z]{2,6}_)?(?=[A-Za-z\d]*\d[A-Za-z\d]*[A-Za-z])[A-Za-z\d]{8,}(?![\w-])")
"""Key of an interface or name of an account in a program: ``org_88f20193c4``."""


def numbers(page: Page) -> Iterator[Span]:
    """Find numbers and codes that the words around them, or their shape, give to one person."""
    for match in _POSTAL_ITEM.finditer(page.text):
        if len(digits(match.group())) == _POSTAL_DIGITS and folded(match.group()) not in page.published.numbers:
            yield Span(Datum.TRACKING, match.start(), match.end())
    for match in (match for shape in (_VEHICLE, _LICENCE, _TOKEN) for match in shape.finditer(page.text)):
        yield Span(Datum.OTHER_NUMBER, match.start(), match.end())
    for code in codes(page):
        if folded(code.text) in page.published.numbers:
            yield Span(None, code.start, code.end)
            continue
        datum = _judged(code, page)
        if datum:
            yield Span(datum, code.start, code.end)


def _judged(code: Code, page: Page) -> Datum | None:
    """Return what a code is of one person, if it is."""
    if (
        (code.figures < 2 and len(code.bare) < OWN_SHORTEST)
        or code.is_plainly_invented
        or (is_example(page, code.start) and code.is_simple)
    ):
        return None
    word = named(page, code.start, code.end)
    if code.is_masked or (
        code.left <= _LEFT_WHEN_MASKED and expression("cues", "masked").search(page.before(code.start, 40))
    ):
        return _kind(word) if code.left > _LEFT_WHEN_MASKED else None
    called = word is not None and word.cue is Cue.PERSONAL and word.is_clear and word.distance <= 3
    if expression("cues", "public_number").match(code.text) and not called:
        return None
    return _by_word(code, word, page)


def _by_word(code: Code, word: Named | None, page: Page) -> Datum | None:
    if is_the_brands(code, word, page):
        return None
    if word is not None and _is_announced(code, word):
        return word.datum
    if is_for_everybody(code, word, page):
        return None
    if is_given_to_somebody(code, word, page):
        return Datum.OTHER_NUMBER
    return _by_nearness(code, word, page)


def _by_nearness(code: Code, word: Named | None, page: Page) -> Datum | None:
    if word is not None and word.cue is Cue.PHONE and code.letters and word.names_a_number and word.distance <= 3:
        return Datum.OTHER_NUMBER
    if word is None or word.cue is not Cue.PERSONAL:
        striking = code.is_striking and (word is None or word.cue is Cue.PHONE)
        return Datum.OTHER_NUMBER if striking and may_be_somebodys(code, page) else None
    vague = word.is_general and (code.figures <= OWN_SHORTEST or _is_of_a_noun(word, code, page))
    if vague and not may_be_somebodys(code, page):
        return None
    return word.datum if _belongs(code, word, page) else None


def _is_of_a_noun(word: Named, code: Code, page: Page) -> bool:
    """Whether ``Nr.`` or ``no.`` follows a noun, which then is what has the number: ``Schaltauge Nr. 4177``."""
    before = page.before(code.start, 50).removesuffix(word.between).removesuffix(word.word)
    noun = re.search(r"([^\W\d_]{3,}),?[ -]$", before)
    if noun is None or _DOCUMENT.search(noun[1]) or word.word.casefold() not in {"nr", "no", "#"}:
        return False
    return noun[1].casefold() not in words("names", "no_surnames_german", "no_surnames_english")


def _is_announced(code: Code, word: Named) -> bool:
    """Whether a word that speaks of somebody's number stands right before the digits: nothing else can take it back."""
    beside = word.comes_before and word.cue is Cue.PERSONAL and not _has_words(word.between)
    told = (word.names_a_number and code.figures >= OWN_SHORTEST) or code.figures > OWN_SHORTEST + 1
    return beside and word.is_clear and told


def _has_words(between: str) -> bool:
    return bool(re.search(r"\w{3}", _FILLERS.sub("", between)))


def _kind(word: Named | None) -> Datum:
    return word.datum if word and word.cue is Cue.PERSONAL else Datum.OTHER_NUMBER


def _belongs(code: Code, word: Named, page: Page) -> bool:
    """Whether a personal word and a code are close enough for one to be the number of the other."""
    if code.is_striking:
        return True
    if (
        code.is_year
        or (word.is_general and 0 < code.figures < 3 and not code.letters)
        or (word.comes_before and expression("cues", "counts").search(word.between))
    ):
        return False
    tight = not _has_words(word.between)
    if word.sort == "secret":
        return code.figures >= OWN_SHORTEST or (tight and code.figures >= 3)
    if not word.comes_before:
        return code.figures >= 4 and len(word.between) <= 22
    if code.letters:
        return _is_named_code(code, word, tight=tight)
    return _is_named_row(code, word, page, tight=tight)


def _is_named_row(code: Code, word: Named, page: Page, *, tight: bool) -> bool:
    """Whether digits alone are the number that a personal word announces."""
    if code.figures >= 5 or (code.figures == 4 and (tight or word.names_a_number)):
        return True
    counted = re.search(r"(?i)stellen|digits", page.after(code.end, 12))
    return code.figures >= 2 and tight and word.names_a_number and (word.is_clear or word.is_general) and not counted


def _is_named_code(code: Code, word: Named, *, tight: bool) -> bool:
    """Whether letters and digits beside a personal word are a code, not a word with a digit in it."""
    if not code.figures:
        return tight
    if code.is_lowercase and not (tight and word.names_a_number):
        return code.figures >= 3 and len(code.bare) >= 5
    short = (
        tight
        and len(code.bare) >= OWN_SHORTEST
        and (code.figures >= 2 or (word.sort == "order" and len(code.bare) >= 5 and " " not in code.text))
    )
    return short or (code.figures >= 3 and len(code.bare) >= 5)
