"""The text as a reader takes it: signs that look like digits are digits, what cannot be seen is not there.

Places in it lead back to the text as it was written.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

_UNSEEN = frozenset("\u200b\u200c\u200d\u2060\ufe0f\u20e3\u00ad")
_SPACES = frozenset("\u00a0\u202f\u2009\u2007")


@dataclass(frozen=True, slots=True)
class Plain:
    """A text made plain, and for each of its signs where it stands in the original."""

    text: str
    places: tuple[int, ...]
    original: str

    @classmethod
    def of(cls, original: str) -> Plain:
        """Make a text plain."""
        signs: list[str] = []
        places: list[int] = []
        for place, sign in enumerate(original):
            if sign in _UNSEEN:
                continue
            for plain in " " if sign in _SPACES else unicodedata.normalize("NFKC", sign):
                signs.append(plain)
                places.append(place)
        return cls("".join(signs), tuple(places), original)

    def written(self, start: int, end: int) -> tuple[int, int]:
        """Return where a part of the plain text stands in the original."""
        first, last = self.places[start], self.places[end - 1] + 1
        while last < len(self.original) and self.original[last] in _UNSEEN:
            last += 1
        return first, last


def folded(text: str) -> str:
    """Return letters and digits alone, lower case, umlauts spelled out: two notations of one thing are equal."""
    spelled = text.casefold().translate({ord("ä"): "ae", ord("ö"): "oe", ord("ü"): "ue", ord("ß"): "ss"})
    bare = unicodedata.normalize("NFKD", spelled)
    return "".join(sign for sign in bare if sign.isalnum())


def digits(text: str) -> str:
    """Return the digits of a text."""
    return "".join(sign for sign in text if sign.isdigit())
