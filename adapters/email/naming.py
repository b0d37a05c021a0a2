"""Ids: the Message-ID where a mail has one, else one made of the mail; and that of each answer, from its action's key."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from adapters.email.headers import addresses, first, ids
from bridge.keys import short_hash

if TYPE_CHECKING:
    from collections.abc import Collection
    from email.message import Message

    from bridge.nouns import Action

_LONGEST = 250
"""Characters of an id; a longer one is kept as its hash."""
_TOKEN = re.compile(r"\+(cb-[a-z0-9]{10,60})@")
_UNASKABLE = re.compile(r"[^\x21-\x7e]|[()\[\]{}%*\"\\]")
"""What servers take for something else, or not at all, in a search."""
_AGAIN = "~again-"
ANCESTORS = 20
"""Mails of a thread that an answer names."""


def native_id(mail: Message, text: str) -> str:
    """Return the id of a mail: stable for every copy of it, wherever it is read."""
    found = ids(mail, "Message-ID")
    stated = found[0] if found else first(mail, "Message-ID").strip(" <>")
    if stated and not any(sign.isspace() for sign in stated):
        return known(stated)
    return f"none-{fingerprint(mail, text)}"


def known(message_id: str) -> str:
    """Return the native id of a Message-ID."""
    return message_id if len(message_id) <= _LONGEST else f"long-{short_hash(message_id)}"


def message_id(id_: str) -> str:
    """Return the Message-ID of a native id, empty where the mail has none or it is too long to be kept."""
    return "" if id_.startswith(("none-", "long-")) else id_.partition(_AGAIN)[0]


def searchable(message_id: str) -> str:
    """Return the longest part of a Message-ID that a server can be asked for; it searches for it anywhere in the header."""
    return max(_UNASKABLE.split(message_id), key=len)


def again(mail: Message, text: str) -> str:
    """Return the id of a mail whose Message-ID another has."""
    return f"{native_id(mail, text)}{_AGAIN}{fingerprint(mail, text)}"


def same(id_: str, mail: Message, text: str) -> bool:
    """Tell whether a native id is that of a mail."""
    return id_ in (native_id(mail, text), again(mail, text))


def fingerprint(mail: Message, text: str) -> str:
    """Return what tells two mails apart that have no id, or the same one."""
    head = (first(mail, name) for name in ("From", "Date", "Subject"))
    return short_hash(*head, " ".join(text.split()))


def answered(mail: Message, own: Collection[str]) -> list[str]:
    """Return the native ids that a mail answers: the one before it, those before that, and by the token of our address."""
    stated = [*ids(mail, "In-Reply-To")[:3], *ids(mail, "References")[-ANCESTORS:]]
    return list(dict.fromkeys([*map(known, stated), *_by_token(mail, own)]))


def ancestors(mail: Message) -> list[str]:
    """Return the Message-IDs that an answer to a mail names, its own last; the first of a long thread stays."""
    thread = [*(ids(mail, "References") or ids(mail, "In-Reply-To")[:1]), *ids(mail, "Message-ID")[:1]]
    thread = list(dict.fromkeys(thread))
    return thread if len(thread) <= ANCESTORS else [thread[0], *thread[-ANCESTORS + 1 :]]


def answer_id(action: Action, address: str) -> str:
    """Return the id of an answer: the same whenever the same action is tried."""
    return f"{token(action)}@{address.rpartition('@')[2]}"


def token(action: Action) -> str:
    """Return what stands for an answer in an address that may be answered to."""
    return f"cb-{short_hash(action.key)}".lower()


def _by_token(mail: Message, own: Collection[str]) -> list[str]:
    reached = addresses(mail, "To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To")
    found = []
    for each in reached:
        match = _TOKEN.search(each.address)
        if match and each.address.replace(f"+{match[1]}", "") in own:
            found.append(f"{match[1]}@{each.address.rpartition('@')[2]}")
    return found
