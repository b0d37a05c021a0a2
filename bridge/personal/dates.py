"""Dates: those the text calls somebody's date of birth are personal, all others are settled."""

# ruff: noqa: RUF001 - the dashes and quotation marks that people type

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bridge.personal.model import Datum
from bridge.personal.page import Page, Span
from bridge.personal.words import alternatives, expression

if TYPE_CHECKING:
    from collections.abc import Iterator

_MONTH = alternatives("cues", "months")
_YEAR = r"(?:(?:1[89]|20)\d\d|['’]?\d\d)"
_DATE = re.compile(
    "|".join(
        (
            r"(?<![\d.,/-])(?:0?[1-9]|[12]\d|3[01])\s?[./-]\s?(?:0?[1-9]|1[0-2])\s?[./-]\s?(?:(?:1[89]|20)\d\d|\d\d)(?![\d/-]|\.\d)",
            r"(?<![\d.,/-])(?:0?[1-9]|1[0-2])[/-](?:0?[1-9]|[12]\d|3[01])[/-](?:(?:1[89]|20)\d\d|\d\d)(?![\d/-]|\.\d)",
            r"(?<![\d.,/-])(?:1[89]|20)\d\d[-/.](?:0[1-9]|1[0-2])[-/.](?:0[1-9]|[12]\d|3[01])(?![\d/-])",
            r"(?<![\d.,/-])(?:0?[1-9]|[12]\d|3[01])\.\s?(?:0?[1-9]|1[0-2])\.(?!\d)",
            rf"(?<![\d.,/-])(?:0?[1-9]|[12]\d|3[01])(?:\.|st|nd|rd|th)?\s?(?:of\s)?(?:{_MONTH})\b\.?,?(?:\s?{_YEAR}(?![\d\w]))?",
            rf"(?<![\w])(?:{_MONTH})\b\.?\s(?:the\s)?(?:0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?(?!\d)(?:,?\s{_YEAR}(?!\w))?",
            r"(?<![\d.,/-])(?:0?[1-9]|1[0-2])/(?:0?[1-9]|[12]\d|3[01])(?![\d/.-])",
            r"(?<![\d.,/-])(?:0?[1-9]|[12]\d|3[01])/(?:0?[1-9]|1[0-2])(?![\d/.-])",
        )
    ),
    re.IGNORECASE,
)
_ENGLISH_DAY = (
    r"(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth|\w{3,7}teenth|twentieth|thirtieth"
    r"|(?:twenty|thirty)[- ](?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth))"
)
_GERMAN_DAY = r"(?:erste|zweite|dritte|vierte|fünfte|sechste|siebte|achte|neunte|zehnte|elfte|zwölfte|\w{3,5}zehnte|(?:\w+und)?(?:zwan|drei)(?:zig|ßig)ste)[rnm]?"
_GERMAN_NUMBER = r"(?:eins|zwei|zwo|drei|vier|fünf|sechs|sieben|acht|neun|zehn|elf|zwölf|\w{3,5}zehn|(?:\w+und)?(?:zwan|drei)(?:zig|ßig))"
_SPOKEN = re.compile(
    rf"(?i)\W{{1,3}}(?:(?:ist|is|am|on|the|der|den)\s){{0,2}}(?P<day>(?:{_ENGLISH_DAY}\s(?:of\s)?(?:the\s)?(?:{_ENGLISH_DAY}|{_MONTH})"
    rf"|(?:{_MONTH})\s(?:the\s)?{_ENGLISH_DAY}|{_GERMAN_DAY}\s(?:{_GERMAN_DAY}|{_MONTH})|{_GERMAN_NUMBER}\s{_GERMAN_NUMBER})"
    r"(?:,?\s(?:(?:nineteen|twenty|neunzehnhundert|zweitausend)[\w -]{0,18}?)?\w+(?:[- ]\w+)?)?)"
)
_PEOPLE_LINE = re.compile(r"[A-ZÄÖÜ][a-zäöüß][\w'’-]+ [A-ZÄÖÜ][a-zäöüß][\w'’-]+,? ?\(?\*?\s?$")
_LIMIT = re.compile(rf"(?<!\w){alternatives('cues', 'limit_of_ages')}\s$", re.IGNORECASE)
_STAR = re.compile(r"[*✱]\s?$")
_BARE_DAY = re.compile(r"\d{6}|\d{8}")


def dates(page: Page) -> Iterator[Span]:
    """Find dates; a cue of birth nearby, in the same sentence, makes one a date of birth."""
    for match in _DATE.finditer(page.text):
        datum = Datum.BIRTH_DATE if _is_of_birth(match, page) else None
        yield Span(datum, match.start(), match.end())
    for match in expression("cues", "birth").finditer(page.text):
        spoken = _SPOKEN.match(page.text, match.end())
        if spoken:
            yield Span(Datum.BIRTH_DATE, spoken.start("day"), spoken.end("day"))
        following = re.compile(r"\W{0,4}(?:ist |is |am )?(\d{2} ?\d{2} ?(?:19|20)?\d{2})(?!\d)").match(
            page.text, match.end()
        )
        if following:
            yield Span(Datum.BIRTH_DATE, following.start(1), following.end(1))


def _is_of_birth(match: re.Match[str], page: Page) -> bool:
    before, after = page.before(match.start(), 70), page.after(match.end(), 40)
    if _LIMIT.search(before) and expression("cues", "birth").search(before + after):
        return False
    if _STAR.search(before):
        return True
    if expression("cues", "not_of_a_person").search(before + after):
        return False
    if _cue(before, last=True) or _cue(after, last=False):
        return True
    congratulated = expression("cues", "congratulation").search(before) and re.search(r"(?:19|20)\d\d", match.group())
    return bool(congratulated) or (bool(_PEOPLE_LINE.search(before)) and _has_year(match.group()))


def _cue(window: str, *, last: bool) -> bool:
    """Whether a cue of birth stands in the window with no other sort of date between it and the date."""
    cues = list(expression("cues", "birth").finditer(window))
    if not cues:
        return False
    between = window[cues[-1].end() :] if last else window[: cues[0].start()]
    return not expression("cues", "other_date").search(between)


def _has_year(written: str) -> bool:
    return bool(re.search(r"(?:19|20)\d\d|[./-]\d\d$", written))
