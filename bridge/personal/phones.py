"""Phone numbers that are not on the allow-list and may ring at somebody's."""

# ruff: noqa: RUF001 - the dashes and quotation marks that people type

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

import phonenumbers

from bridge.personal.allowed import COUNTRIES, phone_forms
from bridge.personal.cues import Cue, named
from bridge.personal.model import Datum
from bridge.personal.owners import is_beside_a_thing
from bridge.personal.page import Page, Span
from bridge.personal.reading import digits
from bridge.personal.words import expression

if TYPE_CHECKING:
    from collections.abc import Iterator

_PHONE = re.compile(
    r"(?<![\w.,€$£§%#*/+-])(?<![€$£#] )(?:\+\s?|\(\+|\((?=\d))?\d(?:(?:[\s)/.·–-]{0,3}|\s?\((?=\d{1,5}\)))\d){4,16}(?![\w%€$£²°]|[.,]\d|-[A-Za-z])"
)
_AREA_IN_WORDS = re.compile(
    r"\(?(?:Vorwahl|area code|dialling code)[^\d\n.!?]{0,25}\)?[ :]*(\d(?:(?:[ /-]?|,? (?:dann|then|und|and) )\d){5,11})(?!\w)",
    re.IGNORECASE,
)
_FREE_NATIONAL = {
    "49": ("800", "180", "900", "137", "118", "116", "19222"),
    "43": ("800", "810", "820", "821", "828", "900", "901", "930", "931", "939"),
    "41": ("800", "840", "842", "844", "848", "900", "901", "906"),
    "44": ("800", "808", "84", "87", "30", "33", "34", "37", "9", "116", "500"),
    "353": ("1800", "1850", "1890", "1550", "818", "0818", "76"),
    "1": ("800", "833", "844", "855", "866", "877", "888", "900"),
    "61": ("1300", "1800", "13", "190"),
}
_FREE_WRITTEN = re.compile(
    r"(?:00800|0800|0180\d?|0137|0900|1300|1800|1850|1890|0808)\d*|13\d{4}|1?8(?:00|33|44|55|66|77|88)\d{7}|1?900\d{7}"
)
_FREE_GROUP = re.compile(r"\(?(?:0840|0843|0844|0845|0848|0870|0810|0820|0818|0300|0330|0333|0901)\)?[ /.-]\d{3}")
"""Shared cost somewhere, an area elsewhere: only the way the digits are grouped tells."""
_FREE_IN_GROUPS = re.compile(r"(?:0800|0808|0180\d?|1[ -]8(?:00|33|44|55|66|77|88))(?:[ /-]{1,3}\d+)+")
_NORTH_AMERICAN = re.compile(r"(?:1[ .-])?\(?[2-9]\d\d\)?[ .-]{1,2}\d{3}[ .-]\d{4}")
_AUSTRALIAN = re.compile(r"0?4\d\d \d{3} \d{3}")
_ISBN = re.compile(r"97[89]\d{10}")
_SHORT = 6
_FEWEST, _MOST = 7, 15
_LABEL = re.compile(r"(?<!\w)[A-Z]{3,4}[ :]{1,2}$")
"""Capitals right before digits that say what they are, and speak of no phone: ``NDC 0071-0155-23``."""
_TIGHT = 3
"""As far as a word that names what a number is stands from it, in signs."""


def phones(page: Page) -> Iterator[Span]:
    """Find phone numbers; those on the list, free ones and short ones are settled."""
    for match in _AREA_IN_WORDS.finditer(page.text):
        if expression("cues", "phone").search(page.before(match.start(), 30) + match.group()):
            yield Span(Datum.PHONE, match.start(), match.end())
    for match in _PHONE.finditer(page.text):
        for start, end in _numbers(match):
            span = _judged(page, start, end)
            if span:
                yield span


def _numbers(match: re.Match[str]) -> Iterator[tuple[int, int]]:
    """Part two numbers that only a stroke or a dash parts; leave out a bracket that is not closed."""
    written, start = match.group(), match.start()
    if written.startswith("(") and ")" not in written:
        written, start = written[1:], start + 1
    figures = digits(written)
    if len(figures) > 13:
        halves = re.split(r" ?[/–] | - |\n| (?=\+|0\d)", written, maxsplit=1)
        if len(halves) == 2 and all(len(digits(half)) >= _SHORT for half in halves):
            yield start, start + len(halves[0].rstrip())
            yield start + len(written) - len(halves[1]), match.end()
            return
    yield start, match.end()


def _judged(page: Page, start: int, end: int) -> Span | None:
    written = page.text[start:end]
    figures = digits(written)
    if phone_forms(written) & page.published.phones:
        return Span(None, start, end)
    word = named(page, start, end)
    cue = word.cue if word else Cue.NONE
    if word and word.word.casefold() in {"nummer", "number", "no", "nr"}:
        cue = Cue.PHONE if _has_form(written, figures) else cue
    if word and cue is Cue.PUBLIC and word.distance > _TIGHT and _is_international(written):
        cue = Cue.NONE
    if cue is Cue.PERSONAL and word and word.distance > _TIGHT and _FREE_IN_GROUPS.fullmatch(written):
        return Span(None, start, end)
    if cue is Cue.PERSONAL and word and word.distance > _TIGHT and _has_form(written, figures):
        cue = Cue.NONE
    if cue in {Cue.PUBLIC, Cue.PERSONAL} or not _FEWEST - 1 <= len(figures) <= _MOST:
        return None
    return _by_form(page, start, end, cue)


def _by_form(page: Page, start: int, end: int, cue: Cue) -> Span | None:
    written = page.text[start:end]
    figures = digits(written)
    if _is_free(written, figures) or expression("cues", "made_up").search(page.sentence(start, end, 60)):
        return Span(None, start, end)
    if _ISBN.fullmatch(figures) or _is_plain_example(figures) or (cue is Cue.NONE and _is_of_a_thing(page, start, end)):
        return None
    if cue is Cue.PHONE:
        return Span(Datum.PHONE, start, end) if len(figures) > _SHORT else None
    return Span(Datum.PHONE, start, end) if _has_form(written, figures) else None


def _is_of_a_thing(page: Page, start: int, end: int) -> bool:
    """Whether what stands right beside the digits says that they are a thing's."""
    return bool(_LABEL.search(page.before(start, 8))) or is_beside_a_thing(page, start, end)


def _is_international(written: str) -> bool:
    return written.startswith("+") and _is_possible("+" + digits(written), None)


def _has_form(written: str, figures: str) -> bool:
    """Whether digits look like a phone number even where no word says so."""
    if written.startswith(("+", "(+")):
        return len(figures) >= 8
    if written.startswith("00"):
        return 10 <= len(figures) <= _MOST and _is_valid("+" + figures[2:])
    if _NORTH_AMERICAN.fullmatch(written) or _AUSTRALIAN.fullmatch(written):
        return True
    if not written.startswith(("0", "(0")):
        return False
    grouped = bool(re.search(r"\D", written.strip("()")))
    return 9 <= len(figures) <= 13 and (
        grouped or any(_is_possible(figures, region) for region in ("DE", "GB", "IE", "AT", "CH"))
    )


@cache
def _is_valid(number: str) -> bool:
    """Whether digits after ``00`` are a number abroad: of a country that is often called, or one that is given out."""
    try:
        parsed = phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException:
        return False
    near = str(parsed.country_code) in COUNTRIES and phonenumbers.is_possible_number(parsed)
    return near or phonenumbers.is_valid_number(parsed)


@cache
def _is_possible(number: str, region: str | None) -> bool:
    try:
        return phonenumbers.is_possible_number(phonenumbers.parse(number, region))
    except phonenumbers.NumberParseException:
        return False


def _is_free(written: str, figures: str) -> bool:
    """Whether the number is of a service: free, shared cost, premium."""
    if written.startswith(("+", "(+", "00")):
        abroad = figures.removeprefix("00")
        return any(
            abroad.startswith((country + prefix, f"{country}0{prefix}"))
            for country, prefixes in _FREE_NATIONAL.items()
            for prefix in prefixes
        )
    return bool(_FREE_WRITTEN.fullmatch(figures) or _FREE_GROUP.match(written))


def _is_plain_example(figures: str) -> bool:
    return figures in "01234567890123" or figures in "12345678901234" or len(set(figures.lstrip("0"))) == 1
