"""What the detectors work on: the plain text, where what is settled already is blanked out, and its surroundings."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bridge.personal.allowed import Published
    from bridge.personal.model import Datum, Known

BLANK = "\u25a1"
_SENTENCE_END = re.compile(
    r"(?<![ .]\w)(?<!Nr)(?<!nr)(?<!No)(?<!no)(?<!Tel)(?<!\bz)(?<!\bDr)(?<!\bHr)(?<!\bFr)(?<!\bMr)(?<!\bMrs)(?<!\bMs)(?<!\bSt)(?<!Prof)(?<!\bca)(?<!str)(?<!Str)[.](?=\s+[A-ZÄÖÜ\"'„])|!(?=\s|$)|\?(?=\s(?!\d)|$)|\n\s*\n"
)


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

    def sentence(self, start: int, end: int, reach: int = 120) -> str:
        """Return the sentence around a place."""
        return self.before(start, reach) + self.text[start:end] + self.after(end, reach)
