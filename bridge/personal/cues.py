"""Which word nearby tells what a number is."""

# ruff: noqa: RUF001 - the dashes and quotation marks that people type

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass
from enum import Enum, auto
from functools import lru_cache
from typing import TYPE_CHECKING

from bridge.personal.model import Datum
from bridge.personal.words import alternatives, expression

if TYPE_CHECKING:
    from bridge.personal.page import Page


class Cue(Enum):
    """What the nearest word says of a number."""

    NONE = auto()
    PUBLIC = auto()
    PERSONAL = auto()
    PHONE = auto()


_KINDS = (Datum.ORDER, Datum.CUSTOMER_NUMBER, Datum.TRACKING, Datum.OTHER_NUMBER)
_SORTS = ("secret", "public_number", "phone", "order", "customer_number", "tracking", "other_number")
_ANY = re.compile(
    r"(?<![^\W_])(?:" + "|".join(f"(?P<{sort}>{alternatives('cues', sort)})" for sort in _SORTS) + r")(?![^\W_])",
    re.IGNORECASE,
)
_NAMES_A_NUMBER = re.compile(
    r"(?i)n(?:umme)?r\.?$|number$|no\.?$|num\.?$|#$|code$|id$|-?kennung$|ref(?:erence)?\.?$|zeichen$"
)
_REACH_BEFORE, _REACH_AFTER = 70, 34
_GENERAL = frozenset(("nr", "no", "#", "number", "nummer", "id", "code", "codes", "key"))
"""Words that tell that a number follows, and not of what."""
_GENERAL_STANDS_BACK = 14
_UNCLEAR = frozenset(("ref", "reference", "referenz", "code", "file reference"))
"""Words for a number of anything: of a customer's request, and of what everybody may look up."""


@dataclass(frozen=True, slots=True)
class Named:
    """A word that says what a number is, and how far it stands from it."""

    sort: str
    word: str
    distance: int
    between: str
    comes_before: bool

    @property
    def cue(self) -> Cue:
        """Return what sort of word it is."""
        return {"public_number": Cue.PUBLIC, "phone": Cue.PHONE}.get(self.sort, Cue.PERSONAL)

    @property
    def datum(self) -> Datum:
        """Return what it makes of the number."""
        return Datum(self.sort) if self.sort in set(_KINDS) else Datum.OTHER_NUMBER

    @property
    def is_general(self) -> bool:
        """Whether the word tells no more than that a number follows."""
        return self.word.casefold() in _GENERAL

    @property
    def is_clear(self) -> bool:
        """Whether the word tells whose or of what the number is."""
        return not self.is_general and self.word.casefold() not in _UNCLEAR

    @property
    def names_a_number(self) -> bool:
        """Whether the word itself speaks of a number: ``Kundennummer``, not ``Kunde``."""
        return bool(_NAMES_A_NUMBER.search(self.word)) or bool(
            re.match(r"\W{0,2}(?:Nr|No|Nummer|number|#)", self.between, re.IGNORECASE)
        )


@lru_cache(maxsize=8)
def _words_of(text: str) -> tuple[tuple[int, int, str, str], ...]:
    """Return the words of a text that say what numbers are: where each begins and ends, its sort, and itself."""
    return tuple((match.start(), match.end(), str(match.lastgroup), match.group()) for match in _ANY.finditer(text))


def named(page: Page, start: int, end: int) -> Named | None:
    """Return the word that most likely names the number at a place."""
    before, after = page.before(start, _REACH_BEFORE), page.after(end, _REACH_AFTER)
    every = _words_of(page.text)
    found: list[Named] = []
    for first, last, sort, word in every[bisect_left(every, (start - len(before),)) :]:
        if last > end + len(after):
            break
        if last <= start:
            between = page.text[last:start]
            back = _GENERAL_STANDS_BACK if word.casefold() in _GENERAL else 0
            found.append(Named(sort, word, len(between) + back, between, comes_before=True))
        elif first >= end:
            between = page.text[end:first]
            if not re.search(r"[;:!?\n]|, |\d|n['’]t\b|\bnot\b|\bkeine?\b", between):
                found.append(Named(sort, word, 6 + 2 * len(between), between, comes_before=False))
    return min(found, key=lambda cue: cue.distance, default=None)


def is_example(page: Page, start: int) -> bool:
    """Whether the text says that what follows is an example."""
    before = page.before(start, 24)
    beside = list(expression("cues", "example_beside").finditer(before))
    said = bool(beside) and not re.search(r"\w", before[beside[-1].end() :])
    return said or bool(expression("cues", "example").search(before))
