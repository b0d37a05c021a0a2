"""What people say, and who they are: messages, their authors, the people of a CRM."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from bridge.nouns.json_values import Json
    from identity.model import Identifier, Relation


class Direction(StrEnum):
    """Who speaks: the customer (in) or the brand (out)."""

    IN = "in"
    OUT = "out"


class Kind(StrEnum):
    """What sort of message it is."""

    POST = "post"
    COMMENT = "comment"
    REPLY = "reply"
    DIRECT = "direct"
    REVIEW = "review"
    MAIL = "mail"
    CALL = "call"
    SMS = "sms"
    FORM = "form"
    LETTER = "letter"


class Mode(StrEnum):
    """What a stored message may start: a live case, only history, or a closed case of an import."""

    LIVE = "live"
    HISTORY = "history"
    AS_CASE = "as_case"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """An identifier that a profile or a CRM row shows, already normalised, and in which relation."""

    identifier: Identifier
    relation: Relation


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A person as one network shows them; ``id`` is stable within ``scope`` (app, page, business, server)."""

    network: str
    id: str
    scope: str = ""
    handle: str = ""
    name: str = ""
    reach: int | None = None
    verified: bool | None = None
    url: str = ""
    bio: str = ""
    shown: tuple[Shown, ...] = ()
    """Identifiers beyond its own id and handle: the phone of a WhatsApp user, a mail sender's address."""

    @property
    def key(self) -> str:
        """Return ``network/scope/id``."""
        return f"{self.network}/{self.scope}/{self.id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file of a message; fetched later from ``url`` (or read from a local ``path``)."""

    url: str = ""
    path: str = ""
    name: str = ""
    mime: str = ""
    size: int | None = None
    """Bytes, where the source says so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One thing somebody said, keyed by (network, scope, native id), whoever saw it."""

    network: str
    native_id: str
    scope: str = ""
    account: str = ""
    unit: str = ""
    author: Profile | None = None
    direction: Direction = Direction.IN
    kind: Kind = Kind.POST
    public: bool = True
    text: str = ""
    subject: str = ""
    lang: str = ""
    sent_at: datetime | None = None
    edited_at: datetime | None = None
    permalink: str = ""
    thread: str = ""
    """The network's thread id, within (network, scope); empty if it has none."""
    answers: tuple[str, ...] = ()
    """Native ids of the messages that this one answers."""
    answered_by: tuple[str, ...] = ()
    """Native ids of messages that answer this one."""
    attachments: tuple[Attachment, ...] = ()
    rating: float | None = None
    """Stars of a review on a scale of 1 to 5."""
    missed: bool = False
    """A call that nobody took."""
    automatic: bool = False
    """An auto-reply, a bounce, a survey: never opens a case."""
    extra: Mapping[str, Json] = field(default_factory=dict)
    """Further fields of the source, for mappings (``message.extra.NAME``) and rules."""
    raw: Json = None

    @property
    def key(self) -> str:
        """Return ``network/scope/native_id``."""
        return f"{self.network}/{self.scope}/{self.native_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A contact of a CRM; ``instance`` is the connection it was read from."""

    instance: str
    native_id: str
    name: str = ""
    shown: tuple[Shown, ...] = ()
    our_key: str = ""
    """Our own key if the row carries one: then the row is an echo of what we delivered."""
    updated_at: datetime | None = None
    extra: Mapping[str, Json] = field(default_factory=dict)
    raw: Json = None
