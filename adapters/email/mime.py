"""The parts of a mail: its words as text, its files, nested mails, whatever is wrong with its MIME."""

from __future__ import annotations

import email
import re
from dataclasses import dataclass, field
from email.message import Message
from email.policy import compat32
from typing import TYPE_CHECKING

from adapters.email.charsets import text_of
from adapters.email.headers import decoded, first
from adapters.email.html_text import text_of_html

if TYPE_CHECKING:
    from collections.abc import Iterator

DEEPEST = 12
"""Levels of nesting that are opened."""
MOST = 300
"""Parts that are looked at."""
LONGEST = 1_000_000
"""Characters of a mail's text that are kept."""
_EMPTY_LINE = re.compile(rb"\r?\n\r?\n")
_OLD_COLON = re.compile(rb"^([A-Za-z][A-Za-z0-9-]{0,60})[ \t]+:(?=[ \t\r\n])", re.MULTILINE)
_FLOWED = re.compile(r"format\s*=\s*\"?flowed", re.IGNORECASE)
_DELSP = re.compile(r"delsp\s*=\s*\"?yes", re.IGNORECASE)
_WORDY = ("text/plain", "text/html", "text/enriched")
_UNNAMED = {"text/calendar": "invitation.ics", "message/rfc822": "mail.eml", "text/html": "page.html"}


@dataclass(frozen=True, slots=True)
class File:
    """An attachment."""

    name: str
    mime: str
    content: bytes = field(repr=False)


@dataclass(slots=True)
class Parts:
    """What a mail consists of."""

    plain: list[str] = field(default_factory=list)
    html: list[str] = field(default_factory=list)
    files: list[File] = field(default_factory=list)
    mails: list[Message] = field(default_factory=list)
    """Mails that were attached."""

    @property
    def text(self) -> str:
        """Return the words: as they were written, or made from HTML where there is nothing else."""
        plain = "\n\n".join(each.strip("\r\n") for each in self.plain if each.strip())
        return plain or "\n\n".join(filter(None, map(text_of_html, self.html)))


def read(data: bytes) -> Message:
    """Parse a mail; the parser of the standard library takes anything."""
    head, gap, body = _parted(data)
    if _OLD_COLON.search(head):  # a blank before the colon, which RFC 822 allowed, ends the headers for the library
        data = _OLD_COLON.sub(rb"\1:", head) + gap + body
    return email.message_from_bytes(data, policy=compat32)


def _parted(data: bytes) -> tuple[bytes, bytes, bytes]:
    found = _EMPTY_LINE.search(data)
    return (data[: found.start()], found[0], data[found.end() :]) if found else (data, b"", b"")


def parts_of(mail: Message) -> Parts:
    """Sort the parts of a mail by what they are."""
    found = Parts()
    for part in _leaves(mail):
        _take(found, part)
    return found


def content_type(part: Message) -> str:
    """Return the type in lower case; what states none is plain text."""
    try:
        return part.get_content_type().lower()
    except (ValueError, TypeError, AttributeError, IndexError):
        return "text/plain"


def children(part: Message) -> list[Message]:
    """Return the parts that a part is made of."""
    nested = part.get_payload() if part.is_multipart() else None
    return [each for each in nested if isinstance(each, Message)] if isinstance(nested, list) else []


def _leaves(mail: Message) -> Iterator[Message]:
    """Yield the parts that hold something, in order; not those of attached mails, and of reports only the words."""
    waiting, seen = [(mail, 0)], 0
    while waiting and seen < MOST:
        part, depth = waiting.pop()
        seen += 1
        inside = children(part) if content_type(part) != "message/rfc822" and depth < DEEPEST else []
        waiting += [(each, depth + 1) for each in reversed(inside)]
        if not inside:
            yield part


def _take(found: Parts, part: Message) -> None:
    kind, name = content_type(part), _name(part)
    if kind == "message/rfc822":
        found.mails += children(part)[:1]
        found.files.append(File(name or _UNNAMED[kind], kind, _bytes(part)))
    elif (kind in _WORDY or kind.startswith("multipart/")) and not name and not _attached(part):
        words = _words(part, kind)  # a multipart that has no parts is broken; what stands there is all there is
        (found.html if kind == "text/html" else found.plain).append(words[:LONGEST])
    elif kind in ("text/rfc822-headers", "message/delivery-status", "message/disposition-notification"):
        return
    else:
        content = _bytes(part)
        if content or name:
            found.files.append(File(name or _UNNAMED.get(kind, ""), kind, content))


def _words(part: Message, kind: str) -> str:
    text = text_of(_bytes(part), _charset(part)).replace("\r\n", "\n").replace("\r", "\n")
    stated = first(part, "Content-Type")
    if kind == "text/plain" and _FLOWED.search(stated):
        return _unflowed(text, join="" if _DELSP.search(stated) else " ")
    return text


def _unflowed(text: str, *, join: str) -> str:
    """Put paragraphs together that were cut into lines for the wire (RFC 3676); quoted lines stay as they are."""
    done: list[str] = []
    open_ended = False
    for line in text.split("\n"):
        quoted, signature = line.startswith(">"), line == "-- "
        body = line.removeprefix(" ")
        if open_ended and not quoted and not signature:
            done[-1] = done[-1].rstrip(" ") + join + body
        else:
            done.append(body)
        open_ended = body.endswith(" ") and not quoted and not signature
    return "\n".join(done)


def _bytes(part: Message) -> bytes:
    """Return the content; what cannot be decoded comes as it stands."""
    if part.is_multipart():
        try:
            return b"".join(each.as_bytes() for each in children(part)[:1])
        except (ValueError, TypeError, LookupError, AttributeError, UnicodeError):
            return str(part.get_payload()).encode("utf-8", "replace")
    try:
        content = part.get_payload(decode=True)
    except (ValueError, TypeError, LookupError, AttributeError, UnicodeError):
        content = str(part.get_payload()).encode("utf-8", "surrogateescape")
    return content if isinstance(content, bytes) else b""


def _charset(part: Message) -> str:
    try:
        return str(part.get_content_charset() or "")
    except (ValueError, TypeError, LookupError, AttributeError, UnicodeError):
        return ""


def _name(part: Message) -> str:
    try:
        name = str(part.get_filename() or "")
    except (ValueError, TypeError, LookupError, AttributeError, UnicodeError):
        name = ""
    clean = "".join(sign for sign in decoded(name) if sign.isprintable()).replace("\\", "/")
    return clean.rpartition("/")[2].strip()[:200]


def _attached(part: Message) -> bool:
    return first(part, "Content-Disposition").lower().lstrip().startswith("attachment")
