"""Who wrote a mail: a person, or a machine, and which sort (RFC 3834 and what mail programs write instead)."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from adapters.email.compose import MARK
from adapters.email.headers import every, first

if TYPE_CHECKING:
    from collections.abc import Collection
    from email.message import Message


class Automatic(StrEnum):
    """Why a mail is not taken for a person's."""

    REPLY = "auto_reply"
    """An answer by itself: out of office, "we got your mail"."""
    GENERATED = "auto_generated"
    """A notice that no person wrote."""
    BULK = "bulk"
    """A newsletter, or a mailing list of somebody else's."""
    LOOP = "loop"
    """Our own answer, sent back by somebody's machine."""
    MACHINE = "machine"
    """From an address that no person reads."""
    BOUNCE = "bounce"
    """A mail came back, and it does not say which."""
    FORGED = "forged"
    """It says that it comes from us, and our receiving server says that it does not."""


_REPLIES = ("X-Autoreply", "X-Autorespond", "X-Autoresponder", "X-Auto-Reply", "X-AutoReply-From", "X-Mail-Autoreply")
_MACHINES = ("noreply", "no-reply", "no_reply", "donotreply", "do-not-reply", "mailer-daemon", "postmaster", "bounce")
_SUBJECTS = (
    "automatic reply:", "automatische antwort:", "abwesenheitsnotiz", "auto-reply:", "autoreply:", "out of office",
    "réponse automatique", "automatisch antwoord", "risposta automatica", "respuesta automática",
)  # fmt: skip
"""How Exchange, which may leave out the headers, begins the subject."""


def automatic(mail: Message, sender: str, own: Collection[str]) -> Automatic | None:
    """Return why a mail is a machine's; None for a person's."""
    if first(mail, MARK) and sender not in own:
        return Automatic.LOOP
    submitted = first(mail, "Auto-Submitted").lower().split(";")[0].split("(")[0].strip()
    precedence = first(mail, "Precedence").lower().strip()
    subject = first(mail, "Subject").lower().lstrip()
    if (
        submitted in ("auto-replied", "auto-notified")
        or precedence == "auto_reply"
        or first(mail, "Return-Path") == "<>"
        or any(first(mail, name).lower() not in ("", "no") for name in _REPLIES)
        or subject.startswith(_SUBJECTS)
    ):
        return Automatic.REPLY
    if submitted not in ("", "no"):
        return Automatic.GENERATED
    if (precedence in ("bulk", "junk") or _list(mail)) and not _own_list(mail, own):
        return Automatic.BULK
    if unread_address(sender):
        return Automatic.MACHINE
    return None


def _list(mail: Message) -> bool:
    return any(first(mail, name) for name in ("List-Id", "List-Unsubscribe", "List-Post"))


def _own_list(mail: Message, own: Collection[str]) -> bool:
    """Tell whether the list is a group of ours, through which customers write to us."""
    domains = {each.rpartition("@")[2] for each in own}
    named = " ".join(every(mail, "List-Id") + every(mail, "List-Post")).lower()
    return any(domain and domain in named for domain in domains)


def unread_address(address: str) -> bool:
    """Tell whether an address is one that no person reads."""
    return address.partition("@")[0].startswith(_MACHINES)
