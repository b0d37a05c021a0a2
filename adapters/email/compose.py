"""An answer as a mail."""

from __future__ import annotations

import re
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from adapters.email.settings import EmailSettings
    from bridge.nouns import Action

MARK = "X-Casebridge"
"""Header by which our own answers are known when somebody's machine sends them back."""
_ANSWER = re.compile(r"^\s*(?:(?:re|aw|antw|antwort|sv|vs|ref|odp|r)\s*(?:\[\d+\])?\s*:\s*)+", re.IGNORECASE)
_BREAKS = re.compile(r"[\r\n\0]+")
_LONGEST_LINE = 900
"""Of a header's value: what is longer is folded nowhere and refused by servers."""


def answer(
    action: Action, settings: EmailSettings, *, message_id: str, token: str, to: str, cc: Sequence[str], now: datetime
) -> EmailMessage:
    """Return the mail that answers a customer's. Raises ``OSError`` where a file cannot be read."""
    wide = not all(each.isascii() for each in (settings.address, to, *cc))
    mail = EmailMessage(policy=SMTP.clone(max_line_length=_LONGEST_LINE, utf8=wide))
    mail["From"] = _mailbox(settings.address, settings.name)
    mail["To"] = _mailbox(to)
    if cc:
        mail["Cc"] = tuple(_mailbox(each) for each in cc)
    mail["Subject"] = subject(action.subject)
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = f"<{message_id}>"
    _thread(mail, action)
    if settings.reply_token:
        local, _, domain = settings.address.partition("@")
        mail["Reply-To"] = _mailbox(f"{local}+{token}@{domain}", settings.name)
    mail[MARK] = token
    mail.set_content(_text(action, settings))
    for file in action.files:
        kind, _, sort = (file.mime or "application/octet-stream").partition("/")
        content = Path(file.path).read_bytes()
        mail.add_attachment(content, maintype=kind, subtype=sort or "octet-stream", filename=_clean(file.name))
    return mail


def subject(answered: str) -> str:
    """Return the subject of an answer: one Re:, whatever stood there before."""
    rest = _ANSWER.sub("", _clean(answered)).strip()
    return f"Re: {rest}"[:_LONGEST_LINE] if rest else "Re: your message"


def _thread(mail: EmailMessage, action: Action) -> None:
    """Name the mail that is answered and those before it; one that had no id has none to be named by."""
    references = [_clean(str(each)) for each in action.extra.get("references", ())]
    if references:
        mail["In-Reply-To"] = f"<{references[-1]}>"
        mail["References"] = " ".join(f"<{each}>" for each in references)


def _text(action: Action, settings: EmailSettings) -> str:
    text = action.text.replace("\r\n", "\n").strip("\n")
    if not settings.quote or not action.answered_text:
        return f"{text}\n"
    quoted = "\n".join(f"> {line}".rstrip() for line in action.answered_text.split("\n"))
    return f"{text}\n\n{action.recipient}:\n{quoted}\n"


def _mailbox(address: str, name: str = "") -> Address:
    local, _, domain = _clean(address).rpartition("@")
    return Address(display_name=_clean(name), username=local, domain=domain)


def _clean(value: str) -> str:
    """Return a value that cannot begin a header of its own."""
    return " ".join(_BREAKS.sub(" ", value).split())
