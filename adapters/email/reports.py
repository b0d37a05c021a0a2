"""Reports of machines about a mail of ours: not delivered, delivered late, read (RFC 3464, 8098)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from adapters.email.charsets import text_of
from adapters.email.headers import decoded, first, ids
from adapters.email.mime import children, content_type, read

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import Message

_ACTIONS = {"failed": "failed", "delayed": "delayed", "delivered": "delivered", "relayed": "sent", "expanded": "sent"}
"""What a report says was done → our word; the worst of several recipients counts."""
_WORST_FIRST = ("failed", "delayed", "delivered", "sent", "read")
_SENDERS = ("mailer-daemon@", "postmaster@", "mail-daemon@")
_FIELD = re.compile(r"^([A-Za-z-]+)[ \t]*:[ \t]*((?:.*)(?:\n[ \t]+.*)*)", re.MULTILINE)
_IN_TEXT = re.compile(r"^\s*Message-ID:\s*(<[^<>\s]+>)", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Report:
    """What became of a mail of ours."""

    status: str
    """failed, delayed, delivered, sent, read."""
    original: str
    """Message-ID of that mail, empty if the report does not say."""
    recipient: str = ""
    reason: str = ""


def report_of(mail: Message) -> Report | None:
    """Return what a mail reports; None for one that is no report."""
    kinds = {content_type(part): part for part in _parts(mail)}
    if "message/disposition-notification" in kinds:
        fields = _fields(kinds["message/disposition-notification"])
        original = fields.get("original-message-id", "").strip(" <>")
        shown = "read" if "displayed" in fields.get("disposition", "").lower() else "delivered"
        return Report(shown, original or _original(mail))
    if "message/delivery-status" in kinds:
        return _delivery(mail, kinds["message/delivery-status"])
    sender = first(mail, "From").lower()
    if any(each in sender for each in _SENDERS) and (first(mail, "X-Failed-Recipients") or _original(mail)):
        return Report("failed", _original(mail), first(mail, "X-Failed-Recipients"), "the mail came back")
    return None


def _delivery(mail: Message, status: Message) -> Report:
    fields = _fields(status)
    told = {each.strip().lower() for each in fields.get("action", "").split("\n")}
    actions = {_ACTIONS.get(each.split(" ")[0], "") for each in told}
    worst = next((each for each in _WORST_FIRST if each in actions), "")
    if not worst:
        worst = "failed" if fields.get("status", "").startswith("5") else "delayed"
    recipient = fields.get("final-recipient", "").split("\n")[0].rpartition(";")[2].strip()
    code = fields.get("status", "").split("\n")[0].strip()
    said = fields.get("diagnostic-code", "").split("\n")[0].rpartition(";")[2].strip()
    reason = " ".join(filter(None, (code, said)))
    return Report(worst, _original(mail), recipient, " ".join(reason.split())[:300])


def _original(mail: Message) -> str:
    """Return the Message-ID of the mail that came back, in whole, as its head, or as text."""
    for part in _parts(mail):
        if part is not mail and content_type(part) == "message/rfc822":
            found = [id_ for each in children(part)[:1] for id_ in ids(each, "Message-ID")]
        elif content_type(part) == "text/rfc822-headers":
            found = ids(read(_content(part).encode("utf-8", "surrogateescape")), "Message-ID")
        else:
            continue
        if found:
            return found[0]
    answered = ids(mail, "In-Reply-To", "References")
    if answered:
        return answered[-1]
    texts = (_IN_TEXT.search(_content(part)) for part in _parts(mail) if content_type(part).startswith("text/"))
    return next((match[1].strip("<>") for match in texts if match), "")


def _parts(mail: Message) -> Iterator[Message]:
    """Yield the mail and its parts, not those of mails in it."""
    yield mail
    if content_type(mail).startswith("multipart/"):
        for part in children(mail)[:20]:
            yield from _parts(part)


def _fields(part: Message) -> dict[str, str]:
    """Return the fields of a report by name; several of one name a line each."""
    found: dict[str, list[str]] = {}
    for name, value in _FIELD.findall(_content(part)):
        found.setdefault(name.lower(), []).append(" ".join(decoded(value).split()))
    return {name: "\n".join(values) for name, values in found.items()}


def _content(part: Message) -> str:
    groups = children(part)
    if groups:  # those of a delivery status are parsed as heads of mails
        return "\n\n".join("\n".join(f"{name}: {value}" for name, value in each.raw_items()) for each in groups)
    content = part.get_payload(decode=True)
    return text_of(content).replace("\r\n", "\n") if isinstance(content, bytes) else str(part.get_payload() or "")
