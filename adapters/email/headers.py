"""Headers as text, addresses and ids, whatever they hold.

The header classes of the standard library's newer policy raise on some of what really comes; so headers are taken as
they stand, and each is read here so that nothing can be wrong enough to lose the mail.
"""

from __future__ import annotations

import re
from base64 import b64decode
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import getaddresses, parsedate_to_datetime
from typing import TYPE_CHECKING

from adapters.email.charsets import text_of

if TYPE_CHECKING:
    from email.message import Message

_WORD = re.compile(r"=\?([^?\s*]+)(?:\*[^?]*)?\?([bBqQ])\?([^?]*)\?=")
_BETWEEN = re.compile(r"(\?=)\s+(=\?)")
_FOLD = re.compile(r"\s*[\r\n]+\s*")
_ID = re.compile(r"<([^<>\s]{1,998})>")
_ADDRESS = re.compile(r"[^\s<>()\[\],;:\"@]+@[^\s<>()\[\],;:\"@]+")
_LONGEST = 10_000
_MOST = 200
"""Addresses and ids of one header that are looked at."""


@dataclass(frozen=True, slots=True)
class Address:
    """A mailbox: address in lower case, and the name that stands beside it."""

    address: str
    name: str = ""


def every(mail: Message, name: str) -> list[str]:
    """Return all values of a header, first one first, unfolded, words decoded."""
    return [decoded(value) for value in _raw(mail, name)]


def first(mail: Message, name: str) -> str:
    """Return the first value of a header, empty if there is none."""
    return next(iter(every(mail, name)), "")


def addresses(mail: Message, *names: str) -> list[Address]:
    """Return the mailboxes of headers, each once, in order. Groups are taken apart."""
    raw = [_plain(value) for name in names for value in _raw(mail, name)]
    found = dict[str, Address]()
    for display, address in _pairs(raw):
        bare = _bare(address)
        if bare and bare not in found and len(found) < _MOST:
            found[bare] = Address(bare, " ".join(decoded(display).split()).strip("\"'"))
    return list(found.values())


def ids(mail: Message, *names: str) -> list[str]:
    """Return the Message-IDs in headers without their angle brackets, each once, in order."""
    values = [_plain(value) for name in names for value in _raw(mail, name)]
    found = [each for value in values for each in _ID.findall(value)]
    return list(dict.fromkeys(found))[-_MOST:]


def time_of(value: str) -> datetime | None:
    """Return the time that a Date header states, in UTC; None if it states none. A time without zone is UTC."""
    try:
        found = parsedate_to_datetime(value)
        return found.replace(tzinfo=found.tzinfo or UTC).astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError, AttributeError):
        return None


def decoded(raw: str) -> str:
    """Return a header's value as people read it."""
    text = _BETWEEN.sub(r"\1\2", _plain(raw))
    return _WORD.sub(_word, text) if "=?" in text else text


def _plain(raw: str) -> str:
    """Unfold; bytes beyond ASCII, which should not stand there, are decoded by what they look like."""
    text = _FOLD.sub(" ", str(raw)[:_LONGEST]).strip()
    if text.isascii():
        return text
    try:
        return text_of(text.encode("ascii", "surrogateescape"))
    except UnicodeEncodeError:
        return text


def _raw(mail: Message, name: str) -> list[str]:
    wanted = name.lower()
    return [value for key, value in mail.raw_items() if key.lower() == wanted]


def _word(match: re.Match[str]) -> str:
    charset, how, content = match.groups()
    try:
        data = _base64(content) if how in "bB" else _quoted(content)
    except ValueError:
        return match[0]
    return text_of(data, charset)


def _base64(content: str) -> bytes:
    return b64decode(content + "=" * (-len(content) % 4))


def _quoted(content: str) -> bytes:
    spaced = content.replace("_", " ").encode("latin-1", "replace")
    return re.sub(rb"=([0-9A-Fa-f]{2})", lambda found: bytes([int(found[1], 16)]), spaced)


def _pairs(values: list[str]) -> list[tuple[str, str]]:
    """Return names and addresses; a header that the library gives up on is searched for addresses alone."""
    pairs: list[tuple[str, str]] = []
    for value in values:
        try:
            found = [pair for pair in getaddresses([value]) if _ADDRESS.fullmatch(pair[1].strip())]
        except (ValueError, TypeError, IndexError, AttributeError):
            found = []
        pairs += found or [("", each) for each in _ADDRESS.findall(decoded(value))]
    return pairs


def with_ascii_domain(address: str) -> str:
    """Return an address with its domain as the wire has it (``xn--…``), so that both ways to write it are one."""
    local, at, domain = address.rpartition("@")
    if domain.isascii():
        return address
    try:
        return f"{local}{at}{domain.encode('idna').decode()}"
    except UnicodeError:
        return address


def _bare(address: str) -> str:
    text = "".join(address.split()).strip("<>\"'.,;").lower()
    return (
        with_ascii_domain(text) if text.count("@") == 1 and not text.startswith("@") and not text.endswith("@") else ""
    )
