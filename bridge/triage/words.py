"""Find many word lists in a text at once: the text is read once, each token looked up once.

Case, accents and umlauts do not matter (``Kündigung`` = ``kuendigung`` = ``KUNDIGUNG``), nor do apostrophes and letters
held down (``thaaanks``). A pattern is a word, with ``*`` at either end for what may follow or precede (``kündig*``,
``*rechnung*``), or a phrase of such words; ``..`` in a phrase stands for up to three further words, ``^`` at its start for
the beginning of a sentence (or after a greeting). Addresses and @names are no words.
"""

from __future__ import annotations

import html
import re
import sys
import unicodedata
from dataclasses import dataclass
from functools import reduce
from operator import and_, or_
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_ADDRESS = re.compile(r"(?:https?://|www\.)\S+|(?<!\w)@\w[\w.-]*|\S+@[\w-]+\.\S+")
_TOKEN = re.compile(r"\w+|[^\w\s]")
_HELD = re.compile(r"(\w)\1{2,}")
_UMLAUTS = {"ä": "ae", "ö": "oe", "ü": "ue"}
_SILENT = "'`\u2018\u2019\u00b4\u02bc\u200d\ufe0e\ufe0f\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff"
"""Apostrophes, joiners and shades of emoji."""
_REMEMBERED = 100_000
"""Tokens kept in memory: about 15 MB at most."""
_LONGEST = 100
"""Longer tokens are no words of a language."""
_READ = 20_000
"""Characters of a text that are read: a long mail quotes what was said before, and is a case anyway."""


def _letters() -> dict[int, str | None]:
    """Return what becomes of letters: umlauts two letters, accents off."""
    table: dict[int, str | None] = {}
    for code in (*range(0xC0, 0x250), *range(0x1E00, 0x1F00)):
        plain = "".join(c for c in unicodedata.normalize("NFKD", chr(code)) if not unicodedata.combining(c))
        table[code] = plain.casefold()
    table |= dict.fromkeys(range(0x300, 0x370))
    table |= {ord(umlaut): two for umlaut, two in _UMLAUTS.items()}
    return table | dict.fromkeys(map(ord, _SILENT))


_TABLE = _letters()


def fold(text: str) -> str:
    """Return the text in the form in which words are compared."""
    if text.isascii():
        return text.lower().replace("'", "").replace("`", "")
    return unicodedata.normalize("NFC", text.casefold()).translate(_TABLE)


def strip_addresses(text: str) -> tuple[str, bool]:
    """Return the text without web and mail addresses and @names, and whether there was a web address."""
    has_link = "://" in text or "www." in text
    if not has_link and "@" not in text:
        return text, False
    parts = text.split(" ")
    return " ".join([_ADDRESS.sub(" ", part) if "@" in part or "." in part else part for part in parts]), has_link


@dataclass(frozen=True, slots=True)
class Scan:
    """What was found in a text."""

    tokens: list[str]
    """Words and marks, folded."""
    found: int
    """Bit mask of the word lists of which at least one pattern is in the text."""
    throughout: int
    """Bit mask of the word lists that every single token is in."""
    has_link: bool


@dataclass(frozen=True, slots=True)
class _Phrase:
    bit: int
    needs: int
    """Bits of its words: the expression is tried only where all of them are there."""
    expression: re.Pattern[str]


class _Tokens(dict[str, int]):
    """Token → bits of the lists and phrases that it belongs to; filled as tokens are met."""

    def __init__(self, lexicon: Lexicon) -> None:
        super().__init__()
        self._lexicon = lexicon

    def __missing__(self, token: str) -> int:
        if len(self) >= _REMEMBERED:
            self.clear()
        bits = self[sys.intern(token)] = self._lexicon.classify(token)
        return bits


class Lexicon:
    """Word lists by bit; ``scan`` says which of them a text holds."""

    def __init__(self, lists: Iterable[tuple[int, Iterable[str]]]) -> None:
        """Take (bit number, patterns) pairs. Raises ``ValueError`` for a pattern without a word."""
        self._exact: dict[str, int] = {}
        self._starts: dict[str, int] = {}
        self._ends: dict[str, int] = {}
        self._inside: dict[str, int] = {}
        self._phrases: dict[int, list[_Phrase]] = {}
        self._known_words: dict[str, int] = {}
        found = [(number, list(patterns)) for number, patterns in lists]
        self._next = max((number for number, _ in found), default=-1) + 1
        self._listed = (1 << self._next) - 1
        for number, patterns in found:
            for pattern in patterns:
                for spelling in spellings(pattern):
                    self._add(1 << number, spelling, pattern)
        self._triggers = 0
        for trigger in self._phrases:
            self._triggers |= trigger
        self._tokens = _Tokens(self)

    def scan(self, text: str) -> Scan:
        """Look every token up once, then try the phrases whose words are all there."""
        if "&" in text and ";" in text:
            text = html.unescape(text)
        bare, has_link = strip_addresses(text[:_READ])
        tokens = _TOKEN.findall(fold(bare))
        bits = set(map(self._tokens.__getitem__, tokens))
        found = reduce(or_, bits, 0)
        if found & self._triggers:
            found |= self._phrases_in(tokens, found)
        return Scan(tokens, found & self._listed, reduce(and_, bits) if bits else 0, has_link)

    def classify(self, token: str) -> int:
        """Return the bits of all patterns that a single token fits."""
        if len(token) > _LONGEST:
            return 0
        bits = self._fitting(token)
        if _HELD.search(token):
            bits |= self._fitting(_HELD.sub(r"\1", token)) | self._fitting(_HELD.sub(r"\1\1", token))
        return bits

    def _fitting(self, token: str) -> int:
        bits = self._exact.get(token, 0)
        for end in range(1, len(token) + 1):
            bits |= self._starts.get(token[:end], 0) | self._ends.get(token[-end:], 0)
        for part, of_part in self._inside.items():
            if part in token:
                bits |= of_part
        return bits

    def _phrases_in(self, tokens: list[str], found: int) -> int:
        joined = f" {' '.join(tokens)} "
        bits = 0
        triggers = found & self._triggers
        while triggers:
            trigger = triggers & -triggers
            triggers ^= trigger
            for phrase in self._phrases[trigger]:
                if found & phrase.needs == phrase.needs and not bits & phrase.bit and phrase.expression.search(joined):
                    bits |= phrase.bit
        return bits

    def _add(self, bit: int, spelling: str, pattern: str) -> None:
        parts = _PARTS.findall(spelling)
        words = [part for part in parts if part not in {"^", ".."}]
        if not words or not all(word.strip("*") for word in words):
            message = f"{pattern!r} holds no word"
            raise ValueError(message)
        if len(parts) == 1:
            self._add_word(bit, words[0])
            return
        bits = [self._word_bit(word) for word in words]
        longest = max(zip(words, bits, strict=True), key=lambda pair: len(pair[0]))[1]
        needs = 0
        for word_bit in bits:
            needs |= word_bit
        self._phrases.setdefault(longest, []).append(_Phrase(bit, needs, _expression(parts)))

    def _word_bit(self, word: str) -> int:
        """Return the bit of a word that is part of phrases."""
        if word not in self._known_words:
            self._known_words[word] = 1 << self._next
            self._next += 1
            self._add_word(self._known_words[word], word)
        return self._known_words[word]

    def _add_word(self, bit: int, word: str) -> None:
        bare = word.strip("*")
        index = (self._exact, self._starts, self._ends, self._inside)[word.endswith("*") + 2 * word.startswith("*")]
        index[bare] = index.get(bare, 0) | bit


_GREETINGS = "hallo|hi|hey|moin|servus|hello|tag|morgen|abend|team|afternoon|morning|evening|guys|leute"
"""After these a sentence may begin without a mark."""
_PARTS = re.compile(r"\^|\.\.|\*?\w+\*?|[^\w\s]")


def spellings(pattern: str) -> set[str]:
    """Return the folded forms of a pattern: umlauts as two letters, and as people type who lack the key."""
    plain = pattern.casefold()
    for umlaut in _UMLAUTS:
        plain = plain.replace(umlaut, unicodedata.normalize("NFD", umlaut)[0])
    return {fold(pattern), fold(plain)}


def _expression(parts: list[str]) -> re.Pattern[str]:
    """Return the expression of a phrase, to be searched in tokens that stand between single blanks."""
    start = f"(?:^|[.!?:;,…]|{_GREETINGS}) " if parts[0] == "^" else " "
    steps = [r"(?:\w+ ){0,3}" if part == ".." else _word(part) + " " for part in parts if part != "^"]
    return re.compile(start + "".join(steps))


def _word(part: str) -> str:
    before, after = (r"\w*" if part.startswith("*") else ""), (r"\w*" if part.endswith("*") else "")
    return before + re.escape(part.strip("*")) + after
