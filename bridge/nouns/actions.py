"""What is done on networks."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from bridge.nouns.messages import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from bridge.nouns.json_values import Json
    from bridge.nouns.records import FileContent


class ActionKind(StrEnum):
    """Something to do on a network."""

    REPLY = "reply"
    LIKE = "like"
    HIDE = "hide"
    UNHIDE = "unhide"
    DELETE_OWN = "delete_own"
    ANSWERED_BY_HAND = "answered_by_hand"


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One thing to do on a network, at most once per ``key``."""

    key: str
    kind: ActionKind
    connection: str
    network: str
    scope: str
    reply_to: str
    """Native id of the message that is answered or acted upon: the customer's; for ``delete_own`` that of our own post."""
    recipient: str
    """Profile id of the customer there."""
    public: bool
    account: str = ""
    thread: str = ""
    text: str = ""
    files: tuple[FileContent, ...] = ()
    answered: Kind = Kind.POST
    """What sort of message it answers."""
    subject: str = ""
    """Of the message that it answers."""
    answered_text: str = field(default="", repr=False)
    """Its words, as far as they are kept."""
    extra: Mapping[str, Json] = field(default_factory=dict, repr=False)
    """Further fields that the source gave that message."""
    undelivered: str = ""
    """Why the last answer to this recipient did not arrive, if the network said so later."""

    @property
    def posted(self) -> Kind:
        """Return what sort of message the answer is: mails and text messages are answered by their like."""
        if self.answered in (Kind.MAIL, Kind.SMS):
            return self.answered
        return Kind.REPLY if self.public else Kind.DIRECT


@dataclass(frozen=True, slots=True, kw_only=True)
class Eligibility:
    """Whether an action can be done now; each "cannot" says why and what could be done instead."""

    can: bool
    reason: str = ""
    alternatives: tuple[str, ...] = ()
    until: datetime | None = None
    """When a reply window closes."""
    max_length: int | None = None
    """In characters, for the text."""
    to: str = ""
    """Whom it reaches, where the author's name does not say it: the addresses that a mail goes to."""
