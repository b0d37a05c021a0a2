"""Groups of letters and digits that may be a number of something."""

# ruff: noqa: RUF001 - the dashes and quotation marks that people type

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bridge.personal.words import expression, words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bridge.personal.page import Page

_TOKEN = re.compile(r"[^\W_]+(?:[*•…]+[^\W_]*)*|[*•]{2,}[^\W_]*")
_TIGHT = re.compile(r"[-/._:–\\]|[-–]{2}|::")
_LOOSE = re.compile(r" [-/–.] | ?\n ?| {1,2}|/ | /")
_MASK = re.compile(r"[*•#]{2,}|…|[*•](?=\w)|[xX]{3,}|(?<=\d)[xX]{2,}|[xX]{2,}(?=\d)")


@dataclass(frozen=True, slots=True)
class Code:
    """A group of letters and digits."""

    text: str
    start: int
    end: int

    @property
    def bare(self) -> str:
        """Return it without its separators."""
        return "".join(sign for sign in self.text if sign.isalnum())

    @property
    def figures(self) -> int:
        """Return how many digits it has."""
        return sum(sign.isdigit() for sign in self.text)

    @property
    def letters(self) -> int:
        """Return how many letters it has."""
        return sum(sign.isalpha() for sign in self.text)

    @property
    def is_lowercase(self) -> bool:
        """Whether its letters are small, as in a word."""
        return self.text == self.text.lower() and self.letters > 0

    @property
    def is_year(self) -> bool:
        """Whether it may be a year, or years."""
        return bool(re.fullmatch(r"(?:19|20)\d\d(?: ?[/–-] ?(?:(?:19|20)?\d\d))?", self.text))

    @property
    def is_masked(self) -> bool:
        """Whether signs of it were blotted out."""
        return bool(_MASK.search(self.text)) and self.figures < len(self.bare) + 9 and bool(_MASK.search(self.text))

    @property
    def left(self) -> int:
        """Return how many signs are left beside those blotted out."""
        return sum(sign.isalnum() for sign in _MASK.sub("", self.text))

    @property
    def is_plainly_invented(self) -> bool:
        """Whether nobody could take it for a real number: a row, one digit only, letters that hold places."""
        figures = "".join(sign for sign in self.text if sign.isdigit())
        if re.search(r"X{3,}|x{4,}|0{3}X|N{4,}|#{3,}", self.text) and self.figures <= 4:
            return True
        if re.match(r"(?i)abc", self.text) and "123" in figures:
            return True
        row = figures in "012345678901234567890" or figures in "98765432109876543210"
        return len(figures) >= 4 and not self.letters and (row or len(set(figures)) == 1)

    @property
    def is_simple(self) -> bool:
        """Whether it is short, or a row, as examples are."""
        figures = "".join(sign for sign in self.text if sign.isdigit())
        return self.figures <= 4 or figures[:6] in "01234567890" or len(set(figures)) <= 2

    @property
    def is_striking(self) -> bool:
        """Whether its shape alone says that it is somebody's number."""
        if self.is_masked or re.fullmatch(r"\d{1,3}(?:[.,' ]\d{3})+", self.text):
            return False
        if re.fullmatch(r"(?:\d{1,2}[ ,]){3,}\d{1,2}", self.text):
            return False
        if not self.letters:
            return self.figures >= 8
        if re.fullmatch(r"[^\W_]{1,3}(?:/[^\W_]{1,3})+", self.text):
            return False
        return (
            self.figures >= 7 or (self.figures >= 6 and _is_mixed(self.text)) or any(map(_is_mixed, self.text.split()))
        )


def _is_mixed(text: str) -> bool:
    """Whether a text of letters and digits, not a word in small letters, is long enough to be somebody's number."""
    bare = [sign for sign in text if sign.isalnum()]
    small = text == text.lower() and any(sign.isalpha() for sign in bare)
    return len(bare) >= 7 and sum(sign.isdigit() for sign in bare) >= 4 and not small and not text.isdigit()


def codes(page: Page) -> Iterator[Code]:
    """Find groups with at least one digit, or in capitals where a word announces a code."""
    settled = page.text
    for shape in ("amounts", "times", "sizes"):
        settled = expression("shapes", shape).sub(_blanked, settled)
    group: list[re.Match[str]] = []
    for token in _TOKEN.finditer(settled):
        if group and not _continues(group, token, settled):
            yield from _code(group, page)
            group = []
        group.append(token)
    yield from _code(group, page)


_PART_OF_A_CODE = re.compile(r"[^\W_][-/]$")
_LETTER_OF_A_CODE = re.compile(r"\d ?[PX]$")


def _blanked(match: re.Match[str]) -> str:
    """Blank out an amount, unless a code goes on with it or it ends like one: ``FK7-2204-93X``."""
    before = match.string[max(0, match.start() - 2) : match.start()]
    if _PART_OF_A_CODE.search(before) or _LETTER_OF_A_CODE.search(match.group()):
        return match.group()
    return "\u25a1" * len(match.group())


def _continues(group: list[re.Match[str]], token: re.Match[str], text: str) -> bool:
    last, gap = group[-1].group(), text[group[-1].end() : token.start()]
    if _TIGHT.fullmatch(gap):
        return gap != ":" or (_has_digit(last) and _has_digit(token.group()))
    if not _LOOSE.fullmatch(gap):
        return False
    return _is_piece(last) and _is_piece(token.group()) and (_has_digit(last) or _has_digit(token.group()))


def _has_digit(text: str) -> bool:
    return any(sign.isdigit() for sign in text)


def _is_piece(text: str) -> bool:
    """Whether a token may be a part of a code that is written in groups."""
    if re.fullmatch(r"[*•xX…]{2,}", text):
        return True
    if _has_digit(text):
        return len(text) >= 2 or text.isdigit()
    return text.isupper() and len(text) <= 4 and text.casefold() not in words("cues", "short_words")


def _code(group: list[re.Match[str]], page: Page) -> Iterator[Code]:
    """Return the group as a code, without words at its ends."""
    while group and _is_word(group[0].group()) and not _is_bound(group, page.text):
        group = group[1:]
    while group and _is_word(group[-1].group()):
        group = group[:-1]
    while len(group) > 1 and _is_label(group[0].group()) and not _is_bound(group, page.text):
        group = group[1:]
    if [token.group().casefold() for token in group[:2]] == ["s", "n"]:
        group = group[2:]
    if not group:
        return
    start, end = group[0].start(), group[-1].end()
    text = page.text[start:end]
    if _has_digit(text) or (
        text.isupper() and len(text) >= 5 and expression("cues", "booking_code").search(page.before(start, 30))
    ):
        yield Code(text, start, end)


def _is_label(text: str) -> bool:
    """Whether capitals before a code say what it is: ``PPS 1234567FA``, ``EAN 4006381333931``."""
    return text.isalpha() and bool(
        expression("cues", "public_number", "customer_number", "tracking", "other_number").fullmatch(text)
    )


def _is_bound(group: list[re.Match[str]], text: str) -> bool:
    """Whether a capital at the beginning is joined to what follows: ``A-77``."""
    first = group[0].group()
    return len(group) > 1 and len(first) <= 2 and first.isupper() and text[group[0].end()] in "-/_"


def _is_word(text: str) -> bool:
    return (
        not _has_digit(text)
        and not _MASK.search(text)
        and (not text.isupper() or text.casefold() in words("cues", "short_words"))
    )
