"""Numbers and codes that belong to one person: by what is known, by the word beside them, by their shape."""

# ruff: noqa: RUF001 - the dashes and quotation marks that people type

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bridge.personal.allowed import phone_forms
from bridge.personal.codes import Code, codes
from bridge.personal.cues import Cue, Named, is_example, named
from bridge.personal.model import Datum
from bridge.personal.page import Page, Span
from bridge.personal.reading import digits, folded
from bridge.personal.words import alternatives, expression

if TYPE_CHECKING:
    from collections.abc import Iterator

_KNOWN_SHORTEST = 4
_SIGNIFICANT, _SHORTEST_PHONE = 9, 7
"""Digits at the end of a phone number by which it is known, and how many it must have."""
_LEFT_WHEN_MASKED = 4
_BESIDE = 3
_OWN_SHORTEST = 4
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


def numbers(page: Page) -> Iterator[Span]:
    """Find numbers and codes that the words around them, or their shape, give to one person."""
    for match in _POSTAL_ITEM.finditer(page.text):
        if len(digits(match.group())) == _POSTAL_DIGITS and folded(match.group()) not in page.published.numbers:
            yield Span(Datum.TRACKING, match.start(), match.end())
    for code in codes(page):
        if folded(code.text) in page.published.numbers:
            yield Span(None, code.start, code.end)
            continue
        datum = _judged(code, page)
        if datum:
            yield Span(datum, code.start, code.end)


def _judged(code: Code, page: Page) -> Datum | None:
    """Return what a code is of one person, if it is."""
    if code.is_plainly_invented or (is_example(page, code.start) and code.is_simple):
        return None
    word = named(page, code.start, code.end)
    if code.is_masked or (
        code.left <= _LEFT_WHEN_MASKED and expression("cues", "masked").search(page.before(code.start, 40))
    ):
        return _kind(word) if code.left > _LEFT_WHEN_MASKED else None
    called = word is not None and word.cue is Cue.PERSONAL and word.names_a_number and word.distance <= 3
    if expression("cues", "public_number").match(code.text) and not called:
        return None
    return _by_word(code, word, page)


def _by_word(code: Code, word: Named | None, page: Page) -> Datum | None:
    around = page.sentence(code.start, code.end, 90)
    if expression("cues", "for_all").search(around) or _is_of_a_campaign(code, word, around):
        return None
    if (word is None or len(word.between) > _BESIDE) and _is_of_a_thing(code, page, around):
        return None
    tight = word is not None and len(word.between) <= _BESIDE and not word.is_general
    if not tight and _is_called_somebodys(code, page):
        return Datum.OTHER_NUMBER
    if word is None or word.cue is Cue.PHONE:
        return Datum.OTHER_NUMBER if code.is_striking else None
    if word.cue is Cue.PUBLIC:
        own = _is_customers_vat(code, page) or _is_own_voucher(code, word, around)
        return Datum.OTHER_NUMBER if own else None
    return word.datum if _belongs(code, word, page) else None


def _is_of_a_thing(code: Code, page: Page, around: str) -> bool:
    """Whether a code is the type of a thing: the thing stands beside it, or the sentence speaks of stock and spare parts."""
    before, after = page.before(code.start, 40), page.after(code.end, 24)
    thing = alternatives("cues", "thing")
    beside = re.search(rf"(?i)(?<!\w){thing}(?: (?:von|by|typ|type))?[ :(„\"]{{1,3}}$", before)
    follows = re.match(rf"(?i) {thing}(?!\w)", after)
    return bool(beside or follows) or bool(expression("cues", "of_a_thing").search(around))


_SOMEBODYS = re.compile(
    r"(?i)(?<!\w)(?:your|his|her|their|dein(?:e[rnms]?)?|ihr(?:e[rnms]?)?|eure[rnms]?|euer)\s(?:[^\W\d]{2,}\s){1,3}(?:(?:is|ist|lautet|nr\.?|no\.?)\s)?$"
)
_GIVEN_TO = re.compile(
    r"(?i)\W{0,3}(?:is |ist )?(?:yours\b|deins\b|belongs to you|gehört (?:dir|ihnen|euch)|(?:is )?in your (?:name|account|namespace))"
)


def _is_called_somebodys(code: Code, page: Page) -> bool:
    """Whether the words beside a code give it to somebody: ``your cluster c-2204x``, ``417093 gehört dir``."""
    if code.figures < _OWN_SHORTEST or code.is_year or not re.fullmatch(r"[\w-]+(?:[ ./][\w-]+)*", code.text):
        return False
    return bool(_SOMEBODYS.search(page.before(code.start, 50)) or _GIVEN_TO.match(page.after(code.end, 40)))


def _is_of_a_campaign(code: Code, word: Named | None, around: str) -> bool:
    """Whether a voucher's code is a word with a figure, as campaigns have, and not called somebody's own."""
    voucher = word is not None and re.search(r"(?i)gutschein|voucher|coupon|rabatt|promo|discount", word.word)
    shape = re.fullmatch(r"[A-ZÄÖÜ]{4,}-?\d{1,3}", code.text)
    return bool(voucher and shape) and not expression("cues", "one_person").search(around)


def _is_own_voucher(code: Code, word: Named, around: str) -> bool:
    """Whether a voucher's code is called somebody's own."""
    voucher = re.search(r"(?i)rabatt|code|gutschein|voucher|coupon|promo|discount", word.word)
    return bool(voucher) and code.figures > 0 and bool(expression("cues", "one_person").search(around))


def _is_customers_vat(code: Code, page: Page) -> bool:
    """Whether it is the VAT number of the firm that is answered, not the brand's own, which is on the list."""
    shape = re.fullmatch(r"[A-Z]{2}U? ?\d(?:[\d ]){7,11}", code.text)
    return bool(shape) and bool(expression("cues", "own_vat").search(page.sentence(code.start, code.end, 50)))


def _kind(word: Named | None) -> Datum:
    return word.datum if word and word.cue is Cue.PERSONAL else Datum.OTHER_NUMBER


def _belongs(code: Code, word: Named, page: Page) -> bool:
    """Whether a personal word and a code are close enough for one to be the number of the other."""
    if code.is_striking:
        return True
    if (
        code.is_year
        or (word.is_general and 0 < code.figures < 3)
        or (word.comes_before and expression("cues", "counts").search(word.between))
    ):
        return False
    tight = not re.search(r"\w{3}", _FILLERS.sub("", word.between))
    if word.sort == "secret":
        return tight and code.figures >= 3
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
    return code.figures >= 2 and tight and word.names_a_number and not counted


def _is_named_code(code: Code, word: Named, *, tight: bool) -> bool:
    """Whether letters and digits beside a personal word are a code, not a word with a digit in it."""
    if not code.figures:
        return tight
    if code.is_lowercase and not (tight and word.names_a_number):
        return code.figures >= 3 and len(code.bare) >= 5
    short = tight and len(code.bare) >= 3 and (code.figures >= 2 or (len(code.bare) >= 5 and " " not in code.text))
    return short or (code.figures >= 3 and len(code.bare) >= 5)
