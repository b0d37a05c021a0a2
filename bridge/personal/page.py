"""What the detectors work on: the plain text, where what is settled already is blanked out, and its surroundings."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from bridge.personal.words import expression

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bridge.personal.allowed import Published
    from bridge.personal.model import Datum, Known

BLANK = "\u25a1"
_SENTENCE_END = re.compile(
    r"(?<![ .]\w)(?<!Nr)(?<!nr)(?<!No)(?<!no)(?<!Tel)(?<!\bz)(?<!\bDr)(?<!\bHr)(?<!\bFr)(?<!\bMr)(?<!\bMrs)(?<!\bMs)(?<!\bSt)(?<!Prof)(?<!\bca)(?<!str)(?<!Str)[.](?=\s+[A-ZÄÖÜ\"'„])|!(?=\s|$)|\?(?=\s(?!\d)|$)|\n\s*\n"
)


@lru_cache(maxsize=64)
def _spots(text: str, cue: str) -> tuple[tuple[int, int], ...]:
    """Return where a text has words of a list of cues."""
    return tuple(match.span() for match in expression("cues", cue).finditer(text))


@dataclass(frozen=True, slots=True)
class Span:
    """A part of the plain text; without a datum, it is settled that it may be published."""

    datum: Datum | None
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Page:
    """The text that is still to be judged, with the lists it is judged by."""

    text: str
    published: Published
    known: Known

    def without(self, spans: Iterable[Span]) -> Page:
        """Blank out what is settled."""
        signs = list(self.text)
        for span in spans:
            signs[span.start : span.end] = BLANK * (span.end - span.start)
        return replace(self, text="".join(signs))

    def before(self, place: int, reach: int = 60) -> str:
        """Return what stands before a place, in its sentence."""
        window = self.text[max(0, place - reach) : place]
        ends = list(_SENTENCE_END.finditer(window))
        return window[ends[-1].end() :] if ends else window

    def after(self, place: int, reach: int = 40) -> str:
        """Return what stands after a place, in its sentence."""
        window = self.text[place : place + reach]
        end = _SENTENCE_END.search(window)
        return window[: end.start()] if end else window

    def speaks(self, cue: str, start: int, end: int, reach: int = 90) -> bool:
        """Whether the sentence around a place has a word of a list of cues, the place itself left out."""
        first, last = start - len(self.before(start, reach)), end + len(self.after(end, reach))
        spots = _spots(self.text, cue)
        for begin, finish in spots[bisect_left(spots, (first, 0)) :]:
            if begin >= last:
                return False
            if finish <= last and (finish <= start or begin >= end):
                return True
        return False

    def sentence(self, start: int, end: int, reach: int = 120) -> str:
        """Return the sentence around a place."""
        return self.before(start, reach) + self.text[start:end] + self.after(end, reach)
