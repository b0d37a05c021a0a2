"""The text as a reader takes it: signs that look like digits are digits, what cannot be seen is not there.

Places in it lead back to the text as it was written.
"""

# ruff: noqa: RUF001 - the dashes and quotation marks that people type

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from bridge.personal.spoken import Sign, spelled_letters, spoken_digits

_UNSEEN = frozenset("\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\ufe0f\u20e3\u00ad")
_SPACES = frozenset("\u00a0\u202f\u2009\u2007\u2002\u2003\u200a\t")
_DASHES = frozenset("\u2010\u2011\u2012\u2212")
_WORD_BROKEN = re.compile(r"(?<=[a-zäöüß])-\n(?=[a-zäöüß])")
_LETTERS_FOR_DIGITS = re.compile(r"(?<![^\W\d_])[+(]?[\dOo]*(?:\d[Oo]|[Oo]\d)[\dOo]*(?![^\W\d_])")
_DIGITS_OF_LETTERS = re.compile(r"(?<=\d)[Il|](?=[\dOo])|(?<=\d )[Il|](?=\d{2})")
_LONE_LETTERS = re.compile(r"(?<=\d[ /-])[Oo]{2,}(?=[ /-]\d|\b)")


@dataclass(frozen=True, slots=True)
class Plain:
    """A text made plain, and for each of its signs where it begins and ends in the original."""

    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    original: str

    @classmethod
    def of(cls, original: str) -> Plain:
        """Make a text plain."""
        signs: list[str] = []
        places: list[int] = []
        broken = {place for match in _WORD_BROKEN.finditer(original) for place in range(*match.span())}
        for place, sign in enumerate(original):
            if sign in _UNSEEN or place in broken:
                continue
            for plain in _plain_sign(sign):
                signs.append(plain)
                places.append(place)
        text = _letters_as_digits("".join(signs))
        return cls(text, tuple(places), tuple(place + 1 for place in places), original).with_spoken_digits()

    def with_spoken_digits(self) -> Plain:
        """Write digits for runs of words that stand for digits."""
        text: list[str] = []
        starts: list[int] = []
        ends: list[int] = []
        done = 0
        for run in _rewritten(self.text):
            for sign, first, last in run:
                text.append(self.text[done:first])
                starts += self.starts[done:first]
                ends += self.ends[done:first]
                text.append(sign)
                starts += [self.starts[first]] * len(sign)
                ends += [self.ends[last - 1]] * len(sign)
                done = last
        if not done:
            return self
        text.append(self.text[done:])
        return Plain("".join(text), (*starts, *self.starts[done:]), (*ends, *self.ends[done:]), self.original)

    def written(self, start: int, end: int) -> tuple[int, int]:
        """Return where a part of the plain text stands in the original."""
        first, last = self.starts[start], self.ends[end - 1]
        while last < len(self.original) and self.original[last] in _UNSEEN:
            last += 1
        return first, last


def _plain_sign(sign: str) -> str:
    if sign in _SPACES:
        return " "
    if sign in _DASHES:
        return "-"
    if sign.isascii() or sign == "…":
        return sign
    plain = unicodedata.normalize("NFKC", sign)
    return "-" if plain in _DASHES else plain


def _letters_as_digits(text: str) -> str:
    """Write digits for the letters O and l among digits; the length stays."""

    def noughts(match: re.Match[str]) -> str:
        return match.group().replace("O", "0").replace("o", "0")

    text = _LETTERS_FOR_DIGITS.sub(noughts, text)
    text = _LONE_LETTERS.sub(noughts, text)
    return _DIGITS_OF_LETTERS.sub("1", text)


def _rewritten(text: str) -> list[list[Sign]]:
    return spelled_letters(text) or spoken_digits(text)


def folded(text: str) -> str:
    """Return letters and digits alone, lower case, umlauts spelled out: two notations of one thing are equal."""
    spelled = text.casefold().translate({ord("ä"): "ae", ord("ö"): "oe", ord("ü"): "ue", ord("ß"): "ss", ord("ı"): "i"})
    bare = unicodedata.normalize("NFKD", spelled)
    return "".join(sign for sign in bare if sign.isalnum())


def digits(text: str) -> str:
    """Return the digits of a text."""
    return "".join(sign for sign in text if "0" <= sign <= "9")
