"""Whether two names may be one person's. For checks only: a name is never a key."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

from identity.nicknames import FAMILIES

if TYPE_CHECKING:
    from collections.abc import Callable

_SKIPPED = frozenset(
    {"dr", "prof", "dipl", "ing", "mag", "med", "mba", "msc", "bsc", "phd", "jr", "sr", "mr", "mrs", "ms", "miss"}
    | {"herr", "frau", "hr", "fr", "familie", "fam", "sir", "madam", "gmbh", "ag", "kg", "ltd", "inc", "und", "and"}
    | {"von", "van", "de", "der", "den", "del", "della", "di", "da", "dos", "zu", "zur", "vom", "la", "le", "el", "ter"}
)
"""Titles, forms of address and particles, which people write or leave out."""

_SPELT_OUT = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "æ": "ae", "ø": "oe", "å": "aa", "œ": "oe", "ł": "l", "đ": "d"}
)
_BETWEEN = re.compile(r"[\s._|/()+&]+")
_LETTERS = re.compile(r"[^\W\d_]+")
_SAME_SOUND = re.compile(r"[ea][iy]")

Word: TypeAlias = frozenset[str]
"""The spellings of one word: ``müller`` is ``muller`` and ``mueller``."""


@dataclass(frozen=True, slots=True)
class Name:
    """A name in words. The parts of ``Müller-Lang`` or ``Anna-Lena`` stand side by side."""

    given: tuple[Word, ...]
    surname: tuple[Word, ...]
    """Empty where the name is one word, which then stands in ``given`` and may be either."""

    @property
    def full(self) -> bool:
        """Tell whether first name and surname are both known by more than a letter."""
        return _spelt(self.given) and _spelt(self.surname)


@lru_cache(maxsize=65_536)
def parse(raw: str) -> Name | None:
    """Read a name, also ``Müller, Anna`` or ``Dr. Anna M.``; None for what holds none (digits, emoji, initials)."""
    before, _, after = unicodedata.normalize("NFKC", raw[:200]).partition(",")
    words = [parts for text in _BETWEEN.split(f"{after} {before}") if (parts := _parts(text))]
    words = [parts for place, parts in enumerate(words) if place in {0, len(words) - 1} or _spelt(parts)]
    if not any(_spelt(parts) for parts in words):
        return None
    *given, surname = words
    return Name(tuple(word for parts in given for word in parts), surname) if given else Name(surname, ())


def first_name(raw: str) -> str:
    """Return the first name as it is written in ``Anna P.``, ``Dr. Anna Muster`` or ``Muster, Anna``; empty if unsure.

    One word alone may be a surname, and is none.
    """
    before, _, after = raw[:200].partition(",")
    words = [word for word in f"{after} {before}".split() if word.strip(".").casefold() not in _SKIPPED]
    if len(words) < 2 or parse(raw) is None:
        return ""
    first = words[0]
    return first if len(first) > 1 and first.replace("-", "").replace("'", "").isalpha() else ""


def in_full(raw: str) -> bool:
    """Tell whether the text holds a first name and a surname, both spelt out."""
    name = parse(raw)
    return name is not None and name.full


@lru_cache(maxsize=65_536)
def compatible(one: str, other: str) -> bool:
    """Tell whether both may be one person's name; a text that holds no name is compatible with everything."""
    left, right = parse(one), parse(other)
    return left is None or right is None or _compatible(left, right)


@lru_cache(maxsize=65_536)
def similar(one: str, other: str) -> bool:
    """Tell whether both may be one person's name, forgiving one slip of the keyboard in the whole of it.

    For values that hardly two people of nearly one name share: Lina and Lisa have one telephone, not one mailbox.
    """
    left, right = parse(one), parse(other)
    if left is None or right is None or _compatible(left, right):
        return True
    if not left.full or not right.full or not _same_ending(left, right):
        return False
    return any(_slip(a, b, anywhere=True) for a in _spellings(left) for b in _spellings(right))


@lru_cache(maxsize=65_536)
def same_first(one: str, other: str) -> bool:
    """Tell whether both hold a first name, spelt out, these agree, and nothing else speaks against one person."""
    left, right = parse(one), parse(other)
    if left is None or right is None or not _compatible(left, right):
        return False
    return any(_given(a, b) for a in left.given if _long(a) for b in right.given if _long(b))


@lru_cache(maxsize=65_536)
def different_people(one: str, other: str) -> bool:
    """Tell whether two names, both known in full, differ in first name and in surname."""
    left, right = parse(one), parse(other)
    if left is None or right is None or not left.full or not right.full:
        return False
    return not _compatible(left, right) and not _any(_surname, left.surname, right.surname)


def _compatible(left: Name, right: Name) -> bool:
    if not left.surname:
        return _any(_given, left.given, right.given) or _any(_surname, left.given, right.surname)
    if not right.surname:
        return _compatible(right, left)
    straight = _any(_surname, left.surname, right.surname) and _any(_given, left.given, right.given)
    return straight or (_any(_equal, left.surname, right.given) and _any(_equal, left.given, right.surname))


def _any(test: Callable[[Word, Word], bool], left: tuple[Word, ...], right: tuple[Word, ...]) -> bool:
    return any(test(a, b) for a in left for b in right)


def _equal(one: Word, other: Word) -> bool:
    return not one.isdisjoint(other)


def _given(one: Word, other: Word) -> bool:
    """First names: equal, initial, nickname; a slip only in long ones, since Marco and Mario are two people."""
    if _equal(one, other) or _initial(one, other):
        return True
    families = [FAMILIES.get(name, frozenset()) for name in (*one, *other)]
    if any(a & b for a in families[: len(one)] for b in families[len(one) :]):
        return True
    return any(_swap(a, b) or (_slip(a, b) and a[-1] == b[-1] and min(len(a), len(b)) >= 6) for a in one for b in other)


def _surname(one: Word, other: Word) -> bool:
    """Surnames: equal, initial, same sound (Meier, Mayer) or one slip."""
    if _equal(one, other) or _initial(one, other):
        return True
    return any(_slip(_sound(a), _sound(b)) for a in one for b in other if min(len(a), len(b)) >= 4)


def _initial(one: Word, other: Word) -> bool:
    return (not _long(one) or not _long(other)) and any(a[0] == b[0] for a in one for b in other)


def _sound(name: str) -> str:
    return _SAME_SOUND.sub("ai", name)


def _same_ending(left: Name, right: Name) -> bool:
    """Tell whether the first names end alike: Andrea and Andreas are no slip."""
    return any(a[-1] == b[-1] for a in left.given[0] for b in right.given[0])


def _spellings(name: Name) -> set[str]:
    words = (*name.given, *name.surname)
    return {"".join(map(shape, words)) for shape in (min, max)}


def _slip(one: str, other: str, *, anywhere: bool = False) -> bool:
    """Tell whether one letter too many, too few, wrong or swapped with its neighbour makes the difference."""
    if one == other:
        return True
    if (one[0] != other[0] and not anywhere) or abs(len(one) - len(other)) > 1:
        return False
    start = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    rests = {
        (one[start + 1 :], other[start + 1 :]),
        (one[start + 1 :], other[start:]),
        (one[start:], other[start + 1 :]),
    }
    return _swap(one, other) or any(a == b for a, b in rests)


def _swap(one: str, other: str) -> bool:
    """Tell whether two neighbouring letters changed places."""
    if len(one) != len(other) or len(one) < 4:
        return False
    places = [i for i, (a, b) in enumerate(zip(one, other, strict=True)) if a != b]
    return (
        len(places) == 2
        and places[1] == places[0] + 1
        and one[places[0]] == other[places[1]]
        and (one[places[1]] == other[places[0]])
    )


def _parts(text: str) -> tuple[Word, ...]:
    return tuple(_word(part) for part in _LETTERS.findall(text.lower()) if part not in _SKIPPED)


def _word(text: str) -> Word:
    plain = "".join(sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign))
    return frozenset({plain or text, text.translate(_SPELT_OUT)})


def _long(word: Word) -> bool:
    return min(map(len, word)) > 1


def _spelt(words: tuple[Word, ...]) -> bool:
    return any(_long(word) for word in words)
