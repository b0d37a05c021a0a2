"""What is read off a message when it is stored, so that its text may be deleted later.

Named facts (order numbers, topics) become keyed hashes; contact points that people state become claims; characters
that no database takes and card numbers are replaced.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import orjson

from bridge.cards import mask_cards
from bridge.keys import short_hash
from identity import normalise

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bridge.nouns import Message
    from identity.model import Identifier

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_MAIL = re.compile(r"[\w.+%-]{1,64}@[\w-]+(?:\.[\w-]+)*\.[a-zA-Z]{2,24}")
# What must not stand before stands behind the first sign: an expression that begins with a sign is searched 20 times as fast.
_PHONE = re.compile(r"[+0](?<![\w/#=.][+0])(?:(?<=0)0)?\d[\d\s()/-]{6,18}\d(?!\w)")
_BLANKS = re.compile(r"[\s-]+")


def safe_text(text: str) -> str:
    """Return the text storable everywhere: NUL and lone surrogates become U+FFFD, card numbers are masked.

    Returns the same object if there is nothing to replace.
    """
    return mask_cards(storable(text))


def storable(text: str) -> str:
    """Return the text with NUL and lone surrogates, which no database takes, as U+FFFD; the same object if it has none."""
    if "\0" in text if text.isascii() else _UNSTORABLE.search(text):
        return _UNSTORABLE.sub("\ufffd", text)
    return text


@dataclass(frozen=True, slots=True)
class Patterns:
    """Regular expressions of named facts, by kind."""

    by_kind: tuple[tuple[str, re.Pattern[str]], ...] = ()

    @classmethod
    def compile(cls, patterns: Mapping[str, str]) -> Patterns:
        """Compile the project's patterns; group 1 (else the whole match) is the fact. Case does not matter."""
        return cls(tuple((kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in sorted(patterns.items())))


def named_facts(message: Message, patterns: Patterns, secret: bytes) -> list[str] | None:
    """Return ``kind:hash`` for each named fact of a message, sorted; None where there is none.

    Facts that the source states by field (``extra.order`` …) count like those found in the text.
    """
    found: set[str] = set()
    if patterns.by_kind:
        text = f"{message.subject}\n{message.text}" if message.subject else message.text
        for kind, pattern in patterns.by_kind:
            for match in pattern.finditer(text):
                found.add(fact(kind, match[1] if pattern.groups else match[0], secret))
            if stated := message.extra.get(kind):
                found.add(fact(kind, str(stated), secret))
    if message.public and message.answers:
        found.add(fact("post", f"{message.network}/{message.scope}/{message.answers[0]}", secret))
    return sorted(found) or None


def fact(kind: str, value: str, secret: bytes) -> str:
    """Return ``kind:`` and a keyed hash of the value, folded in case and stripped of blanks and dashes."""
    folded = _BLANKS.sub("", value).casefold()
    return f"{kind}:{hashlib.blake2b(folded.encode('utf-8', 'replace'), key=secret, digest_size=8).hexdigest()}"


def claims(message: Message, region: str = "DE") -> tuple[Identifier, ...]:
    """Return the contact points that a text states: claims about the speaker, never proof."""
    text = message.text
    found: list[Identifier] = []
    if "@" in text and "." in text:
        for match in _MAIL.findall(text):
            found.extend(normalise.email(match)[:1])
    for match in _PHONE.findall(text):
        number = normalise.phone(match, region)
        if number is not None:
            found.append(number)
    return tuple(dict.fromkeys(found))


def content_hash(message: Message) -> str:
    """Return the hash that tells revisions of a message apart."""
    return short_hash(message.subject, message.text, str(message.rating or ""))


def raw_text(message: Message) -> str | None:
    """Return the payload as JSON text; None if there is none."""
    if message.raw is None:
        return None
    return message.raw if isinstance(message.raw, str) else _dump(message.raw)


def _dump(raw: object) -> str:
    try:
        return orjson.dumps(raw, option=orjson.OPT_NON_STR_KEYS).decode()
    except TypeError:
        return repr(raw)
