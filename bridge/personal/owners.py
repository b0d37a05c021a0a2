"""Whose a number is, by the words around it: the brand's, everybody's, or somebody's."""

# ruff: noqa: RUF001 - the dashes and quotation marks that people type

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bridge.personal.cues import Cue, Named
from bridge.personal.words import alternatives, expression

if TYPE_CHECKING:
    from bridge.personal.codes import Code
    from bridge.personal.page import Page

_BESIDE = 3
_CALLED_THE_BRANDS = re.compile(
    r"(?i),?\s(?:(?:that|which|it|das)(?:['’]s| is| ist) (?:our|unsere?)\b|is ours\b|ist unsere\b)"
)
_LONG = 10
OWN_SHORTEST = 4
"""Digits that a number needs, at least, to be somebody's where no word but a name for it says so."""
_OF_THE_BRAND = re.compile(
    r"(?i)(?<!\w)(?:our|ours|unsere?[nrms]?)\b:?(?!\s(?:ref|reference|case|ticket|file|order|zeichen|vorgang|referenz)\b)(?:\s[\w-]+\.?){0,2}(?:\s(?:is|ist|lautet|nr\.?|no\.?|number))*[:\s]*$"
)


def is_the_brands(code: Code, word: Named | None, page: Page) -> bool:
    """Whether the brand publishes it: its own, of a campaign, of an incident."""
    return (
        bool(_OF_THE_BRAND.search(page.before(code.start, 50)))
        or bool(_CALLED_THE_BRANDS.match(page.after(code.end, 40)))
        or _is_of_a_campaign(code, word, page)
        or _is_of_an_incident(code, page)
        or page.speaks("public_register", code.start, code.end)
    )


def is_for_everybody(code: Code, word: Named | None, page: Page) -> bool:
    """Whether the sentence speaks to everybody, or the code is the type of a thing."""
    if page.speaks("for_all", code.start, code.end):
        return True
    return (word is None or word.is_general or len(word.between) > _BESIDE) and _is_of_a_thing(code, page)


def is_given_to_somebody(code: Code, word: Named | None, page: Page) -> bool:
    """Whether the words around, other than a name for the number, give it to one person."""
    if _is_mixed(code) and page.speaks("one_person", code.start, code.end):
        return True
    tight = word is not None and len(word.between) <= _BESIDE and not word.is_general
    if not tight and _is_called_somebodys(code, page):
        return True
    if word is None or word.cue is not Cue.PUBLIC:
        return False
    return _is_customers_vat(code, page) or _is_own_voucher(code, word, page)


def may_be_somebodys(code: Code, page: Page) -> bool:
    """Whether a code that no word names is too long for a thing's, or its sentence speaks of somebody or of an event."""
    alone = page.sentence(code.start, code.end, 90).strip(" .!?")
    return (
        code.figures >= _LONG
        or len(alone) - len(code.text) <= _BESIDE
        or page.speaks("of_somebody", code.start, code.end)
    )


def _is_mixed(code: Code) -> bool:
    return code.figures >= 2 and code.letters >= 2 and len(code.bare) >= 6 and not code.is_lowercase


def _is_of_an_incident(code: Code, page: Page) -> bool:
    """Whether it is the number of an outage or incident, which the brand publishes unless it calls it somebody's own."""
    incident = expression("cues", "incident").search(page.before(code.start, 60))
    marked = re.search(r"(?i)(?<![^\W_])(?:inc|nw|net|sto|out)-?\d", code.text)
    own = expression("cues", "own_incident").search(page.sentence(code.start, code.end, 90))
    return bool(incident or marked) and not own


def is_beside_a_thing(page: Page, start: int, end: int) -> bool:
    """Whether a thing stands right beside digits, which then are its type: ``the filter 0201-4471-88``."""
    thing = alternatives("cues", "thing")
    kind = r"(?:[ -]?(?:von|by|typ|type|nr\.?|no\.?|nummer|number))?"
    before = re.search(rf"(?i)(?<!\w){thing}{kind}[ :(„\"]{{1,3}}$", page.before(start, 40))
    return bool(before) or bool(re.match(rf"(?i) {thing}(?!\w)", page.after(end, 24)))


def _is_of_a_thing(code: Code, page: Page) -> bool:
    """Whether a code is the type of a thing: it stands beside it, or the sentence speaks of stock and spare parts."""
    return is_beside_a_thing(page, code.start, code.end) or page.speaks("of_a_thing", code.start, code.end)


_SOMEBODYS = re.compile(
    r"(?i)(?<!\w)(?:your|his|her|their|dein(?:e[rnms]?)?|ihr(?:e[rnms]?)?|eure[rnms]?|euer)\s(?:[^\W\d]{2,}\s){1,3}(?:(?:is|ist|lautet|nr\.?|no\.?)\s)?$"
)
_GIVEN_TO = re.compile(
    r"(?i)\W{0,3}(?:is |ist )?(?:yours\b|deins\b|belongs to you|gehört (?:dir|ihnen|euch)|(?:is )?in your (?:name|account|namespace))"
)


def _is_called_somebodys(code: Code, page: Page) -> bool:
    """Whether the words beside a code give it to somebody: ``your cluster c-2204x``, ``417093 gehört dir``."""
    if code.figures < OWN_SHORTEST or code.is_year or not re.fullmatch(r"[\w-]+(?:[ ./][\w-]+)*", code.text):
        return False
    return bool(_SOMEBODYS.search(page.before(code.start, 50)) or _GIVEN_TO.match(page.after(code.end, 40)))


def _is_of_a_campaign(code: Code, word: Named | None, page: Page) -> bool:
    """Whether it is a word with a figure, as campaigns have, not called somebody's own, or letters with a year."""
    voucher = word is None or re.search(r"(?i)gutschein|voucher|coupon|rabatt|promo|discount|code", word.word)
    if re.fullmatch(r"[A-ZÄÖÜ]+(?:-[A-ZÄÖÜ]+)*[ -]20\d\d", code.text):
        return True
    shape = re.fullmatch(r"[A-ZÄÖÜ]{4,}-?(?:\d{1,3}|20\d\d)", code.text)
    return bool(voucher and shape) and not page.speaks("one_person", code.start, code.end)


def _is_own_voucher(code: Code, word: Named, page: Page) -> bool:
    """Whether a voucher's code is called somebody's own."""
    voucher = re.search(r"(?i)rabatt|code|gutschein|voucher|coupon|promo|discount", word.word)
    return bool(voucher) and code.figures > 0 and page.speaks("one_person", code.start, code.end)


def _is_customers_vat(code: Code, page: Page) -> bool:
    """Whether it is the VAT number of the firm that is answered, not the brand's own, which is on the list."""
    shape = re.fullmatch(r"[A-Z]{2}U? ?\d(?:[\d ]){7,11}", code.text)
    return bool(shape) and bool(expression("cues", "own_vat").search(page.sentence(code.start, code.end, 50)))
