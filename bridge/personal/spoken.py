"""Digits written as words, in German and English: ``null eins sieben``, ``oh double seven``."""

# ruff: noqa: RUF001 - the dashes and quotation marks that people type

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_ONES = {
    **dict.fromkeys(("null", "zero", "nought", "oh", "o"), "0"),
    **dict.fromkeys(("eins", "ein", "one"), "1"),
    **dict.fromkeys(("zwei", "zwo", "two"), "2"),
    **dict.fromkeys(("drei", "three"), "3"),
    **dict.fromkeys(("vier", "four"), "4"),
    **dict.fromkeys(("fünf", "fuenf", "five"), "5"),
    **dict.fromkeys(("sechs", "six"), "6"),
    **dict.fromkeys(("sieben", "seven"), "7"),
    **dict.fromkeys(("acht", "eight"), "8"),
    **dict.fromkeys(("neun", "nine"), "9"),
}
_TENS = {
    **dict.fromkeys(("zwanzig", "twenty"), "2"),
    **dict.fromkeys(("dreißig", "dreissig", "thirty"), "3"),
    **dict.fromkeys(("vierzig", "forty"), "4"),
    **dict.fromkeys(("fünfzig", "fuenfzig", "fifty"), "5"),
    **dict.fromkeys(("sechzig", "sixty"), "6"),
    **dict.fromkeys(("siebzig", "seventy"), "7"),
    **dict.fromkeys(("achtzig", "eighty"), "8"),
    **dict.fromkeys(("neunzig", "ninety"), "9"),
}
_TEENS = {
    word: str(10 + place)
    for words in (
        "zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn siebzehn achtzehn neunzehn",
        "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen",
    )
    for place, word in enumerate(words.split())
}
_TENS_AND_ONES = {
    **{ten: digit + "0" for ten, digit in _TENS.items()},
    **{
        f"{one}und{ten}": digit + _ONES[one]
        for ten, digit in _TENS.items()
        for one in _ONES
        if one not in {"null", "o"}
    },
}
_WORDS = {
    **_ONES,
    **_TEENS,
    **_TENS_AND_ONES,
    **{f"{ten}-{one}": digit + _ONES[one] for ten, digit in _TENS.items() for one in _ONES},
    **{
        f"{one}hundert{rest}": _ONES[one] + digits.zfill(2)
        for one in _ONES
        if one not in {"null", "o", "oh"}
        for rest, digits in (("", "00"), *_TEENS.items(), *_TENS_AND_ONES.items())
    },
    "hundred": "00",
    "hundert": "00",
    "thousand": "000",
}
_AGAIN = {"double": 2, "doppel": 2, "triple": 3, "treble": 3, "dreifach": 3}
_WORD = re.compile(
    rf"\b(?:({'|'.join(_AGAIN)})[- ]?)?(?:({'|'.join(sorted(_WORDS, key=len, reverse=True))})|(\d{{1,6}}))\b",
    re.IGNORECASE,
)
_MANY = {
    **{
        word + ending: digit
        for word, digit in _ONES.items()
        if word not in {"o", "ein", "zwo"}
        for ending in ("s", "es", "en", "n")
    },
    "sixes": "6",
}
_TIMES = {word: int(digits) for word, digits in {**_ONES, **_TEENS}.items()}
_REPEATED = re.compile(
    rf"\b({'|'.join(sorted(_TIMES, key=len, reverse=True))}) ({'|'.join(sorted(set(_MANY) - set(_ONES), key=len, reverse=True))})\b",
    re.IGNORECASE,
)
"""``acht Achten``: a digit so many times."""
_LETTERS = re.compile(r"[^\W\d_]+")
_GAP = re.compile(r"[\s,.;/·–-]{1,3}(?:(?:dann|then|und|and)\s)?")
_SPACED = re.compile(r"(?<![\w.@])(?:[\w.@+-] ){5,}[\w](?!\w)")
_DOTTED = re.compile(r"(?<![\w.@-])(?:[^\W\d_]\.){4,}[^\W\d_](?!\w)|(?<![\w.@-])(?:[^\W\d_]-){4,}[^\W\d_](?!\w)")
_FEWEST_LETTERS = 4
_FEWEST_DIGITS, _FEWEST_WORDS = 6, 3
_MANY_WORDS, _FEWEST_OF_MANY = 5, 5

Sign = tuple[str, int, int]


def spoken_digits(text: str) -> list[list[Sign]]:
    """Return the runs of words for digits: the digits of each word, and where it stands."""
    return [run for run in _runs(text) if _is_number(run, text)]


def spelled_letters(text: str) -> list[list[Sign]]:
    """Return the runs of single signs with a gap after each: each sign, with the gap taken into it."""
    runs = []
    for shape in (_SPACED, _DOTTED):
        for match in shape.finditer(text):
            if sum(sign.isalpha() for sign in match.group()) >= _FEWEST_LETTERS:
                signs = [place for place in range(match.start(), match.end()) if (place - match.start()) % 2 == 0]
                runs.append([(text[place], place, min(place + 2, match.end())) for place in signs])
        if runs:
            return runs
    return runs


def _runs(text: str) -> Iterator[list[Sign]]:
    if sum(word in _WORDS for word in _LETTERS.findall(text.casefold())) < _FEWEST_WORDS:
        return
    signs = _signs(text)
    run = signs[:1]
    for before, sign in pairwise(signs):
        if _GAP.fullmatch(text, before[2], sign[1]):
            run.append(sign)
        else:
            yield _joined(run, text)
            run = [sign]
    yield _joined(run, text)


def _signs(text: str) -> list[Sign]:
    """Return what stands for digits, in the order of the text; ``acht Achten`` is one sign."""
    repeated = [
        (_MANY[match[2].casefold()] * _TIMES[match[1].casefold()], match.start(), match.end())
        for match in _REPEATED.finditer(text)
    ]
    single = (_sign(match) for match in _WORD.finditer(text))
    apart = [sign for sign in single if not any(sign[1] < end and start < sign[2] for _, start, end in repeated)]
    return sorted((*repeated, *apart), key=lambda sign: sign[1])


def _sign(match: re.Match[str]) -> Sign:
    again, word, figures = match.groups()
    digits = _WORDS[word.casefold()] if word else figures
    return digits * _AGAIN.get((again or "").casefold(), 1), match.start(), match.end()


def _joined(run: list[Sign], text: str) -> list[Sign]:
    """Take the gaps between words into the words, so that digits stand together; commas part groups."""
    joined = []
    for place, (digits, start, end) in enumerate(run):
        if place + 1 == len(run):
            joined.append((digits, start, end))
            continue
        gap = text[end : run[place + 1][1]]
        joined.append((digits + ("" if gap.isspace() else " "), start, run[place + 1][1]))
    return joined


def _is_number(run: list[Sign], text: str) -> bool:
    words = sum(not text[start].isdigit() for _, start, _ in run)
    figures = sum(sign.isdigit() for digits, _, _ in run for sign in digits)
    return words >= _FEWEST_WORDS and figures >= (_FEWEST_DIGITS if words < _MANY_WORDS else _FEWEST_OF_MANY)
